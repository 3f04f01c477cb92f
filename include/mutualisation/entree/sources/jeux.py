"""A source drops jeux: their columns and types, and how their files are written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mutualisation.socle.chemins import TYPES_DE_COLONNE
from mutualisation.socle.erreurs import ErreurMutualisation

# the name of a file writes its periode so, the usual form first
PERIODES = {
    "annee": "AAAA",
    "mois": "AAAA-MM, AAAA-TN ou AAAA",
    "fin_de_mois": "AAAA-MM",
    "semestre": "AAAA-SN",
    "depot": "depot-N",
    "aucune": "",
}
_TYPES: dict[str, dict[str, Any]] = tomllib.loads(TYPES_DE_COLONNE.read_text(encoding="utf-8"))
# {type: how a cell is read, for the documentation}; then {type: why it can't be read}
TYPES: dict[str, str] = {nom: t["dit"] for nom, t in _TYPES.items()}
ILLISIBLES: dict[str, str] = {nom: t["illisible"] for nom, t in _TYPES.items() if "illisible" in t}
LONGUEURS: dict[str, int] = {nom: t["longueur"] for nom, t in _TYPES.items() if "longueur" in t}
TYPES_LIBRES = frozenset(nom for nom, t in _TYPES.items() if t.get("libre"))
TYPES_SOMMABLES = frozenset(nom for nom, t in _TYPES.items() if t.get("somme"))
# a source that needs to know nothing from another has this rank
RANG_ORDINAIRE = 9
COLONNES_TECHNIQUES = ("fichier_id", "ligne", "defauts", "delivre")
# this sign separates the cells of `delivre`, the row as delivered, in the order of the columns that land; a cell that
# its typed column says may be empty there
SEPARATEUR_DELIVRE = "\x1f"


@dataclass(frozen=True)
class Colonne:
    """A column of a jeu; `entete` is the literal header of the files, None in PES and DECP.

    `pourcent_si` is the (column, value) under which a trailing % is dropped from a number (C1). `inconnue_vide` reads
    an unknown value of an enumeration as not stated (C7). `gardee`, in a source about persons, lands the cell only in a
    form that its type allows (K9). `document` marks the code of a document, which is published: its form alone says
    whether it may land. `plafond` keeps a greater number as infinity (K9). A percentage up to `rapport_max` is a ratio,
    and counts a hundred times (C10). `aussi` lists (name, type) of other columns of the warehouse, which read the same
    cell by another type. The sum of the `mesure` column says how much a delivery, or the rows left out, hold: one
    column a jeu at most, no pay (K8)."""

    nom: str
    type: str
    entete: str | None = None
    obligatoire: bool = False
    valeurs: tuple[str, ...] = ()
    unite: str | None = None
    clair_si: tuple[str, str] | None = None
    empreinte_de: tuple[str, ...] = ()
    garde_si_siret: str | None = None
    pourcent_si: tuple[str, str] | None = None
    inconnue_vide: bool = False
    document: bool = False
    gardee: bool = False
    plafond: int | None = None
    rapport_max: str | None = None
    aussi: tuple[tuple[str, str], ...] = ()
    mesure: bool = False

    @property
    def type_sql(self) -> str:
        """Return the type of the column of `brut`."""
        return str(_TYPES[self.type].get("sql", "text"))

    @property
    def secondes(self) -> tuple[Colonne, ...]:
        """Return the columns of `aussi`: a cell that their type can't read is NULL there, without defect."""
        return tuple(Colonne(nom, type_) for nom, type_ in self.aussi)

    @property
    def atterrit(self) -> bool:
        """Say whether the cell lands: personal data never leaves the reader."""
        return self.type != "personnel"

    @property
    def redite(self) -> bool:
        """Say whether its typed value, written as text by any server, is letter for letter what was read: a numeric
        loses the zeros of « 007 », and a day has several forms."""
        return self.type_sql in ("text", "integer")

    @property
    def confidentielle(self) -> bool:
        """Say whether the cell as delivered may never be landed, logged or summed."""
        return (
            self.type in ("personnel", "pseudonyme", "empreinte")
            or self.clair_si is not None
            or self.garde_si_siret is not None
        )

    @property
    def description(self) -> str:
        """Describe the column in one French line: header, unit, and what the reader keeps of it."""
        texte = self.entete or self.nom
        if self.unite:
            texte += f" [{self.unite}]"
        if self.type == "pseudonyme":
            texte += " (pseudonyme à clé)"
        if self.clair_si:
            texte += f" (en clair si {self.clair_si[0]} = {self.clair_si[1]}, sinon empreinte à clé)"
        if self.garde_si_siret:
            texte += f" (gardé si {self.garde_si_siret} est valide)"
        return texte


