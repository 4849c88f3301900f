"""What the desk reads of cases: somebody's list, all open cases, one case – and what each visitor may see and do."""
