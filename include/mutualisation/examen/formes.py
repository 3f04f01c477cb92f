"""What a file is that is no table of rows: a pivot table, periods across, a header on two rows, none at all; which rows
of a table are no data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from mutualisation.examen.reconnaissance import Apercu, est_total, marques, tetes
from mutualisation.ingestion.cellules_lues import date, nombre
from mutualisation.lecteurs.bloc import Bloc
from mutualisation.lecteurs.entete import BANNIERES, epurer, normaliser
from mutualisation.sources.jeux import Jeu
from mutualisation.sources.registre import registre

# labels of periods side by side from which rows are not rows any more; of days, which a data row may hold too
_PERIODES_MIN, _JOURS_MIN = 3, 5
_TETE = 12
_LIGNES_DITES = 5
PIVOT = (
    "c'est un tableau croisé dynamique, non la liste des lignes dont il est tiré : exporter cette liste (dans Excel, "
    "un double-clic sur le total général la donne) (F5)."
)
SANS_ENTETE = (
    "aucune des {n} premières lignes n'est un en-tête, des données y sont déjà : exporter avec la ligne des noms de "
    "colonnes, ou la rétablir (F5)."
)
DEUX_LIGNES = "l'en-tête tient sur deux lignes (cellules fusionnées) : n'en faire qu'une, un nom par colonne (F5)."
PAS_UN_TABLEAU = (
    "ce n'est pas un tableau, rien n'y sépare de colonnes : l'exporter avec un point-virgule, une virgule ou une "
    "tabulation pour séparateur (F5)."
)


def forme_etrangere(apercus: Sequence[Apercu], jeu: Jeu | None) -> str | None:
    """What the first rows are, and the remedy; None for a table of rows under a header. `jeu`: the nearest one."""
    tableaux = [a.rangees for a in apercus if any(sum(bool(epurer(c)) for c in r) > 1 for r in a.rangees)]
    if not tableaux:
        return PAS_UN_TABLEAU
    rangees = max(tableaux, key=lambda t: sum(len(r) > 1 for r in t) * max(map(len, t)))
    if any(_de_pivot(normaliser(c)) for r in rangees for c in r):
        return PIVOT
    if (periode := next(filter(None, map(_periodes_croisees, rangees[:_TETE])), None)) is not None:
        detail = f"« {jeu.nom} », {jeu.libelle[0].lower()}{jeu.libelle[1:]}" if jeu else "une ligne par valeur"
        return (
            f"c'est un tableau croisé, avec une colonne par {periode} : exporter le détail dont il est tiré "
            f"({detail}), la date dans une colonne, la valeur dans une autre (F5)."
        )
    if jeu is not None and _sur_deux_lignes(rangees, jeu):
        return DEUX_LIGNES
    if not tetes([Apercu(rangees)]) and any(nombre(c) or date(c) for r in rangees for c in r):
        return SANS_ENTETE.format(n=min(BANNIERES + 1, len(rangees)))
    return None


def _de_pivot(cellule: str) -> bool:
    """« Étiquettes de lignes », « Somme de Montant TTC »; « Nombre de luminaires » is any header."""
    noms = (cellule.removeprefix(m) for m in marques("calculs") if cellule.startswith(m))
    return cellule.startswith(marques("pivot")) or not _entetes().isdisjoint(noms)


@cache
def _entetes() -> frozenset[str]:
    return frozenset(normaliser(c.entete) for j in registre().jeux for c in j.colonnes if c.entete)


def _periodes_croisees(rangee: Sequence[str]) -> str | None:
    """What stands across a row: mois, jour, semaine."""
    noms = [normaliser(c).rstrip(".") for c in rangee if epurer(c)]
    mots = [n.replace("-", " ").replace(".", " ").split() or [""] for n in noms]
    if len({m[0] for m in mots if m[0] in marques("mois")}) >= _PERIODES_MIN:
        return "mois"
    if len({m[0] for m in mots if m[0] in marques("jours")}) >= _PERIODES_MIN:
        return "jour"
    if _suite([int(n[1:]) for n in noms if n[:1] == "s" and n[1:].isdecimal()]) >= _PERIODES_MIN:
        return "semaine"
    if _suite([rang for n in noms if (rang := _rang_de_mois(n)) is not None]) >= _PERIODES_MIN:
        return "mois"
    jours = [x for n in noms if (x := date(n))]
    if len(jours) >= _JOURS_MIN and jours == sorted(set(jours)):
        return "jour"
    return "jour" if _suite([int(n) for n in noms if n.isdecimal() and len(n) < 3]) >= _JOURS_MIN else None


def _rang_de_mois(nom: str) -> int | None:
    """Months since year 0 of « 2023-01 » or « 01/2023 »."""
    a, _, b = nom.replace("-", "/").partition("/")
    if len(a) < len(b):
        a, b = b, a
    return int(a) * 12 + int(b) if len(a) == 4 and a.isdecimal() and b.isdecimal() and 0 < int(b) < 13 else None


def _suite(nombres: Sequence[int]) -> int:
    """Length of the longest run of numbers that follow each other."""
    plus_longue = courante = int(bool(nombres))
    for avant, apres in pairwise(nombres):
        courante = courante + 1 if apres == avant + 1 else 1
        plus_longue = max(plus_longue, courante)
    return plus_longue


def _sur_deux_lignes(rangees: Sequence[Sequence[str]], jeu: Jeu) -> bool:
    """Whether two rows, one under the other, hold together the `*` columns that neither holds alone."""
    exigees = {normaliser(c.entete or "") for c in jeu.obligatoires}
    for haut, bas in pairwise(rangees[: BANNIERES + 2]):
        dessus, porte = list(haut) + [""] * (len(bas) - len(haut)), ""
        noms: set[str] = set()
        for i, sous in enumerate([*bas, *[""] * (len(dessus) - len(bas))]):
            porte = epurer(dessus[i]) or porte
            noms |= {normaliser(sous), normaliser(f"{porte} {sous}"), normaliser(dessus[i]) if not epurer(sous) else ""}
        if exigees <= noms and not exigees <= set(map(normaliser, haut)) and not exigees <= set(map(normaliser, bas)):
            return True
    return False


# ---------------------------------------------------------------- rows that are no data
def avis_sur_les_rejets(blocs: Iterable[Bloc], rejetees: set[int], entete: Sequence[str]) -> list[str]:
    """What is to be known of rejected rows that are totals, or the header again. No cell is quoted (K9)."""
    totaux: list[int] = []
    entetes: list[int] = []
    derniere = 0
    for ligne, rangee in _lignes(blocs):
        derniere = ligne
        if ligne not in rejetees:
            continue
        pleines = sum(bool(epurer(c)) for c in rangee)
        if pleines * 2 <= len(entete) + 1 and any(map(est_total, rangee)):
            totaux.append(ligne)
        elif _repete(rangee, entete):
            entetes.append(ligne)
    avis = []
    if totaux:
        fin = " ; la dernière ligne n'est lue comme un total que si sa première cellule remplie est « Total », seul"
        avis.append(
            f"{_dites(totaux)} : des totaux ou sous-totaux, lus comme des données{fin if derniere in totaux else ''} : "
            "les retirer de l'export (F4)"
        )
    if entetes:
        avis.append(f"{_dites(entetes)} : l'en-tête y est répété (sauts de page) : exporter sans mise en page (F5)")
    return avis


def _lignes(blocs: Iterable[Bloc]) -> Iterator[tuple[int, list[str]]]:
    for bloc in blocs:
        yield from zip(bloc.lignes, bloc.rangees, strict=True)


def _repete(rangee: Sequence[str], entete: Sequence[str]) -> bool:
    pareilles = sum(bool(epurer(c)) and normaliser(c) == normaliser(n) for c, n in zip(rangee, entete, strict=False))
    return pareilles * 2 > sum(bool(epurer(n)) for n in entete)


def _dites(lignes: Sequence[int]) -> str:
    citees = ", ".join(map(str, lignes[:_LIGNES_DITES]))
    reste = len(lignes) - _LIGNES_DITES
    return f"ligne{'s' if len(lignes) > 1 else ''} {citees}" + (f" et {reste} de plus" if reste > 0 else "")
