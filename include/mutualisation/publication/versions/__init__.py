"""This room keeps and promotes versions: their storage and views, what they froze, their digests and statements."""
