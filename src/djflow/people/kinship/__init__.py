"""The kinship register as a whole: who is related to whom, so that nobody decides about a relative."""
