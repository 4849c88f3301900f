"""What people wish for: a longer night without messages, within what duty allows."""
