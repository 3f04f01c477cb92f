"""The sheet of a jeu in a workbook to correct: its columns, as the writer lays them and the reader finds them."""

from __future__ import annotations

from dataclasses import replace

from mutualisation.francais.neutralisation import neutraliser
from mutualisation.sources.jeux import Colonne, Jeu

FICHIER, LIGNE, SITUATION = "Fichier livré", "Ligne livrée", "Situation"
CAUSE, REGLE, REMEDE = "Cause", "Règle citée", "Remède"
EN_FAUTE, CORRIGE = "En faute", "Corrigé"
REPERE = "Repère"
AVANT = (FICHIER, LIGNE, SITUATION, CAUSE, REGLE, REMEDE, EN_FAUTE, CORRIGE)
SANS_COLONNE = "toute la ligne"


def entete_repere(jeu: Jeu) -> str:
    """Header of the last column, which says of which jeu the sheet is: mandats and titres have the same others."""
    return f"{REPERE} {jeu.nom}"


def jeu_de_la_feuille(jeu: Jeu) -> Jeu:
    """The sheet as the reader of XLSX files wants it: what designates a row is mandatory, its cells are not."""
    designation = (
        Colonne("fichier_livre", "texte", FICHIER, obligatoire=True),
        Colonne("ligne_livree", "texte", LIGNE, obligatoire=True),
        Colonne("en_faute", "texte", EN_FAUTE, obligatoire=True),
        Colonne("corrige", "texte", CORRIGE, obligatoire=True),
        Colonne("repere", "texte", entete_repere(jeu), obligatoire=True),
    )
    return replace(jeu, colonnes=designation + tuple(replace(c, obligatoire=False) for c in jeu.colonnes_entrepot))


def cachee(jeu: Jeu, colonne: Colonne) -> bool:
    """True for a column whose cells are not shown: personal data, and a free text that may name a person (K7)."""
    return colonne.confidentielle or (colonne.type == "texte" and jeu.personnes)


def montree(jeu: Jeu, colonne: Colonne, cellule: str) -> str:
    """A cell as the workbook shows it."""
    return "" if cachee(jeu, colonne) else neutraliser(cellule)


def tapee(cellule: str) -> str:
    """A cell as it was typed: the apostrophe that keeps a text from being a formula is no part of it (F10)."""
    return cellule[1:] if cellule[:1] == "'" and cellule[1:2] in ("=", "+", "-", "@", "\t") else cellule
