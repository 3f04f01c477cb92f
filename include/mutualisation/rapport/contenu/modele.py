"""The blocks a bilan is made of: what is said, never how it looks. Amounts are `Decimal` euros, rates are ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mutualisation.francais.formats import euros, pourcent

Ligne = Mapping[str, Any]
ZERO = Decimal(0)
TEXTE, AUCUN = "texte", "—"
PARTOUT, LECTURE, CLASSEUR = "partout", "lecture", "classeur"


# ---------------------------------------------------------------- words
@dataclass(frozen=True)
class Code:
    """A name to be typed as it is: file, column."""

    texte: str


@dataclass(frozen=True)
class Lien:
    """Words that lead to a section."""

    ancre: str
    texte: str


Morceau = str | Code | Lien


def mots(*morceaux: Morceau) -> str:
    """The same without any mark."""
    return "".join(m if isinstance(m, str) else m.texte for m in morceaux)


@dataclass(frozen=True)
class Paragraphe:
    """A sentence or more; `note`: a remark."""

    morceaux: tuple[Morceau, ...]
    note: bool = False


def p(*morceaux: Morceau, note: bool = False) -> Paragraphe:
    """A paragraph."""
    return Paragraphe(morceaux, note)


@dataclass(frozen=True)
class SousTitre:
    """Heading inside a section."""

    texte: str


@dataclass(frozen=True)
class Liste:
    """(subject, sentence) points; `longue`: may be set in two columns."""

    points: Sequence[tuple[str, str]]
    longue: bool = False


@dataclass(frozen=True)
class Comptes:
    """(how many, of what, whether it calls for attention)."""

    points: Sequence[tuple[int, str, bool]]


# ---------------------------------------------------------------- tables
@dataclass(frozen=True)
class Colonne:
    """A column: the key of the rows it shows, its title, the kind of its values.

    `genre`: texte, code, lu (words set right), constat (number or sentence), date, annee, entier, nombre (up to two
    decimals), etp, etp_unite, euros (whole when read), centimes, taux and taux_fin (ratio, one or two decimals),
    variation and variation_etp (signed). `absent`: what NULL says; `part`: share of the width on paper, for words;
    `largeur`: width in the workbook; `somme`: the total adds it up; `discret`: a zero may be hidden where room is
    short; `deduit`: read with a minus, kept as published in the workbook; `formule`: of the workbook, in `{key}`
    references to the columns of the row; `titre_long`: where there is room; `ou`: partout, lecture (page and PDF) or
    classeur.
    """

    cle: str
    titre: str
    genre: str = TEXTE
    absent: str = AUCUN
    part: int = 2
    largeur: int = 18
    somme: bool = False
    fort: bool = False
    discret: bool = False
    deduit: bool = False
    formule: str = ""
    titre_long: str = ""
    ou: str = PARTOUT

    @property
    def est_texte(self) -> bool:
        """True for a column of words, set left."""
        return self.genre in (TEXTE, "code")


DISPOSITIF = Colonne("libelle", "Dispositif", part=3, largeur=48)


@dataclass(frozen=True)
class Valeur:
    """A cell of another kind than its column; `a_faire`: it calls for something, told in `suite`."""

    valeur: Any
    genre: str = TEXTE
    a_faire: bool = False
    suite: str = ""


@dataclass(frozen=True)
class Feuille:
    """The sheet of a table in the workbook, with what the notice says of it.

    `publie`: totals of the warehouse that the formulas are checked against; `trace`: title of a chart of the second
    and third columns; `filtre`: an autofilter.
    """

    nom: str
    notice: str
    publie: Ligne | None = None
    trace: str = ""
    filtre: bool = False


@dataclass(frozen=True)
class Tableau:
    """Rows by column key; the first column names the row. `note` comes under the table.

    `annexe`: few columns, one kind of value per row, like the printed annex; `limite`: rows that page and PDF show,
    `reste` saying how many more there are (one, several, where); `feuille`: its sheet in the workbook; `ou`: as for a
    column.
    """

    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: Sequence[Ligne]
    total: Ligne | None = None
    note: str = ""
    annexe: bool = False
    limite: int | None = None
    reste: tuple[str, str, str] = ("autre ligne", "autres lignes", "")
    feuille: Feuille | None = None
    ou: str = PARTOUT

    def vues(self, ou: str) -> list[Colonne]:
        """Columns shown in `lecture` or in the `classeur`."""
        return [c for c in self.colonnes if c.ou in (PARTOUT, ou)]


def additionner(intitule: str, colonnes: Sequence[Colonne], lignes: Sequence[Ligne]) -> dict[str, Any]:
    """Total row: the sum of the columns that add up, NULL counted 0 (R6); nothing elsewhere."""
    sommes = {c.cle: sum((x[c.cle] or ZERO for x in lignes), ZERO) for c in colonnes if c.somme}
    return {colonnes[0].cle: intitule, **sommes}


def tableau(titre: str, colonnes: Sequence[Colonne], lignes: Sequence[Ligne], note: str = "", **autres: Any) -> Tableau:
    """A table with the total of its columns that add up."""
    return Tableau(titre, tuple(colonnes), lignes, additionner("Total", colonnes, lignes), note, **autres)


def liste(titre: str, colonnes: Sequence[Colonne], lignes: Sequence[Ligne], nom: str, notice: str) -> Tableau:
    """Every row, for the workbook alone: a sheet to filter."""
    return Tableau(titre, tuple(colonnes), lignes, feuille=Feuille(nom, notice, filtre=True), ou=CLASSEUR)


# ---------------------------------------------------------------- charts
@dataclass(frozen=True)
class Barre:
    """A cost and what communes paid of it; `recettes` None when not stated."""

    libelle: str
    cout: Decimal
    recettes: Decimal | None

    @property
    def couvert(self) -> Decimal:
        """Part of the cost that receipts cover."""
        return max(min(self.recettes or ZERO, self.cout), ZERO)

    @property
    def reste(self) -> Decimal:
        """Part of the cost that receipts leave."""
        return max(self.cout - (self.recettes or ZERO), ZERO) if self.cout > 0 else ZERO

    @property
    def excedent(self) -> Decimal:
        """Receipts beyond the cost."""
        return max((self.recettes or ZERO) - max(self.cout, ZERO), ZERO)

    @property
    def etendue(self) -> Decimal:
        """Length of the bar, in euros."""
        return max(self.cout, self.recettes or ZERO, ZERO)

    @property
    def taux(self) -> Decimal | None:
        """Receipts over cost; None without receipts stated or without a cost."""
        return None if self.recettes is None or self.cout == 0 else self.recettes / self.cout

    @property
    def valeurs(self) -> str:
        """Its figures, beside it."""
        couverture = "recettes non renseignées" if self.recettes is None else f"{pourcent(self.taux)} couverts"
        return f"{euros(self.cout)} · {couverture}"

    @property
    def sommet(self) -> str:
        """Its height in words; receipts above the cost: what came in."""
        return euros(self.recettes if self.excedent else self.cout)

    @property
    def base(self) -> str:
        """What its covered part says; receipts above the cost: the cost, where the mark is."""
        if self.excedent:
            return f"coût {euros(self.cout)}"
        return euros(self.recettes) if self.recettes else ""

    @property
    def solde(self) -> str:
        """What its other part says."""
        return euros(self.reste) if self.recettes and self.reste else ""

    def phrase(self) -> str:
        """The bar told in words."""
        if self.recettes is None:
            return f"{self.libelle} : coût net {euros(self.cout)}, recettes non renseignées"
        return f"{self.libelle} : coût net {euros(self.cout)}, recettes {euros(self.recettes)} ({pourcent(self.taux)})"


@dataclass(frozen=True)
class Graphique:
    """Costs and receipts drawn: `colonnes` (one per exercice) or `barres` (one per dispositif).

    `titre` is read above it, `sujet` by assistive tools; `legende`: covered, left, above the cost.
    """

    ancre: str
    genre: str
    titre: str
    sujet: str
    legende: tuple[str, str]
    barres: Sequence[Barre]

    @property
    def maximum(self) -> Decimal:
        """Length of the longest bar, in euros."""
        return max((b.etendue for b in self.barres), default=ZERO)

    @property
    def entrees(self) -> list[tuple[str, str]]:
        """(part, words) of the legend, with what is above the cost when it is drawn."""
        couvert, reste = self.legende
        excedent = [("excedent", "Recettes au-delà du coût (trait : coût net)")]
        return [("couvert", couvert), ("reste", reste), *(excedent if any(b.excedent for b in self.barres) else [])]

    @property
    def description(self) -> str:
        """The text alternative: each bar told in words."""
        return " ; ".join(b.phrase() for b in self.barres) + "."


# ---------------------------------------------------------------- the whole
@dataclass(frozen=True)
class Fiche:
    """A card: a small table, and bars that give its shape at a glance."""

    titre: str
    tableau: Tableau
    barres: Sequence[Barre]


@dataclass(frozen=True)
class Fiches:
    """Cards side by side."""

    fiches: Sequence[Fiche]


@dataclass(frozen=True)
class CoteACote:
    """Two blocks side by side where there is room."""

    blocs: tuple[Bloc, Bloc]


@dataclass(frozen=True)
class Repli:
    """Blocks folded under a line where the form allows it."""

    resume: str
    blocs: Sequence[Bloc]
    ouvert: bool = False


Bloc = Paragraphe | SousTitre | Liste | Comptes | Tableau | Graphique | Fiches | CoteACote | Repli


def lus(blocs: Sequence[Bloc]) -> list[Bloc]:
    """What page and PDF show: no table without rows, nothing that is for the workbook alone."""
    retenus: list[Bloc] = []
    for bloc in blocs:
        match bloc:
            case Tableau():
                retenus += [bloc] if bloc.lignes and bloc.ou != CLASSEUR else []
            case Repli():
                interieur = lus(bloc.blocs)
                retenus += [replace(bloc, blocs=interieur)] if interieur else []
            case _:
                retenus.append(bloc)
    return retenus


def feuilles(blocs: Sequence[Bloc]) -> list[tuple[Feuille, Tableau]]:
    """Tables of the workbook, in order, those without rows too."""
    trouvees: list[tuple[Feuille, Tableau]] = []
    for bloc in blocs:
        if isinstance(bloc, Tableau) and bloc.feuille:
            trouvees.append((bloc.feuille, bloc))
        elif isinstance(bloc, Repli | CoteACote):
            trouvees += feuilles(bloc.blocs)
    return trouvees


@dataclass(frozen=True)
class Section:
    """A part of the bilan; `court`: its name in the summary. With nothing to read it is in the workbook only."""

    ancre: str
    titre: str
    court: str
    blocs: Sequence[Bloc]

    @property
    def lus(self) -> list[Bloc]:
        """What page and PDF show."""
        return lus(self.blocs)


@dataclass(frozen=True)
class Chiffre:
    """A key figure: what it is, how much, and how it moved since the exercice before."""

    libelle: str
    valeur: str
    note: str = ""


@dataclass(frozen=True)
class Document:
    """The bilan of one exercice, whatever its form.

    `etats`: (state, whether it warns); `avis`: (subject, words); `identite`: (subject, words) of where it comes from;
    `notice`: (subject, words) of the workbook, before and after the list of its sheets.
    """

    exercice: int
    titre: str
    sous_titre: str
    epci: str
    siren: str
    version: int
    synthetique: bool
    etats: Sequence[tuple[str, bool]]
    avis: Sequence[tuple[str, tuple[Morceau, ...]]]
    resume: str
    chiffres: Sequence[Chiffre]
    sections: Sequence[Section]
    identite: Sequence[tuple[str, tuple[Morceau, ...]]]
    notice: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]
