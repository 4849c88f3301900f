"""What one person of finance has recorded for the books and the cashier has still to confirm."""
