"""What comes back: providers' reports and people's replies."""
