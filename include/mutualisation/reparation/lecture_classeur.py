"""The workbook, once corrected: which rows it designates, which of their cells changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutualisation.lecteurs.bloc import BLANCS
from mutualisation.lecteurs.entete import epurer
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites
from mutualisation.lecteurs.tabulaire_xlsx import tetes_des_feuilles
from mutualisation.reparation import feuilles
from mutualisation.reparation.a_corriger import LigneFautive
from mutualisation.sources.jeux import Jeu, Registre

REECRIRE = "écrire un nouveau classeur par « mutualisation reparer --sortie DOSSIER » et y reporter les corrections"


@dataclass(frozen=True)
class Correction:
    """A row of the workbook that changed: ASCII column → the cell as it was typed."""

    ligne: LigneFautive
    valeurs: Mapping[str, str]


def lire_corrections(
    chemin: Path, fautives: Sequence[LigneFautive], reg: Registre, limites: Limites
) -> list[Correction]:
    """Rows that were corrected, in the order of the sheets.

    LectureRefusee, naming sheet and row, when the file is no workbook to correct, or when a row does not designate one
    that is still to correct: changed designation, file delivered again since, same row twice.
    """
    jeux = _jeux(chemin, reg, limites)
    attendues = {(f.fichier.chemin, str(f.ligne)): f for f in fautives}
    corrections = []
    for jeu in jeux:
        vues: set[tuple[str, str]] = set()
        for rang, cellules in _rangees(chemin, jeu, limites):
            cle = (cellules["fichier_livre"].strip(BLANCS), cellules["ligne_livree"].strip(BLANCS))
            ou = f"feuille « {jeu.nom} », rangée {rang}"
            ligne = _designee(attendues.get(cle), cellules["repere"].strip(BLANCS), jeu, ou)
            if cle in vues:
                raise LectureRefusee(f"{ou} : cette ligne du fichier est déjà plus haut, n'en garder qu'une.")
            vues.add(cle)
            if valeurs := _changees(jeu, ligne, cellules, ou):
                corrections.append(Correction(ligne, valeurs))
    return corrections


def _jeux(chemin: Path, reg: Registre, limites: Limites) -> list[Jeu]:
    """The jeux that have a sheet."""
    try:
        presentes = {epurer(c) for tete in tetes_des_feuilles(chemin, limites) for rangee in tete for c in rangee}
        if jeux := [j for j in reg.jeux if feuilles.entete_repere(j) in presentes]:
            return jeux
        raison = f"aucune feuille n'a sa colonne « {feuilles.REPERE} »"
    except LectureRefusee as refus:
        raison = str(refus)
    raise LectureRefusee(
        "ce n'est pas un classeur de lignes à corriger, ou il ne se lit pas ; donner un de ceux qu'écrit "
        f"« mutualisation reparer --sortie DOSSIER » ({raison})"
    )


def _rangees(chemin: Path, jeu: Jeu, limites: Limites) -> Iterator[tuple[int, dict[str, str]]]:
    """(row of the sheet, cells by ASCII column) of the sheet of a jeu."""
    lecteur = ouvrir(chemin, feuilles.jeu_de_la_feuille(jeu), "xlsx", limites)
    positions = lecteur.entete.positions if lecteur.entete else {}
    for bloc in lecteur.blocs():
        for i, (numero, rangee) in enumerate(zip(bloc.lignes, bloc.rangees, strict=True)):
            if i in bloc.defauts:
                raise LectureRefusee(f"feuille « {jeu.nom} », rangée {numero} : {bloc.defauts[i][1]}.")
            yield numero, {n: rangee[p] if p < len(rangee) else "" for n, p in positions.items()}


def _designee(ligne: LigneFautive | None, repere: str, jeu: Jeu, ou: str) -> LigneFautive:
    if ligne is None or ligne.fichier.jeu != jeu.nom:
        raise LectureRefusee(f"{ou} : le fichier qui compte n'a pas, ou n'a plus, cette ligne à corriger ; {REECRIRE}.")
    if ligne.repere != repere:
        raise LectureRefusee(
            f"{ou} : « {feuilles.FICHIER} », « {feuilles.LIGNE} » ou « {feuilles.REPERE} » a été modifié, ou le "
            f"fichier a été livré de nouveau depuis ; {REECRIRE}."
        )
    return ligne


def _changees(jeu: Jeu, ligne: LigneFautive, cellules: dict[str, str], ou: str) -> dict[str, str]:
    """Cells that are not as they were shown; « Corrigé » is that of the column at fault, when there is one."""
    valeurs = {
        c.nom: feuilles.tapee(cellules[c.nom])
        for c in jeu.colonnes_entrepot
        if c.nom in cellules and cellules[c.nom] != feuilles.montree(jeu, c, ligne.cellules.get(c.nom, ""))
    }
    corrige = cellules["corrige"]
    if corrige.strip(BLANCS):
        valeurs[_colonne_en_faute(jeu, ligne, ou)] = feuilles.tapee(corrige)
    return valeurs


def _colonne_en_faute(jeu: Jeu, ligne: LigneFautive, ou: str) -> str:
    en_faute = {f.colonne for f in ligne.fautes if f.colonne}
    noms = [c.nom for c in jeu.colonnes_entrepot if (c.entete or c.nom) in en_faute]
    if len(noms) != 1:
        raise LectureRefusee(
            f"{ou} : « {feuilles.CORRIGE} » ne dit pas de quelle colonne (en faute : "
            f"{' ; '.join(sorted(en_faute)) or feuilles.SANS_COLONNE}) : écrire dans les cellules de la ligne."
        )
    return noms[0]
