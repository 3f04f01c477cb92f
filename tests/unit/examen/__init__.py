"""Tests of `mutualisation.examen`."""
