"""SIREN and SIRET keys (Luhn)."""

from __future__ import annotations


def cle_luhn(chiffres: str) -> str:
    """The digit that makes `chiffres` + digit valid by Luhn's rule."""
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        valeur = int(chiffre) * (2 if rang % 2 == 0 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return str(-somme % 10)


def siret(siren: str, etablissement: int = 1) -> str:
    """SIRET of an establishment of `siren`: NIC on four digits and its key (`0001` + key for the first)."""
    base = f"{siren}{etablissement:04d}"
    return base + cle_luhn(base)


def siren_fictif(racine: str) -> str:
    """A made-up SIREN: eight digits and their key."""
    return racine + cle_luhn(racine)
