"""Rows of `correspondances` that would make a file pass: headers, values of enumerations, defaults (F16)."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mutualisation.examen.reconnaissance import Reconnaissance
from mutualisation.examen.usages import VALEURS, defaut_usuel
from mutualisation.ingestion.correspondances import Correspondance
from mutualisation.ingestion.entete import normaliser
from mutualisation.sources.jeux import Colonne, Jeu

# beyond, the cells are no enumeration: another column stands under that name
_INCONNUES_MAX = 20


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


def des_defauts(trouve: Reconnaissance, donnees: Iterable[str]) -> list[Proposition]:
    """A value for each `*` column that neither the file nor `donnees` (already given) has, where one is usual."""
    propositions = []
    for c in trouve.jeu.obligatoires:
        if c.nom in trouve.trouvees or c.nom in trouve.candidats or c.nom in donnees:
            continue
        if (valeur := defaut_usuel(trouve.jeu.nom, c.nom)) is not None:
            raison = "aucune colonne ne lui ressemble : à vérifier, la valeur vaut pour chaque ligne"
            propositions.append(Proposition(Correspondance(trouve.jeu.nom, c.entete or "", "", valeur), raison))
    return propositions


def des_valeurs(jeu: Jeu, inconnues_par_colonne: Mapping[str, Counter[str]]) -> list[Proposition]:
    """What the unread values of enumerations usually mean; one that nothing tells is left to the reader."""
    propositions = []
    for nom, inconnues in inconnues_par_colonne.items():
        colonne = jeu.colonne(nom)
        if len(inconnues) > _INCONNUES_MAX:
            continue
        for lu in inconnues:
            valeur = _sens(colonne, lu)
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


def _sens(colonne: Colonne, lu: str) -> str | None:
    """The value of the contract that a cell usually means; None when several would do, or none."""
    plat = normaliser(lu)
    usuelles = [v for v, mots in VALEURS.get(colonne.nom, {}).items() if v in colonne.valeurs and plat in mots]
    if len(usuelles) == 1:
        return usuelles[0]
    replis = {normaliser(v): v for v in colonne.valeurs}
    mots = plat.replace(".", " ").replace("-", " ").split()
    par_mot = {replis[m] for m in mots if m in replis}
    if len(par_mot) == 1:
        return par_mot.pop()
    proches = difflib.get_close_matches(plat, [r for r in replis if len(r) > 3], 2, 0.75)
    return replis[proches[0]] if len(proches) == 1 else None
