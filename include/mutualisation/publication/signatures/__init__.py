"""What signs, and what is anchored outside the warehouse: key, statements, signatures (K10)."""
