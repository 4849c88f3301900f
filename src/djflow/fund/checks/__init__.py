"""What is looked into before approval: duplicates, departments, home visits, the branch's vote."""
