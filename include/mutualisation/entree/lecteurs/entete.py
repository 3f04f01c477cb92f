"""Find the header of a jeu in the first rows of a table, whatever its format. It tells names, banner lines, missing,
doubled, ignored columns (F5), other names (F16)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from mutualisation.entree.lecteurs.bloc import BLANCS
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.lecteurs.noms import montrable
from mutualisation.entree.sources.jeux import Colonne, Jeu

# this many lines may stand before a header
BANNIERES = 5
_ESPACES = re.compile(r"\s+")
# exports take any apostrophe: ' ’ ‘ ʼ ′ ´ ` and their like
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\uff07]")


@dataclass(frozen=True)
class Traduction:
    """`correspondances` says this of one jeu, by ASCII column; headers and cells read are folded (F5). `entetes` gives
    other headers of a column; `valeurs` {cell read: value}; `defauts` the value of every row where the column is
    absent. The journal keeps `empreinte`, None when nothing is said."""

    entetes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    valeurs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defauts: Mapping[str, str] = field(default_factory=dict)
    empreinte: str | None = None


SANS_TRADUCTION = Traduction()


def entete_du_registre(jeu: Jeu) -> Entete:
    """Return the header of rows that follow the columns of the registry: PES, DECP, rows of the warehouse."""
    noms = [c.nom for c in jeu.colonnes_entrepot]
    return Entete({nom: i for i, nom in enumerate(noms)}, len(noms), 0)


@dataclass(frozen=True)
class Entete:
    """`positions` is {ASCII name of a column: index in the row}; `dates` are those where a bare number is a day."""

    positions: dict[str, int]
    largeur: int
    bannieres: int
    dates: frozenset[int] = frozenset()
    ignorees: tuple[str, ...] = ()
    absentes: tuple[str, ...] = ()

    @property
    def dialecte(self) -> dict[str, object]:
        """Return what the journal keeps: a column that no contract names may bear the name of a person (K9)."""
        return {
            "bannieres": self.bannieres,
            "colonnes_ignorees": [montrable(n) for n in self.ignorees],
            "colonnes_absentes": list(self.absentes),
        }


@dataclass
class Tete:
    """The first rows of a table are read in one way; `suites` is the place in the file after each. `maniere` says how
    the reader reads the rest so (a separator, a sheet)."""

    rangees: list[list[str]]
    suites: Sequence[int]
    maniere: Any = None


Porte = Callable[[Tete], bool]


def epurer(nom: str) -> str:
    """Show a name in NFC, spaces of any kind collapsed, trimmed."""
    return _ESPACES.sub(" ", unicodedata.normalize("NFC", nom)).strip()


@lru_cache(4096)
def normaliser(nom: str) -> str:
    """Fold a name to compare it: `epurer`, then without case, accents or the kind of apostrophe (F5, C7)."""
    # the acute accent that stands alone is an apostrophe: it goes before accents, and before its own decomposition
    lettres = unicodedata.normalize("NFD", _APOSTROPHES.sub("'", epurer(nom)))
    return "".join(c for c in lettres if not unicodedata.combining(c)).casefold()


def est_vide(rangee: Sequence[str]) -> bool:
    """Say whether every cell of the row is blank."""
    return not any(c.strip(BLANCS) for c in rangee)


def trouver_entete(
    jeu: Jeu, rangees: Sequence[Sequence[str]], traduction: Traduction = SANS_TRADUCTION
) -> tuple[int, Entete] | None:
    """Return (index, header) of the first row to hold every `*` column, among the first that are not blank; else None.
    A column may go by another name that `traduction` gives, or be absent when it gives its value (F16). Raises
    `LectureRefusee` when a known column is there twice, or two other names of it, or one that two columns share."""
    noms_de = _noms_de(jeu, traduction)
    connus = frozenset[str]().union(*noms_de.values())
    for rang, (i, noms) in enumerate(islice(_non_vides(rangees), BANNIERES + 1)):
        replis = {normaliser(n) for n in noms}
        if all(replis & noms_de[c.nom] for c in _colonnes_exigees(jeu, traduction)) and replis & connus:
            return i, _placer_colonnes(jeu, noms, rang, traduction)
    return None


def _colonnes_exigees(jeu: Jeu, traduction: Traduction) -> list[Colonne]:
    return [c for c in jeu.colonnes if c.obligatoire and c.nom not in traduction.defauts]


def _noms_de(jeu: Jeu, traduction: Traduction) -> dict[str, frozenset[str]]:
    """Return {ASCII column: the folded headers that name it, literal and other}."""
    autres = traduction.entetes
    return {c.nom: autres.get(c.nom, frozenset()) | {normaliser(c.entete or "")} for c in jeu.colonnes}


def _non_vides(rangees: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((i, [epurer(c) for c in rangee]) for i, rangee in enumerate(rangees) if not est_vide(rangee))


def _placer_colonnes(jeu: Jeu, noms: list[str], bannieres: int, traduction: Traduction) -> Entete:
    """Place columns by their literal header, the others by the names of `correspondances` (F16)."""
    litteraux = {c.nom: normaliser(c.entete or "") for c in jeu.colonnes}
    replis = [normaliser(n) for n in noms]
    libres = [i for i, repli in enumerate(replis) if repli not in litteraux.values()]
    positions: dict[str, int] = {}
    for c in jeu.colonnes:
        places = [i for i, repli in enumerate(replis) if repli == litteraux[c.nom]]
        autres = [i for i in libres if replis[i] in traduction.entetes.get(c.nom, ())]
        if len(places) > 1:
            raise _deux_fois(noms[places[0]], noms[places[1]])
        if not places and len(autres) > 1:
            cites = " et ".join(f"« {noms[i]} »" for i in autres)
            raise LectureRefusee(
                f"{cites} sont deux en-têtes que correspondances donne à la colonne « {c.entete} » : "
                "n'en garder qu'un (F16)."
            )
        if places or autres:
            positions[c.nom] = (places or autres)[0]
    for place, colonnes in Counter(positions.values()).items():
        if colonnes > 1:
            deux = " et ".join(f"« {c.entete} »" for c in jeu.colonnes if positions.get(c.nom) == place)
            raise LectureRefusee(
                f"correspondances donne l'en-tête « {noms[place]} » aux colonnes {deux} : ne le donner qu'à une (F16)."
            )
    return Entete(
        positions=positions,
        largeur=len(noms),
        bannieres=bannieres,
        dates=frozenset(positions[c.nom] for c in jeu.colonnes if c.type == "date" and c.nom in positions),
        # a column that no contract names may bear the name of a person (K9)
        ignorees=tuple(
            f"colonne {i + 1}" if jeu.personnes else n for i, n in enumerate(noms) if n and i not in positions.values()
        ),
        absentes=tuple(
            c.entete or c.nom for c in jeu.colonnes if c.nom not in positions and c.nom not in traduction.defauts
        ),
    )


def _deux_fois(premiere: str, seconde: str) -> LectureRefusee:
    if premiere == seconde:
        return LectureRefusee(f"la colonne « {premiere} » est présente deux fois : n'en garder qu'une (G1).")
    return LectureRefusee(
        f"les colonnes « {premiere} » et « {seconde} » se lisent de la même façon : n'en garder qu'une (F5)."
    )


def entete_introuvable(
    jeu: Jeu, essais: Sequence[Sequence[Sequence[str]]], traduction: Traduction = SANS_TRADUCTION
) -> LectureRefusee:
    """Return the refusal that says what is wrong with the header, over the rows read with each separator. It quotes a
    cell of the file only when its row is a header for sure: a data row could hold a name."""
    exigees, noms_de = _colonnes_exigees(jeu, traduction), _noms_de(jeu, traduction)
    connus = frozenset[str]().union(*noms_de.values())
    lectures = [(rang, noms) for rangees in essais for rang, (_, noms) in enumerate(_non_vides(rangees))]
    meilleur_rang, meilleure = max(
        lectures, key=lambda lecture: len(connus.intersection(map(normaliser, lecture[1]))), default=(0, [])
    )
    replies = {normaliser(n) for n in meilleure}
    if len(connus & replies) * 2 < len(exigees):
        return LectureRefusee(
            f"aucune des {BANNIERES + 1} premières lignes non vides ne porte les colonnes obligatoires "
            f"({', '.join(c.entete or '' for c in exigees)}) : vérifier l'en-tête et le séparateur (F5)."
        )
    manquantes = [c.entete or "" for c in exigees if not replies & noms_de[c.nom]]
    if not manquantes:
        return LectureRefusee(
            f"{meilleur_rang} lignes de bannière avant l'en-tête, {BANNIERES} au plus : en retirer (F5)."
        )
    autres = {normaliser(n): n for n in meilleure if n and normaliser(n) not in connus}
    phrases = []
    for nom in manquantes:
        proche = difflib.get_close_matches(normaliser(nom), list(autres), 1, 0.8 if jeu.pseudonymise else 0.6)
        phrases.append(
            f"« {nom} »"
            + (f" (le plus proche dans le fichier : « {montrable(autres[proche[0]], [nom])} »)" if proche else "")
        )
    pluriel = "s" if len(phrases) > 1 else ""
    return LectureRefusee(
        f"colonne{pluriel} obligatoire{pluriel} absente{pluriel} de l'en-tête : {', '.join(phrases)} ; "
        "rétablir l'en-tête exact, ou le donner par correspondances (F5, F16)."
    )
