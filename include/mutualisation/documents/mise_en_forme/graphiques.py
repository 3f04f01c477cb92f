"""A document holds these charts: what is drawn and told, never how. Amounts are `Decimal` euros."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme.palette import DEBUTS
from mutualisation.socle.francais.formats import INSECABLE, ZERO, arrondi, euros, nombre, pourcent, signe

# the drawings themselves hold these words
INCONNU = "non connu"
ENSEMBLE = "Ensemble"
SANS_PLACE = "Sans position connue"
UNE_CASE = "Une case par commune, au plus près de sa place. Positions : IGN, Admin Express 2018."
NIVEAUX = (("total", "Montant"), ("hausse", "Ce qui augmente"), ("baisse", "Ce qui diminue"))


@dataclass(frozen=True)
class Barre:
    """A bar is a cost and what receipts cover of it; `recettes` is None when not stated."""

    libelle: str
    cout: Decimal
    recettes: Decimal | None

    @property
    def couvert(self) -> Decimal:
        """Return the part of the cost that receipts cover."""
        return max(min(self.recettes or ZERO, self.cout), ZERO)

    @property
    def reste(self) -> Decimal:
        """Return the part of the cost that receipts leave."""
        return max(self.cout - (self.recettes or ZERO), ZERO) if self.cout > 0 else ZERO

    @property
    def excedent(self) -> Decimal:
        """Return the receipts beyond the cost."""
        return max((self.recettes or ZERO) - max(self.cout, ZERO), ZERO)

    @property
    def etendue(self) -> Decimal:
        return max(self.cout, self.recettes or ZERO, ZERO)

    @property
    def taux(self) -> Decimal | None:
        """Return receipts over cost; None without receipts stated or without a cost."""
        return None if self.recettes is None or self.cout == 0 else self.recettes / self.cout

    @property
    def valeurs(self) -> str:
        couverture = "recettes non renseignées" if self.recettes is None else f"{pourcent(self.taux)} couverts"
        return f"{euros(self.cout)} · {couverture}"

    def phrase(self) -> str:
        """Tell the bar in words."""
        if self.recettes is None:
            return f"{self.libelle} : coût net {euros(self.cout)}, recettes non renseignées"
        return f"{self.libelle} : coût net {euros(self.cout)}, recettes {euros(self.recettes)} ({pourcent(self.taux)})"


@dataclass(frozen=True)
class Graphique:
    """A chart has a `titre` read above it, a `sujet` for assistive tools, a `note` under it."""

    ancre: str
    titre: str
    sujet: str
    note: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class CoutsCouverts(Graphique):
    """Costs and receipts are drawn as `colonnes` (one per exercice) or `barres` (one per dispositif). `legende` says in
    words what is covered, and what is left."""

    genre: str
    legende: tuple[str, str]
    barres: Sequence[Barre]

    @property
    def maximum(self) -> Decimal:
        """Return the length of the longest bar, in euros."""
        return max((b.etendue for b in self.barres), default=ZERO)

    @property
    def entrees(self) -> list[tuple[str, str]]:
        """Return (part, words) of the legend, with what is above the cost when it is drawn."""
        couvert, reste = self.legende
        excedent = [("excedent", "Recettes au-delà du coût (trait : coût net)")]
        return [("couvert", couvert), ("reste", reste), *(excedent if any(b.excedent for b in self.barres) else [])]


# ---------------------------------------------------------------- other charts
@dataclass(frozen=True)
class Etape:
    """A step of a bridge has a signed amount in €; `total` marks a level that stands on the axis, not a change."""

    libelle: str
    montant: Decimal
    total: bool = False


@dataclass(frozen=True)
class Cascade(Graphique):
    """A bridge goes from one amount to another, step by step (full cost to D5211-16, N-1 to N)."""

    etapes: Sequence[Etape]


def dire_les_etapes(etapes: Sequence[Etape]) -> list[str]:
    """Write `1 282 033 €`, `+67 737 € (+5,3 %)`, …: each share is of the first level, if it is positive."""
    depart = etapes[0].montant if etapes and etapes[0].total else ZERO
    enonces = []
    for rang, e in enumerate(etapes):
        montant = euros(e.montant) if e.total else f"{signe(e.montant)}{INSECABLE}€"
        change = e.montant - depart if e.total else e.montant
        enonces.append(montant + (f" ({_part_signee(change / depart)})" if rang and depart > 0 and change else ""))
    return enonces


def _part_signee(part: Decimal) -> str:
    """Write `+5,3 %`, or `+0,05 %` where one decimal would say nothing."""
    return f"{signe(part * 100, 1 if arrondi(part * 100, 1) else 2)}{INSECABLE}%"


@dataclass(frozen=True)
class Flux(Graphique):
    """Money comes from the left, who finances it is on the right; both sides sum to the same amount, €."""

    sources: Sequence[tuple[str, Decimal]]
    cibles: Sequence[tuple[str, Decimal]]

    def sens_de(self, nom: str) -> str:
        """Return the meaning of a name in the palette: by how it starts, else who finances is a payer."""
        connu = next((sens for debut, sens in DEBUTS.items() if nom.startswith(debut)), None)
        return connu or ("couvert" if nom in dict(self.cibles) else "mesure")


@dataclass(frozen=True)
class Commune:
    """A commune of a map has a value and a class in the legend (0 is the lightest)."""

    code_insee: str
    nom: str
    valeur: Decimal | int
    classe: int
    adresse: str = ""


@dataclass(frozen=True)
class Carte(Graphique):
    """A map shows communes by class; `classes` are words of the legend, lightest first; `unite` is that of the values.
    `repere` is the commune read now: the map is then small and without names, only its place matters; `signee` classes
    go from losing to winning, around zero."""

    communes: Sequence[Commune]
    classes: Sequence[str]
    unite: str
    repere: str = ""
    signee: bool = False


@dataclass(frozen=True)
class Histogramme(Graphique):
    """Bars show one measure by class, in order (communes by size, € per inhabitant). `barres` are (class, value or
    None); `axe` says what the classes are; `mesure` what the bars say, with its unit."""

    axe: str
    mesure: str
    barres: Sequence[tuple[str, Decimal | None]]
    decimales: int = 0
    unite: str = ""


# ---------------------------------------------------------------- told in words
def decrire(g: Graphique) -> str:
    """Return the text alternative: every figure that is drawn."""
    match g:
        case CoutsCouverts():
            return _enoncer(b.phrase() for b in g.barres)
        case Cascade():
            montants = dire_les_etapes(g.etapes)
            return _enoncer(f"{e.libelle} : {montant}" for e, montant in zip(g.etapes, montants, strict=True))
        case Flux():
            gauche, droite = (", ".join(f"{nom} {euros(x)}" for nom, x in cote) for cote in (g.sources, g.cibles))
            return f"Coût : {gauche}. Financement : {droite}."
        case Carte():
            connues = Counter(c.classe for c in g.communes)
            return _enoncer(f"{nom} : {connues[i]}" for i, nom in enumerate(g.classes))
        case Histogramme():
            enonces = (f"{nom} : {INCONNU if v is None else nombre(v, g.decimales)}" for nom, v in g.barres)
            return f"{g.mesure}, par {g.axe}. {_enoncer(enonces)}"
    raise TypeError(type(g).__name__)


# ---------------------------------------------------------------- as data
def en_barres(g: Graphique) -> dict[str, Any] | None:
    """Return the chart as bars that an office draws itself: names, then (words, meaning, exact amounts) of each series.
    A name says what is written beside its bar; a series without meaning holds the next ones up, unseen. None for what
    has no bar, or goes below zero."""
    match g:
        case CoutsCouverts():
            noms = [f"{b.libelle} : {b.valeurs}" for b in g.barres]
            # the parts meet at the mark of the cost
            series = [(mots.partition(" (")[0], sens, [getattr(b, sens) for b in g.barres]) for sens, mots in g.entrees]
        case Cascade():
            noms = [f"{e.libelle} : {mots}" for e, mots in zip(g.etapes, dire_les_etapes(g.etapes), strict=True)]
            series = _niveaux(g.etapes)
        case Histogramme():
            noms = [nom if v is not None else f"{nom} : {INCONNU}" for nom, v in g.barres]
            series = [(g.mesure, "mesure", [v for _, v in g.barres])]
        case _:
            return None
    if not noms or any(v is not None and v < 0 for *_, valeurs in series for v in valeurs):
        return None
    return {"noms": noms, "series": [(m, s, [None if v is None else str(v) for v in x]) for m, s, x in series]}


def _niveaux(etapes: Sequence[Etape]) -> list[tuple[str, str, list[Decimal | None]]]:
    """Return what a step stands on, then its amount, under what it does."""
    socle: list[Decimal | None] = []
    sens: list[str] = []
    niveau = ZERO
    for e in etapes:
        avant, niveau = (ZERO, e.montant) if e.total else (niveau, niveau + e.montant)
        socle.append(min(avant, niveau))
        sens.append("total" if e.total else "hausse" if e.montant >= 0 else "baisse")
    parts = [(mots, nom, [abs(e.montant) if s == nom else None for e, s in zip(etapes, sens, strict=True)])
             for nom, mots in NIVEAUX]  # fmt: skip
    return [("", "", socle), *parts]


def _enoncer(enonces: Iterable[str]) -> str:
    return " ; ".join(enonces) + "."
