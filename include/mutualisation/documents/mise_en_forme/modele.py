"""A bilan is made of these blocks: what is said, never how it looks. Amounts are `Decimal` euros, rates are ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from mutualisation.documents.mise_en_forme.graphiques import Graphique
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.formats import ZERO

Ligne = Mapping[str, Any]
TEXTE, AUCUN = "texte", "—"
AILLEURS = "voir les fichiers CSV de l'extrait"
# the version of a document that bears the one in which what it says last changed: its extract knows which
DE_SON_CONTENU = 0


# ---------------------------------------------------------------- words
@dataclass(frozen=True)
class Code:
    """A reader types this name as it is: file, column."""

    texte: str


@dataclass(frozen=True)
class Lien:
    """Words lead to `#ancre` of this document, or to the relative address of another page of the extract."""

    cible: str
    texte: str


Morceau = str | Code | Lien


def mots(*morceaux: Morceau) -> str:
    """Return the same text without any mark."""
    return "".join(m if isinstance(m, str) else m.texte for m in morceaux)


def lien(phrase: str) -> str:
    """Return what stands between a subject and its sentence: a full stop, or a colon before a small letter."""
    return "." if phrase[:1].isupper() else " :"


@dataclass(frozen=True)
class Paragraphe:
    """A paragraph is a sentence or more; `note` marks a remark, `ecran` links that say nothing on paper."""

    morceaux: tuple[Morceau, ...]
    note: bool = False
    ecran: bool = False


def p(*morceaux: Morceau, note: bool = False, ecran: bool = False) -> Paragraphe:
    return Paragraphe(morceaux, note, ecran)


@dataclass(frozen=True)
class Recherche:
    """A field keeps, of the links of its section, those whose name or page code holds what is typed. It acts on the
    page alone, where scripts run: elsewhere the section is read as it is."""

    libelle: str


@dataclass(frozen=True)
class SousTitre:
    """A heading stands inside a section."""

    texte: str


@dataclass(frozen=True)
class Liste:
    """Points are (subject, sentence); a `longue` list is looked up: small and in two columns on paper."""

    points: Sequence[tuple[str, str]]
    longue: bool = False

    @property
    def lus(self) -> list[tuple[str, str]]:
        """Return the points as they are set: what stands between the two belongs to the subject."""
        return [(f"{sujet}{lien(phrase)}", phrase) for sujet, phrase in self.points]


@dataclass(frozen=True)
class Comptes:
    """Points are (how many, of what, whether it calls for attention)."""

    points: Sequence[tuple[int, str, bool]]


# ---------------------------------------------------------------- tables
@dataclass(frozen=True)
class Colonne:
    """A column shows one key of the rows, under its title; `genre` is the kind of its values.

    Kinds are texte, code, lu (words set right), constat (number or sentence), date, annee, entier, nombre (up to two
    decimals), etp, etp_unite, euros (whole when read), centimes, taux and taux_fin (ratio, one or two decimals),
    variation and variation_etp (signed); in the workbook also moyen (an average cost, six decimals), etp_fin and
    booleen. `absent` stands for NULL; `part` is the share of the width on paper, for words; `largeur` the least width
    in the workbook, where `aide` explains the column; `somme` has the total add it up; `discret` lets a zero be hidden
    where room is short; `deduit` reads it with a minus.
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
    aide: str = ""

    @property
    def est_texte(self) -> bool:
        """Say whether this is a column of words, set left."""
        return self.genre in (TEXTE, "code")


DISPOSITIF = Colonne("libelle", "Dispositif", part=3, largeur=48)


@dataclass(frozen=True)
class Valeur:
    """A cell has another kind than its column; `a_faire` says that it calls for something, told in `suite`."""

    valeur: Any
    genre: str = TEXTE
    a_faire: bool = False
    suite: str = ""


@dataclass(frozen=True)
class Feuille:
    """A table has this sheet in the workbook, where `notice` tells it; `publie` holds published totals, set under those
    that formulas make; `csv` names the file beside the workbook whose rows the sheet holds, where the table has none.
    """

    nom: str
    notice: str
    publie: Ligne | None = None
    csv: str = ""


