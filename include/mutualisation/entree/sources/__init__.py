"""The registry says what each source drops, in which columns, under which types."""
