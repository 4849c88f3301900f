"""What the office knows about a cadre beyond the table of people, as the rules of eligibility ask for it."""
