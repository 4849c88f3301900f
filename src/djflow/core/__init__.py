"""Values everything else is built from: clock, errors, ids, money, spans, subjects. Standard library only."""
