"""The use cases on a real warehouse, without dbt: who prepares, one run at a time, which build may go on."""

import getpass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.atelier.bases import lire

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import au_nom_de
from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage import operations as op


@pytest.fixture
def contexte(base_vierge: str, tmp_path: Path) -> op.Session:
    """A migrated, empty warehouse on the embedded server."""
    return op.Session(base_vierge, tmp_path)


def ouvrir(contexte: op.Session, exercices: list[int], nom: str | None = None) -> int:
    """Open a build as `construire` does, dbt left out."""
    with contexte.connexion() as conn:
        return op.ouvrir_construction(contexte, conn, exercices, nom)


def test_les_exercices_sont_ranges_et_uniques() -> None:
    assert op.verifier_exercices([2021, 2019, 2021]) == [2019, 2021]


@pytest.mark.parametrize("exercices", [[], [21], [99999], [-2021], [2021, 0]])
def test_un_exercice_est_une_annee(exercices: list[int]) -> None:
    with pytest.raises(ErreurMutualisation, match=r"quatre chiffres|Aucun exercice"):
        op.verifier_exercices(exercices)


def test_une_sortie_qui_ne_s_ecrit_pas_est_dite_avant_tout(tmp_path: Path) -> None:
    op.verifier_sortie(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "fichier").write_text("x")
    for sortie in (tmp_path / "fichier", tmp_path / "fichier" / "sous", Path("/proc/1/x"), Path("a\0b")):
        with pytest.raises(ErreurMutualisation, match="--sortie"):
            op.verifier_sortie(sortie)


def test_le_preparateur_devient_un_compte_du_groupe(contexte: op.Session) -> None:
    """K2, K3: the build records the login, which the database itself knows as a preparer."""
    for tour in range(2):
        assert ouvrir(contexte, [2019, 2021], "Élodie d'Août") == tour + 1
    assert lire(contexte.dsn, "select prepare_par, exercices from journal.constructions where statut = 'en_cours'") == [
        ("Élodie d'Août", [2019, 2021])
    ]
    ((connexion, membre),) = lire(
        contexte.dsn,
        "select rolcanlogin, pg_has_role(rolname, 'preparateur', 'member') from pg_roles where rolname = %s",
        "Élodie d'Août",
    )
    assert (connexion, membre) == (True, True)


def test_sans_nom_le_preparateur_est_le_compte_du_systeme(contexte: op.Session) -> None:
    ouvrir(contexte, [2021])
    assert lire(contexte.dsn, "select prepare_par from journal.constructions") == [(getpass.getuser(),)]


@pytest.mark.parametrize("nom", ["", " alice", "approbateur", "PREPARATEUR", "pg_monitor", "public", "a\0b", "é" * 32])
def test_un_nom_impossible_est_refuse(contexte: op.Session, nom: str) -> None:
    with pytest.raises(ErreurMutualisation, match="ne peut pas être le nom"):
        ouvrir(contexte, [2021], nom)
    assert lire(contexte.dsn, "select count(*) from journal.constructions") == [(0,)]


def test_apres_une_erreur_la_connexion_n_est_plus_au_nom_du_preparateur(contexte: op.Session) -> None:
    with connecter(contexte.dsn, role=None) as conn:
        (avant,) = conn.execute("select session_user").fetchone() or (None,)
        conn.commit()
        with conn.transaction() as essai, au_nom_de(conn, "bernard", "preparateur"):
            assert conn.execute("select session_user").fetchone() == ("bernard",)
            raise psycopg.Rollback(essai)
        assert conn.execute("select session_user").fetchone() == (avant,)


def test_sur_un_serveur_nomme_on_ne_signe_que_pour_soi(contexte: op.Session) -> None:
    login = "prep_nomme"
    with connecter(contexte.dsn, role=None) as conn:
        conn.execute("create role prep_nomme login in role preparateur, mutualisation_traitement")
    contexte.embarque, contexte.dsn = False, contexte.dsn.replace("mutualisation@", f"{login}@")
    with pytest.raises(ErreurMutualisation, match=f"le préparateur est le compte connecté \\({login}\\)"):
        ouvrir(contexte, [2021], "quelqu'un d'autre")
    ouvrir(contexte, [2021], login)
    with connecter(contexte.dsn) as conn:
        assert conn.execute("select prepare_par from journal.constructions").fetchall() == [(login,)]


def test_un_traitement_a_la_fois(contexte: op.Session, tmp_path: Path) -> None:
    autre = op.Session(contexte.dsn, tmp_path)
    with contexte.connexion() as conn:
        with contexte.connexion() as encore:
            assert encore is conn
        with pytest.raises(ErreurMutualisation, match="Un autre traitement utilise l'entrepôt"), autre.connexion():
            pass
    with autre.connexion() as libre:
        assert libre is not conn


def test_une_construction_remplacee_ne_se_controle_ni_ne_se_publie(contexte: op.Session) -> None:
    """Two chains of tasks that cross: the schema holds the tables of the last one only."""
    premiere = ouvrir(contexte, [2021])
    with contexte.connexion() as conn:
        op.clore(conn, premiere, "construite", {})
        with pytest.raises(ErreurMutualisation, match="La construction de la version 1 n'est plus entière"):
            op.clore(conn, premiere, "validee", {})
    ouvrir(contexte, [2021])
    with pytest.raises(ErreurMutualisation, match="une autre construction l'a remplacée"):
        op.controler(contexte, premiere)
    with pytest.raises(ErreurMutualisation, match="La version 1 n'est pas validée"):
        op.publier(contexte, premiere)
    with pytest.raises(ErreurMutualisation, match="Aucune construction validée"):
        op.publier(contexte)


def test_une_construction_inconnue(contexte: op.Session) -> None:
    with pytest.raises(ErreurMutualisation, match="n'est pas validée"):
        op.publier(contexte, 404)
    with pytest.raises(ErreurMutualisation, match="n'est plus à contrôler"):
        op.controler(contexte, 404)


def test_une_ouverture_vide_le_schema_de_la_precedente(contexte: op.Session) -> None:
    ouvrir(contexte, [2021])
    with connecter(contexte.dsn, role=None) as conn:
        conn.execute(sql.SQL("create table {} (x int)").format(sql.Identifier(SCHEMA, "reste")))
    ouvrir(contexte, [2021])
    assert lire(contexte.dsn, "select to_regclass('construction.reste')") == [(None,)]
    assert lire(contexte.dsn, "select statut from journal.constructions order by version") == [
        ("echouee",),
        ("en_cours",),
    ]


def test_un_fichier_repare_n_est_plus_dit_refuse(contexte: op.Session) -> None:
    with connecter(contexte.dsn, role=None) as conn:
        conn.execute("insert into journal.chargements (source) values ('rh')")
        for chemin, statut in (("rh/a.csv", "refuse"), ("rh/a.csv", "accepte"), ("rh/b.csv", "refuse")):
            conn.execute(
                "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension,"
                " sha256, octets, statut, motif)"
                " values (1, 'rh', 'agents', '2021', 1, 'a', %s, 'csv', 'x', 1, %s, 'm')",
                (chemin, statut),
            )
    assert op.etat(contexte)["refuses"] == [{"fichier": "rh/b.csv", "motif": "m"}]
