"""This room makes a file blocks of rows, each with its line number: one reader per form, within limits (F9)."""
