"""Who may be sent: every rule of a kind held against what is known of a person and of the place."""
