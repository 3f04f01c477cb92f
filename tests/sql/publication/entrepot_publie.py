"""A published warehouse of three exercices and three dispositifs, as promotion leaves it, without running dbt."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.publication.extraits_csv import empreintes_publiees
from mutualisation.publication.promotion import preparer_publication
from mutualisation.publication.relations import Relation, relations_promues
from mutualisation.publication.sceaux import sceller

from .complements import complements
from .usages import ADHERENTS, SIRET_CCAS, usages

EXERCICES = (2019, 2020, 2021)
SIRET_EPCI, SIREN_EPCI = "20009320100016", "200093201"
SIRET_LILLE, SIRET_LOOS = "21590350100017", "21590360000017"
Ligne = dict[str, Any]

ARCHIVES, CAM, IMPRESSION = (
    "Dépôt des archives définitives", "Centrale d'Achat Métropolitaine (CAM)",
    "Réseau métropolitain des moyens d'impression",
)  # fmt: skip
LIBELLES = {"ARCHIVES": ARCHIVES, "CAM": CAM, "IMPRESSION": IMPRESSION}
# ETP, then personnel, fonctionnement, amortissements, subventions, reprises, recettes
FIGURES = {
    2019: {
        "ARCHIVES": ("0.700000", "50000.50", "12813.10", "0", "0", "0", "2451.00"),
        "CAM": ("0.590000", "45000.00", "5236.40", "0", "0", "0", None),
        "IMPRESSION": ("0.090000", "9000.00", "485.20", "0", "0", "0", "10886.00"),
    },
    2020: {
        "ARCHIVES": ("0.500000", "40000.00", "6709.00", "0", "0", "0", "2455.00"),
        "CAM": ("1.580000", "120000.00", "5330.00", "0", "0", "0", "39450.00"),
        "IMPRESSION": ("0.070000", "6000.00", "859.00", "0", "0", "0", "7779.00"),
    },
    2021: {
        "ARCHIVES": ("0.454321", "36000.49", "5000.01", "-12.50", "100.00", "0.49", "2455.50"),
        "CAM": ("2.320000", "178000.25", "10130.80", "500.00", "400.00", "100.00", "45050.00"),
        "IMPRESSION": ("0.080000", "8000.00", "646.00", "0", "0", "0", None),
    },
}
SOMMEES = (
    "etp", "cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises", "cout_net", "recettes",
    "reste_a_charge",
)  # fmt: skip
# relation → its columns but the exercice, then rows that are those of each exercice
CONSTANTES: dict[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]] = {
    "etat_valorisation": (
        ("dispositif", "libelle", "valorisation", "adherents", "manque"),
        (
            ("CAM", CAM, "valorisé", 12, None),
            ("CARRIERES", "Carrières souterraines", "en attente", 12, "unités de service"),
            ("OPENDATA", "Portail open data", "hors périmètre", 12, None),
        ),
    ),
    "controles": (
        ("controle", "cle", "statut", "valeur_attendue", "valeur_constatee", "seuil", "justification"),
        (
            ("somme_repartition", "mandats", "conforme", "190000.00", "190000.00", None, None),
            ("balance_dgfip", "", "sans_donnee", None, None, None, None),
            ("ecart_etpt", "", "ecart", "17.56", "17.20", "0.01", "Départ en retraite en décembre, vu avec la DRH"),
            ("lignes_rejetees", "", "ecart", None, "2", None, None),
        ),
    ),
    "repartition": (
        ("source", "destination", "motif", "unite", "lignes", "montant"),
        (
            ("mandats", "CAM", "cle", "EUR", 12, "10130.80"),
            ("mandats", "HORS", "axe_vide", "EUR", 400, "170000.00"),
            ("mandats", "EXCLU", "type_03", "EUR", 3, "-12.00"),
            ("mandats", "NON_REPARTI", "axe_sans_cle", "EUR", 1, "99.00"),
        ),
    ),
    "indicateurs_cles": (
        ("indicateur", "valeur", "unite"),
        (
            ("communes_min1_pct", "100.000000", "%"),
            ("communes_5_9_pct", "53.000000", "%"),
            ("dispositifs", "18", "nombre"),
            ("agents_investis", "60", "nombre"),
        ),
    ),
}
PARAMETRES = [
    ("heures_reference", "1607", "2019-01-01", None, "Délibération 2018-12"),
    ("jeu_de_donnees", "synthetique", "2019-01-01", None, "Jeu de référence"),
    ("methode_etp", "R", "2019-01-01", None, "Règlement financier"),
]


def _synthese(exercice: int) -> list[Ligne]:
    lignes = []
    for code, (etp, *montants, recettes) in FIGURES[exercice].items():
        personnel, fonctionnement, amortissements, subventions, reprises = map(Decimal, montants)
        recettes = None if recettes is None else Decimal(recettes)
        net = personnel + fonctionnement + amortissements - subventions - reprises
        reste = net - (recettes or 0)
        lignes.append(
            {"exercice": exercice, "dispositif": code, "libelle": LIBELLES[code], "etp": Decimal(etp),
             "cout_personnel": personnel, "cout_fonctionnement": fonctionnement, "amortissements": amortissements,
             "subventions": subventions, "reprises": reprises, "cout_net": net, "recettes": recettes,
             "recettes_ac": None, "recettes_renseignees": recettes is not None, "reste_a_charge": reste,
             "reste_a_charge_apres_ac": reste, "taux_couverture": None if recettes is None else recettes / net,
             "est_total": False}
        )  # fmt: skip
    sommes = {c: sum(r[c] or 0 for r in lignes) for c in SOMMEES}
    total = sommes | {
        "exercice": exercice, "dispositif": "TOTAL", "libelle": "TOTAL", "recettes_ac": None, "est_total": True,
        "recettes_renseignees": all(r["recettes_renseignees"] for r in lignes),
        "reste_a_charge_apres_ac": sommes["reste_a_charge"],
        "taux_couverture": Decimal(sommes["recettes"]) / Decimal(sommes["cout_net"]),
    }  # fmt: skip
    return [*lignes, total]


def _passage(exercice: int) -> list[Ligne]:
    return [
        {
            "exercice": exercice,
            "dispositif": r["dispositif"],
            "cout_complet": r["cout_net"],
            "dont_structure": Decimal("1000.10"),
            "cout_d5211": r["cout_net"] - Decimal("1000.10"),
            "base_opposable": r["dispositif"] == "CAM",
            "recettes": r["recettes"],
            "taux_couverture_d5211": r["recettes"] and r["recettes"] / (r["cout_net"] - Decimal("1000.10")),
        }
        for r in _synthese(exercice)
        if not r["est_total"]
    ]


def _recettes_origine(exercice: int) -> list[Ligne]:
    """Communes pay all but 1 000 € of each dispositif, which its CCAS pay."""
    return [
        {"exercice": exercice, "dispositif": r["dispositif"], "origine": origine, "montant": montant}
        for r in _synthese(exercice)
        if not r["est_total"] and r["recettes"] is not None
        for origine, montant in (("ccas", Decimal(1000)), ("communes", r["recettes"] - 1000))
    ]


def rangees() -> dict[str, list[Ligne]]:
    """{relation: rows}; relations that are not named here are empty."""
    lignes: dict[str, list[Ligne]] = {}
    for e in EXERCICES:
        for nom, suite in _rangees_de(e, lignes.get("synthese_financiere", [])).items():
            lignes.setdefault(nom, []).extend(suite)
    return lignes


def _rangees_de(e: int, passees: list[Ligne]) -> dict[str, list[Ligne]]:
    """Rows of one exercice, after those of the synthèse of the others."""
    synthese, passage = _synthese(e), _passage(e)
    lignes = complements(e, SIRET_LOOS, passage)
    precedente = [r for r in passees if r["exercice"] == e - 1]
    lignes |= usages(e, synthese, precedente, passage, lignes["recouvrement"])
    lignes |= {
        nom: [{"exercice": e, **dict(zip(colonnes, rangee, strict=True))} for rangee in rangees_]
        for nom, (colonnes, rangees_) in CONSTANTES.items()
    }
    trace = {"exercice": e, "dispositif": "CAM"}
    rejet = {"exercice": e, "source": "compta", "fichier": f"compta/titres_{e}-02.csv", "colonne": "Tiers",
             "motif": "montant illisible", "statut": "rejete", "a_corriger": True}  # fmt: skip
    return lignes | {
        "synthese_financiere": synthese,
        "passage_d5211": passage,
        "recettes_origine": _recettes_origine(e),
        "prevision": [
            {"exercice_base": e, "exercice": e + 1, "dispositif": d, "scenario": s, "cout_net": c, "methode": "essai"}
            for d, s, c in (
                ("CAM", "tendance", "1000.40"), ("ARCHIVES", "tendance", "200.40"), ("CAM", "constant", "900.00"),
            )
        ],
        "adhesion": [
            {"exercice": e, "dispositif": d, "siret_adherent": s, "type_adherent": ADHERENTS[s][0],
             "code_insee": ADHERENTS[s][2], "debut": "2018-01-01", "fin": None}
            for d, s in (("CAM", SIRET_LILLE), ("CAM", SIRET_LOOS), ("CAM", SIRET_CCAS), ("ARCHIVES", SIRET_LOOS))
        ],
        "tracabilite": [
            trace | {"mesure": "cout_fonctionnement", "regle": "R3", "piece": f"{e}/BP/mandat/01/12/345/1",
                     "date_piece": f"{e}-03-15", "nature": "6156", "fichier": f"compta/mandats_{e}-03.csv",
                     "sha256": "ab" * 32, "ligne": 12, "montant_source": "12000.00", "part": "84.4233",
                     "montant": "10130.80"},
            trace | {"mesure": "etp", "regle": "R1", "fichier": f"rh/temps_{e}-01.csv", "sha256": "cd" * 32,
                     "ligne": None, "montant_source": "10.00", "rang": "A1/100", "part": "23.2", "montant": "2.32"},
        ],
        "rejets": [rejet | {"ligne": n, "valeur": v} for n, v in ((3, "=1+1"), (8, "-12,345"))],
    }  # fmt: skip


def inserer(conn: psycopg.Connection[Any], relation: Relation, lignes: Iterable[Ligne], version: int) -> None:
    """Store rows of one relation; columns the contract does not hold are left out."""
    permises = {*relation.noms_colonnes, "exercice"}
    for ligne in lignes:
        cellules = {c: v for c, v in ligne.items() if c in permises} | {"version": version}
        conn.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("versions", relation.nom),
                sql.SQL(", ").join(map(sql.Identifier, cellules)),
                sql.SQL(", ").join(sql.Placeholder() * len(cellules)),
            ),
            list(cellules.values()),
        )


def _referentiel(epci: str) -> dict[str, list[Ligne]]:
    """Rows of the internal relations that every document reads."""
    champs = ("parametre", "valeur", "debut", "fin", "reference")
    return {
        "epci": [{"exercice": e, "siret": SIRET_EPCI, "siren": SIREN_EPCI, "nom": epci} for e in EXERCICES],
        "parametres_en_vigueur": [
            {"exercice": e, "ligne": rang, **dict(zip(champs, parametre, strict=True))}
            for e in EXERCICES
            for rang, parametre in enumerate(PARAMETRES, start=2)
        ],
    }


def _journal(conn: psycopg.Connection[Any]) -> int:
    conn.execute("insert into journal.chargements (source, statut) values ('rh', 'accepte')")
    conn.execute(
        "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension, sha256,"
        " octets, lignes, statut) select max(chargement_id), 'rh', 'agents', '2021', 1, 'agents_2021.csv',"
        " 'rh/agents_2021.csv', 'csv', repeat('ef', 32), 1234, 60, 'accepte' from journal.chargements"
    )
    ligne = conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version, debut, fin, portes)"
        " values (%s, 'validee', 'c.durand', '0.1.0', clock_timestamp(), '2026-11-25 10:00+00', %s::jsonb)"
        " returning version",
        (list(EXERCICES), '{"modele": {"statut": "reussie", "controles": 42}}'),
    ).fetchone()
    assert ligne is not None
    return int(ligne[0])


def publier(
    conn: psycopg.Connection[Any], lignes: dict[str, list[Ligne]], epci: str = "Métropole Européenne de Lille"
) -> int:
    """Publish these rows as one version of a migrated warehouse; give back the version."""
    preparer_publication(conn)
    version = _journal(conn)
    toutes = _referentiel(epci) | lignes
    for nom, relation in relations_promues().items():
        inserer(conn, relation, toutes.get(nom, []), version)
    exercices = sorted({r["exercice"] for r in lignes["synthese_financiere"]})
    for exercice in exercices:
        conn.execute(
            "insert into journal.publications (exercice, version) values (%s, %s)"
            " on conflict (exercice) do update set version = excluded.version",
            (exercice, version),
        )
    conn.execute("select journal.figer_contexte(%s)", (version,))
    sceller(conn, version, empreintes_publiees(conn))
    conn.commit()
    return version
