"""Formats of the cells of the workbook, by kind and role, as `xlsx_styles.toml` says; colours are those of the page."""

from __future__ import annotations

import tomllib
from typing import Any

from mutualisation.chemins import PAQUET
from mutualisation.mise_en_forme.palette import COULEURS, PAGE

STYLES = tomllib.loads((PAQUET / "mise_en_forme" / "xlsx_styles.toml").read_text(encoding="utf-8"))
FORMATS, TOLERANCE = STYLES["formats"], STYLES["tolerances"]
MONTANTS = ("euros", "centimes", "milliers", "moyen", "variation")


def style(genre: str, role: str) -> dict[str, Any]:
    """Properties of a format; the kind settles how a number is written, the role how the cell looks."""
    nombre, couleurs = genre in FORMATS, PAGE | COULEURS
    base = {"font_name": "Calibri", "font_size": 11, "num_format": FORMATS.get(genre, "@"), "valign": "top"}
    if role == "corps":
        base["text_wrap"] = not nombre
    if nombre:
        base["align"] = "right"
    looks = {nom: couleurs[x] if nom.endswith("_color") else x for nom, x in STYLES["roles"][role].items()}
    return base | looks
