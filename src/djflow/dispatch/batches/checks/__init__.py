"""What the rules found about nominations, and what a person made of it."""
