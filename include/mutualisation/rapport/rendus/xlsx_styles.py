"""Formats of the cells of the workbook, by kind and role."""

from __future__ import annotations

from typing import Any

from mutualisation.rapport.rendus.palette import COULEURS, FILET, GRIS, MARQUE

FORMATS = {
    "euros": '[$-40C]#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€"',
    "etp": "[$-40C]#,##0.00",
    "centimes": '[$-40C]#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€"',
    "taux": "[$-40C]0.0\\ %",
    "taux_fin": "[$-40C]0.00\\ %",
    "annee": "0",
    "entier": "[$-40C]#,##0",
    "nombre": "[$-40C]#,##0.00####",
    "constat": "[$-40C]#,##0.00####",
    "date": "dd/mm/yyyy",
}
CLAIR, LIEN = COULEURS["absent"], COULEURS["couvert"]
# Tolerance of a check between a sum of cells and the published total: half a unit of the last published decimal
TOLERANCE = {"euros": "0.005", "centimes": "0.005", "etp": "0.00001", "entier": "0.5"}


def style(genre: str, role: str) -> dict[str, Any]:
    """Properties of a format; the kind settles how a number is written, the role how the cell looks."""
    droite = {"align": "right"} if genre in FORMATS else {}
    base = {"font_name": "Calibri", "font_size": 11, "num_format": FORMATS.get(genre, "@"), "valign": "top"}
    return {**base, **droite, **_role(role, mots=not droite)}


def _role(role: str, *, mots: bool) -> dict[str, Any]:
    filet = {"bottom": 1, "bottom_color": FILET}
    entete = {"bold": True, "font_color": "#FFFFFF", "bg_color": MARQUE, "text_wrap": True, "valign": "vcenter"}
    note = {"italic": True, "font_color": GRIS}
    suite = {"align": "left", "indent": 1}
    roles: dict[str, dict[str, Any]] = {
        "corps": {**filet, "text_wrap": mots},
        "corps_suite": {**filet, "text_wrap": True, **suite},
        "total": {"bold": True, "top": 2, "top_color": MARQUE, "bg_color": CLAIR},
        "entete": entete,
        "entete_droite": {**entete, "align": "right"},
        "entete_suite": {**entete, **suite},
        "titre": {"bold": True, "font_size": 16, "font_color": MARQUE},
        "note": note,
        "note_droite": {**note, "align": "right"},
        "remarque": {**note, "text_wrap": True},
        "absent": {**note, "align": "right", **filet},
        "libelle": {"bold": True},
        "lien": {"bold": True, "font_color": LIEN, "underline": 1},
        "paragraphe": {"text_wrap": True},
    }
    return roles[role]
