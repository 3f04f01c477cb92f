"""This floor takes a candidate to what is read: gates, seal, signature, promotion. It imports the floors below."""
