"""Small drops: `tests/cas/_socle/` for some exercices, and the files of a test over it."""

import re
from collections.abc import Iterable
from pathlib import Path

from mutualisation.entree.sources.registre import registre

SOCLE = Path(__file__).resolve().parents[1] / "cas" / "_socle"


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


def ecrire(chemin: Path, contenu: str | bytes) -> Path:
    """One file, with its folders; its path."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
    return chemin
