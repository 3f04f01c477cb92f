"""A published warehouse with invoices: rows of `publication`, and of the relations that keep their detail.

2020-S2 and 2021-S1: Loos is under the threshold. 2021-S2: Loos pays with its carry-over, Lille pays and gets 20 € back,
the CCAS is carried over.
"""

from __future__ import annotations

from typing import Any

import psycopg
from tests.sql.publication import entrepot_publie as base

from mutualisation.publication.relations import relations_promues

LILLE, LOOS, CCAS = base.SIRET_LILLE, base.SIRET_LOOS, "26590350200010"
Ligne = dict[str, Any]

# exercice, semestre, dispositif, adherent, mode, due
RECOUVREMENT = [
    (2020, 2, "ARCHIVES", LOOS, "titre", "8.00"),
    (2021, 1, "ARCHIVES", LOOS, "titre", "6.00"),
    (2021, 2, "ARCHIVES", LOOS, "titre", "6.50"),
    (2021, 2, "IMPRESSION", LOOS, "titre", "112.31"),
    (2021, 2, "CAM", LILLE, "titre", "500.00"),
    (2021, 2, "ARCHIVES", LILLE, "titre", "-20.00"),
    (2021, 2, "IMPRESSION", LILLE, "imputation_AC", "1234.26"),
    (2021, 2, "CARTE", LILLE, "gratuit", "0.00"),
    (2021, 2, "CAM", CCAS, "titre", "14.99"),
    # only past titres: nothing due, no tariff applied
    (2021, 2, "ARCHIVES", CCAS, "titre", "0.00"),
]
# exercice, semestre, adherent, due, carried over, statut, invoiced
FACTURES = [
    (2020, 2, LOOS, "8.00", "0.00", "reporte", "0.00"),
    (2021, 1, LOOS, "6.00", "8.00", "reporte", "0.00"),
    (2021, 2, LOOS, "118.81", "14.00", "a_emettre", "132.81"),
    (2021, 2, LILLE, "480.00", "0.00", "a_emettre", "480.00"),
    (2021, 2, CCAS, "14.99", "0.00", "reporte", "0.00"),
]
# siret, type, name, street, postal code, town
ADHERENTS = [
    (LILLE, "commune", "Lille", "Place Augustin-Laurent", "59000", "Lille"),
    (LOOS, "commune", "L’Œuvre-lès-Loos", "104 rue du Maréchal-Foch, résidence de l’Hôtel de Ville", "59120", "Loos"),
    (CCAS, "ccas", "CCAS de Lille", None, None, None),
]
DISPOSITIFS = [
    ("ARCHIVES", "Dépôt des archives définitives"),
    ("CAM", "Centrale d'Achat Métropolitaine (CAM)"),
    ("CARTE", "Cartographie partagée"),
    ("IMPRESSION", "Réseau métropolitain des moyens d'impression"),
]
PARAMETRES = [
    ("compte_recette:CAM", "70688", "2019-01-01", None, "Plan de comptes"),
    ("compte_recette:ARCHIVES", "70845", "2019-01-01", "2020-12-31", "Ancien compte"),
    ("compte_recette:IMPRESSION", "70875", "2019-01-01", None, "Plan de comptes"),
    ("fonction_recette:IMPRESSION", "0202", "2019-01-01", None, "Nomenclature par fonction"),
    ("pes_poste", "059001", "2019-01-01", None, "Trésorerie"),
    ("pes_collectivite", "100", "2019-01-01", None, "Trésorerie"),
    ("pes_budget", "00", "2019-01-01", None, "Trésorerie"),
    ("pes_produit:ARCHIVES", "ARC1", "2019-01-01", None, "Produits locaux"),
    ("pes_service:ARCHIVES", "ARCHIVES", "2019-01-01", None, "Services"),
]
# origin, code, dispositif: IMPRESSION and CAM are titled on their key of product, CAM by its service too
CLES = [("produit", "CAM1", "CAM"), ("produit", "IMP1", "IMPRESSION"), ("produit", "IMPRESSION1", "IMPRESSION"),
        ("service", "ACHATS", "CAM"), ("produit", "ARC1", "ARCHIVES")]  # fmt: skip
# type, bordereau, titre, line, adherent, dispositif, semestre, account, amount
TITRES = [
    ("01", "12", "2087", "2", LILLE, "ARCHIVES", 1, "70845", "45.00"),
    ("02", "3", "14", "1", LILLE, "ARCHIVES", 1, "70845", "-5.00"),
    ("01", "12", "2088", "1", LOOS, "ARCHIVES", 1, "70845", "8.00"),
    ("01", "12", "2089", "1", LILLE, "CAM", 1, "70688", "500.00"),
]
# semestre, dispositif, adherent, rule, base, due, price, mode, units
TARIFS = [
    (1, "ARCHIVES", LOOS, "forfait", None, "6.00", "12", "titre", None),
    (2, "ARCHIVES", LOOS, "forfait", None, "6.50", "13", "titre", None),
    (2, "IMPRESSION", LOOS, "cout_unitaire", None, "112.31", "20.42", "titre", "5.5"),
    (2, "CAM", LILLE, "par_tranche", None, "500.00", "1000", "titre", None),
    (2, "ARCHIVES", LILLE, "par_habitant", None, "-30.00", "0.05", "titre", None),
    (2, "ARCHIVES", LILLE, "pourcentage", "achats_ht", "10.00", "1.5", "titre", None),
    (2, "IMPRESSION", LILLE, "cout_unitaire", None, "1234.26", "20.42", "imputation_AC", "60.4438"),
    (2, "CARTE", LILLE, "forfait", None, "0.00", "0", "gratuit", None),
    (2, "CAM", CCAS, "forfait", None, "14.99", "29.98", "titre", None),
]
# adherent, type of unit, quantity, weight, units
UNITES = [
    (LOOS, "AFFICHE", "5", "1.1", "5.5"),
    (LILLE, "AFFICHE", "40", "1.1", "44.0"),
    (LILLE, "PAGE", "16.4438", "1", "16.4438"),
]


