"""Header of a tabular file: names, banner lines, missing, doubled and ignored columns (F5)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.jeux import Jeu

_ESPACES = re.compile(r"\s+")
# ' ’ ‘ ʼ ′ ´ ` and their like: exports take any of them
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\uff07]")


@dataclass(frozen=True)
class Entete:
    """Where the columns of a jeu are: `positions` maps the ASCII name to the index in the row."""

    positions: dict[str, int]
    largeur: int
    bannieres: int
    ignorees: tuple[str, ...] = ()
    absentes: tuple[str, ...] = ()

    @property
    def dialecte(self) -> dict[str, object]:
        """What the journal keeps of it."""
        return {
            "bannieres": self.bannieres,
            "colonnes_ignorees": list(self.ignorees),
            "colonnes_absentes": list(self.absentes),
        }


def epurer(nom: str) -> str:
    """NFC, spaces of any kind collapsed, trimmed: a name as it is shown."""
    return _ESPACES.sub(" ", unicodedata.normalize("NFC", nom)).strip()


def normaliser(nom: str) -> str:
    """A name as it is compared: `epurer`, then without case, accents or the kind of apostrophe (F5, C7)."""
    # the acute accent that stands alone is an apostrophe: before accents go, and before its own decomposition
    lettres = unicodedata.normalize("NFD", _APOSTROPHES.sub("'", epurer(nom)))
    return "".join(c for c in lettres if not unicodedata.combining(c)).casefold()


def est_vide(rangee: Sequence[str]) -> bool:
    """True when every cell of the row is blank."""
    return not any(c.strip(BLANCS) for c in rangee)


def trouver_entete(jeu: Jeu, rangees: Sequence[Sequence[str]]) -> tuple[int, Entete] | None:
    """(index, header) of the first of the first non-blank rows that holds every `*` column, or None.

    LectureRefusee when a known column is there twice.
    """
    obligatoires = {normaliser(c.entete or "") for c in jeu.obligatoires}
    for rang, (i, noms) in enumerate(islice(_non_vides(rangees), jeu.dialecte.bannieres + 1)):
        if obligatoires <= {normaliser(n) for n in noms}:
            return i, _entete(jeu, noms, rang)
    return None


def _non_vides(rangees: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    """(index, cells as names) of the rows that are not blank."""
    return ((i, [epurer(c) for c in rangee]) for i, rangee in enumerate(rangees) if not est_vide(rangee))


def _entete(jeu: Jeu, noms: list[str], bannieres: int) -> Entete:
    connus = {normaliser(c.entete or ""): c.nom for c in jeu.colonnes}
    positions: dict[str, int] = {}
    for i, nom in enumerate(noms):
        colonne = connus.get(normaliser(nom))
        if colonne is None:
            continue
        if colonne in positions:
            raise _deux_fois(noms[positions[colonne]], nom)
        positions[colonne] = i
    return Entete(
        positions=positions,
        largeur=len(noms),
        bannieres=bannieres,
        ignorees=tuple(n for n in noms if n and normaliser(n) not in connus),
        absentes=tuple(c.entete or c.nom for c in jeu.colonnes if c.nom not in positions),
    )


def _deux_fois(premiere: str, seconde: str) -> LectureRefusee:
    if premiere == seconde:
        return LectureRefusee(f"la colonne « {premiere} » est présente deux fois : n'en garder qu'une (G1).")
    return LectureRefusee(
        f"les colonnes « {premiere} » et « {seconde} » se lisent de la même façon : n'en garder qu'une (F5)."
    )


def entete_introuvable(jeu: Jeu, essais: Sequence[Sequence[Sequence[str]]]) -> LectureRefusee:
    """The refusal that says what is wrong with the header, over the rows read with each separator.

    Quotes a cell of the file only when its row is a header for sure: a data row could hold a name.
    """
    obligatoires = {normaliser(c.entete or ""): c.entete or "" for c in jeu.obligatoires}
    connus = {normaliser(c.entete or "") for c in jeu.colonnes}
    lues = [(rang, noms) for rangees in essais for rang, (_, noms) in enumerate(_non_vides(rangees))]
    meilleur_rang, meilleure = max(lues, key=lambda lue: len(connus & _replies(lue[1])), default=(0, []))
    permises = jeu.dialecte.bannieres
    replies = _replies(meilleure)
    if len(connus & replies) * 2 < len(obligatoires):
        return LectureRefusee(
            f"aucune des {permises + 1} premières lignes non vides ne porte les colonnes obligatoires "
            f"({', '.join(obligatoires.values())}) : vérifier l'en-tête et le séparateur (F5)."
        )
    manquantes = [nom for repli, nom in obligatoires.items() if repli not in replies]
    if not manquantes:
        return LectureRefusee(
            f"{meilleur_rang} lignes de bannière avant l'en-tête, {permises} au plus : en retirer (F5)."
        )
    autres = {normaliser(n): n for n in meilleure if n and normaliser(n) not in connus}
    phrases = []
    for nom in manquantes:
        proche = difflib.get_close_matches(normaliser(nom), list(autres), 1, 0.6)
        phrases.append(
            f"« {nom} »" + (f" (le plus proche dans le fichier : « {autres[proche[0]]} »)" if proche else "")
        )
    pluriel = "s" if len(phrases) > 1 else ""
    return LectureRefusee(
        f"colonne{pluriel} obligatoire{pluriel} absente{pluriel} de l'en-tête : {', '.join(phrases)} ; "
        "rétablir l'en-tête exact (F5)."
    )


def _replies(noms: Sequence[str]) -> set[str]:
    return {normaliser(n) for n in noms}
