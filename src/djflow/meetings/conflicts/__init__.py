"""What stands against somebody's coming to a meeting, and whom a unit could send instead."""
