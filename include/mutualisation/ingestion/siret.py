"""Key of a SIRET: Luhn, or La Poste's own rule (C6); `lecture.siret_valide` says the same in SQL."""

from __future__ import annotations

from stdnum import luhn


def siret_valide(texte: str) -> bool:
    """True for 14 digits with a right Luhn key; La Poste (356000000): sum of the digits multiple of 5.

    `stdnum.fr.siret` also asks the SIREN for its own key, which C6 does not.
    """
    if len(texte) != 14 or not texte.isascii() or not texte.isdigit():
        return False
    return bool(luhn.is_valid(texte)) or (texte.startswith("356000000") and sum(map(int, texte)) % 5 == 0)
