"""From a drop to immutable rows in `brut`: discovery, reading, privacy at the door, landing."""
