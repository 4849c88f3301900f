"""What djflow runs in Prefect, a module for each part of the programme."""
