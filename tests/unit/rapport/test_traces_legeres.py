"""A page of traces stays under what the gate allows, at the most lines that it shows."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from tests.unit.rapport import documents

from mutualisation.audit import trace
from mutualisation.chemins import dossier_attentes
from mutualisation.mise_en_forme import html
from mutualisation.mise_en_forme.modele import Section

LIGNE = {
    "fichier": "compta/mandats_2021-12_v2.csv",
    "ligne": 123_456,
    "rang": "MUTU-ACCOMPAGNEMENT/100",
    "piece": "2021/00/1234/12345678/4",
    "date_piece": date(2021, 12, 31),
    "nature": "6188",
    "montant_source": Decimal("-123456789.12"),
    "part": Decimal("33.333333"),
    "montant": Decimal("-41152262.632345"),
    "regle": "R3",
}


def test_la_page_la_plus_pleine_passe_la_porte() -> None:
    lignes = [LIGNE] * trace.LIGNES_PAR_PAGE
    tableau = trace._tableau("cout_personnel", {"lignes": len(lignes), "montant": Decimal(0)}, lignes, [])
    page = html.rendre(documents.document("rapport", [Section("trace", "Trace", "Trace", [tableau])]))
    suite = json.loads((dossier_attentes() / "gx" / "expectations" / "extrait" / "pages.json").read_bytes())
    (borne,) = (x["kwargs"]["max_value"] for x in suite["expectations"] if x["kwargs"].get("column") == "poids")
    assert len(page.encode()) < borne
