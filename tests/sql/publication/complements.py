"""Rows of recovery, certificates, bridge, back-test and variance for the warehouse published by hand."""

from __future__ import annotations

from typing import Any

Ligne = dict[str, Any]
# exercice → (dépôt, operations, produit, frais, reversement, part_epci) of Loos; the second dépôt is sold in two years
CEE = {
    2019: [("1", 10, "1000.00", "80.00", "920.00", "0.00")],
    2020: [("1", 10, "1000.00", "80.00", "920.00", "0.00"), ("2", 5, "500.40", "0.00", "0.00", "500.40")],
    2021: [("3", 7, "300.00", "22.05", "277.95", "0.00")],
}
RECOUVREMENT = [
    (1, "CAM", "titre", "600.00", "500.00", "100.00"),
    (2, "CAM", "titre", "600.00", "600.00", "0.00"),
    (2, "ARCHIVES", "imputation_AC", "250.00", "0.00", "0.00"),
    (2, "OPENDATA", "gratuit", "0.00", "0.00", "0.00"),
]
# dispositif, forecast, actual, then the effects: etp, taux, fonctionnement, amortissements, subventions, reprises
EFFETS = ("etp", "taux", "fonctionnement", "amortissements", "subventions", "reprises")
ECARTS = [
    ("CAM", "125330.00", "188131.05", ("56202.53", "1797.72", "4800.80", "500.00", "-400.00", "-100.00")),
    ("ARCHIVES", "46709.00", "40887.51", ("-3654.32", "-345.19", "-1708.99", "-12.50", "-100.00", "-0.49")),
]


def complements(exercice: int, siret: str, passage: list[Ligne]) -> dict[str, list[Ligne]]:
    """{relation: rows} of one exercice."""
    e, siren = exercice, siret[:9]
    return {
        "cee_valorisation": [
            {"exercice": e, "depot": d, "siren_beneficiaire": siren, "operations": n, "produit": p, "frais": f,
             "reversement": r, "part_epci": x}
            for d, n, p, f, r, x in CEE[e]
        ],
        "recouvrement": [
            {"exercice": e, "semestre": s, "dispositif": d, "siret_adherent": siret, "mode_recouvrement": m,
             "montant_du": du, "montant_titre": t, "ecart": x}
            for s, d, m, du, t, x in RECOUVREMENT
        ],
        "facture_semestrielle": [
            {"exercice": e, "semestre": 1, "siret_adherent": siret, "montant_du": "600.00", "report_precedent": "0.00",
             "statut": "a_emettre", "montant_facture": "600.00"},
            {"exercice": e, "semestre": 2, "siret_adherent": siret, "montant_du": "8.00", "report_precedent": "0.00",
             "statut": "reporte", "montant_facture": "0.00"},
        ],
        "passage_d5211_detail": [
            {"exercice": e, "dispositif": d, "compte": c, "nature_charge": "charge", "motif": "charge de structure",
             "montant": m}
            for d in ("ARCHIVES", "CAM", "IMPRESSION")
            for c, m in (("60612", "900.00"), ("6132", "100.10"))
        ],
        "cout_unitaire": [
            {"exercice": e, "dispositif": p["dispositif"], "unites": "218" if p["dispositif"] == "CAM" else "0",
             "cout_complet_unitaire": "862.99" if p["dispositif"] == "CAM" else None, "cout_d5211": p["cout_d5211"],
             "cout_d5211_unitaire": "858.40" if p["dispositif"] == "CAM" else None}
            for p in passage
        ],
        "recours": [
            {"exercice": e, "semestre": 1, "dispositif": "CAM", "siret_adherent": siret, "type_unite": "adherent_actif",
             "reference": "R1", "quantite": "1", "poids": "1", "unites": "1", "fichier": "activite/u.csv", "ligne": 2},
        ],
        "prevision_fourchette": [
            {"exercice_base": e, "exercice": e + 1, "scenario": s, "dispositifs": n, "cout_net": c, "cout_net_bas": b,
             "cout_net_haut": h, "recettes": r, "essais": k, "erreur_min": x, "erreur_max": y}
            for s, n, c, b, h, r, k, x, y in (
                ("constant", 2, "1396400.00", "1350400.00", "1420600.00", "45050.00", 2, "-0.020000", "0.035000"),
                ("tendance", 1, "1200.40", None, None, None, 0, None, None),
            )
        ],
        "prevision_essai": [
            {"exercice": e, "exercice_base": e - 1, "dispositif": d, "scenario": s, "cout_prevu": p,
             "cout_constate": c, "erreur": x, "erreur_relative": None, "etp_prevu": "1", "etp_constate": "1",
             "recettes_prevues": None, "recettes_constatees": None}
            for s in ("constant", "tarifs")
            for d, p, c, x in (("CAM", "90.00", "100.00", "-10.00"), ("ARCHIVES", "120.00", "100.00", "20.00"))
        ],
        "ecart_prevision": [
            {"exercice": e, "dispositif": d, "scenario": s, "cout_prevu": p, "cout_constate": c,
             "ecart": f"{float(c) - float(p):.2f}", "effet_entree": "0.00", "effet_sortie": "0.00"}
            | {f"effet_{nom}": x for nom, x in zip(EFFETS, effets, strict=True)}
            for s in ("constant", "tarifs")
            for d, p, c, effets in ECARTS
        ],
    }  # fmt: skip
