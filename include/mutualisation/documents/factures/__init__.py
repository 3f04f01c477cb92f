"""This room writes half-yearly invoices, PES draft and D5211-16 statements, from what is published, or before (R18)."""
