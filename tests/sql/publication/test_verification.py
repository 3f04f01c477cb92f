"""`verifier` (K10): how each view is defined, closed versions that publication left, what `brut` would run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.entrepot.roles import TRAITEMENT, sous_le_role
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.lignes_signees import signer_tout
from mutualisation.operations.migration import mettre_a_jour
from mutualisation.operations.session import Session
from mutualisation.operations.verification_sceau import verifier
from mutualisation.publication.clotures_scellees import sceller_cloture
from mutualisation.publication.vues import vues_des_migrations
from mutualisation.sources.brut import synchroniser_brut

from . import entrepot_publie

Conn = psycopg.Connection[Any]
SYNTHESE = "publication.synthese_financiere"


@pytest.fixture(autouse=True)
def _var(var_neuf: Path) -> None:
    """Key and anchors of this test's own."""


@pytest.fixture
def ecarts(conn_publiee: Conn, base_vierge: str, var_neuf: Path) -> Callable[[], list[str]]:
    """What `verifier` says of the published warehouse, whose files are signed as they are loaded."""
    synchroniser_brut(conn_publiee)
    signer_tout(conn_publiee, var_neuf)
    conn_publiee.commit()

    def dire() -> list[str]:
        conn_publiee.commit()
        return verifier(Session(base_vierge, var_neuf))

    assert dire() == []
    return dire


def _definition(conn: Conn, vue: str) -> str:
    (lue,) = conn.execute("select pg_get_viewdef(%s::regclass)", (vue,)).fetchone() or ("",)
    return str(lue).rstrip(";")


def test_une_vue_qui_montre_autre_chose_a_un_seul_compte_est_dite(
    conn_publiee: Conn, ecarts: Callable[[], list[str]]
) -> None:
    definition = _definition(conn_publiee, SYNTHESE)
    assert " v.cout_net" in definition
    trompeuse = definition.replace(
        " v.cout_net", " (case when current_user = 'lecteur1' then v.cout_net * 2 else v.cout_net end)::numeric(15,2)"
        " as cout_net", 1
    )  # fmt: skip
    conn_publiee.execute(f"create or replace view {SYNTHESE} with (security_invoker) as {trompeuse}".encode())
    (ecart,) = ecarts()
    assert f"la vue {SYNTHESE} n'est pas définie comme le logiciel la définit" in ecart


@pytest.mark.parametrize(
    ("ordre", "vue"),
    [
        (f"alter view {SYNTHESE} set (security_invoker = false)", SYNTHESE),
        (f"alter view {SYNTHESE} set (security_barrier)", SYNTHESE),
        ("drop view publication.cout_moyen; create table publication.cout_moyen as select * from versions.cout_moyen",
         "publication.cout_moyen"),
        ("create or replace view journal.versions_closes as select exercice, min(version) as version"
         " from journal.clotures group by exercice", "journal.versions_closes"),
    ],
)  # fmt: skip
def test_une_vue_autrement_definie_est_dite(
    conn_publiee: Conn, ecarts: Callable[[], list[str]], ordre: str, vue: str
) -> None:
    conn_publiee.execute(ordre.encode())
    assert any(f"la vue {vue} n'est pas définie" in ecart for ecart in ecarts())


def test_migrer_refait_une_vue_changee(conn_publiee: Conn, ecarts: Callable[[], list[str]], base_vierge: str) -> None:
    conn_publiee.execute(f"alter view {SYNTHESE} set (security_invoker = false)".encode())
    (ecart,) = ecarts()
    assert "mutualisation migrer" in ecart
    mettre_a_jour(base_vierge, refaire=True)
    assert ecarts() == []


OUVERTURES = {
    "alter table versions.cout_moyen disable row level security": "versions.cout_moyen ne montre pas à chacun",
    "drop policy mutualisation_commune on versions.adherent; create policy mutualisation_commune on versions.adherent"
    " for select to mutualisation_commune using (true)": "versions.adherent ne montre pas à chacun",
    "create policy autre on versions.adherent for select to mutualisation_commune using (true)":
        "versions.adherent ne montre pas à chacun",
    "create policy autre on versions.textes for all to public using (true)": "versions.textes ne montre pas à chacun",
    "alter policy mutualisation_lecteur on versions.rejets to public": "versions.rejets ne montre pas à chacun",
    "drop policy mutualisation_lecteur on versions.rejets": "versions.rejets ne montre pas à chacun",
    "grant select on versions.epci to mutualisation_lecteur": "« mutualisation_lecteur » tient sur versions.epci",
    "grant select (siret_adherent) on versions.recours to public": "« public » tient sur versions.recours",
    "grant update on versions.cout_moyen to mutualisation_traitement":
        "« mutualisation_traitement » tient sur versions.cout_moyen",
}  # fmt: skip


