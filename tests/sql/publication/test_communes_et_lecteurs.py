"""Row-level security of what is published: a reader sees the published versions, a commune its own rows (K10)."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from mutualisation.publication.versions.preparation import GENERALES, lecteurs
from mutualisation.publication.versions.relations import lire_relations, relations_internes, relations_promues

from .entrepot_publie import SIRET_CCAS, SIRET_LILLE, SIRET_LOOS

LILLE, LOOS = "59350", "59360"
Conn = psycopg.Connection[Any]


@pytest.fixture
def conn(conn_defaite: Conn) -> Conn:
    """The warehouse published by hand, with an account for each kind of reader."""
    conn_defaite.execute(
        "create role un_lecteur login in role mutualisation_lecteur;"
        "create role lille login in role mutualisation_commune;"
        "create role loos login in role mutualisation_commune;"
        "create role sans_insee login in role mutualisation_commune;"
        f"insert into journal.comptes_communes values ('lille', '{LILLE}'), ('loos', '{LOOS}')".encode()
    )
    return conn_defaite


def devenir(conn: Conn, compte: str) -> None:
    conn.execute(sql.SQL("set local session authorization {}").format(sql.Identifier(compte)))


def nombre(conn: Conn, relation: str) -> int:
    (compte,) = conn.execute(f"select count(*) from {relation}".encode()).fetchone() or (0,)
    return int(compte)


def test_un_lecteur_lit_chaque_relation_publiee_entiere(conn: Conn) -> None:
    attendus = {nom: nombre(conn, f"publication.{nom}") for nom in lire_relations()}
    devenir(conn, "un_lecteur")
    assert {nom: nombre(conn, f"publication.{nom}") for nom in lire_relations()} == attendus
    assert sum(attendus.values()) > 100


def test_un_lecteur_ne_voit_pas_une_version_qui_n_est_plus_publiee(conn: Conn) -> None:
    avant = nombre(conn, "versions.synthese_financiere")
    conn.execute("delete from journal.publications where exercice = 2019")
    devenir(conn, "un_lecteur")
    assert 0 < nombre(conn, "versions.synthese_financiere") < avant


@pytest.mark.parametrize(
    ("compte", "siens"), [("lille", {SIRET_LILLE, SIRET_CCAS}), ("loos", {SIRET_LOOS}), ("sans_insee", set())]
)
def test_une_commune_ne_voit_que_ses_siret(conn: Conn, compte: str, siens: set[str]) -> None:
    propres = [nom for nom, r in lire_relations().items() if "siret_adherent" in r.noms_colonnes]
    assert len(propres) >= 7
    attendus = {}
    for nom in propres:
        requete = f"select count(*) from publication.{nom} where siret_adherent = any(%s)"
        (attendus[nom],) = conn.execute(requete.encode(), (list(siens),)).fetchone() or (0,)
    devenir(conn, compte)
    for nom in propres:
        for lue in (f"publication.{nom}", f"versions.{nom}"):
            vus = conn.execute(f"select siret_adherent from {lue}".encode()).fetchall()
            assert {s for (s,) in vus} <= siens, lue
        assert nombre(conn, f"publication.{nom}") == attendus[nom]
    assert not siens or sum(attendus.values()) > 0


def test_une_commune_lit_les_relations_generales_et_aucune_autre(conn: Conn) -> None:
    attendus = {nom: nombre(conn, f"publication.{nom}") for nom in GENERALES}
    interdites = [nom for nom, r in relations_promues().items() if "mutualisation_commune" not in lecteurs(r)]
    assert {"rejets", "tracabilite", "controles", "repartition", *relations_internes()} <= set(interdites)
    devenir(conn, "lille")
    assert {nom: nombre(conn, f"publication.{nom}") for nom in GENERALES} == attendus
    for nom in interdites:
        for lue in (f"{relations_promues()[nom].schema}.{nom}", f"versions.{nom}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
                nombre(conn, lue)


def test_une_commune_ne_change_pas_de_commune(conn: Conn) -> None:
    """Neither by taking another role, nor by a setting, nor by reading the table of the accounts."""
    devenir(conn, "lille")
    for essai in (
        "set role loos",
        "select * from journal.comptes_communes",
        "update journal.comptes_communes set code_insee = '59360'",
        "set role mutualisation_lecteur",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            conn.execute(essai.encode())


def test_la_vue_d_un_analyste_montre_a_chacun_ce_que_chacun_peut_lire(conn: Conn) -> None:
    """Its readers need a role of readers: the rows that a view of `publication` shows are those of who asks."""
    conn.execute("create schema bureau authorization un_lecteur; create role etranger login")
    devenir(conn, "un_lecteur")
    conn.execute(
        "create view bureau.adherents as select siret_adherent from publication.adherent;"
        "grant usage on schema bureau to public; grant select on bureau.adherents to public"
    )
    tous = nombre(conn, "bureau.adherents")
    devenir(conn, "loos")
    vus = conn.execute("select distinct siret_adherent from bureau.adherents").fetchall()
    assert vus == [(SIRET_LOOS,)]
    assert nombre(conn, "bureau.adherents") < tous
    devenir(conn, "etranger")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
        nombre(conn, "bureau.adherents")
