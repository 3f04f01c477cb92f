"""SIREN and SIRET keys (Luhn)."""

from __future__ import annotations

from stdnum.luhn import calc_check_digit


def siret(siren: str, etablissement: int = 1) -> str:
    """SIRET of an establishment of `siren`: NIC on four digits and its key (`0001` + key for the first)."""
    base = f"{siren}{etablissement:04d}"
    return base + calc_check_digit(base)


def siren_fictif(racine: str) -> str:
    """A made-up SIREN: eight digits and their key."""
    return racine + calc_check_digit(racine)
