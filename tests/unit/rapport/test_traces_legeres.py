"""A page of traces stays under what the gate allows, at the most lines that it shows."""

import json
from datetime import date
from decimal import Decimal

from tests.atelier.tables import cas
from tests.unit.rapport import documents

from mutualisation.documents.audit import trace
from mutualisation.documents.mise_en_forme import html
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.modele import Section
from mutualisation.socle.chemins import dossier_attentes

LIGNE = {
    "fichier": "compta/mandats_2021-12_v2.csv", "ligne": 123_456, "rang": "MUTU-ACCOMPAGNEMENT/100",
    "piece": "2021/00/1234/12345678/4", "date_piece": date(2021, 12, 31), "nature": "6188",
    "montant_source": Decimal("-123456789.12"), "part": Decimal("33.333333"), "montant": Decimal("-41152262.632345"),
    "regle": "R3",
}  # fmt: skip


def test_la_page_la_plus_pleine_passe_la_porte() -> None:
    lignes = [LIGNE] * trace.LIGNES_PAR_PAGE
    tableau = trace._tableau("cout_personnel", {"lignes": len(lignes), "montant": Decimal(0)}, lignes, [])
    page = html.rendre(documents.document("rapport", [Section("trace", "Trace", "Trace", [tableau])]))
    suite = json.loads((dossier_attentes() / "gx" / "expectations" / "extrait" / "pages.json").read_bytes())
    (borne,) = (x["kwargs"]["max_value"] for x in suite["expectations"] if x["kwargs"].get("column") == "poids")
    assert len(page.encode()) < borne


@cas
def test_une_longue_table_est_pliee_et_ne_perd_aucune_ligne(nombre: int, parties: list[str] | None) -> None:
    lignes = [{"fichier": f"f{i}.csv"} for i in range(nombre)]
    tableau = m.Tableau("Recettes", (m.Colonne("fichier", "Fichier"),), lignes, note="Règle R6.")
    blocs = trace.plier(tableau)
    if parties is None:
        assert blocs == [tableau]
        return
    *plis, note = blocs
    assert [pli.resume for pli in plis] == parties  # type: ignore[union-attr]
    lues = [ligne for pli in plis for bloc in pli.blocs for ligne in bloc.lignes]  # type: ignore[union-attr]
    assert lues == lignes
    assert note == m.p("Règle R6.", note=True)


def test_des_fichiers_sans_place_sont_comptes() -> None:
    lignes = [{"fichier": f"f{i}.csv"} for i in range(60)]
    tableau = m.Tableau("Temps", (m.Colonne("fichier", "Fichier"),), lignes, limite=50, reste=("autre", "autres", "."))
    pli, note = trace.plier(tableau)
    assert pli.resume == "Voir les lignes 1 à 50 sur 50"  # type: ignore[union-attr]
    assert note == m.p("Et 10\u00a0autres.", note=True)
