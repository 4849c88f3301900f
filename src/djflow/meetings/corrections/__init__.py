"""Who was really there: the office corrects signatures by hand, each time with its reason."""
