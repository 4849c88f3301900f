"""What channels may still send: rates, parts of a day, and whether they are stopped."""
