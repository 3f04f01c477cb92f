"""Formats of the cells of the workbook, by kind and role; colours are those of the page."""

from __future__ import annotations

from typing import Any

from mutualisation.mise_en_forme.palette import COULEURS, FILET, GRIS, MARQUE

EUROS = '[$-40C]#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€"'
FORMATS = {
    "euros": EUROS,
    "centimes": EUROS,
    "milliers": '[$-40C]#,##0,\\ "k€";[Red][$-40C]\\-#,##0,\\ "k€"',
    "moyen": '[$-40C]#,##0.000000\\ "€"',
    "variation": '[$-40C]\\+#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€";[$-40C]0.00\\ "€"',
    "etp": "[$-40C]#,##0.00",
    "etp_fin": "[$-40C]#,##0.000000",
    "taux": "[$-40C]0.0\\ %",
    "taux_fin": "[$-40C]0.00\\ %",
    "annee": "0",
    "entier": "[$-40C]#,##0",
    "nombre": "[$-40C]#,##0.00####",
    "constat": "[$-40C]#,##0.00####",
    "compte": '[<2][$-40C]#,##0\\ "ligne";[$-40C]#,##0\\ "lignes"',
    "date": "dd/mm/yyyy",
}
MONTANTS = ("euros", "centimes", "milliers", "moyen", "variation")
CLAIR, LIEN = COULEURS["absent"], COULEURS["couvert"]
# Tolerance of a check between a sum of cells and the published total: half a unit of the last published decimal
TOLERANCE = {"euros": "0.005", "centimes": "0.005", "variation": "0.005", "etp": "0.00001", "etp_fin": "0.00001",
             "entier": "0.5"}  # fmt: skip


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
    total = {"bold": True, "top": 2, "top_color": MARQUE, "bg_color": CLAIR}
    roles: dict[str, dict[str, Any]] = {
        "simple": {},
        "corps": {**filet, "text_wrap": mots},
        "corps_suite": {**filet, "text_wrap": True, **suite},
        "total": total,
        "total_mot": {**total, "align": "left"},
        "entete": entete,
        "entete_droite": {**entete, "align": "right"},
        "entete_suite": {**entete, **suite},
        "titre": {"bold": True, "font_size": 16, "font_color": MARQUE},
        "partie": {"bold": True, "font_size": 12, "font_color": MARQUE, "bottom": 1, "bottom_color": MARQUE},
        "note": note,
        "note_droite": {**note, "align": "right"},
        "remarque": {**note, "text_wrap": True},
        "absent": {**note, "align": "right", **filet},
        "libelle": {"bold": True},
        "lien": {"bold": True, "font_color": LIEN, "underline": 1},
        "retour": {"font_size": 9, "font_color": LIEN, "underline": 1},
        "paragraphe": {"text_wrap": True},
    }
    return roles[role]
