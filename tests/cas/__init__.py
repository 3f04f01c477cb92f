"""Scenario folders: the rules R1 to R10 as cases that a finance officer can read."""
