"""Rows of `correspondances` that would make a file pass: headers, values of enumerations, defaults (F16)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mutualisation.examen.reconnaissance import Reconnaissance
from mutualisation.examen.usages import defaut_usuel, sens_usuel
from mutualisation.ingestion.correspondances import Correspondance
from mutualisation.lecteurs.entete import normaliser
from mutualisation.sources.jeux import Colonne, Jeu

# beyond, the cells are no enumeration: another column stands under that name
_INCONNUES_MAX = 20
_MOTS = re.compile(r"\w+")
_NEGATIONS = frozenset({"non", "pas", "jamais", "ni", "sans", "hors", "sauf"})
# letters of a value that stands as a word in too many cells to tell anything
_COURTE = 2


@dataclass(frozen=True)
class Proposition:
    """A row to add, and why, in French."""

    ligne: Correspondance
    raison: str


def des_en_tetes(trouve: Reconnaissance) -> list[Proposition]:
    """Other names of the columns that the file lacks."""
    noms = {c.nom: c.entete or c.nom for c in trouve.jeu.colonnes}
    return [
        Proposition(Correspondance(trouve.jeu.nom, noms[nom], candidat.nom, ""), candidat.raison)
        for nom, candidat in trouve.candidats.items()
    ]


def des_defauts(trouve: Reconnaissance) -> list[Proposition]:
    """A value for each `*` column that neither the file nor `correspondances` has, where one is usual."""
    propositions = []
    for c in trouve.jeu.obligatoires:
        if c.nom in trouve.trouvees or c.nom in trouve.candidats or c.nom in trouve.traduction.defauts:
            continue
        if (valeur := defaut_usuel(trouve.jeu.nom, c.nom)) is not None:
            raison = "aucune colonne ne lui ressemble : à vérifier, la valeur vaut pour chaque ligne"
            propositions.append(Proposition(Correspondance(trouve.jeu.nom, c.entete or "", "", valeur), raison))
    return propositions


def des_valeurs(jeu: Jeu, inconnues_par_colonne: Mapping[str, Sequence[str]]) -> list[Proposition]:
    """What the unread values of enumerations usually mean; one that nothing tells is left to the reader."""
    propositions = []
    for nom, inconnues in inconnues_par_colonne.items():
        colonne = jeu.colonne(nom)
        if len(inconnues) > _INCONNUES_MAX:
            continue
        for lu in inconnues:
            valeur = _sens(jeu, colonne, lu)
            if valeur is not None:
                ligne = Correspondance(jeu.nom, colonne.entete or "", lu, valeur)
                propositions.append(Proposition(ligne, "sens usuel : à vérifier"))
    distinctes = {(p.ligne.colonne, normaliser(p.ligne.lu)): p for p in reversed(propositions)}
    return list(reversed(distinctes.values()))


def nouvelles(propositions: Sequence[Proposition], table: Sequence[Correspondance]) -> list[Proposition]:
    """Those that say nothing of what a row of the table already says."""
    dites = {_cle(ligne) for ligne in table}
    return [p for p in propositions if _cle(p.ligne) not in dites]


def _cle(ligne: Correspondance) -> tuple[str, str, str]:
    return normaliser(ligne.jeu), normaliser(ligne.colonne), normaliser(ligne.lu)


def _sens(jeu: Jeu, colonne: Colonne, lu: str) -> str | None:
    """The value of the contract that a cell usually means; None when several would do, or none.

    A file that speaks of people: a whole usual word only, for what is near one may be a name (K9, S2).
    """
    usuel = sens_usuel(colonne, lu)
    return usuel if usuel is not None or jeu.personnes else _par_mot(colonne, lu)


def _par_mot(colonne: Colonne, lu: str) -> str | None:
    """The only value that the words of a cell name. One of a letter or two: with words of the header only."""
    mots = set(_MOTS.findall(normaliser(lu)))
    if mots & _NEGATIONS:
        return None
    nommees = [v for v in colonne.valeurs if normaliser(v) in mots]
    if len(nommees) != 1:
        return None
    reste = mots - {normaliser(nommees[0])} - set(_MOTS.findall(normaliser(colonne.entete or "")))
    return nommees[0] if len(nommees[0]) > _COURTE or not reste else None
