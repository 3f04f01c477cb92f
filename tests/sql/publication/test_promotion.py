"""Stable views and their storage, made once, never redefined under a reader; a version promoted whole or not at all."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import TRAITEMENT, sous_le_role
from mutualisation.publication.versions.preparation import preparer_publication
from mutualisation.publication.versions.promotion import promouvoir
from mutualisation.publication.versions.relations import lire_relations, relations_internes, relations_promues
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

from .entrepot_publie import construction, preparer, publication_sha256

Conn = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def _var(var_neuf: Path) -> None:
    """The key of the seals, of each test's own."""


@pytest.fixture
def prete(base_vierge: str) -> str:
    """A warehouse whose relations are prepared."""
    with connecter(base_vierge, role=None) as conn:
        preparer_publication(conn)
    return base_vierge


def test_chaque_relation_a_sa_vue_et_son_stockage(prete: str) -> None:
    with connecter(prete, role=None) as conn:
        for nom, relation in relations_promues().items():
            vues = conn.execute(
                "select column_name::text from information_schema.columns"
                " where table_schema = %s and table_name = %s order by ordinal_position",
                (relation.schema, nom),
            ).fetchall()
            assert [c for (c,) in vues] == [c.nom for c in relation.colonnes], nom
            assert conn.execute("select to_regclass(%s) is not null", (f"versions.{nom}",)).fetchone() == (True,)


def test_les_descriptions_du_contrat_sont_dans_la_base(prete: str) -> None:
    with connecter(prete, role=None) as conn:
        sans = conn.execute(
            "select a.attrelid::regclass::text, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " where c.relnamespace in ('publication'::regnamespace, 'documents'::regnamespace, 'bi'::regnamespace)"
            " and a.attnum > 0 and coalesce(col_description(a.attrelid, a.attnum), '') = ''"
        ).fetchall()
    assert sans == []


def test_une_relation_interne_n_est_pas_publiee(prete: str) -> None:
    """Invoices and documents read them; readers, extracts and `publication_sha256` do not know them."""
    assert set(relations_internes()) >= {"factures_tarifs", "parametres_en_vigueur", "dispositifs_en_vigueur", "epci"}
    assert not set(relations_internes()) & set(lire_relations())
    with connecter(prete, role=None) as conn:
        for nom in relations_internes():
            assert _existe(conn, f"documents.{nom}")
            assert not _existe(conn, f"publication.{nom}")


def test_publier_ajoute_les_relations_internes_avec_les_autres(prete: str) -> None:
    with connecter(prete, role=None) as conn:
        version = construction(conn)
        with sous_le_role(conn, TRAITEMENT):
            for nom in relations_promues():
                conn.execute(f"create table construction.{nom} as select * from versions.{nom}".encode())
            valeurs = (version, 2021, 1, "2021-01-01", "2021-06-30", "15.00")
            conn.execute("insert into construction.factures_semestres values (%s, %s, %s, %s, %s, %s)", valeurs)
        conn.commit()
        preparer(conn, version)
        assert conn.execute("select count(*) from documents.factures_semestres").fetchone() == (0,)
        assert promouvoir(conn, version, Poste.ici()) == publication_sha256(conn)
        assert conn.execute("select exercice, seuil_titre from documents.factures_semestres").fetchall() == [
            (2021, Decimal("15.00"))
        ]


def test_preparer_de_nouveau_ne_derange_aucun_lecteur(prete: str) -> None:
    """Redefining a view takes a lock that no reader lets through: the second time must do without."""
    with connecter(prete, role=None) as lecteur, connecter(prete, role=None) as conn:
        lecteur.execute("select count(*) from publication.synthese_financiere")
        conn.execute("set lock_timeout = '500ms'")
        preparer_publication(conn)
        conn.commit()


