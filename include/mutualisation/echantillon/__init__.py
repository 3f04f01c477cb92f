"""Reference drop."""
