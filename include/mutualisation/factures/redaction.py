"""One sentence per tariff applied (R7): what the amount of a line comes from, as a finance officer would say it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mutualisation.francais.formats import INSECABLE, exact


def prix(valeur: Decimal | None) -> str:
    """`0,80 €`, `0,612345 €`: a unit price keeps its decimals; nothing is 0."""
    return f"{exact(valeur or 0, 2)}{INSECABLE}€"


def phrase(tarif: Mapping[str, Any]) -> str:
    """What a tariff row gives for an adherent and semestre (a row of `factures_tarifs`)."""
    r, a_payer = tarif, prix(tarif["prix"])
    prorata = f"× {r['mois']}{INSECABLE}mois sur 12"
    match r["regle"]:
        case "forfait":
            return f"Forfait annuel de {a_payer} {prorata}"
        case "par_habitant":
            return f"{a_payer} × {exact(r['population'] or 0)}{INSECABLE}habitants {prorata}"
        case "par_tranche":
            return f"Tranche {_tranche(r)} (population {exact(r['population'] or 0)}) : {a_payer} par an {prorata}"
        case "par_unite":
            return f"{a_payer} × {exact(r['unites'])}{INSECABLE}unités"
        case "cout_unitaire":
            return f"Coût unitaire {a_payer} × {exact(r['unites'])}{INSECABLE}unités"
        case "pourcentage":
            return f"{exact(r['prix'])}{INSECABLE}% {_assiette(r)}"
    raise ValueError(f"règle de tarif sans phrase : {r['regle']}")


def _tranche(r: Mapping[str, Any]) -> str:
    bas, haut = r["tranche_min"], r["tranche_max"]
    if haut is None:
        return f"{exact(bas)} habitants et plus" if bas is not None else "toutes populations"
    return f"de {exact(bas)} à moins de {exact(haut)} habitants" if bas else f"moins de {exact(haut)} habitants"


def _assiette(r: Mapping[str, Any]) -> str:
    if r["base"] == "achats_ht":
        return f"de {exact(r['achats_ht'], 2)}{INSECABLE}€ d'achats HT du semestre"
    return "du produit des certificats d'économies d'énergie vendus au semestre"
