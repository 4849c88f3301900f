"""What a meeting agreed on: who does it until when, how far it is, when it is struck off."""
