"""The reviews in the middle and at the end of a posting: the host's opinion, the votes, the grade."""
