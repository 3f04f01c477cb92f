"""The refusal of a file, and the reason a user is told."""

from __future__ import annotations

from mutualisation.erreurs import raison_systeme


class LectureRefusee(Exception):
    """The file can't be read as the contract says (G1). The message is a French sentence: reason and remedy."""


def motif_refus(faute: Exception) -> str:
    """The reason in French, without a cell of the file: the server's message could quote one."""
    if isinstance(faute, LectureRefusee):
        return str(faute)
    if isinstance(faute, OSError):
        return f"le fichier ne peut pas être lu ({raison_systeme(faute)}) : vérifier ses droits et le redéposer."
    return "l'entrepôt refuse une cellule de ce fichier : vérifier ses caractères (F8)."
