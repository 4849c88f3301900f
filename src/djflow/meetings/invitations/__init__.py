"""Who is to come to a meeting: one seat for each unit, its answer, its substitute, whether somebody sat there."""