def test_un_contrat_qui_elargit_une_colonne_la_refait(prete: str) -> None:
    """R10g: rates went from numeric(12,6) to numeric(18,6); a column came between two others. A view that someone built
    is never dropped; those of a build, which read what was published before it, are."""
    with connecter(prete, role=None) as conn:
        conn.execute("set role mutualisation_proprietaire")
        conn.execute("drop view publication.synthese_financiere, publication.cam_achats cascade")
        conn.execute("alter table versions.synthese_financiere alter column taux_couverture type numeric(12,6)")
        conn.execute("alter table versions.cam_achats drop column achats_compares_ht")
        for nom in ("synthese_financiere", "cam_achats"):
            conn.execute(f"create view publication.{nom} as select * from versions.{nom}".encode())
        conn.execute("create view bi.fait_cout as select taux_couverture from publication.synthese_financiere")
        conn.execute("comment on schema versions is 'contrat d''avant'")
        conn.execute("reset role")
        conn.execute("create view public.taux as select max(taux_couverture) as t from publication.synthese_financiere")
        with sous_le_role(conn, TRAITEMENT):
            for lue in ("publication.synthese_financiere", "versions.cam_achats"):
                conn.execute(f"create view construction.de_{lue.split('.')[0]} as select * from {lue}".encode())
    with connecter(prete, role=None) as conn, pytest.raises(ErreurMutualisation, match=r"supprimez-la.*public\.taux"):
        preparer_publication(conn)
    with connecter(prete, role=None) as conn:
        conn.execute("drop view public.taux")
        preparer_publication(conn)
    with connecter(prete, role=None) as conn:
        types = conn.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid in"
            " ('publication.synthese_financiere'::regclass, 'publication.cam_achats'::regclass,"
            " 'bi.fait_cout'::regclass) and attname in ('taux_couverture', 'achats_compares_ht') order by 1"
        ).fetchall()
        assert _existe(conn, "bi.fait_usage")
        assert not _existe(conn, "construction.de_publication")
    assert types == [("achats_compares_ht", "numeric(15,2)"), ("taux_couverture", "numeric(18,6)")]


def test_un_contrat_qui_change_refait_les_vues(prete: str) -> None:
    with connecter(prete, role=None) as conn:
        conn.execute("comment on schema versions is 'un ancien contrat'")
        conn.execute("drop view publication.repartition")
        preparer_publication(conn)
        assert _existe(conn, "publication.repartition")


def test_une_version_qui_n_est_pas_validee_ne_se_publie_pas(prete: str) -> None:
    with connecter(prete, role=None) as conn:
        for statut in ("en_cours", "construite", "echouee"):
            version = construction(conn, statut)
            conn.commit()
            with pytest.raises(ErreurMutualisation, match="n'est pas validée"):
                preparer(conn, version)
            with pytest.raises(ErreurMutualisation, match="n'est pas validée"):
                promouvoir(conn, version, Poste.ici())
        assert conn.execute("select count(*) from journal.publications").fetchone() == (0,)


def test_publier_deux_fois_la_meme_version_rend_la_meme_empreinte(prete: str) -> None:
    """A worker that dies after the commit is run again: nothing is to be done, and its answer is the same."""
    with connecter(prete, role=None) as conn:
        version = construction(conn, "publiee", empreinte="abc")
        conn.commit()
        assert promouvoir(conn, version, Poste.ici()) == "abc"


def test_une_publication_qui_echoue_ne_laisse_rien(prete: str) -> None:
    """One transaction: a relation that is missing takes the others back to where they were."""
    with connecter(prete, role=None) as conn:
        version = construction(conn)
        premiere, *_ = lire_relations()
        conn.execute(f"create table construction.{premiere} as select * from versions.{premiere}")  # type: ignore[arg-type]
        conn.commit()
        # a migration that changes the contract drops what was built
        with pytest.raises(
            ErreurMutualisation, match=r"il manque construction\.\w+\) : .* une mise à jour du logiciel"
        ):
            preparer(conn, version)
        conn.rollback()
        assert _existe(conn, f"construction.{premiere}")
        assert conn.execute(f"select count(*) from versions.{premiere}").fetchone() == (0,)  # type: ignore[arg-type]
        assert conn.execute("select statut from journal.constructions").fetchone() == ("validee",)


@pytest.fixture
def construite(conn_publiee: Conn) -> tuple[Conn, int]:
    """A validated build of 2021 as the run leaves it, twin of what is published."""
    conn = conn_publiee
    version = construction(conn)
    with sous_le_role(conn, TRAITEMENT):
        for nom in relations_promues():
            conn.execute(f"create table construction.{nom} as select * from versions.{nom} where false".encode())
        conn.execute(b"insert into construction.synthese_financiere select * from versions.synthese_financiere")
        conn.execute(f"update construction.synthese_financiere set version = {version}".encode())
    conn.commit()
    return conn, version


