"""This room makes the annual extract: its documents beside its CSV, written aside, read back, put in place at once."""
