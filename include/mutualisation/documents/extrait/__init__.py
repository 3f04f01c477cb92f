"""The annual extract: its documents beside its CSV, written aside, read back, put in place at once."""
