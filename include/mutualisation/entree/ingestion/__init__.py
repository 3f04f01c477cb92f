"""This room turns a drop into immutable rows of `brut`: discovery, reading, privacy at the door, landing."""
