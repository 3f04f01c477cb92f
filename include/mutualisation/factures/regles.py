"""One sentence per tariff applied (R7): what the amount of a line comes from, as a finance officer would say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from mutualisation.francais.formats import INSECABLE, nombre

MODES = {
    "titre": "Titre de recette",
    "imputation_AC": "Imputation sur l'attribution de compensation",
    "retenue": "Retenue sur les sommes reversées",
    "gratuit": "Sans participation",
}
SANS_TARIF = "Sans tarif en vigueur"


def mode_lisible(mode: str | None) -> str:
    """Label of a recovery mode; no mode means that no tariff was in force (R7b)."""
    return MODES.get(mode, mode) if mode else SANS_TARIF


def decimal(valeur: Any) -> Decimal:
    """Exact number of a frozen text; NULL counts 0."""
    return Decimal(str(valeur)) if valeur is not None else Decimal(0)


def decimales(valeurs: Iterable[Decimal]) -> int:
    """Decimals that show every value of a column as it is, up to six: figures then line up."""
    return max((min(6, -int(v.normalize().as_tuple().exponent)) for v in valeurs), default=0)


def exact(valeur: Any, minimum: int = 0) -> str:
    """A number with the decimals it has, at least `minimum`, at most six."""
    lu = decimal(valeur)
    return nombre(lu, max(minimum, decimales([lu])))


def prix(valeur: Any) -> str:
    """`0,80 €`, `0,612345 €`: a unit price keeps its decimals."""
    return f"{exact(valeur, 2)}{INSECABLE}€"


def phrase(regle: Mapping[str, Any]) -> str:
    """What a tariff row gives for an adherent and semestre (a row of `Facturation.regles`)."""
    ecrire = _PHRASES.get(regle["regle"])
    return ecrire(regle) if ecrire else str(regle["regle"]).replace("_", " ")


def _prorata(regle: Mapping[str, Any]) -> str:
    mois = int(regle["mois"] or 0)
    return f"× {mois}{INSECABLE}mois sur 12"


def _forfait(r: Mapping[str, Any]) -> str:
    return f"Forfait annuel de {prix(r['prix'])} {_prorata(r)}"


def _par_habitant(r: Mapping[str, Any]) -> str:
    return f"{prix(r['prix'])} × {exact(r['population'])}{INSECABLE}habitants {_prorata(r)}"


def _par_tranche(r: Mapping[str, Any]) -> str:
    bas, haut = r["tranche_min"], r["tranche_max"]
    if haut is None:
        tranche = f"{exact(bas)} habitants et plus" if bas is not None else "toutes populations"
    elif decimal(bas) == 0:
        tranche = f"moins de {exact(haut)} habitants"
    else:
        tranche = f"de {exact(bas)} à moins de {exact(haut)} habitants"
    return f"Tranche {tranche} (population {exact(r['population'])}) : {prix(r['prix'])} par an {_prorata(r)}"


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
