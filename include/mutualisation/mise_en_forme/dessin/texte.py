"""Width of a text in the fonts of its support, and lines that fit: a label is wrapped, never cut."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from mutualisation.chemins import LARGEURS

Table = Mapping[str, int]
INCONNU = 1000


def _polices() -> dict[str, Table]:
    """{font: {character: thousandths of the size}} of `largeurs.csv`, written by outils/largeurs_texte.py."""
    with LARGEURS.open(encoding="utf-8", newline="") as fichier:
        lignes = list(csv.DictReader(fichier))
    polices = (nom for nom in lignes[0] if nom != "caractere")
    return {nom: {chr(int(x["caractere"], 16)): int(x[nom]) for x in lignes if x[nom]} for nom in polices}


_LUES = _polices()
ECRAN, FEUILLE = (_LUES["ecran"], _LUES["ecran_gras"]), (_LUES["papier"], _LUES["papier_gras"])


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