@dataclass(frozen=True)
class Tableau:
    """Rows are by column key; the first column names the row, and may be a `Lien`. `note` comes under the table.
    `annexe` has few columns and one kind of value per row, like the printed annex; page and PDF show `limite` rows, and
    `reste` says how many more there are (one, several, where); `feuille` is its sheet in the workbook."""

    titre: str
    colonnes: tuple[Colonne, ...]
    lignes: Sequence[Ligne]
    total: Ligne | None = None
    note: str = ""
    annexe: bool = False
    limite: int | None = None
    reste: tuple[str, str, str] = ("autre ligne", "autres lignes", "")
    feuille: Feuille | None = None


def additionner(intitule: str, colonnes: Sequence[Colonne], lignes: Sequence[Ligne]) -> dict[str, Any]:
    """Return the total row: the sum of the columns that add up, NULL counted 0 (R6); nothing elsewhere."""
    sommes = {c.cle: sum((x[c.cle] or ZERO for x in lignes), ZERO) for c in colonnes if c.somme}
    return {colonnes[0].cle: intitule, **sommes}


# a measure of a year has a label, a kind, and how it is read of the year; None where the year does not know it
Mesure = tuple[str, str, Callable[[Any], Any]]


def par_annee(titre: str, annees: Mapping[int, Any], mesures: Sequence[Mesure], **autres: Any) -> Tableau:
    """Set a row per measure, a column per year; a dash where a year knows nothing (None) or not that measure. A measure
    that is a sentence is set as it is."""

    def case(genre: str, valeur: Any) -> Valeur:
        return Valeur(AUCUN if valeur is None else valeur, "lu" if valeur is None or isinstance(valeur, str) else genre)

    colonnes = (Colonne("libelle", "", part=3), *(Colonne(str(e), str(e), "euros") for e in annees))
    lignes = [
        {"libelle": nom} | {str(e): case(genre, None if a is None else lire(a)) for e, a in annees.items()}
        for nom, genre, lire in mesures
    ]
    return Tableau(titre, colonnes, lignes, annexe=True, **autres)


# ---------------------------------------------------------------- the whole
@dataclass(frozen=True)
class CoteACote:
    """Two blocks stand side by side where there is room."""

    blocs: tuple[Bloc, Bloc]


@dataclass(frozen=True)
class Pile:
    """Blocks stand one under another where a single one is asked: a column of two."""

    blocs: Sequence[Bloc]


@dataclass(frozen=True)
class Repli:
    """Blocks are folded under a line where the form allows it."""

    resume: str
    blocs: Sequence[Bloc]
    ouvert: bool = False


@dataclass(frozen=True)
class Volet:
    """A named part stays whole on paper; the page folds it under its title, and `resume` tells it in a line. A link
    leads to `ancre`; `niveau` is that of its title, 2 under a section, 3 under a heading of one."""

    titre: str
    resume: str
    blocs: Sequence[Bloc]
    ancre: str = ""
    niveau: int = 2


Bloc = Paragraphe | Recherche | SousTitre | Liste | Comptes | Tableau | Graphique | CoteACote | Pile | Repli | Volet


def blocs_lus(blocs: Sequence[Bloc]) -> list[Bloc]:
    """Return what page and PDF show: no table without rows, nothing that holds none."""
    retenus: list[Bloc] = []
    for bloc in blocs:
        match bloc:
            case Tableau():
                retenus += [bloc] if bloc.lignes else []
            case Repli() | Volet() | Pile():
                interieur = blocs_lus(bloc.blocs)
                retenus += [replace(bloc, blocs=interieur)] if interieur else []
            case _:
                retenus.append(bloc)
    return retenus


def alleger(blocs: Sequence[Bloc], n: int) -> list[Bloc]:
    """Lighten a page: keep the first `n` items of each list, and say how many more there are, and where."""
    plis = [bloc for bloc in blocs if isinstance(bloc, Repli | Volet)]
    tus = {id(bloc) for bloc in plis[n:]}
    suite = [p(f"Et {formats.plusieurs(len(tus), 'autre')} : {AILLEURS}.")] if tus else []
    return [*(_alleger(bloc, n) for bloc in blocs if id(bloc) not in tus), *suite]


