"""Warehouses written by hand, as folders of `tests/donnees/entrepots/`: one CSV a relation, its columns those of the
contract (one that is left out is NULL), no dbt to run.

`publie`: three exercices and three dispositifs, as promotion leaves them. `facture`: what invoices add to it, or put in
its place (2020-S2 and 2021-S1: Loos is under the threshold; 2021-S2: Loos pays with its carry-over, Lille pays and gets
20 € back, the CCAS is carried over). `candidat`: a sound build of 2024 that nobody published; some of its amounts are
beyond what a float tells apart: …68.18 and …68.19 are one float. `communes`: two communes and the adherents of one of
them, which no base holds (`unit/rapport/communes_factices`).
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.atelier.fouille import lignes_csv

from mutualisation.entrepot.base.roles import dire_le_refus
from mutualisation.publication.versions.extraits_csv import condenser, lire_pointeurs, sha256_stocke
from mutualisation.publication.versions.preparation import preparer_publication
from mutualisation.publication.versions.promotion import noter_empreintes, ranger_lignes
from mutualisation.publication.versions.relations import Relation, lire_relations, relations_promues
from mutualisation.publication.versions.sceaux import sceller
from mutualisation.socle.poste import Poste

DOSSIERS = Path(__file__).parents[2] / "donnees" / "entrepots"
EXERCICES = [2019, 2020, 2021]
SIRET_EPCI, SIREN_EPCI = "20009320100016", "200093201"
SIRET_LILLE, SIRET_LOOS, SIRET_CCAS = "21590350100017", "21590360000017", "26590670700010"
Ligne = dict[str, Any]
LECTURES: dict[str, Callable[[str], Any]] = {
    "numeric": Decimal, "int": int, "bigint": int, "smallint": int, "boolean": lambda lu: lu == "true",
    "date": date.fromisoformat,
}  # fmt: skip


def publication_sha256(conn: psycopg.Connection[Any], relations: dict[str, Relation] | None = None) -> str:
    """S7 of what is published, every exercice included."""
    pointeurs = lire_pointeurs(conn)
    return condenser({nom: sha256_stocke(conn, r, pointeurs) for nom, r in (relations or lire_relations()).items()})


def rangees(*dossiers: str) -> dict[str, list[Ligne]]:
    """{relation: rows} of these folders, by default those of `publie`, typed by the contract; the last one wins."""
    return {f.stem: _lire(f) for d in dossiers or ("publie",) for f in sorted((DOSSIERS / d).glob("*.csv"))}


def _lire(fichier: Path) -> list[Ligne]:
    relation = relations_promues()[fichier.stem].avec_exercice()
    types = {c.nom: c.type.partition("(")[0].replace("integer", "int") for c in relation.colonnes}
    return [
        {nom: LECTURES.get(types[nom], str)(lu) if lu else None for nom, lu in ligne.items()}
        for ligne in lignes_csv(fichier)
    ]


def inserer(conn: psycopg.Connection[Any], table: sql.Identifier, lignes: list[Ligne], version: int) -> None:
    """Store rows under a version."""
    colonnes = list(dict.fromkeys(c for ligne in lignes for c in ligne))
    requete = sql.SQL("copy {} ({}) from stdin").format(
        table, sql.SQL(", ").join(map(sql.Identifier, ["version", *colonnes]))
    )
    with conn.cursor() as curseur, curseur.copy(requete) as copie:
        for ligne in lignes:
            copie.write_row([version, *map(ligne.get, colonnes)])


def renommer(epci: str) -> dict[str, list[Ligne]]:
    """Rows of `publie`, of another EPCI by name."""
    lues = rangees()
    return lues | {"epci": [ligne | {"nom": epci} for ligne in lues["epci"]]}


def _journal(conn: psycopg.Connection[Any], exercices: list[int]) -> int:
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
        (exercices, '{"modele": {"statut": "reussie", "controles": 42}}'),
    ).fetchone()
    assert ligne is not None
    return int(ligne[0])


def construction(
    conn: psycopg.Connection[Any], statut: str = "validee", exercices: str = "{2021}", empreinte: str | None = None
) -> int:
    """The version of a build that the journal alone has."""
    (version,) = conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version, publication_sha256)"
        " values (%s, %s, 'essai', 'essai', %s) returning version",
        (exercices, statut, empreinte),
    ).fetchone() or (0,)
    return int(version)


def publier(conn: psycopg.Connection[Any], lignes: dict[str, list[Ligne]]) -> int:
    """Publish these rows as one version of a migrated warehouse; give back the version.

    Whose warehouse it is, and its parameters, are those of `publie` when no row says them.
    """
    preparer_publication(conn)
    toutes = {nom: r for nom, r in rangees().items() if nom in ("epci", "parametres_en_vigueur")} | lignes
    exercices = sorted({r["exercice"] for r in lignes["synthese_financiere"]})
    version = _journal(conn, exercices)
    for nom in relations_promues():
        inserer(conn, sql.Identifier("versions", nom), toutes.get(nom, []), version)
    conn.execute("select journal.figer_contexte(%s)", (version,))
    noter_empreintes(conn, version, DOSSIERS)
    conn.execute("select journal.publier(%s)", (version,))
    sceller(conn, version, Poste.ici())
    conn.execute("delete from journal.candidates")
    conn.commit()
    return version


def preparer(conn: psycopg.Connection[Any], version: int) -> None:
    """Store the rows of a validated build and the digests of what it will show, as its gates, then its documents do."""
    conn.commit()
    with dire_le_refus(), conn.transaction():
        ranger_lignes(conn, version)
        noter_empreintes(conn, version, Path())


def corriger(conn: psycopg.Connection[Any], relation: str, affectation: str, condition: str) -> None:
    """Change rows of the version, as a faulty build would have."""
    conn.execute(f"update versions.{relation} set {affectation} where {condition}".encode())
    conn.commit()
