"""What a file is that is no table of rows: a pivot table, periods across, a header on two rows or in a column, none at
all; which rows of a table are no data."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, groupby, zip_longest

from mutualisation.entree.ingestion.cellules_lues import date, nombre
from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.entete import BANNIERES, epurer, normaliser
from mutualisation.entree.lecteurs.tabulaire_csv import SEPARATEURS
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.francais.formats import enumerer
from mutualisation.usage.examen.reconnaissance import Apercu, est_total, marques, tetes

# labels of periods side by side from which rows are not rows any more; of days, which a data row may hold too
_PERIODES_MIN, _JOURS_MIN = 3, 5
_TETE = 12
# columns of a table that lies on its side
_COUCHEES = 40
_LIGNES_DITES = 5
# labels of periods: figures, alone or after a letter; months of a year
_LABELS = re.compile(r"s(?P<semaine>\d\d?)|t(?P<trimestre>[1-4])|(?P<annee>(?:19|20)\d\d)|(?P<quantieme>\d\d?)")
_MOIS = re.compile(r"(?P<a>\d{4})[-/](?P<m>0[1-9]|1[0-2])|(?P<n>0[1-9]|1[0-2])[-/](?P<b>\d{4})")
_MOT, _COURT = re.compile(r"[-. ]"), 2
PIVOT = (
    "c'est un tableau croisé dynamique, non la liste des lignes dont il est tiré : exporter cette liste (dans Excel, "
    "un double-clic sur le total général la donne) (F5)."
)
SANS_ENTETE = (
    "aucune des {n} premières lignes n'est un en-tête, des données y sont déjà : exporter avec la ligne des noms de "
    "colonnes, ou la rétablir (F5)."
)
DEUX_LIGNES = "l'en-tête tient sur deux lignes (cellules fusionnées) : n'en faire qu'une, un nom par colonne (F5)."
COUCHE = (
    "le tableau est couché, les noms de colonnes l'un sous l'autre : le transposer, une ligne par enregistrement (dans "
    "Excel, Collage spécial > Transposé) (F5)."
)
D_UN_BLOC = (
    "chaque ligne est dans une seule cellule, séparateurs compris (ligne entière entre guillemets, ou texte collé dans "
    "la colonne A) : exporter de nouveau, ou répartir en colonnes (dans Excel, Données > Convertir) (F5)."
)
AUCUNE_LIGNE = "le fichier n'a aucune ligne : vérifier le filtre et la période de l'export, puis le redéposer (F6)."
PAS_UN_TABLEAU = (
    "ce n'est pas un tableau, rien n'y sépare de colonnes : l'exporter avec un point-virgule, une virgule ou une "
    "tabulation pour séparateur (F5)."
)


def forme_etrangere(apercus: Sequence[Apercu], jeu: Jeu | None) -> str | None:
    """What the first rows are, and the remedy; None for a table of rows under a header. `jeu`: the nearest one."""
    toutes = [r for a in apercus for r in a.rangees]
    tableaux = [a.rangees for a in apercus if any(sum(bool(epurer(c)) for c in r) > 1 for r in a.rangees)]
    if not tableaux:
        d_un_bloc = any(c.count(s) > 1 for r in toutes for c in r for s in SEPARATEURS)
        return AUCUNE_LIGNE if not toutes else D_UN_BLOC if d_un_bloc else PAS_UN_TABLEAU
    rangees = max(tableaux, key=lambda t: sum(len(r) > 1 for r in t) * max(map(len, t)))
    if any(_de_pivot(normaliser(c)) for r in rangees for c in r):
        return PIVOT
    if (periode := next(filter(None, map(_periodes_croisees, rangees[:_TETE])), None)) is not None:
        detail = f"« {jeu.nom} », {jeu.libelle[0].lower()}{jeu.libelle[1:]}" if jeu else "une ligne par valeur"
        return (
            f"c'est un tableau croisé, avec une colonne par {periode} : exporter le détail dont il est tiré "
            f"({detail}), la date dans une colonne, la valeur dans une autre (F5)."
        )
    if not tetes([Apercu(rangees)]) and any(nombre(c) or date(c) for r in rangees for c in r):
        return SANS_ENTETE.format(n=min(BANNIERES + 1, len(rangees)))
    return None


def redresses(apercus: Iterable[Apercu]) -> Iterator[Apercu]:
    """The same rows, as if two that follow each other were one header, by both names or by the lower one, then as if
    columns were rows. No name of them is for the report: they may be data."""
    for apercu in apercus:
        rangees = apercu.rangees
        for i in range(min(BANNIERES + 1, len(rangees) - 1)):
            haut, bas = zip(*zip_longest(rangees[i], rangees[i + 1], fillvalue=""), strict=True)
            porte: Iterator[str] = accumulate(haut, lambda avant, nom: nom if epurer(nom) else avant)
            for fondue in (
                map(" ".join, zip(porte, bas, strict=True)),
                map(" ".join, zip(haut, bas, strict=True)),
                (b or h for h, b in zip(haut, bas, strict=True)),
            ):
                yield Apercu([list(fondue), *rangees[i + 2 :]], DEUX_LIGNES)
        yield Apercu([list(c) for c in zip_longest(*rangees[:_COUCHEES], fillvalue="")], COUCHE)


def _de_pivot(cellule: str) -> bool:
    """« Étiquettes de lignes », « Somme de Montant TTC »; « Nombre de luminaires » is any header."""
    noms = (cellule.removeprefix(m) for m in marques("calculs") if cellule.startswith(m))
    return cellule.startswith(marques("pivot")) or not _entetes().isdisjoint(noms)


@cache
def _entetes() -> frozenset[str]:
    return frozenset(normaliser(c.entete) for j in registre().jeux for c in j.colonnes if c.entete)


def _periodes_croisees(rangee: Sequence[str]) -> str | None:
    """What stands across a row: année, trimestre, mois, semaine, jour."""
    rangs: dict[str, list[int]] = defaultdict(list)
    for genre, rang in filter(None, (_periode(normaliser(c).rstrip(".")) for c in rangee)):
        rangs[genre].append(rang)
    for genre, lus in rangs.items():
        # days that are worked do not all follow each other
        longueur = len(lus) if genre == "date" and lus == sorted(set(lus)) else _suite(lus)
        if longueur >= (_JOURS_MIN if genre in ("date", "quantieme") else _PERIODES_MIN):
            return {"annee": "année", "date": "jour", "quantieme": "jour"}.get(genre, genre)
    return None


def _periode(nom: str) -> tuple[str, int] | None:
    """What a label is a period of, and its rank; None for any other."""
    mot = _MOT.split(nom)[0]
    for genre in ("mois", "jour") if len(mot) > _COURT else ():
        if rang := next((i for i, m in enumerate(marques(genre), 1) if m.startswith(mot)), 0):
            return genre, rang
    if (forme := _LABELS.fullmatch(nom)) and forme.lastgroup:
        return forme.lastgroup, int(forme[forme.lastgroup])
    if mois := _MOIS.fullmatch(nom):
        return "mois", int(mois["a"] or mois["b"]) * 12 + int(mois["m"] or mois["n"])
    jour = date(nom)
    return ("date", dt.date.fromisoformat(jour).toordinal()) if jour else None


def _suite(nombres: Sequence[int]) -> int:
    """Length of the longest run of numbers that follow each other."""
    departs = (nombre_ - rang for rang, nombre_ in enumerate(nombres))
    return max((len(list(suite)) for _, suite in groupby(departs)), default=0)


# ---------------------------------------------------------------- rows that are no data
_SORTES = {
    "totaux": "{} : des totaux ou sous-totaux, lus comme des données{} : les retirer de l'export (F4)",
    "en-tête": "{} : l'en-tête y est répété (sauts de page) : exporter sans mise en page (F5)",
    "bloc": "{} : les cellules y sont séparées autrement que l'en-tête : exporter avec un seul séparateur (F5)",
    "seule": "{} : une seule cellule y est remplie (rupture, pied de page) : les retirer de l'export (F5)",
}
_TOTAL_LU = " ; la dernière ligne n'est lue comme un total que si sa première cellule remplie est « Total », seul"


def avis_sur_les_rejets(blocs: Iterable[Bloc], rejetees: set[int], entete: Sequence[str]) -> list[str]:
    """What is to be known of rejected rows that are no data. No cell is quoted (K9)."""
    trouvees: dict[str, list[int]] = {sorte: [] for sorte in _SORTES}
    derniere = 0
    for ligne, rangee in (x for bloc in blocs for x in zip(bloc.lignes, bloc.rangees, strict=True)):
        derniere = ligne
        if ligne in rejetees and (sorte := _sorte(rangee, entete)):
            trouvees[sorte].append(ligne)
    fin = _TOTAL_LU if derniere in trouvees["totaux"] else ""
    return [_SORTES[sorte].format(_dites(lignes), fin) for sorte, lignes in trouvees.items() if lignes]


def _sorte(rangee: Sequence[str], entete: Sequence[str]) -> str | None:
    pleines = sum(bool(epurer(c)) for c in rangee)
    if pleines * 2 <= len(entete) + 1 and any(map(est_total, rangee)):
        return "totaux"
    if max(c.count(s) for c in rangee for s in SEPARATEURS) * 2 >= len(entete):
        return "bloc"
    if pleines == 1:
        return "seule"
    pareilles = sum(bool(epurer(c)) and normaliser(c) == normaliser(n) for c, n in zip(rangee, entete, strict=False))
    return "en-tête" if pareilles * 2 > sum(bool(epurer(n)) for n in entete) else None


def _dites(lignes: Sequence[int]) -> str:
    return f"ligne{'s' if len(lignes) > 1 else ''} {enumerer(map(str, lignes), _LIGNES_DITES)}"
