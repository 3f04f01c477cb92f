"""Gates judge: the *file* gate before rows count, the *report* gate before anything is published."""
