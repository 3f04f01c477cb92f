"""Addresses of the audit file: its pages, and the anchors that other documents of the extract may link to."""

from __future__ import annotations

import re
import unicodedata

from mutualisation.mise_en_forme.modele import Lien

INDEX, PERSONNEL, PASSAGES, CONTROLES, REJETS = "index", "personnel", "passages", "controles", "rejets"


def dossier(exercice: int) -> str:
    """`dossier_audit_2021`."""
    return f"dossier_audit_{exercice}"


def ancre(code: str) -> str:
    """A code as an anchor and a piece of a file name: `SIM ADS` is `sim-ads`; stable from one year to the next."""
    plat = unicodedata.normalize("NFD", code.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plat).strip("-") or "sans-code"


def trace(dispositif: str) -> str:
    """Page of the source lines of a dispositif, in the folder: `trace_ads`."""
    return f"trace_{ancre(dispositif)}"


def vers_personnel(dispositif: str, texte: str) -> Lien:
    """From a page of the folder to the staff cost of a dispositif."""
    return Lien(f"{PERSONNEL}.html#{ancre(dispositif)}", texte)


def vers_trace(dispositif: str, texte: str, mesure: str = "") -> Lien:
    """From a page of the folder to the source lines of a dispositif, or of one of its figures."""
    return Lien(f"{trace(dispositif)}.html{f'#{mesure}' if mesure else ''}", texte)