@pytest.mark.parametrize(("ordre", "dit"), OUVERTURES.items(), ids=range(len(OUVERTURES)))
def test_ce_que_d_autres_lisent_est_dit_et_se_refait(
    conn_publiee: Conn, ecarts: Callable[[], list[str]], base_vierge: str, ordre: str, dit: str
) -> None:
    """A commune that reads the rows of another is no forgery, and no seal would see it."""
    conn_publiee.execute(ordre.encode())
    (ecart,) = ecarts()
    assert dit in ecart
    assert "mutualisation migrer" in ecart
    mettre_a_jour(base_vierge)
    assert ecarts() == [ecart]
    mettre_a_jour(base_vierge, refaire=True)
    assert ecarts() == []


def test_une_partition_ouverte_ou_prise_est_dite(conn_publiee: Conn, ecarts: Callable[[], list[str]]) -> None:
    """A partition is read without the policies of its relation, and its owner meets none."""
    conn_publiee.execute("create role intrus")
    try:
        (partition,) = conn_publiee.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'versions.adherent'::regclass"
        ).fetchone() or ("",)
        # taken first: once a right was given, the catalogue lists those of the owner too
        conn_publiee.execute(f"alter table {partition} owner to intrus".encode())
        (ecart,) = ecarts()
        assert f"« intrus » tient sur {partition} un droit" in ecart
        conn_publiee.execute(f"alter table {partition} owner to mutualisation_proprietaire".encode())
        conn_publiee.execute(f"grant select on {partition} to mutualisation_commune".encode())
        (ecart,) = ecarts()
        assert f"« mutualisation_commune » tient sur {partition} un droit" in ecart
    finally:
        conn_publiee.execute("drop owned by intrus; drop role intrus")
        conn_publiee.commit()


def test_chaque_vue_du_journal_vient_d_une_migration(conn_publiee: Conn) -> None:
    en_place = conn_publiee.execute(
        "select format('%s.%s', schemaname, viewname) from pg_views where schemaname in ('journal', 'lecture')"
    ).fetchall()
    assert {nom for (nom,) in en_place} == set(vues_des_migrations()) != set()


def test_une_version_close_que_la_publication_a_quittee_est_relue(
    conn_publiee: Conn, ecarts: Callable[[], list[str]], var_neuf: Path
) -> None:
    """A restatement moves the pointer: the closed version is still what other years are compared with."""
    conn_publiee.execute(
        "insert into journal.clotures (exercice, version, prepare_par, approuve_par, manifeste_sha256)"
        " values (2021, 1, 'c.durand', session_user, repeat('a', 64))"
    )
    sceller_cloture(conn_publiee, 2021, 1, var_neuf)
    for _ in range(2):
        entrepot_publie.publier(conn_publiee, entrepot_publie.rangees())
    signer_tout(conn_publiee, var_neuf)
    assert ecarts() == []
    conn_publiee.execute("update versions.synthese_financiere set cout_net = cout_net + 1 where version = 1")
    (ecart,) = ecarts()
    assert "versions.synthese_financiere" in ecart
    assert "(version 1)" in ecart


PIEGES = {
    "porte un déclencheur": "create function brut.f() returns trigger language plpgsql as 'begin return new; end';"
    " create trigger t before insert on brut.agents for each row execute function brut.f()",
    "porte une règle": "create rule r as on insert to brut.agents do also select 1",
    "porte une politique": "alter table brut.agents enable row level security",
    "porte une valeur par défaut": "alter table brut.agents alter column nom_du_piege set default now()::text",
    "n'est pas une table ordinaire": "alter table brut.agents rename to vraie;"
    " create view brut.agents as select * from brut.vraie",
}


@pytest.mark.parametrize(("dit", "pose"), PIEGES.items(), ids=PIEGES.keys())
def test_ce_que_brut_executerait_arrete_chargement_et_construction(
    conn_publiee: Conn, ecarts: Callable[[], list[str]], dit: str, pose: str
) -> None:
    """The run owns `brut`: what it leaves there would be done in the name of the next who loads."""
    with sous_le_role(conn_publiee, TRAITEMENT):
        synchroniser_brut(conn_publiee)
        (colonne,) = conn_publiee.execute(
            "select attname from pg_attribute where attrelid = 'brut.agents'::regclass and attnum = 4"
        ).fetchone() or ("",)
        # a right to read, given by an administrator, runs nothing
        conn_publiee.execute("grant select on brut.agents to public")
        synchroniser_brut(conn_publiee)
        conn_publiee.execute(pose.replace("nom_du_piege", colonne).encode())
        with pytest.raises(ErreurMutualisation, match=f"brut.agents {dit}"):
            synchroniser_brut(conn_publiee)
    (ecart,) = ecarts()
    assert f"brut.agents {dit}" in ecart
