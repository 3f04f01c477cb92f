"""The versions: their storage and views, what they froze, their digests and statements; promotion."""
