"""Registry of the sources: what they drop, in which columns, under which types."""
