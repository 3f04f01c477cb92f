"""What the owner takes over is a plain table of the contract: nothing in it would run later under its rights (K10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.entrepot.roles import TRAITEMENT, sous_le_role
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.publication.promotion import promouvoir
from mutualisation.publication.relations import relations_promues

Conn = psycopg.Connection[Any]
T = "construction.synthese_financiere"
FONCTION = (
    "create function construction.piege() returns trigger language plpgsql as"
    " $$ begin new.cout_net := 0; return new; end $$;"
)
PIEGES = {
    "un déclencheur": f"{FONCTION} create trigger t before insert on {T} for each row"
    " execute function construction.piege()",
    "une règle": f"create rule r as on delete to {T} do also delete from construction.controles",
    "une politique": f"alter table {T} enable row level security",
    "une valeur par défaut": f"alter table {T} alter column cout_net set default 0",
    "une colonne calculée": f"alter table {T} drop column libelle;"
    f" alter table {T} add column libelle text generated always as ('x') stored",
    "une identité": f"alter table {T} alter column version set not null,"
    " alter column version add generated always as identity",
    "une référence": f"alter table {T} add primary key (exercice, dispositif); create table construction.autre (e int,"
    f" d text, foreign key (e, d) references {T} on delete cascade)",
    "une table fille": f"create table construction.fille () inherits ({T})",
    "une vue": f"alter table {T} rename to vraie; create view {T} as select * from construction.vraie",
    "une table sans journal": f"alter table {T} set unlogged",
    "un droit donné": f"grant update on {T} to public",
    "un droit sur une colonne": f"grant update (cout_net) on {T} to mutualisation_lecteur",
    "une partition": f"alter table {T} rename to vraie;"
    f" create table {T} (like construction.vraie) partition by list (version)",
}  # fmt: skip
# what ATTACH itself refuses, and what is gone
AUTREMENT = {
    "different type": f"alter table {T} alter column cout_net type text",
    "missing": f"alter table {T} drop column cout_net",
    "de_trop": f"alter table {T} add column de_trop int",
    "violated": f"insert into {T} (version, exercice, dispositif) values (999, 2021, 'X')",
    "n'est plus entière": f"drop table {T}",
}


@pytest.fixture(autouse=True)
def _var(var_neuf: Path) -> None:
    """The key of the seals, of this test's own."""


@pytest.fixture
def construite(conn_publiee: Conn) -> tuple[Conn, int]:
    """A validated build of 2021 as the run leaves it, twin of what is published."""
    conn = conn_publiee
    (version,) = conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " values ('{2021}', 'validee', 'a', 'x') returning version"
    ).fetchone() or (0,)
    with sous_le_role(conn, TRAITEMENT):
        for nom in relations_promues():
            conn.execute(f"create table construction.{nom} as select * from versions.{nom} where false".encode())
        conn.execute(f"insert into {T} select * from versions.synthese_financiere".encode())
        conn.execute(f"update {T} set version = {version}".encode())
    conn.commit()
    return conn, int(version)


def test_une_table_piegee_n_est_pas_publiee(construite: tuple[Conn, int]) -> None:
    conn, version = construite
    passees = []
    for piege, ordres in PIEGES.items():
        with conn.transaction(force_rollback=True):
            with sous_le_role(conn, TRAITEMENT):
                conn.execute(ordres.encode())
            try:
                with conn.transaction():
                    conn.execute("select journal.publier(%s)", (version,))
            except psycopg.Error as erreur:
                if erreur.sqlstate == "MU001" and "ne peut pas être publiée" in (erreur.diag.message_primary or ""):
                    continue
                passees.append((piege, str(erreur)))
            else:
                passees.append((piege, "publiée"))
    assert passees == []


def test_une_table_hors_du_contrat_n_est_pas_publiee(construite: tuple[Conn, int]) -> None:
    conn, version = construite
    for attendu, ordres in AUTREMENT.items():
        with conn.transaction(force_rollback=True):
            with sous_le_role(conn, TRAITEMENT):
                conn.execute(ordres.encode())
            with pytest.raises(psycopg.Error, match=attendu), conn.transaction():
                conn.execute("select journal.publier(%s)", (version,))


def test_publier_garde_les_autres_exercices_et_leur_proprietaire(construite: tuple[Conn, int]) -> None:
    """K5: only the exercice asked moves; the partition belongs to the owner, and the run can't write in it."""
    conn, version = construite
    avant = conn.execute(
        "select * from publication.synthese_financiere where exercice <> 2021 order by 1, 2"
    ).fetchall()
    promouvoir(conn, version)
    apres = conn.execute(
        "select * from publication.synthese_financiere where exercice <> 2021 order by 1, 2"
    ).fetchall()
    assert avant == apres != []
    assert conn.execute("select exercice, version from journal.publications order by 1").fetchall() == [
        (2019, 1), (2020, 1), (2021, version)
    ]  # fmt: skip
    (proprietaire,) = conn.execute(
        "select relowner::regrole::text from pg_class where oid = %s::regclass",
        (f"versions.synthese_financiere_v{version}",),
    ).fetchone() or ("",)
    assert proprietaire == "mutualisation_proprietaire"
    conn.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute(f"update versions.synthese_financiere_v{version} set cout_net = 0".encode())


def test_un_pointeur_ne_se_deplace_pas_sans_empreinte(construite: tuple[Conn, int]) -> None:
    """`publier` without its statement commits nothing."""
    conn, version = construite
    with pytest.raises(psycopg.Error, match="n'a pas été conclue"), conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute("select journal.publier(%s)", (version,))
    assert conn.execute("select distinct version from journal.publications").fetchall() == [(1,)]


def test_un_type_temporaire_ne_detourne_pas_les_fonctions_du_proprietaire(construite: tuple[Conn, int]) -> None:
    """With an empty search_path, PostgreSQL looks for the name of a type in pg_temp first."""
    conn, version = construite
    with conn.transaction(force_rollback=True), sous_le_role(conn, TRAITEMENT):
        for nom in ("text", "name", "bigint", "record", "jsonb"):
            conn.execute(f'create domain pg_temp."{nom}" as int check (1 / 0 = 1)'.encode())
        conn.execute("select journal.publier(%s)", (version,))


def test_ce_qui_ne_peut_pas_etre_repris_est_dit_en_francais(construite: tuple[Conn, int]) -> None:
    conn, version = construite
    with conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute(f"alter table {T} alter column cout_net set default 0".encode())
    with pytest.raises(ErreurMutualisation, match=r"construction\.synthese_financiere ne peut pas être publiée"):
        promouvoir(conn, version)


def test_une_construction_videe_depuis_est_a_refaire(construite: tuple[Conn, int]) -> None:
    """An erasure empties `construction` and leaves the build validated."""
    conn, version = construite
    with conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute("select journal.renouveler_construction()")
    with pytest.raises(ErreurMutualisation, match="Lancez « mutualisation controler » de nouveau"):
        promouvoir(conn, version)
