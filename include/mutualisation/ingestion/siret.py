"""Key of a SIRET: Luhn, and La Poste's own rule (C6)."""

from __future__ import annotations

_DOUBLES = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def siret_valide(texte: str) -> bool:
    """True for 14 digits with a right Luhn key; La Poste (356000000): sum of the digits multiple of 5."""
    if len(texte) != 14 or not texte.isascii() or not texte.isdigit():
        return False
    chiffres = [ord(c) - 48 for c in texte]
    if (sum(_DOUBLES[d] for d in chiffres[0::2]) + sum(chiffres[1::2])) % 10 == 0:
        return True
    return texte.startswith("356000000") and sum(chiffres) % 5 == 0
