"""What a circular tells of duties at market towns."""
