"""Facts and calibration data that come with the package (`donnees/*.csv`, provenance in its README)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

EXERCICES = (2019, 2020, 2021)


@cache
def lire(nom: str) -> tuple[dict[str, str], ...]:
    """Rows of `donnees/<nom>.csv` (UTF-8, `;`), as text."""
    texte = files("echantillon").joinpath("donnees", f"{nom}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(texte.splitlines(), delimiter=";"))


def jour(texte: str) -> date | None:
    """ISO date, None when empty."""
    return date.fromisoformat(texte) if texte else None


def jour_du(texte: str) -> date:
    """ISO date that is never empty."""
    return date.fromisoformat(texte)


@dataclass(frozen=True, slots=True)
class Axe:
    """Analytic axis: its dispositif (or STRUCTURE, HORS), communes' part in percent, usage."""

    code: str
    dispositif: str
    part: Decimal
    usage: str


@cache
def axes() -> tuple[Axe, ...]:
    """Axes of ledger and assets."""
    return tuple(Axe(r["code"], r["dispositif"], Decimal(r["part"]), r["usage"]) for r in lire("axes"))


def axe(dispositif: str, usage: str) -> Axe:
    """The axis of a dispositif for one usage (depense, depense_partagee, recette, subvention, actif)."""
    return next(a for a in axes() if a.dispositif == dispositif and a.usage == usage)


@dataclass(frozen=True, slots=True)
class Service:
    """Managing service of a dispositif and its local product (CodProdLoc): what a titre carries, having no axis."""

    code: str
    produit: str


@cache
def services() -> dict[str, Service]:
    """Service and product by dispositif."""
    return {r["dispositif"]: Service(r["service"], r["produit"]) for r in lire("services")}


@cache
def valorises() -> tuple[str, ...]:
    """Codes of the dispositifs that the synthèse values."""
    return tuple(r["code"] for r in lire("dispositifs") if r["valorisation"] == "valorisé")
