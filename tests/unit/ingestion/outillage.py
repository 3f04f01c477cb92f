"""What the tests of the readers share: one file written, read, given back as rows of `brut`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.ingestion.typage import Lecture
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.sources.jeux import SEPARATEUR_DELIVRE, Jeu
from mutualisation.entree.sources.registre import registre

CLE = b"une cle pour les essais"
SIRET = "73282932000074"


@dataclass
class Lu:
    """Rows as delivered (ASCII column → cell, None when empty) and as read, `Total` cells, dialect."""

    rangees: list[dict[str, str | None]]
    lues: list[dict[str, str | None]]
    totaux: dict[str, str]
    dialecte: dict[str, Any]
    octets: bytes = field(repr=False, default=b"")

    def colonne(self, nom: str) -> list[str | None]:
        return [r[nom] for r in self.rangees]

    def lue(self, nom: str) -> list[str | None]:
        return [r[nom] for r in self.lues]


def lire(
    chemin: Path,
    jeu: Jeu | str,
    limites: Limites | None = None,
    confidentialite: Confidentialite | None = None,
    traduction: Traduction = SANS_TRADUCTION,
) -> Lu:
    """Read a file as the loading does."""
    jeu = registre().jeu(jeu) if isinstance(jeu, str) else jeu
    garde = confidentialite or Confidentialite(Pseudonymes(CLE))
    lecture = Lecture(chemin, jeu, chemin.suffix[1:], garde, limites or Limites(), traduction)
    octets = b"".join(lecture.copie(7))
    lecture.typage.codes.verifier()
    rangees, lues = [], []
    for ligne in octets.decode().split("\n")[:-1]:
        fichier_id, numero, defauts, delivre, *cellules = map(_deplie, ligne.split("\t"))
        tete = {"fichier_id": fichier_id, "ligne": numero, "defauts": defauts or None}
        rangees.append(tete | _par_nom((c.nom for c in jeu.colonnes_entrepot), delivrees(jeu, delivre, cellules)))
        lues.append(tete | _par_nom((c.nom for c in jeu.colonnes_lues), cellules))
    assert len(rangees) == lecture.lignes
    return Lu(rangees, lues, lecture.totaux, lecture.dialecte, octets)


def delivrees(jeu: Jeu, delivre: str, lues: list[str]) -> list[str]:
    """The cells of `delivre`, each as its typed column says where it says nothing itself."""
    couples = zip(delivre.split(SEPARATEUR_DELIVRE), jeu.colonnes_entrepot, lues, strict=False)
    return [cellule or (lue if colonne.redite else "") for cellule, colonne, lue in couples]


def livrees(chemin: Path, jeu: str, colonne: str) -> list[str | None]:
    """The cells of a column as the reader gives them, before anything is masked or read."""
    lecteur = ouvrir(chemin, registre().jeu(jeu), chemin.suffix[1:], Limites())
    place = lecteur.entete.positions[colonne]
    return [r[place] or None for bloc in lecteur.blocs() for r in bloc.rangees]


def _par_nom(noms: Iterable[str], cellules: list[str]) -> dict[str, str | None]:
    return {n: c or None for n, c in zip(noms, cellules, strict=True)}


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