@dataclass(frozen=True)
class Regle:
    """A rule rejects a row by its own cells and the name of its file; dbt and `essayer` judge by the same text.

    `si` is a condition in SQL over the typed columns of the jeu and `exercice_fichier`, `mois_debut_fichier`,
    `mois_fichier` (first and last month), `semestre_fichier`; `motif` is the reason in French; `colonne` is the one at
    fault. `issue` is `rejete`, `retenu` (held), or `affectation` (of a row of agents: its segment stays, H2, H3)."""

    colonne: str
    si: str
    motif: str
    issue: str = "rejete"


@dataclass(frozen=True)
class Arrete:
    """A whole file is drawn up to the day of this column: two days refuse it (R13a). `sauf` says which rows give no
    day: a condition in SQL as that of `Regle`, window functions allowed over `fichier_id`."""

    colonne: str
    sauf: str


@dataclass(frozen=True)
class Jeu:
    """A jeu is one kind of file of a source; its rows land in `brut.<nom>`. `personnes` says that a row may be about
    persons; `agents`, that its source delivers matricules of agents; `decroit`, that its rows go as time goes: a
    shorter delivery has lost nothing."""

    source: str
    nom: str
    libelle: str
    periode: str
    colonnes: tuple[Colonne, ...]
    format: str = "tabulaire"
    extensions: tuple[str, ...] = ("csv", "xlsx")
    attendu: str | None = None
    silencieux: bool = False
    instantane: bool = False
    decroit: bool = False
    personnes: bool = False
    agents: bool = False
    regles: tuple[Regle, ...] = ()
    arrete: Arrete | None = None

    @cached_property
    def colonnes_entrepot(self) -> tuple[Colonne, ...]:
        """Return the data columns that land in the warehouse, in the order of the declaration."""
        return tuple(c for c in self.colonnes if c.atterrit)

    @cached_property
    def colonnes_lues(self) -> tuple[Colonne, ...]:
        """Return the typed columns of `brut.<nom>`: those that land, then their second readings."""
        return self.colonnes_entrepot + tuple(s for c in self.colonnes_entrepot for s in c.secondes)

    @cached_property
    def obligatoires(self) -> tuple[Colonne, ...]:
        """Return the `*` columns of the contract, personal ones included."""
        return tuple(c for c in self.colonnes if c.obligatoire)

    @cached_property
    def mesure(self) -> Colonne | None:
        """Return the column whose sum says how much a file holds; None when rows alone do."""
        return next((c for c in self.colonnes if c.mesure), None)

    @property
    def forme_du_nom(self) -> str:
        """Return the name of a file without its extension: `temps_AAAA-MM`."""
        return f"{self.nom}_{PERIODES[self.periode].partition(',')[0]}".removesuffix("_")

    @property
    def nom_libre(self) -> bool:
        """Say whether files keep the name that their software gave them, as PES files do (F1)."""
        return self.format == "pes"

    @cached_property
    def pseudonymise(self) -> bool:
        """Say whether rows are about agents: then a row whose cells may be shifted can't land at all."""
        return any(c.type == "pseudonyme" for c in self.colonnes)

    @cached_property
    def par_nom(self) -> Mapping[str, Colonne]:
        """Return the columns by ASCII name."""
        return {c.nom: c for c in self.colonnes}

    def colonne(self, nom: str) -> Colonne:
        """Return the column of that ASCII name. Raises `KeyError` when there is none."""
        return self.par_nom[nom]


@dataclass(frozen=True)
class Source:
    """A source is one sub-folder of a drop. The lowest `rang` is loaded first."""

    nom: str
    libelle: str
    jeux: tuple[Jeu, ...]
    description: str = ""
    rang: int = RANG_ORDINAIRE


@dataclass(frozen=True)
class Registre:
    """The registry holds every source, by name of its declaration file."""

    sources: tuple[Source, ...]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    @property
    def noms(self) -> tuple[str, ...]:
        """Return the names of the sources, which are the sub-folders of a drop."""
        return tuple(s.nom for s in self.sources)

    @property
    def jeux(self) -> tuple[Jeu, ...]:
        return tuple(j for s in self.sources for j in s.jeux)

    def source(self, nom: str) -> Source:
        """Return the source of that name. Raises `ErreurMutualisation` when there is none."""
        for s in self.sources:
            if s.nom == nom:
                return s
        raise ErreurMutualisation(f"Source inconnue : « {nom} ». Sources déclarées : {', '.join(self.noms)}.")

    def jeu(self, nom: str) -> Jeu:
        """Return the jeu of that name. Raises `ErreurMutualisation` when there is none."""
        for j in self.jeux:
            if j.nom == nom:
                return j
        raise ErreurMutualisation(f"Jeu inconnu : « {nom} ». Jeux déclarés : {', '.join(j.nom for j in self.jeux)}.")
