"""Page and PDF write a cell in words, by the kind of its column."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme.modele import AUCUN, Colonne, Lien, Tableau, Valeur
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.typographie import secable

LECTURES: dict[str, Callable[[Any], str]] = {
    "annee": str,
    "centimes": lambda v: formats.euros(v, 2),
    "constat": formats.constat,
    "date": formats.jour,
    "entier": formats.nombre,
    "etp": lambda v: formats.nombre(v, 2),
    "etp_unite": formats.etp,
    "euros": formats.euros,
    "nombre": lambda v: formats.nombre(v, 0 if v == int(v) else 2),
    "taux": lambda v: formats.pourcent(v, 1),
    "taux_fin": lambda v: formats.pourcent(v, 2),
    "variation": lambda v: f"{formats.signe(v)}{formats.INSECABLE}€",
    "variation_etp": lambda v: formats.signe(v, 2),
}
SANS_MOT = ("texte", "code", "constat", "date", "lu")


@dataclass(frozen=True)
class Cellule:
    """A cell is ready to be read; `classes` say its look, `suite` what must be done about it, `lien` where it leads."""

    colonne: Colonne
    texte: str
    classes: tuple[str, ...]
    suite: str = ""
    a_faire: bool = False
    lien: str = ""


def rangees(t: Tableau) -> list[list[Cellule]]:
    """Return the rows that are read: the first ones when there is a limit."""
    return [[_cellule(c, ligne.get(c.cle)) for c in t.colonnes] for ligne in t.lignes[: t.limite]]


def pied(t: Tableau) -> list[Cellule]:
    """Return the total; empty without one."""
    return [] if t.total is None else [_cellule(c, t.total.get(c.cle), total=True) for c in t.colonnes]


def note(t: Tableau) -> str:
    """Return the remark under the table, or say how many rows are not shown."""
    omises = len(t.lignes) - len(t.lignes[: t.limite])
    un, plusieurs, suite = t.reste
    return f"Et {formats.plusieurs(omises, un, plusieurs)}{suite}" if omises else t.note


def en_francais(valeur: Any, genre: str, absent: str = AUCUN) -> str:
    """Write a value in French."""
    if valeur is None or valeur == "":
        return "" if genre in SANS_MOT else absent
    return LECTURES.get(genre, str)(valeur)


def _cellule(colonne: Colonne, valeur: Any, *, total: bool = False) -> Cellule:
    if isinstance(valeur, Lien):
        return Cellule(
            colonne, secable(valeur.texte), _classes(colonne, valeur.texte, valeur.texte, False), lien=valeur.cible
        )
    enonce = valeur if isinstance(valeur, Valeur) else Valeur(valeur, colonne.genre)
    brute = -enonce.valeur if colonne.deduit and enonce.valeur is not None else enonce.valeur
    absente = brute is None or brute == ""
    texte = "" if total and absente else en_francais(brute, enonce.genre, colonne.absent)
    # a reader copies a code as it is
    montre = texte if enonce.genre == "code" else secable(texte)
    return Cellule(colonne, montre, _classes(colonne, brute, texte, absente), enonce.suite, enonce.a_faire)


def _classes(colonne: Colonne, valeur: Any, texte: str, absente: bool) -> tuple[str, ...]:
    # a phone hides the zeros of a count, and what a column says it may; elsewhere a zero amount says something
    nul = isinstance(valeur, int | Decimal) and valeur == 0
    discret = nul or (absente and texte == AUCUN)
    looks = {
        # a sentence wraps
        "texte": colonne.est_texte or (colonne.genre == "constat" and any(map(str.isalpha, texte))),
        "fort": colonne.fort,
        "vide": not texte,
        "absent": absente and texte == formats.NON_RENSEIGNE,
        "zero": (nul and colonne.genre == "entier") or (discret and colonne.discret),
    }
    return tuple(nom for nom, vrai in looks.items() if vrai)
