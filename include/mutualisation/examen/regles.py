"""Rules of rejection that need the row and the name of its file only; the load judges the others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mutualisation.sources.jeux import Jeu

_PERIODE_SERVICE = re.compile(r"[0-9]{4}-S[12]")
_EXERCICE = "exercice différent de celui du nom du fichier (C5)"
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")


@dataclass(frozen=True)
class Periode:
    """What the name of the file says of its rows; None where it says nothing."""

    exercice: int | None = None
    mois: int | None = None
    semestre: int | None = None


@dataclass(frozen=True)
class Regle:
    """`faute` takes what is read of `colonnes`, in that order ("" when nothing is stated), and is true on a fault.

    `rejette`: False when the row is only held.
    """

    colonnes: tuple[str, ...]
    entete: str
    motif: str
    faute: Callable[..., bool]
    rejette: bool = True


def regles(jeu: Jeu, periode: Periode) -> list[Regle]:
    """Rules of a jeu, in the order in which the load tries them."""
    propres = _PAR_JEU[jeu.nom](periode) if jeu.nom in _PAR_JEU else []
    noms = {c.nom for c in jeu.colonnes}
    if jeu.source == "referentiel" and {"debut", "fin"} <= noms:
        propres = [Regle(("debut", "fin"), "Fin", "la fin précède le début (G1)", _avant), *propres]
    return [r for r in propres if set(r.colonnes) <= noms]


def _dates(*valeurs: Any) -> bool:
    return all(isinstance(v, dt.date) for v in valeurs)


def _nombres(*valeurs: Any) -> bool:
    return all([isinstance(v, (Decimal, int)) for v in valeurs])  # noqa: C419 - a list is measured faster here


def _avant(debut: Any, fin: Any) -> bool:
    return _dates(debut, fin) and fin < debut


def _negatif(n: Any) -> bool:
    return isinstance(n, (Decimal, int)) and n < 0


def _plus_de_cent(n: Any) -> bool:
    return isinstance(n, (Decimal, int)) and n > 100


def _hors_part(n: Any) -> bool:
    return _nombres(n) and not 0 <= n <= 100


def _autre_exercice(periode: Periode) -> Callable[[Any], bool]:
    return lambda e: periode.exercice is not None and isinstance(e, int) and e != periode.exercice


def _hors_du_mois(periode: Periode) -> Callable[[Any], bool]:
    def faute(jour: Any) -> bool:
        return periode.mois is not None and _dates(jour) and (jour.year, jour.month) != (periode.exercice, periode.mois)

    return faute


def _ecritures(*, titres: bool) -> Callable[[Periode], list[Regle]]:
    def hors_exercice(exercice: Any, jour: Any) -> bool:
        return (
            isinstance(exercice, int)
            and 1 < exercice < 9998
            and _dates(jour)
            and not dt.date(exercice, 1, 1) <= jour <= dt.date(exercice + 1, 1, 31)
        )

    service = Regle(
        ("periode_service",), "Période service", "période illisible (AAAA-S1 ou AAAA-S2, C9)",
        lambda p: bool(p) and not _PERIODE_SERVICE.fullmatch(str(p)),
    )  # fmt: skip
    communes = [
        Regle(("type_piece", "montant_ttc"), "Montant TTC", "pièce ordinaire négative (C4)",
              lambda t, m: t == "01" and _negatif(m)),
        Regle(("type_piece", "montant_ttc"), "Montant TTC", "annulation ou réduction positive (C4)",
              lambda t, m: t == "02" and _nombres(m) and m > 0),
        Regle(("montant_ht", "tva", "montant_ttc"), "Montant TTC", "HT + TVA différent du TTC (C4)",
              lambda h, v, t: _nombres(h, v, t) and h + v != t),
        Regle(("exercice", "date_emission"), "Date émission",
              "date hors de l'exercice et de sa journée complémentaire (C5)", hors_exercice),
    ]  # fmt: skip
    return lambda _: [*communes, *([service] if titres else [])]


def _agents(_: Periode) -> list[Regle]:
    def quotite(q: Any) -> bool:
        if not _nombres(q):
            return False
        pct = q * 100 if q <= Decimal("1.5") else q
        return not 0 < pct <= 100

    return [
        Regle(("quotite",), "Quotité", "quotité hors de ]0, 100] (C10)", quotite),
        Regle(("date_entree", "date_sortie"), "Date sortie", "la sortie précède l'entrée (G1)", _avant),
        Regle(("code_activite", "pct_affectation"), "% affectation", "pourcentage absent (H3)",
              lambda c, p: bool(c) and p == ""),
        Regle(("pct_affectation",), "% affectation", "pourcentage négatif (H2)", _negatif),
        Regle(("pct_affectation",), "% affectation", "affectations de plus de 100 % le même jour (H2)", _plus_de_cent),
        Regle(("debut_affectation", "fin_affectation"), "Fin affectation", "la fin précède le début (G1)", _avant),
    ]  # fmt: skip


def _temps(periode: Periode) -> list[Regle]:
    return [
        Regle(("date",), "Date", "date hors du mois du fichier (C5)", _hors_du_mois(periode)),
        Regle(("duree",), "Durée", "durée nulle ou négative (C8)", lambda d: _nombres(d) and d <= 0),
        Regle(("duree",), "Durée", "durée de plus de 24 h (C8)", lambda d: _nombres(d) and d > 1440),
        Regle(("valide",), "Validé", "saisie non validée, retenue (R1g)", lambda v: v == "N", rejette=False),
    ]


def _masse_salariale(periode: Periode) -> list[Regle]:
    return [
        Regle(
            ("exercice",), "Exercice", "exercice différent de celui du nom du fichier (C5)", _autre_exercice(periode)
        ),
        Regle(("etpt",), "ETPT", "ETPT négatif (G1)", _negatif),
    ]


def _etat_actif(_: Periode) -> list[Regle]:
    return [
        Regle(("compte",), "Compte", "immobilisation en cours, jamais amortie (R4e)",
              lambda c: str(c or "").startswith("23")),
        Regle(("valeur_brute",), "Valeur brute", "valeur nulle ou négative (R4e)", lambda v: _nombres(v) and v <= 0),
        Regle(("mode", "duree"), "Durée", "durée entière d'au moins un an attendue (R4e)",
              lambda m, d: m != "FV" and _nombres(d) and (d < 1 or d != int(d))),
        Regle(("quote_part",), "Quote-part %", "quote-part négative (R4e)", _negatif),
        Regle(("quote_part",), "Quote-part %", "quotes-parts de plus de 100 % pour un même bien (R4e)", _plus_de_cent),
    ]  # fmt: skip


def _unites(periode: Periode) -> list[Regle]:
    return [
        Regle(("exercice",), "Exercice", _EXERCICE, _autre_exercice(periode)),
        Regle(("semestre",), "Semestre", "semestre différent de celui du nom du fichier (C5)",
              lambda s: periode.semestre is not None and bool(s) and str(s)[-1] != str(periode.semestre)),
    ]  # fmt: skip


def _commandes(periode: Periode) -> list[Regle]:
    return [
        Regle(("date_commande",), "Date commande", "date hors du mois du fichier (C5)", _hors_du_mois(periode)),
        Regle(("statut", "montant_ht"), "Montant HT", "ligne Émise négative (R9b)",
              lambda s, m: s == "Émise" and _negatif(m)),
        Regle(("statut", "montant_ht"), "Montant HT", "annulation positive (R9b)",
              lambda s, m: s == "Annulée" and _nombres(m) and m > 0),
    ]  # fmt: skip


def _operations(_: Periode) -> list[Regle]:
    return [
        Regle(("volume_classique",), "Volume classique (kWhc)", "volume négatif (C9)", _negatif),
        Regle(("volume_precarite",), "Volume précarité (kWhc)", "volume négatif (C9)", _negatif),
        Regle(("date_rai", "date_engagement"), "Date engagement", "engagement antérieur au RAI (G1)", _avant),
    ]


def _ventes(_: Periode) -> list[Regle]:
    return [
        Regle(("volume_vendu",), "Volume vendu (kWhc)", "volume négatif (C9)", _negatif),
        Regle(("prix",), "Prix (€/MWhc)", "prix négatif (C9)", _negatif),
    ]


_PAR_JEU: dict[str, Callable[[Periode], list[Regle]]] = {
    "mandats": _ecritures(titres=False),
    "titres": _ecritures(titres=True),
    "agents": _agents,
    "temps": _temps,
    "masse_salariale": _masse_salariale,
    "etat_actif": _etat_actif,
    "unites": _unites,
    "commandes": _commandes,
    "operations": _operations,
    "ventes": _ventes,
    "populations": lambda _: [
        Regle(("population_totale",), "Population totale", "population négative (G1)", _negatif),
        Regle(("code_insee",), "Code INSEE", "code INSEE sur cinq caractères attendu (G1)",
              lambda c: bool(c) and not _INSEE.fullmatch(str(c))),
    ],
    "cles_analytiques": lambda _: [
        Regle(("part_communes",), "Part communes %", "part hors de [0, 100] (R1f)", _hors_part)
    ],
    "ponderations": lambda _: [Regle(("poids",), "Poids", "poids négatif (C1)", _negatif)],
    "tarifs": lambda _: [
        Regle(("tranche_min", "tranche_max"), "Tranche max", "la tranche est vide (R7d)",
              lambda a, b: _nombres(a, b) and b <= a),
        Regle(("regle", "montant"), "Montant", "montant absent pour cette règle (R7b')",
              lambda r, m: bool(r) and r != "cout_unitaire" and m == ""),
        Regle(("regle", "base"), "Base",
              "base absente pour un pourcentage, achats_ht ou produit_cee (R7b')",
              lambda r, b: r == "pourcentage" and b == ""),
    ],
}  # fmt: skip
