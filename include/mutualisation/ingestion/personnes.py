"""What a load knows when it decides whether a cell may land in clear: codes that are named, cells that name persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mutualisation.ingestion.memoire import Memoire
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.refus import LectureRefusee

Pose = TypeVar("Pose")
VUES_MAX = 500_000
_MORCEAUX = re.compile(r"[^\W_]+")
_ANNEE = re.compile(r"(?:19|20)[0-9]{2}")
# what a piece of a cell must hold to tell somebody: three letters, or four figures without their zeros
_LETTRES_MIN, _FIGURES_MIN = 3, 4
# figures of a matricule, with the zeros that a code may have lost
_LARGEUR_MAX = 8


class MefianceTardive(Exception):
    """Labels are exchanged, as a file shows once codes of it have landed: it is to be landed again with mistrust."""


@dataclass
class Discretion:
    """Pseudonyms of the load, codes that the referentiel names, pseudonyms of the agents that the warehouse knows.

    `vues`: cells of the columns that name a person, as the files of this load hold them, and `pliees` what tells them
    once folded; never written anywhere. `mefiance`: nothing that has no key stays in clear among the codes.
    """

    pseudonymes: Pseudonymes
    codes: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    mefiance: bool = False
    vues: set[str] = field(default_factory=set)
    pliees: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        """Digests of cells, remembered."""
        self.masque: Memoire[str] = Memoire(self.pseudonymes.masque)

    def retenir(self, cellules: set[str]) -> None:
        """Note cells that name persons."""
        if len(self.vues) < VUES_MAX:
            self.vues |= cellules
            self.pliees.update(p for c in cellules for p in morceaux(c))

    def personnelle(self, cellule: str) -> bool:
        """True when the trimmed cell is that of a column that names a person, here or in the warehouse."""
        return cellule in self.vues or (bool(self.agents) and self.pseudonymes.sans_retenir(cellule) in self.agents)

    def evoquee(self, code: str, *, figures_seules: bool = True) -> bool:
        """The same of a trimmed code, however it spells the person: case, accents, signs, zeros, one name of two.

        `figures_seules`: whether figures alone among its signs may be a matricule.
        """
        if self.personnelle(code):
            return True
        plies = {m for m in morceaux(code) if figures_seules or not m.isdigit()}
        if not plies.isdisjoint(self.pliees):
            return True
        lus = (m for m in _MORCEAUX.findall(code) if _dit(m) and (figures_seules or not m.isdigit()))
        if any(map(self.personnelle, lus)):
            return True
        figures = (p for p in plies if p.isdigit())
        return any(self.personnelle(p.zfill(n)) for p in figures for n in range(len(p), _LARGEUR_MAX + 1))


def morceaux(cellule: str) -> set[str]:
    """What of a cell tells a person: its words folded, its figures without zeros, and all of them in one."""
    plie = "".join(c for c in unicodedata.normalize("NFKD", cellule.casefold()) if not unicodedata.combining(c))
    mots = [m.lstrip("0") if m.isdigit() else m for m in _MORCEAUX.findall(plie)]
    return {m for m in (*mots, "".join(mots)) if _dit(m)}


def _dit(morceau: str) -> bool:
    # contracts and axes are numbered by year: a matricule that reads as one would mask them all
    figures = any(c.isdigit() for c in morceau)
    return len(morceau) >= (_FIGURES_MIN if figures else _LETTRES_MIN) and not _ANNEE.fullmatch(morceau)


def sans_meprise(discretion: Discretion, poser: Callable[[Discretion], Pose]) -> Pose:
    """Do what reads a whole file; once more with mistrust when the file says at its end that it deserves some."""
    try:
        return poser(discretion)
    except MefianceTardive:
        return poser(replace(discretion, mefiance=True))


@dataclass
class CodesVus:
    """Distinct codes of the worked rows of a time file: those with a key or the form of a code, the others."""

    connus: set[str] = field(default_factory=set)
    autres: set[str] = field(default_factory=set)
    un_nomme: bool = False

    @property
    def sans_cle(self) -> bool:
        """True when there are codes, and no key names one of them."""
        return bool(self.connus or self.autres) and not self.un_nomme

    def noter(self, code: str, *, connu: bool, nomme: bool) -> None:
        """Count a code, once."""
        (self.connus if connu else self.autres).add(code)
        self.un_nomme |= nomme

    def verifier(self) -> None:
        """LectureRefusee when more than half of them have neither key nor form (K9). No code is quoted."""
        tous = len(self.connus) + len(self.autres)
        if len(self.autres) * 2 > tous:
            raise LectureRefusee(
                f"{len(self.autres)} des {tous} codes de la colonne « Code activité » n'ont ni clé analytique, ni la "
                "forme d'un code (capitales, chiffres, _ - . /) : les en-têtes de deux colonnes sont sans doute "
                "échangés ; rétablir l'en-tête, ou donner une clé à ces codes dans cles_analytiques (K9)."
            )
