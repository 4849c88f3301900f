"""djflow: the workflow service of a district Party-building office."""
