"""Small drops: `tests/cas/_socle/` for some exercices, and the files of a test over it.

A tabular file is written row by row, each with the outcome that it must have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.sources.registre import registre

SOCLE = Path(__file__).resolve().parents[1] / "cas" / "_socle"
# the file itself; « + » then rows to add to that of the socle; None to leave it out
Contenu = str | bytes | None


@dataclass
class Feuille:
    """A tabular file written row by row, each with the outcome it must have: '' or « statut colonne »."""

    entete: str
    rangees: list[str] = field(default_factory=list)
    attendus: dict[int, str] = field(default_factory=dict)

    def ligne(self, cellules: str, attendu: str = "") -> Feuille:
        """Add a row; `attendu` is kept under the line number of the file."""
        self.rangees.append(cellules)
        if attendu:
            self.attendus[len(self.rangees) + 1] = attendu
        return self

    @property
    def texte(self) -> str:
        """The file."""
        return "\n".join([self.entete, *self.rangees, ""])


class Journal(Feuille):
    """Ledger lines: every cell has a default, each piece its own number."""

    COLONNES = (
        "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Axe analytique;SIRET;Objet;"
        "Exercice origine;Période service;Montant HT;TVA;Montant TTC;Statut"
    )

    def __init__(self, serie: str) -> None:
        super().__init__(self.COLONNES)
        self.serie = serie

    def ecriture(
        self,
        ttc: str,
        attendu: str = "",
        *,
        nature: str = "611",
        axe: str = "ADS",
        type_piece: str = "01",
        date: str = "15/03/2023",
        exercice: str = "2023",
        budget: str = "P",
        piece: tuple[str, str] | None = None,
        siret: str = "",
        objet: str = "",
        origine: str = "",
        periode: str = "",
        ht: str = "",
        tva: str = "",
        statut: str = "Payé",
    ) -> Journal:
        """Add a line; `piece`: (bordereau, pièce), by default the next one of the series."""
        bordereau, numero = piece or (self.serie, str(len(self.rangees) + 1))
        cellules = [
            exercice, budget, bordereau, numero, "1", date, type_piece, nature, axe, siret, objet, origine, periode,
            ht, tva, ttc, statut,
        ]  # fmt: skip
        self.ligne(";".join(cellules), attendu)
        return self


def attendus(fichiers: Mapping[str, Feuille]) -> dict[tuple[str, int], str]:
    """(file, line) → outcome over several files."""
    return {(nom, ligne): issue for nom, feuille in fichiers.items() for ligne, issue in feuille.attendus.items()}


def composer_socle(exercices: Iterable[int], destination: Path) -> Path:
    """Write `_socle/` for the exercices: AAAA in a name or a cell is the year, AAAA-MM stands for twelve files."""
    for fichier in sorted(f for f in SOCLE.rglob("*") if f.is_file()):
        texte = fichier.read_text(encoding="utf-8")
        chemin = str(fichier.relative_to(SOCLE))
        for annee in exercices if "AAAA" in chemin else (0,):
            noms = [chemin.replace("MM", f"{m:02}") for m in range(1, 13)] if "-MM" in chemin else [chemin]
            for nom in noms:
                ecrire(destination / nom.replace("AAAA", str(annee)), texte.replace("AAAA", str(annee)))
    return destination


def deposer(depot: Path, fichiers: Mapping[str, Contenu], exercices: Iterable[int]) -> Path:
    """Write a drop: the socle of the exercices, then the files."""
    composer_socle(exercices, depot)
    for nom, contenu in fichiers.items():
        chemin = depot / nom
        if contenu is None:
            chemin.unlink()
        elif isinstance(contenu, str) and contenu.startswith("+"):
            ecrire(chemin, chemin.read_text(encoding="utf-8") + contenu[1:])
        else:
            ecrire(chemin, contenu)
    accorder_entetes(depot, [nom for nom, contenu in fichiers.items() if contenu is not None])
    return depot


def accorder_entetes(depot: Path, poses: Iterable[str]) -> None:
    """Give the empty files of the socle the header of those posed over them: no column disappears (G14)."""
    entetes: dict[str, str] = {}
    poses = sorted(poses)
    for nom in poses:
        if (jeu := _jeu(nom)) and (entete := _entete(depot / nom, jeu)):
            entetes.setdefault(jeu, entete)
    for fichier in sorted(depot.rglob("*.csv")):
        nom = str(fichier.relative_to(depot))
        jeu = _jeu(nom)
        if jeu in entetes and nom not in poses and fichier.read_text(encoding="utf-8").count("\n") == 1:
            ecrire(fichier, entetes[jeu] + "\n")


def _jeu(nom: str) -> str:
    """The jeu of a file of a year or a month, or nothing."""
    trouve = re.fullmatch(r"\w+/(\w+?)_\d{4}(-\w+)?\.csv", nom)
    return trouve[1] if trouve and trouve[1] in {j.nom for j in registre().jeux} else ""


def _entete(fichier: Path, jeu: str) -> str:
    """The first line, when it is a plain header."""
    ligne = fichier.read_bytes().decode("utf-8", "replace").partition("\n")[0]
    return ligne if {c.entete for c in registre().jeu(jeu).obligatoires} <= set(ligne.split(";")) else ""


def ecrire(chemin: Path, contenu: str | bytes) -> None:
    """One file, with its folders."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
