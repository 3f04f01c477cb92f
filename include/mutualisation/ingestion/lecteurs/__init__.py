"""Readers, one per form of file. Each one streams blocks of rows of text cells; none interprets a cell (C)."""
