"""What the tests of the readers share: one file written, read, given back as rows of `brut`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mutualisation.ingestion.lecture import Lecture
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.personnes import Discretion, sans_meprise
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.jeux import Jeu
from mutualisation.sources.registre import registre

CLE = b"une cle pour les essais"
SIRET = "73282932000074"


@dataclass
class Lu:
    """Rows as landed (ASCII column → cell, None when empty), `Total` cells, dialect."""

    rangees: list[dict[str, str | None]]
    totaux: dict[str, str]
    dialecte: dict[str, Any]
    octets: bytes = field(repr=False, default=b"")

    def colonne(self, nom: str) -> list[str | None]:
        return [r[nom] for r in self.rangees]


def lire(chemin: Path, jeu: Jeu | str, limites: Limites | None = None, discretion: Discretion | None = None) -> Lu:
    """Read a file as the loading does."""
    jeu = registre().jeu(jeu) if isinstance(jeu, str) else jeu
    discretion = discretion or Discretion(Pseudonymes(CLE))

    def poser(discretion: Discretion) -> tuple[Lecture, bytes]:
        lecture = Lecture(chemin, jeu, chemin.suffix[1:], discretion, limites or Limites())
        return lecture, b"".join(lecture.copie(7))

    lecture, octets = sans_meprise(discretion, poser)
    noms = ["fichier_id", "ligne", "defauts", *(c.nom for c in jeu.colonnes_entrepot)]
    rangees = []
    for ligne in octets.decode().split("\n")[:-1]:
        cellules = ligne.split("\t")
        assert len(cellules) == len(noms)
        rangees.append({n: _deplie(c) if c else None for n, c in zip(noms, cellules, strict=True)})
    assert len(rangees) == lecture.lignes
    return Lu(rangees, lecture.totaux, lecture.dialecte, octets)


def refus(chemin: Path, jeu: Jeu | str, limites: Limites | None = None) -> str:
    """The reason why a file is refused."""
    with pytest.raises(LectureRefusee) as e:
        lire(chemin, jeu, limites)
    return str(e.value)


def _deplie(cellule: str) -> str:
    morceaux = cellule.split("\\\\")
    return "\\".join(m.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for m in morceaux)


def entete(jeu: str) -> list[str]:
    """Headers of a jeu, in the order of the registry."""
    return [c.entete or "" for c in registre().jeu(jeu).colonnes]


def rangee(jeu: str, **cellules: str) -> list[str]:
    """A row in the order of the registry: the given cells by ASCII name, the others empty."""
    noms = [c.nom for c in registre().jeu(jeu).colonnes]
    assert set(cellules) <= set(noms)
    return [cellules.get(n, "") for n in noms]