def detail() -> dict[str, list[Ligne]]:
    """{internal relation: rows of 2021}, as the marts of a build give them."""
    champs = (
        "semestre", "dispositif", "siret_adherent", "regle", "base", "montant", "prix", "mode_recouvrement", "unites",
    )  # fmt: skip
    tarifs = [
        {
            **dict(zip(champs, tarif, strict=True)),
            "ligne_tarif": rang,
            "reference": f"Délibération {rang}",
            "population": 233098,
            "mois": 6,
            "tranche_min": "100000" if "par_tranche" in tarif else None,
            "achats_ht": "666.67" if "achats_ht" in tarif else None,
        }
        for rang, tarif in enumerate(TARIFS, start=2)
    ]
    cle = {"semestre": 2, "dispositif": "IMPRESSION", "lignes": 1}
    unites = [
        {**cle, "siret_adherent": s, "type_unite": t, "quantite": q, "poids": p, "unites": u}
        for s, t, q, p, u in UNITES
    ]
    adherents = [
        {
            **dict(zip(("siret_adherent", "type", "nom", "adresse", "code_postal", "ville"), adherent, strict=True)),
            "semestre": s,
            "siren": adherent[0][:9],
        }
        for s in (1, 2)
        for adherent in ADHERENTS
    ]
    champs_titre = (
        "type_piece", "bordereau", "piece", "ligne_piece", "siret_adherent", "dispositif", "periode_semestre", "nature",
        "montant",
    )  # fmt: skip
    cout = {"dispositif": "IMPRESSION", "exercice_base": 2019, "cout_d5211_base": "10061.48", "actualisation": "0.015"}
    champs_parametre = ("parametre", "valeur", "debut", "fin", "reference")
    parametres = [
        {"ligne": rang, **dict(zip(champs_parametre, p, strict=True))}
        for rang, p in enumerate([*base.PARAMETRES, *PARAMETRES], start=2)
    ]
    relations: dict[str, list[Ligne]] = {
        "factures_adherents": adherents,
        "factures_tarifs": tarifs,
        "factures_unites": unites,
        "factures_couts": [{**cout, "unites_previsionnelles": "500", "cout_unitaire": "20.42"}],
        "factures_cles": [
            {"semestre": s, "origine": o, "code": code, "dispositif": d} for s in (1, 2) for o, code, d in CLES
        ],
        "factures_titres": [
            {**dict(zip(champs_titre, t, strict=True)), "budget": "00", "periode_exercice": 2021} for t in TITRES
        ],
        "factures_semestres": [
            {"semestre": 1, "debut": "2021-01-01", "fin": "2021-06-30", "seuil_titre": "15.00"},
            {"semestre": 2, "debut": "2021-07-01", "fin": "2021-12-31", "seuil_titre": "15.00"},
        ],
        "parametres_en_vigueur": parametres,
        "dispositifs_en_vigueur": [{"code": c, "libelle": nom} for c, nom in DISPOSITIFS],
    }
    return {nom: [{"exercice": 2021, **r} for r in rangees] for nom, rangees in relations.items()}


def publier(conn: psycopg.Connection[Any]) -> int:
    """Publish these rows as version 1."""
    lignes = base.rangees() | detail()
    lignes["recouvrement"] = [
        {
            "exercice": e,
            "semestre": s,
            "dispositif": d,
            "siret_adherent": siret,
            "mode_recouvrement": mode,
            "montant_du": du,
            "montant_titre": "0.00",
            "ecart": du,
        }
        for e, s, d, siret, mode, du in RECOUVREMENT
    ]
    lignes["facture_semestrielle"] = [
        {
            "exercice": e,
            "semestre": s,
            "siret_adherent": siret,
            "montant_du": du,
            "report_precedent": report,
            "statut": statut,
            "montant_facture": total,
        }
        for e, s, siret, du, report, statut, total in FACTURES
    ]
    lignes["cout_unitaire"] = [
        {
            "exercice": 2021,
            "dispositif": "IMPRESSION",
            "unites": "65.943800",
            "cout_complet_unitaire": "131.11",
            "cout_d5211": "7645.90",
            "cout_d5211_unitaire": "115.95",
        }
    ]
    return base.publier(conn, lignes)


def corriger(conn: psycopg.Connection[Any], relation: str, affectation: str, condition: str) -> None:
    """Change rows of the version, as a faulty build would have."""
    assert relation in relations_promues()
    conn.execute(f"update versions.{relation} set {affectation} where {condition}")
    conn.commit()
