"""The approver's door: an opaque link by one channel, a six-digit code by another; everything looked at again."""
