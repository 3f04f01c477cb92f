"""What the documents say is written here once: each product is a function of a `Bilan` that gives `Document`s."""
