"""From a candidate to what is read: gates, seal, signature, promotion. Imports the floors below."""
