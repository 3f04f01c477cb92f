"""What the documents say, once: products of an extract, each a function of a `Bilan` that gives `Document`s."""
