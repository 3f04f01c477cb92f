"""This room writes French as readers see it: formats of numbers and dates, labels."""
