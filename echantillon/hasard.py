"""Seeded chance: the same drop every time, whatever the machine."""

from __future__ import annotations

import random


def tirage(graine: str) -> random.Random:
    """A generator of its own for each subject, so that a change in one leaves the others as they were."""
    return random.Random(graine)  # noqa: S311 — plausible figures, not secrets
