"""Closing (K2, K4, K11): the database alone closes, in the name of the login, and refuses everything else."""

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.atelier.tables import cas

from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.publication.versions import clotures
from mutualisation.publication.versions.clotures import Cloture, approuver, lire_cloture
from mutualisation.publication.versions.sceaux import canonique
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, SansReprise
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.cloture import exiger_une_autre

from . import entrepot_publie

EMPREINTE = "a" * 64
PREPARATEUR = "c.durand"
Conn = psycopg.Connection[Any]


@pytest.fixture
def conn(conn_publiee: Conn) -> Conn:
    """The published warehouse, its gaps justified, the extract of 2021 noted."""
    conn_publiee.execute("update versions.controles set justification = 'vu' where statut = 'ecart'")
    _noter_extrait(conn_publiee, 1)
    conn_publiee.commit()
    return conn_publiee


def _noter_extrait(conn: Conn, version: int) -> None:
    conn.execute(
        "insert into journal.extraits (exercice, version, statut, manifeste_sha256, signature, cle_publique, dossier)"
        " values (2021, %s, 'a_approuver', %s, '', '', '/bilans')",
        (version, EMPREINTE),
    )


def comme(conn: Conn, compte: str, acte: Callable[[Conn], Any], *groupes: str) -> Any:
    """What the act of a login gives, in a transaction that is rolled back with the login."""
    with conn.transaction(force_rollback=True):
        nom = sql.Identifier(compte)
        conn.execute(sql.SQL("create role {} login").format(nom))
        for groupe in groupes:
            conn.execute(sql.SQL("grant {} to {}").format(sql.SQL(groupe.split(" ", 1)[0]), nom)
                         + sql.SQL(" " + groupe.split(" ", 1)[1] if " " in groupe else ""))  # fmt: skip
        conn.execute(sql.SQL("set session authorization {}").format(nom))
        try:
            return acte(conn)
        finally:
            if conn.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
                conn.execute("reset session authorization")


def clore(conn: Conn, version: int = 1, manifeste: str = EMPREINTE, repondant: str | None = None) -> bool:
    """As `cloturer` asks; the journal is read by another connection, under the role of the run."""
    dsn = make_conninfo(conn.info.dsn, user="mutualisation", options="-c role=mutualisation_traitement")
    quoi = {"exercice": 2021, "version": version, "manifeste_sha256": manifeste, "identite": "declaree"}
    with psycopg.connect(dsn) as lectrice:
        cloture = Cloture.a_signer(lectrice, conn, quoi | ({"repondant": repondant} if repondant else {}))
        return approuver(lectrice, conn, cloture, (), cle_signature(Poste.ici()))


def test_un_approbateur_clot_la_version_publiee_une_fois(conn: Conn) -> None:
    def deux_fois(ouverte: Conn) -> tuple[bool, bool]:
        return clore(ouverte), clore(ouverte)

    with conn.transaction(force_rollback=True):
        conn.execute("create role direction nologin in role approbateur")
        conn.execute('create role "Hélène D\'Été" login in role direction')
        conn.execute('set session authorization "Hélène D\'Été"')
        assert deux_fois(conn) == (True, False)
        conn.execute("reset session authorization")
        cloture = lire_cloture(conn, 2021, 1)
        assert cloture is not None
        assert (cloture.approuve_par, cloture.manifeste_sha256) == ("Hélène D'Été", EMPREINTE)
        assert conn.execute("select exercice, version from journal.versions_closes").fetchall() == [(2021, 1)]
    assert lire_cloture(conn, 2021, 1) is None


@pytest.mark.parametrize(
    "groupes",
    [(), ("preparateur",), ("mutualisation_lecteur",), ("approbateur with admin true, inherit false, set false",)],
)
def test_qui_n_est_pas_approbateur_ne_clot_rien(conn: Conn, groupes: tuple[str, ...]) -> None:
    """K10: the ADMIN option alone is no membership."""
    with pytest.raises((ErreurMutualisation, psycopg.errors.InsufficientPrivilege)):
        comme(conn, "quidam", clore, *groupes)
    assert conn.execute("select count(*) from journal.clotures").fetchone() == (0,)


def test_un_superutilisateur_n_est_pas_approbateur_de_ce_fait(conn: Conn) -> None:
    with pytest.raises(ErreurMutualisation, match="n'est pas membre du groupe « approbateur »"):
        clore(conn)


@cas
def test_ce_que_la_base_refuse_de_clore(conn: Conn, preparer: str, attendu: str | None, repondant: str | None) -> None:
    conn.execute(preparer)  # type: ignore[call-overload]
    conn.commit()
    if attendu is None:
        assert comme(conn, "b.approuve", clore, "approbateur")
        return
    with pytest.raises(ControleEchoue, match=attendu):
        comme(conn, "b.approuve", lambda c: clore(c, repondant=repondant), "approbateur")
    conn.rollback()
    assert conn.execute("select count(*) from journal.clotures").fetchone() == (0,)


