"""A sound candidate publication, and pending files, in a warehouse of each test's own."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import psycopg
import pytest
from psycopg import sql
from tests.atelier import bases
from tests.atelier.index_controles import lire_index
from tests.conftest import MODELE
from tests.sql.publication import entrepot_publie

from mutualisation.entree.ingestion.cellules_lues import defaut, lecture_de, total
from mutualisation.entree.ingestion.typage import ILLISIBLE
from mutualisation.entree.sources.jeux import SEPARATEUR_DELIVRE, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.publication.portes.execution import fermer, precharger
from mutualisation.publication.versions.relations import lire_relations

Poser = Callable[..., int]

# what the gates read and nobody publishes
NON_PUBLIEES = """
create table construction.controles_bloquants (exercice int, controle text, cle text, statut text,
  valeur_attendue text, valeur_constatee text, seuil text, remede text);
create table construction.mart_synthese_financiere as
  select exercice, dispositif, cout_net from construction.synthese_financiere
  union all select 2023, 'ADS', 100
  union all select 2023, 'CEE', 8;
"""


def _tables(noms: Iterable[str]) -> str:
    """Relations of a build, as the contract describes them: a column that it gains is here."""
    relations = lire_relations()
    colonnes = {n: ", ".join(f"{c.nom} {c.type}" for c in relations[n].avec_exercice().colonnes) for n in noms}
    return "".join(f"create table construction.{n} (version bigint, {suite});" for n, suite in colonnes.items())


@pytest.fixture(scope="session", autouse=True)
def _moteur() -> Iterator[None]:
    """One engine for the session; it starts while the server does."""
    precharger()
    yield
    fermer()


@pytest.fixture(scope="session")
def _candidat(_serveur: str) -> str:
    """A warehouse to be copied, whose schema `construction` holds a sound candidate: version 1, exercice 2024."""
    with psycopg.connect(bases.creer(_serveur, "candidat", MODELE)) as conn:
        conn.execute("set role mutualisation_traitement")
        rangees = entrepot_publie.rangees("candidat")
        conn.execute(_tables({*rangees, "controles", "repartition"}).encode())
        for nom, lignes in rangees.items():
            entrepot_publie.inserer(conn, sql.Identifier("construction", nom), lignes, 1)
        conn.execute(NON_PUBLIEES)
        conn.execute(
            "reset role; insert into journal.constructions (version, exercices, prepare_par, code_version, statut) "
            "overriding system value values (1, '{2024}', 'a', 'a', 'construite')"
        )
        for controle in lire_index().values():
            conn.execute(
                "insert into construction.controles (version, exercice, controle, cle, statut, bloquant) "
                "values (1, 2024, %s, '', 'conforme', %s)",
                [controle.nom, controle.bloquant],
            )
    return "candidat"


@pytest.fixture
def candidat(_serveur: str, _candidat: str) -> Iterator[str]:
    """DSN of a copy of it, of this test's own."""
    with bases.copie(_serveur, _candidat) as dsn:
        yield dsn


@pytest.fixture
def poser(base_vierge: str) -> Poser:
    """Write pending files: `poser(jeu, colonne, cellules)`; a row of several columns is a dict."""

    def _poser(
        jeu: str,
        colonne: str,
        cellules: Sequence[str | dict[str, str]],
        *,
        source: str = "compta",
        chargement_id: int | None = None,
        controle: str | None = None,
        totaux: dict[str, str] | None = None,
        lignes: int | None = None,
        chemin: str | None = None,
    ) -> int:
        declare = registre().jeu(jeu)
        with psycopg.connect(base_vierge) as conn:
            if chargement_id is None:
                chargement_id = _seul(
                    conn, "insert into journal.chargements (source) values (%s) returning chargement_id", source
                )
            fichier = _seul(
                conn,
                "insert into journal.fichiers (chargement_id, source, jeu, periode, exercice, version, nom, chemin, "
                "extension, sha256, octets, lignes, controle) "
                "values (%s, %s, %s, '2024', 2024, 1, 'f', %s, 'csv', 'a', 1, %s, %s) "
                "returning fichier_id",
                chargement_id, source, jeu, chemin or f"{source}/{jeu}.csv",
                len(cellules) if lignes is None else lignes, controle,
            )  # fmt: skip
            for ligne, cellule in enumerate(cellules, 2):
                _poser_la_ligne(
                    conn, declare, fichier, ligne, cellule if isinstance(cellule, dict) else {colonne: cellule}
                )
            for nom, valeur in (totaux or {}).items():
                lu = total(valeur, declare.colonne(nom).type) or ILLISIBLE
                conn.execute("insert into journal.totaux values (%s, %s, %s)", [fichier, nom, lu])
        return chargement_id

    return _poser


def _poser_la_ligne(conn: psycopg.Connection, jeu: Jeu, fichier: int, ligne: int, cellules: dict[str, str]) -> None:
    """A row as it lands: its cells read once, the first defect, the cells as delivered."""
    lus = {nom: lecture_de(jeu.colonne(nom))(c) for nom, c in cellules.items() if nom != "defauts"}
    fautes = [f"{jeu.colonne(n).entete}|{f}" for n, lu in lus.items() if (f := defaut(jeu.colonne(n), cellules[n], lu))]
    rangee = {
        "fichier_id": fichier, "ligne": ligne, "defauts": cellules.get("defauts") or next(iter(fautes), None),
        "delivre": SEPARATEUR_DELIVRE.join(cellules.get(c.nom, "") for c in jeu.colonnes_entrepot),
    } | {nom: lu or None for nom, lu in lus.items()}  # fmt: skip
    noms, places = map(sql.Identifier, rangee), [sql.Placeholder()] * len(rangee)
    insertion = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("brut", jeu.nom), sql.SQL(", ").join(noms), sql.SQL(", ").join(places)
    )
    conn.execute(insertion, list(rangee.values()))


def _seul(conn: psycopg.Connection, requete: str, *valeurs: object) -> int:
    ligne = conn.execute(requete, valeurs).fetchone()
    assert ligne is not None
    return int(ligne[0])
