"""The first rows of a file, read in every way a header could be in them: each separator, each sheet."""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

from mutualisation.ingestion.cellules_lues import date, nombre
from mutualisation.lecteurs.entete import epurer, est_vide
from mutualisation.lecteurs.limites import Limites
from mutualisation.lecteurs.octets import encodage
from mutualisation.sources.jeux import Dialecte

_OCTETS = 1 << 18
_RANGEES = 150


@dataclass(frozen=True)
class Tete:
    """A row that may be a header, as names, and the data rows that follow it."""

    noms: tuple[str, ...]
    suite: tuple[tuple[str, ...], ...]

    def cellules(self, rang: int) -> list[str]:
        """The cells of the column at that place that state something."""
        return [r[rang] for r in self.suite if rang < len(r) and r[rang].strip()]


def tetes(chemin: Path, genre: str, limites: Limites) -> list[Tete]:
    """Every candidate. LectureRefusee when the bytes can't be read."""
    lectures = _du_classeur(chemin, limites) if genre == "xlsx" else _du_texte(chemin)
    permises = Dialecte().bannieres + 1
    return [
        Tete(tuple(map(epurer, rangees[i])), tuple(map(tuple, rangees[i + 1 :])))
        for rangees in lectures
        for i in range(min(permises, len(rangees)))
        if _semble_entete(rangees[i])
    ]


def _semble_entete(rangee: list[str]) -> bool:
    """Two names at least, and no cell that is a number or a date: a data row could hold a person's name."""
    pleines = [c for c in map(epurer, rangee) if c]
    return len(pleines) > 1 and not any(nombre(c) is not None or date(c) for c in pleines)


def _du_texte(chemin: Path) -> list[list[list[str]]]:
    code = encodage(chemin, Dialecte().encodages)
    with chemin.open("rb") as f:
        octets = f.read(_OCTETS)
    if len(octets) == _OCTETS:
        octets = octets[: octets.rfind(b"\n") + 1]
    lignes = [ligne for ligne in octets.decode(code, "replace").splitlines() if ligne.strip()]
    lectures = []
    for separateur in Dialecte().separateurs:
        try:
            rangees = list(itertools.islice(csv.reader(lignes, delimiter=separateur), _RANGEES))
        except csv.Error:
            continue
        lectures.append([r for r in rangees if not est_vide(r)])
    return lectures


def _du_classeur(chemin: Path, limites: Limites) -> list[list[list[str]]]:
    # a second to import, and most files are CSV
    from mutualisation.lecteurs.tabulaire_xlsx import tetes_des_feuilles

    return tetes_des_feuilles(chemin, limites)
