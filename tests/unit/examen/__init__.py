"""Tests of `mutualisation.usage.examen`."""
