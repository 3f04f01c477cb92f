"""One sentence per tariff applied (R7): what the amount of a line comes from, as a finance officer would say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from mutualisation.francais.formats import INSECABLE, exact


def prix(valeur: Decimal | None) -> str:
    """`0,80 €`, `0,612345 €`: a unit price keeps its decimals; nothing is 0."""
    return f"{exact(valeur or 0, 2)}{INSECABLE}€"


def phrase(tarif: Mapping[str, Any]) -> str:
    """What a tariff row gives for an adherent and semestre (a row of `factures_tarifs`)."""
    return _PHRASES[tarif["regle"]](tarif)


def _prorata(r: Mapping[str, Any]) -> str:
    return f"× {r['mois']}{INSECABLE}mois sur 12"


def _forfait(r: Mapping[str, Any]) -> str:
    return f"Forfait annuel de {prix(r['prix'])} {_prorata(r)}"


def _par_habitant(r: Mapping[str, Any]) -> str:
    return f"{prix(r['prix'])} × {exact(r['population'] or 0)}{INSECABLE}habitants {_prorata(r)}"


def _par_tranche(r: Mapping[str, Any]) -> str:
    bas, haut = r["tranche_min"], r["tranche_max"]
    if haut is None:
        tranche = f"{exact(bas)} habitants et plus" if bas is not None else "toutes populations"
    elif not bas:
        tranche = f"moins de {exact(haut)} habitants"
    else:
        tranche = f"de {exact(bas)} à moins de {exact(haut)} habitants"
    return f"Tranche {tranche} (population {exact(r['population'] or 0)}) : {prix(r['prix'])} par an {_prorata(r)}"


def _par_unite(r: Mapping[str, Any]) -> str:
    return f"{prix(r['prix'])} × {exact(r['unites'])}{INSECABLE}unités"


def _cout_unitaire(r: Mapping[str, Any]) -> str:
    return f"Coût unitaire {prix(r['prix'])} × {exact(r['unites'])}{INSECABLE}unités"


def _pourcentage(r: Mapping[str, Any]) -> str:
    taux = f"{exact(r['prix'])}{INSECABLE}%"
    if r["base"] == "achats_ht":
        return f"{taux} de {exact(r['achats_ht'], 2)}{INSECABLE}€ d'achats HT du semestre"
    return f"{taux} du produit des certificats d'économies d'énergie vendus au semestre"


_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "forfait": _forfait,
    "par_habitant": _par_habitant,
    "par_tranche": _par_tranche,
    "par_unite": _par_unite,
    "cout_unitaire": _cout_unitaire,
    "pourcentage": _pourcentage,
}
