"""The providers as they publish themselves, on this machine, with faults to order: rehearsals and tests send here."""