def test_un_manifeste_que_personne_n_a_ecrit_ne_se_clot_pas(conn: Conn) -> None:
    with pytest.raises(ControleEchoue, match="n'est pas celui d'un extrait"):
        comme(conn, "b.approuve", lambda c: clore(c, manifeste="b" * 64), "approbateur")


def test_qui_a_prepare_une_version_de_l_exercice_n_en_approuve_aucune(conn: Conn) -> None:
    """K2: having someone else run the same figures again makes nobody an approver."""
    entrepot_publie.publier(conn, entrepot_publie.rangees())
    conn.execute("update journal.constructions set prepare_par = 'b.approuve' where version = 1")
    conn.execute("update versions.controles set justification = 'vu' where statut = 'ecart'")
    _noter_extrait(conn, 2)
    conn.execute("create role la_directrice login in role approbateur")
    # who installed has the ADMIN option of what it created, which is no membership (K10)
    conn.execute("create role installatrice login")
    conn.execute("grant approbateur to installatrice with admin true, inherit false, set false")
    conn.commit()
    with pytest.raises(
        ControleEchoue, match=r"a été préparé par « b\.approuve ».*Peuvent l'approuver : la_directrice\."
    ):
        comme(conn, "b.approuve", lambda c: clore(c, 2), "approbateur")
    with pytest.raises(SansReprise, match=r"n'est pas membre .*Peuvent l'approuver : la_directrice\."):
        comme(conn, "quidam", lambda c: clore(c, 2))
    conn.execute("drop role la_directrice, installatrice")
    conn.commit()


@pytest.mark.parametrize(
    "change",
    [{"approuve_par": "b"}, {"prepare_par": "z"}, {"approuve_le": "2020-01-01T00:00:00Z"}, {"acte": "publication"}],
)
def test_un_enonce_faux_ne_clot_rien(conn: Conn, change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement that is signed says what the journal says, in the name of the login, of this moment."""
    enoncer = clotures.enoncer
    monkeypatch.setattr(
        clotures, "enoncer", lambda c, acte, dit, cle: canonique(json.loads(enoncer(c, acte, dit, cle)) | change)
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="ne dit pas ce que le journal dit"):
        comme(conn, "b.approuve", clore, "approbateur")


# bob runs and approves: what somebody left in a table that the run writes would approve in bob's name
PIEGE = """
create temporary table piege (x boolean);
create function pg_temp.glisser() returns boolean language plpgsql as $$
  begin set role none; return journal.approuver('{"exercice": 2021, "version": 1}', '', ''); end $$;
create function pg_temp.declencher() returns trigger language plpgsql as $$
  begin perform pg_temp.glisser(); return null; end $$;
"""
POSES = {
    "un déclencheur": "create trigger t after insert on piege for each statement execute function pg_temp.declencher()",
    "une règle": "create rule r as on insert to piege do also select pg_temp.glisser()",
    "une valeur par défaut": "alter table piege alter column x set default pg_temp.glisser()",
}


@pytest.mark.parametrize("pose", POSES.values(), ids=POSES.keys())
def test_rien_n_approuve_au_milieu_d_une_autre_instruction(conn: Conn, pose: str) -> None:
    """A trap that leaves the role of the run for the login is no act of the login."""

    def ecrire(ouverte: Conn) -> None:
        ouverte.execute("set role mutualisation_traitement")
        ouverte.execute(PIEGE.encode())
        ouverte.execute(pose.encode())
        ouverte.execute("insert into piege default values")

    with pytest.raises(psycopg.Error, match="se demande pour elle-même"):
        comme(conn, "bob_qui_charge", ecrire, "approbateur", "mutualisation_traitement")
    conn.rollback()
    assert conn.execute("select count(*) from journal.clotures").fetchone() == (0,)


def test_le_role_du_traitement_n_approuve_rien(conn: Conn) -> None:
    def sous_le_traitement(ouverte: Conn) -> bool:
        ouverte.execute("set role mutualisation_traitement")
        return clore(ouverte)

    with pytest.raises(ErreurMutualisation, match="n'est pas membre du groupe « approbateur »"):
        comme(conn, "bob_qui_charge", sous_le_traitement, "approbateur", "mutualisation_traitement")


@pytest.mark.parametrize("nom", ["C.Durand", "C. DURAND", "c.d\u00fbrand", " c.durand\u00a0"])
def test_le_meme_nom_autrement_ecrit_est_la_meme_personne(conn: Conn, nom: str) -> None:
    """K4 where names are declared: « dupont » prepared, « Dupont » closed."""
    exiger_une_autre(conn, 2021, "m.durand")
    with pytest.raises(ControleEchoue, match=f"préparé par « {PREPARATEUR} », et « {nom} » est le même nom"):
        exiger_une_autre(conn, 2021, nom)
