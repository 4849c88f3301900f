"""What the relief fund has to know about one person: branch, unit, relatives, the registered account."""
