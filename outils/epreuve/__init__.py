"""`make epreuve`: the real command line under faults injected at every point where it may fail."""
