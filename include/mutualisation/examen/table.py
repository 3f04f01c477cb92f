"""The file `correspondances` that a file is read with, without a warehouse: found in the drop, completed there."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.disque import ecrire
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.correspondances import COLONNES, JEU_CORRESPONDANCES, Correspondance, noter_defauts
from mutualisation.ingestion.depot import lire_nom
from mutualisation.lecteurs.bloc import sans_total
from mutualisation.lecteurs.entete import Entete
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites
from mutualisation.sources.jeux import Registre

_EN_TETE = "Jeu;Colonne;Lu;Vaut\n"


@dataclass
class Table:
    """`chemin`: the file in force, None when there is none; `cible`: where rows would go; `refus`: why unread."""

    chemin: Path | None
    cible: Path | None
    lignes: list[Correspondance] = field(default_factory=list)
    refus: str | None = None


def lire_table(fichier: Path, donnee: Path | None, reg: Registre) -> Table:
    """The table given, else that of the drop in which `fichier` lies, highest version."""
    if donnee is not None:
        return _lue(donnee, donnee, reg) if donnee.exists() else Table(None, donnee)
    dossier = fichier.resolve().parent
    if dossier.name not in reg.noms:
        return Table(None, None)
    referentiel = dossier.parent / "referentiel"
    presents = sorted(referentiel.iterdir()) if referentiel.is_dir() else []
    jeu = reg.jeu(JEU_CORRESPONDANCES)
    versions = [(lu[1], f) for f in presents if (lu := lire_nom(jeu, f.name)) is not None]
    if not versions:
        return Table(None, referentiel / f"{JEU_CORRESPONDANCES}.csv")
    version, chemin = max(versions)
    lue = _lue(chemin, chemin, reg)
    if chemin.suffix.lower() == ".xlsx":
        lue.cible = referentiel / f"{JEU_CORRESPONDANCES}_v{version + 1}.csv"
    return lue


def _lue(chemin: Path, cible: Path, reg: Registre) -> Table:
    limites = Limites.de_l_environnement()
    try:
        lecteur = ouvrir(chemin, reg.jeu(JEU_CORRESPONDANCES), chemin.suffix.lower().removeprefix("."), limites)
        blocs = list(sans_total(lecteur.blocs()))
        lignes = noter_defauts(blocs, lecteur.entete, limites, reg)
    except (LectureRefusee, OSError) as e:
        return Table(chemin, cible, refus=str(e))
    return Table(chemin, cible, lignes)


def completer(t: Table, ajouts: Sequence[Correspondance], reg: Registre) -> Path:
    """Write the rows after those of the table, in its own writing, whole or not at all; the file written.

    ErreurMutualisation when there is nowhere to write, or the table can't be completed.
    """
    if t.cible is None:
        raise ErreurMutualisation(
            "Ce fichier n'est pas dans un dépôt : donner avec --correspondances le fichier où écrire les lignes."
        )
    if t.refus:
        raise ErreurMutualisation(f"{t.chemin} ne se lit pas, rien n'y est écrit : {t.refus}")
    if t.chemin is None or t.cible != t.chemin:
        corps = "".join(_ligne(x, None, ";") for x in [*t.lignes, *ajouts])
        octets = (_EN_TETE + corps).encode("utf-8-sig")
    else:
        octets = _complete(t.chemin, ajouts, reg)
    t.cible.parent.mkdir(parents=True, exist_ok=True)
    ecrire(t.cible, octets, 0o644)
    return t.cible


def _complete(chemin: Path, ajouts: Sequence[Correspondance], reg: Registre) -> bytes:
    lecteur = ouvrir(chemin, reg.jeu(JEU_CORRESPONDANCES), "csv", Limites.de_l_environnement())
    entete, dialecte = lecteur.entete, lecteur.dialecte
    if not set(COLONNES) <= set(entete.positions):
        raise ErreurMutualisation(f"{chemin} n'a pas ses quatre colonnes (Jeu, Colonne, Lu, Vaut) : les lui donner.")
    separateur = {"tabulation": "\t"}.get(str(dialecte["separateur"]), str(dialecte["separateur"]))
    existant = chemin.read_bytes()
    fin = b"" if not existant or existant.endswith((b"\n", b"\r")) else b"\n"
    code = str(dialecte["encodage"]).replace("-sig", "")
    try:
        return existant + fin + "".join(_ligne(x, entete, separateur) for x in ajouts).encode(code)
    except UnicodeEncodeError:
        raise ErreurMutualisation(
            f"{chemin} est en {code}, qui ne sait pas écrire ces noms : l'enregistrer en UTF-8."
        ) from None


def _ligne(x: Correspondance, entete: Entete | None, separateur: str) -> str:
    cellules = dict(zip(COLONNES, (x.jeu, x.colonne, x.lu, x.vaut), strict=True))
    rangee = list(cellules.values())
    if entete is not None:
        places = {p: n for n, p in entete.positions.items()}
        rangee = [cellules[places[i]] if i in places else "" for i in range(entete.largeur)]
    texte = io.StringIO()
    csv.writer(texte, delimiter=separateur, lineterminator="\n").writerow(rangee)
    return texte.getvalue()
