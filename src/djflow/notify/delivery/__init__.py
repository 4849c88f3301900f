"""Messages on their way: written from notices, claimed under a lease, sent, asked for, reported on."""
