"""This room signs, and keeps outside the warehouse the key, the statements and the signatures (K10)."""
