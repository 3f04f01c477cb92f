"""Width of a text in the fonts of its support, and lines that fit: a label is wrapped, never cut."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mutualisation.mise_en_forme.dessin import largeurs

Table = Mapping[str, int]
INCONNU = 1000


def _table(par_largeur: Mapping[int, str]) -> dict[str, int]:
    return {c: largeur for largeur, cs in par_largeur.items() for c in cs}


ECRAN = (_table(largeurs.ECRAN), _table(largeurs.ECRAN_GRAS))
FEUILLE = (_table(largeurs.PAPIER), _table(largeurs.PAPIER_GRAS))


def largeur(texte: str, taille: float, polices: tuple[Table, Table], *, gras: bool = False) -> float:
    """Width of a line; a character that the table has not counts a whole em."""
    table = polices[gras]
    return sum(table.get(c, INCONNU) for c in texte) * taille / 1000


def couper(texte: str, place: float, taille: float, polices: tuple[Table, Table], *, gras: bool = False) -> list[str]:
    """Lines no wider than `place`: between words, else after a hyphen, else inside a word that is too long."""
    lignes = [""]
    for morceau in morceaux(texte):
        essai = lignes[-1] + morceau
        if largeur(essai.rstrip(" "), taille, polices, gras=gras) <= place:
            lignes[-1] = essai
            continue
        if lignes[-1].strip():
            lignes.append("")
        for bout in _bouts(morceau, place, taille, polices[gras]):
            lignes[-1] = bout
            lignes.append("")
        lignes.pop()
    return [ligne.rstrip(" ") for ligne in lignes if ligne.strip()] or [""]


def morceaux(texte: str) -> list[str]:
    """Pieces between which a line may break: after a space, after a hyphen or a slash."""
    return re.findall(r"[^ \-\u2011/]*[ \-/]+|[^ \-/]+", texte)


def _bouts(morceau: str, place: float, taille: float, table: Table) -> list[str]:
    """A piece cut so that each part fits."""
    bouts, courant, reste = [], "", place
    for c in morceau:
        avance = table.get(c, INCONNU) * taille / 1000
        if courant and c != " " and avance > reste:
            bouts.append(courant)
            courant, reste = "", place
        courant += c
        reste -= avance
    return [*bouts, courant]