def test_une_construction_qu_un_arret_brutal_a_videe_ne_se_publie_pas(construite: tuple[Conn, int]) -> None:
    """Its relations are not logged: a server that recovers gives them back empty, all of them."""
    conn, version = construite
    with sous_le_role(conn, TRAITEMENT):
        conn.execute("truncate construction.synthese_financiere")
    conn.commit()
    with pytest.raises(ErreurMutualisation, match="toutes ses relations sont vides"):
        preparer(conn, version)
    conn.rollback()
    assert conn.execute("select statut from journal.constructions where version = %s", [version]).fetchone() == (
        "validee",
    )


def test_publier_garde_les_autres_exercices_et_leur_proprietaire(construite: tuple[Conn, int]) -> None:
    """K5: only the exercice asked moves; once sealed, a version takes no row from the run any more."""
    conn, version = construite
    avant = conn.execute(
        "select * from publication.synthese_financiere where exercice <> 2021 order by 1, 2"
    ).fetchall()
    preparer(conn, version)
    promouvoir(conn, version, Poste.ici())
    apres = conn.execute(
        "select * from publication.synthese_financiere where exercice <> 2021 order by 1, 2"
    ).fetchall()
    assert avant == apres != []
    assert conn.execute("select exercice, version from journal.publications order by 1").fetchall() == [
        (2019, 1), (2020, 1), (2021, version)
    ]  # fmt: skip
    conn.rollback()
    for ordre in (
        "update versions.synthese_financiere set cout_net = 0",
        f"insert into versions.synthese_financiere (version, exercice, dispositif) values ({version}, 2021, 'X')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction(), sous_le_role(conn, TRAITEMENT):
            conn.execute(ordre.encode())


def test_un_pointeur_ne_se_deplace_pas_sans_empreinte(construite: tuple[Conn, int]) -> None:
    """`publier` without its statement commits nothing."""
    conn, version = construite
    preparer(conn, version)
    with pytest.raises(psycopg.Error, match="n'a pas été conclue"), conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute("select journal.publier(%s)", (version,))
    assert conn.execute("select distinct version from journal.publications").fetchall() == [(1,)]


def test_ce_qui_attend_reste_jusqu_a_ce_qu_une_autre_version_soit_proposee(construite: tuple[Conn, int]) -> None:
    """Rows wait in the storage for a yes; those that get none are gone once another version is proposed."""
    conn, version = construite
    preparer(conn, version)

    def suivre() -> int:
        suivante = construction(conn)
        conn.execute("update construction.synthese_financiere set version = %s", (suivante,))
        preparer(conn, suivante)
        return suivante

    def stockees() -> list[int]:
        lues = conn.execute("select distinct version from versions.synthese_financiere order by 1").fetchall()
        return [v for (v,) in lues]

    suivante = suivre()
    assert stockees() == [1, version, suivante]
    conn.execute('update journal.candidates set manifestes = \'{"bilan_2021": "x"}\' where version = %s', (suivante,))
    with pytest.raises(ErreurMutualisation, match="a été remplacée par une construction plus récente"):
        promouvoir(conn, version, Poste.ici())
    derniere = suivre()
    assert stockees() == [1, suivante, derniere]


def test_une_cloture_survenue_depuis_les_documents_en_demande_d_autres(construite: tuple[Conn, int]) -> None:
    """They show the year before by the version that was closed (R12a): closed since, it may be another."""
    conn, version = construite
    preparer(conn, version)
    conn.execute(
        "update journal.constructions set contexte = jsonb_set(contexte, '{exercices,2021,presentes,2020}', '7')"
        " where version = %s",
        (version,),
    )
    conn.commit()
    with pytest.raises(ErreurMutualisation, match="Un exercice a été clos depuis que les documents"):
        promouvoir(conn, version, Poste.ici())
    conn.rollback()
    assert conn.execute("select distinct version from journal.publications").fetchall() == [(1,)]


def _existe(conn: Conn, nom: str) -> bool:
    return conn.execute("select to_regclass(%s) is not null", (nom,)).fetchone() == (True,)
