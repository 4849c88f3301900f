"""What personnel rules have to know of persons: birth, gender, Party membership, native place; nothing is opened."""
