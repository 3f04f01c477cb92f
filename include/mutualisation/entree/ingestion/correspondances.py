"""Read the table `correspondances`: what each row says, which rows are at fault, what the others mean (F16)."""

from __future__ import annotations

import difflib
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mutualisation.entree.ingestion.cellules_lues import Memoire
from mutualisation.entree.lecteurs.bloc import BLANCS, Bloc, visible
from mutualisation.entree.lecteurs.entete import Entete, Traduction, normaliser
from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.entree.sources.registre import registre

JEU_CORRESPONDANCES = "correspondances"
COLONNES = ("jeu", "colonne", "lu", "vaut")
Defaut = tuple[str, str]


@dataclass(frozen=True)
class Correspondance:
    """A row of the table has these cells as delivered."""

    jeu: str
    colonne: str
    lu: str
    vaut: str

    @classmethod
    def de_cellules(cls, cellules: Iterable[str]) -> Correspondance:
        """Read four cells in the order of `COLONNES`, trimmed; a header stays as the file has it."""
        brutes = list(cellules)
        jeu, colonne, lu, vaut = [visible(c).strip(BLANCS) for c in brutes]
        return cls(jeu, colonne, lu if vaut else brutes[2].strip(), vaut)


def traducteur(valeurs: Mapping[str, str]) -> Memoire[str]:
    """Return the memory of what a cell is read as: itself when nothing is said of it (F16)."""
    return Memoire(lambda cellule: valeurs.get(normaliser(cellule), cellule))


def defauts(lignes: Sequence[Correspondance]) -> list[Defaut | None]:
    """Return for each row (ASCII column at fault, reason in French) or None (F16). No cell is quoted."""
    trouves = [_defaut(ligne) for ligne in lignes]
    groupes: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i, ligne in enumerate(lignes):
        if trouves[i] is None:
            groupes[normaliser(ligne.jeu), normaliser(ligne.colonne), normaliser(ligne.lu)].append(i)
    for rangs in groupes.values():
        if len({lignes[i].vaut for i in rangs}) > 1:
            for i in rangs:
                trouves[i] = ("vaut", "une autre ligne donne un autre Vaut aux mêmes Jeu, Colonne et Lu (F16)")
    return trouves


def compiler(lignes: Sequence[Correspondance]) -> dict[str, Traduction]:
    """Return what the sound rows mean, by name of jeu; rows at fault take no part."""
    par_jeu: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for ligne, defaut in zip(lignes, defauts(lignes), strict=True):
        if defaut is None:
            jeu = _jeu(ligne.jeu)
            colonne = _colonne_du_jeu(ligne.colonne, jeu) if jeu else None
            if jeu and colonne:
                par_jeu[jeu.nom].append((colonne.nom, ligne.lu, ligne.vaut))
    return {nom: _traduction(registre().jeu(nom), regles) for nom, regles in par_jeu.items()}


def noter_defauts(blocs: Sequence[Bloc], entete: Entete, limites: Limites) -> list[Correspondance]:
    """Note on the rows of a file what F16 says of them, so that `rejets` shows it; return the sound rows. A row that
    the reader rejects already (a cell too long, too many cells) is left as it is, and says nothing."""
    rangs: list[tuple[Bloc, int]] = []
    lignes: list[Correspondance] = []
    for bloc in blocs:
        for i, rangee in enumerate(bloc.rangees):
            en_trop = any(c.strip(BLANCS) for c in rangee[entete.largeur :])
            if i not in bloc.defauts and not en_trop and max(map(len, rangee)) <= limites.cellule:
                rangs.append((bloc, i))
                lignes.append(_lire_correspondance(rangee, entete))
    saines = []
    for (bloc, i), ligne, defaut in zip(rangs, lignes, defauts(lignes), strict=True):
        if defaut is None:
            saines.append(ligne)
        else:
            bloc.defauts[i] = (entete.positions.get(defaut[0]), defaut[1])
    return saines


def _lire_correspondance(rangee: Sequence[str], entete: Entete) -> Correspondance:
    places = [entete.positions.get(c) for c in COLONNES]
    return Correspondance.de_cellules("" if p is None or p >= len(rangee) else rangee[p] for p in places)


def _defaut(ligne: Correspondance) -> Defaut | None:
    for nom, cellule in (("jeu", ligne.jeu), ("colonne", ligne.colonne)):
        if not cellule:
            return nom, "cellule obligatoire vide (G1)"
    jeu = _jeu(ligne.jeu)
    if jeu is None:
        return "jeu", f"jeu inconnu{_nom_proche(ligne.jeu, [j.nom for j in registre().jeux])} (F16)"
    if jeu.format != "tabulaire" or jeu.nom == JEU_CORRESPONDANCES:
        return "jeu", "ce jeu ne prend pas de correspondances (F16)"
    colonne = _colonne_du_jeu(ligne.colonne, jeu)
    if colonne is None:
        return "colonne", f"colonne inconnue de {jeu.nom}{_nom_proche(ligne.colonne, _entetes(jeu))} (F16)"
    if not ligne.lu and not ligne.vaut:
        return "lu", "ni Lu ni Vaut : donner l'un ou l'autre (F16)"
    if ligne.vaut and colonne.type in ("personnel", "pseudonyme", "courriel"):
        return "vaut", "colonne de données personnelles : un autre en-tête, jamais une valeur (F16, S2)"
    return None


def _jeu(nom: str) -> Jeu | None:
    cherche = normaliser(nom)
    return next((j for j in registre().jeux if normaliser(j.nom) == cherche), None)


def _colonne_du_jeu(nom: str, jeu: Jeu) -> Colonne | None:
    cherche = normaliser(nom)
    return next((c for c in jeu.colonnes if c.entete and normaliser(c.entete) == cherche), None)


def _entetes(jeu: Jeu) -> list[str]:
    return [c.entete for c in jeu.colonnes if c.entete]


def _nom_proche(nom: str, connus: Sequence[str]) -> str:
    replis = {normaliser(c): c for c in connus}
    proche = difflib.get_close_matches(normaliser(nom), list(replis), 1, 0.6)
    return f", le plus proche : « {replis[proche[0]]} »" if proche else ""


def _traduction(jeu: Jeu, regles: Iterable[tuple[str, str, str]]) -> Traduction:
    """Compile (ASCII column, Lu, Vaut). The literal header of a column is never another name of one."""
    litteraux = {normaliser(e) for e in _entetes(jeu)}
    distinctes = sorted({(colonne, normaliser(lu), vaut) for colonne, lu, vaut in regles})
    entetes: dict[str, set[str]] = defaultdict(set)
    valeurs: dict[str, dict[str, str]] = defaultdict(dict)
    par_defaut: dict[str, str] = {}
    for colonne, lu, vaut in distinctes:
        if not lu:
            par_defaut[colonne] = vaut
        elif vaut:
            valeurs[colonne][lu] = vaut
        elif lu not in litteraux:
            entetes[colonne].add(lu)
    empreinte = hashlib.sha256(repr(distinctes).encode("utf-8", "surrogatepass")).hexdigest()
    return Traduction({c: frozenset(n) for c, n in entetes.items()}, dict(valeurs), par_defaut, empreinte)
