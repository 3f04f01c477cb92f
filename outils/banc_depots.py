"""Large drops for the bench: a drop with more ledger lines of one exercice, and one more month of them."""

from __future__ import annotations

import csv
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

COMPTES = ("60", "61", "62")
LUES = {"Exercice", "Axe analytique", "SIRET", "Nature", "Pièce origine", "Bordereau", "Pièce", "Ligne", "Objet"}
LUES |= {"Montant HT", "TVA", "Montant TTC"}
LIGNES_PAR_MANDAT = 4


@dataclass(frozen=True)
class Modele:
    """A ledger file of the drop: its text down to its last whole line, and lines to take after."""

    chemin: Path
    texte: str
    encodage: str
    colonnes: dict[str, int]
    lignes: list[list[str]]


def grossir(depot: Path, destination: Path, lignes: int, exercice: int) -> Path:
    """Copy a drop, `lignes` more in the ledger of an exercice, of a few cents each; give back `destination`.

    Totals that the drop announces of these files no longer hold: their controls and the balance of the year go.
    """
    shutil.copytree(depot, destination)
    for genre in (f"mandats_{exercice}-*.controle.json", f"balance_{exercice}*"):
        for fichier in (destination / "compta").glob(genre):
            fichier.unlink()
    modeles = _modeles(destination, exercice)
    hasard = random.Random(exercice)  # noqa: S311 - figures, not secrets
    for rang, modele in enumerate(modeles):
        part = lignes // len(modeles) + (rang < lignes % len(modeles))
        with modele.chemin.open("w", encoding=modele.encodage, newline="") as fichier:
            fichier.write(modele.texte)
            ecrire = csv.writer(fichier, delimiter=";", lineterminator="\r\n")
            ecrire.writerows(_ligne(modele, hasard, k, rang) for k in range(part))
    return destination


def nouveau_mois(depot: Path, exercice: int) -> None:
    """Deliver again the last month of the ledger that was made larger, its last line gone."""
    dernier = _modeles(depot, exercice)[-1].chemin
    octets = dernier.read_bytes()
    dernier.with_name(f"{dernier.stem}_v2.csv").write_bytes(octets[: octets.rstrip(b"\r\n").rfind(b"\n") + 1])


def _modeles(depot: Path, exercice: int) -> list[Modele]:
    lus = (_modele(f, str(exercice)) for f in sorted((depot / "compta").glob(f"mandats_{exercice}-??.csv")))
    return [modele for modele in lus if modele is not None]


def _modele(chemin: Path, exercice: str) -> Modele | None:
    """A file by `;` whose lines have an axe and a supplier; nothing for the others, which real systems write."""
    octets = chemin.read_bytes()
    encodage = "utf-8-sig" if octets.startswith(b"\xef\xbb\xbf") else "cp1252"
    textes = octets.decode(encodage).splitlines(keepends=True)
    while textes and not textes[-1].startswith(f"{exercice};"):
        textes.pop()
    rangees = list(csv.reader(textes, delimiter=";"))
    rang = next((i for i, r in enumerate(rangees) if set(r) >= LUES), None)
    if rang is None:
        return None
    colonnes = {nom: i for i, nom in enumerate(rangees[rang])}
    lignes = [r for r in rangees[rang + 1 :] if len(r) == len(colonnes) and _sert(r, colonnes, exercice)]
    return Modele(chemin, "".join(textes), encodage, colonnes, lignes) if lignes else None


def _sert(rangee: list[str], colonnes: dict[str, int], exercice: str) -> bool:
    return bool(
        rangee[colonnes["Exercice"]] == exercice
        and rangee[colonnes["Axe analytique"]]
        and rangee[colonnes["SIRET"]]
        and rangee[colonnes["Nature"]].startswith(COMPTES)
        and not rangee[colonnes["Pièce origine"]]
    )


def _ligne(modele: Modele, hasard: random.Random, k: int, rang: int) -> list[str]:
    montant = f"0,{hasard.randrange(1, 90):02d}"
    valeurs = {
        "Bordereau": str(1000 + k // 40),
        "Pièce": str((rang + 1) * 10_000_000 + k // LIGNES_PAR_MANDAT),
        "Ligne": str(k % LIGNES_PAR_MANDAT + 1),
        "Objet": f"Prestation n° {k}" if k % 3 else "Prestation",
        "Montant HT": montant,
        "TVA": "0,00",
        "Montant TTC": montant,
    }
    ligne = list(hasard.choice(modele.lignes))
    for nom, valeur in valeurs.items():
        ligne[modele.colonnes[nom]] = valeur
    return ligne