def _alleger(bloc: Bloc, n: int) -> Bloc:
    match bloc:
        case Tableau() if len(bloc.lignes[: bloc.limite]) > n:
            un, plusieurs, ou = bloc.reste
            return replace(bloc, limite=n, reste=(un, plusieurs, ou or f" : {AILLEURS}."))
        case Liste() if len(bloc.points) > n:
            autres = (formats.plusieurs(len(bloc.points) - n, "autre"), f"{AILLEURS}.")
            return replace(bloc, points=[*bloc.points[:n], autres])
        case Graphique() if any(len(x) > n for x in vars(bloc).values() if isinstance(x, list | tuple)):
            return p(f"« {bloc.titre} » n'est pas tracé, trop de lignes pour cette page : {AILLEURS}.")
        case CoteACote(blocs=(gauche, droite)):
            return CoteACote((_alleger(gauche, n), _alleger(droite, n)))
        case Repli() | Volet() | Pile():
            return replace(bloc, blocs=alleger(bloc.blocs, n))
    return bloc


@dataclass(frozen=True)
class Section:
    """A section is a part of the bilan; `court` names it in the summary. With nothing to read it is not shown."""

    ancre: str
    titre: str
    court: str
    blocs: Sequence[Bloc]

    @property
    def lus(self) -> list[Bloc]:
        """Return what page and PDF show."""
        return blocs_lus(self.blocs)


@dataclass(frozen=True)
class Chiffre:
    """A key figure says what it is, how much, and how it moved since the exercice before."""

    libelle: str
    valeur: str
    note: str = ""


def textes(valeur: Any) -> Iterator[str]:
    """Yield every text that blocks hold, names of columns and cells included."""
    match valeur:
        case str():
            yield valeur
        case Mapping():
            yield from textes(list(valeur.values()))
        case list() | tuple():
            for v in valeur:
                yield from textes(v)
        case _ if is_dataclass(valeur):
            yield from textes([getattr(valeur, champ.name) for champ in fields(valeur)])


def avis(document: Document) -> list[tuple[str, str]]:
    """Return the warnings of a document as they are set, without any mark."""
    enonces = ((sujet, mots(*morceaux)) for sujet, morceaux in document.avis)
    return [(f"{sujet}{lien(enonce)}", enonce) for sujet, enonce in enonces]


@dataclass(frozen=True)
class Document:
    """A document of the extract has the same words on page, on paper and in the workbook.

    `chemin` is its address in the extract, without suffix (`bilan_etape_2021`, `communes/59350_lille`); `sorties` are
    html, pdf, xlsx; `forme` is its layout (rapport: cover and summary; deux_pages; fiche: one sheet; dossier); `liens`
    lead to other pages of the extract. `etats` are (state, whether it warns); `avis` (subject, words); `identite`
    (subject, words) of where it comes from; `notice` (subject, words) of the workbook, before and after the list of its
    sheets; `marque` and `phrase` are the main colour and the sentence of the EPCI, where it sets them; `version` is
    None before the publication, or `DE_SON_CONTENU`; `jour` is its date, by default the last day of the exercice."""

    chemin: str
    exercice: int
    titre: str
    sous_titre: str
    epci: str
    siren: str
    version: int | None
    synthetique: bool
    etats: Sequence[tuple[str, bool]]
    avis: Sequence[tuple[str, tuple[Morceau, ...]]]
    resume: str
    chiffres: Sequence[Chiffre]
    sections: Sequence[Section]
    identite: Sequence[tuple[str, tuple[Morceau, ...]]]
    notice: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]] = ((), ())
    liens: Sequence[Lien] = ()
    sorties: tuple[str, ...] = ("html", "pdf")
    forme: str = "rapport"
    marque: str = ""
    phrase: str = ""
    jour: date | None = None

    @property
    def fichiers(self) -> list[str]:
        """Name each of its files by its address in the extract."""
        return [f"{self.chemin}.{sortie}" for sortie in self.sorties]
