"""A published warehouse with invoices: rows of `publication` and the tables of the build that the detail is read from.

2020-S2 and 2021-S1: Loos is under the threshold. 2021-S2: Loos pays with its carry-over, Lille pays and gets 20 € back,
the CCAS is carried over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql
from tests.sql.publication import entrepot_publie as base

from mutualisation.factures.instantane import figer_facturation
from mutualisation.publication.contexte import figer_contexte
from mutualisation.publication.relations import lire_relations

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
ADHERENTS = [
    (LILLE, LILLE[:9], "commune", "Lille", "2018-01-01", None),
    (LOOS, LOOS[:9], "commune", "L’Œuvre-lès-Loos", "2018-01-01", None),
    (CCAS, CCAS[:9], "ccas", "CCAS de Lille", "2018-01-01", None),
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
]
# semestre, dispositif, adherent, rule, base, due, price, mode, months, units
REGLES = [
    (1, "ARCHIVES", LOOS, "forfait", None, "6.00", "12", "titre", 6, None),
    (2, "ARCHIVES", LOOS, "forfait", None, "6.50", "13", "titre", 6, None),
    (2, "IMPRESSION", LOOS, "cout_unitaire", None, "112.31", None, "titre", 6, "5.5"),
    (2, "CAM", LILLE, "par_tranche", None, "500.00", "1000", "titre", 6, None),
    (2, "ARCHIVES", LILLE, "par_habitant", None, "-30.00", "0.05", "titre", 6, None),
    (2, "ARCHIVES", LILLE, "pourcentage", "achats_ht", "10.00", "1.5", "titre", 6, None),
    (2, "IMPRESSION", LILLE, "cout_unitaire", None, "1234.26", None, "imputation_AC", 6, "60.4438"),
    (2, "CARTE", LILLE, "forfait", None, "0.00", "0", "gratuit", 6, None),
    (2, "CAM", CCAS, "forfait", None, "14.99", "29.98", "titre", 6, None),
]
TABLES = {
    "int_recouvrement": "exercice int, semestre int, dispositif text, siret_adherent text",
    "int_montants_dus": "exercice int, semestre int, dispositif text, siret_adherent text, regle text, base text,"
    " montant numeric, ligne_tarif int",
    "int_tarifs_semestre": "exercice int, semestre int, dispositif text, fichier_id bigint, ligne_tarif int,"
    " montant numeric, tranche_min numeric, tranche_max numeric, mode_recouvrement text",
    "stg_referentiel__tarifs": "fichier_id bigint, ligne int, reference text",
    "int_adhesions_semestre": "exercice int, semestre int, dispositif text, siret_adherent text, population int,"
    " mois_s1 int, mois_s2 int",
    "int_unites_semestre": "exercice int, semestre int, dispositif text, siret_adherent text, unites numeric",
    "int_couts_unitaires_factures": "exercice int, dispositif text, exercice_base int, actualisation numeric,"
    " unites_previsionnelles numeric, cout_unitaire numeric",
    "int_couts": "exercice int, dispositif text, cout_d5211 numeric",
    "stg_cam__commandes": "exercice int, semestre int, siret_adherent text, montant_ht numeric, rejet_statut text",
    "int_unites": "exercice int, semestre int, dispositif text, siret_adherent text, type_unite text, quantite numeric,"
    " poids numeric, unites numeric, rejet_statut text",
    "int_semestres": "exercice int, semestre int, fin date, seuil_titre numeric",
    "int_cles": "origine text, code text, dispositif text, debut date, fin date",
}


def _remplir(conn: psycopg.Connection[Any], table: str, lignes: Iterable[tuple[Any, ...]]) -> None:
    for ligne in lignes:
        conn.execute(
            sql.SQL("insert into {} values ({})").format(
                sql.Identifier("construction", table), sql.SQL(", ").join(sql.Placeholder() * len(ligne))
            ),
            ligne,
        )


def _construction(conn: psycopg.Connection[Any]) -> None:
    for table, colonnes in TABLES.items():
        conn.execute(f"create table construction.{table} ({colonnes})")
    conn.execute("alter table construction.stg_referentiel__adherents add column ligne int default 1")
    _remplir(conn, "stg_referentiel__adherents", [(*a, None) for a in ADHERENTS])
    _remplir(conn, "stg_referentiel__parametres", [(*p, None) for p in PARAMETRES])
    _remplir(
        conn,
        "stg_referentiel__dispositifs",
        [(c, nom, "", None, "valorisé", "2018-01-01", None, None) for c, nom in DISPOSITIFS],
    )
    _remplir(conn, "int_recouvrement", [r[:4] for r in RECOUVREMENT])
    for rang, (s, d, siret, regle, assiette, du, prix, mode, _, unites) in enumerate(REGLES, start=1):
        cle = (2021, s, d)
        _remplir(conn, "int_montants_dus", [(*cle, siret, regle, assiette, du, rang)])
        bornes = ("100000", None) if regle == "par_tranche" else (None, None)
        _remplir(conn, "int_tarifs_semestre", [(*cle, 1, rang, prix, *bornes, mode)])
        _remplir(conn, "stg_referentiel__tarifs", [(1, rang, f"Délibération {rang}")])
        if unites:
            _remplir(conn, "int_unites_semestre", [(*cle, siret, unites)])
    for cle in sorted({(2021, s, d, siret) for s, d, siret, *_ in REGLES}):
        _remplir(conn, "int_adhesions_semestre", [(*cle, 233098, 6, 6)])
    _remplir(conn, "int_couts_unitaires_factures", [(2021, "IMPRESSION", 2019, "0.015", "500", "20.42")])
    _remplir(conn, "int_couts", [(2019, "IMPRESSION", "10061.48")])
    _remplir(conn, "stg_cam__commandes", [(2021, 2, LILLE, "666.67", None)])
    _remplir(
        conn,
        "int_unites",
        [
            (2021, 2, "IMPRESSION", LOOS, "AFFICHE", "5", "1.1", "5.5", None),
            (2021, 2, "IMPRESSION", LILLE, "AFFICHE", "40", "1.1", "44", None),
            (2021, 2, "IMPRESSION", LILLE, "PAGE", "16.4438", None, "16.4438", None),
        ],
    )
    _remplir(conn, "int_semestres", [(2021, 1, "2021-06-30", "15"), (2021, 2, "2021-12-31", "15")])
    _remplir(
        conn,
        "int_cles",
        [
            ("axe", "CAM2", "CAM", "2018-01-01", "infinity"),
            ("axe", "CAM1", "CAM", "2018-01-01", "infinity"),
            ("axe", "CAM0", "CAM", "2018-01-01", "2021-06-30"),
            ("axe", "IMPRESSION-LONGUE", "IMPRESSION", "2018-01-01", "infinity"),
            ("activite", "ARC", "ARCHIVES", "2018-01-01", "infinity"),
        ],
    )


def publier(conn: psycopg.Connection[Any], *, figee: bool = True) -> int:
    """Publish these rows as version 1, with the detail of the invoices frozen, or still in the build only."""
    lignes = base.rangees()
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
    version = base.publier(conn, lignes)
    _construction(conn)
    figer_contexte(conn, version)
    if figee:
        figer_facturation(conn, version)
    conn.commit()
    return version


def remplacer_construction(conn: psycopg.Connection[Any]) -> None:
    """A later build took the place of the published one."""
    conn.execute("drop schema construction cascade")
    conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version) values ('{2021}', 'echouee',"
        " 'c.durand', '0.1.0')"
    )
    conn.commit()


def corriger(conn: psycopg.Connection[Any], relation: str, affectation: str, condition: str) -> None:
    """Change published rows, as a faulty build would have."""
    assert relation in lire_relations()
    conn.execute(f"update versions.{relation} set {affectation} where {condition}")
    conn.commit()
