"""A year of the fund as it was published for everybody: by source and by kind of aid, no small numbers, no names."""
