"""What the bank answers: read from its file, matched into three lists, what stays open settled by two persons."""
