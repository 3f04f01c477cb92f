"""The drill: a warehouse is lost, its backup brings it back, its seals hold, its extract has the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.commande import lancer
from tests.atelier.fouille import empreintes
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, Publie, lire

from mutualisation import operations as op
from mutualisation.entrepot.connexion import verrou_entrepot
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation, PannePassagere


@pytest.fixture(scope="module")
def sauvegarde(en_ligne: EnLigne, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the published warehouse and of Airflow's metadata in `depot/`; `var/` is what it was made of."""
    dossier = tmp_path_factory.mktemp("sauvegarde")
    var = Path(shutil.copytree(en_ligne.var, dossier / "var", ignore=shutil.ignore_patterns("pg.prise")))
    with serveur_entrepot(var) as dsn:
        metadonnees(dsn, "airflow")
        taper(bases.adresse(dsn, "airflow"), "set role airflow", "create table dag as select 'bilan' as dag_id")
        sortie = lancer(var, "sauvegarder", dossier / "depot", "--airflow", "airflow")
    assert sortie.code == 0, sortie.erreurs
    assert sortie.texte.splitlines()[2:] == [
        f"clé des pseudonymes : non copiée, elle reste dans {var}/cle_pseudonymes ; gardez-la à part.",
        f"clé de signature : non copiée, elle reste dans {var}/cle_signature ; gardez-la à part.",
    ]
    return dossier


def metadonnees(dsn: str, proprietaire: str) -> None:
    """The database of Airflow as compose makes it, with its own login."""
    taper(dsn, f"create role {proprietaire} login", f"create database airflow owner {proprietaire}")


def taper(dsn: str, *ordres: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        for ordre in ordres:
            conn.execute(ordre.encode())


@contextmanager
def installation(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new folder of what runs, for commands in process; the address of its empty warehouse."""
    monkeypatch.setenv("MUTUALISATION_VAR", str(var))
    with serveur_entrepot(var) as dsn:
        yield dsn


def test_un_entrepot_perdu_revient_avec_ses_sceaux_et_va_plus_loin(
    sauvegarde: Path, en_ligne: EnLigne, depot_corrige: Path, tmp_path: Path, empreinte_corrigee: str
) -> None:
    var = tmp_path / "var"
    rendu = lancer(var, "restaurer", sauvegarde / "depot")
    assert (rendu.code, rendu.texte.splitlines()[0]) == (0, "1\u00a0sceau conforme"), rendu.erreurs
    assert "métadonnées d'Airflow non restaurées" in rendu.texte
    for cle in ("cle_pseudonymes", "cle_signature"):
        shutil.copy2(sauvegarde / "var" / cle, var / cle)
    assert lancer(var, "extraire", "--exercice", EXERCICE, "--sortie", tmp_path / "bilans").code == 0
    nom = f"bilan_{EXERCICE}"
    assert empreintes(tmp_path / "bilans" / nom) == empreintes(en_ligne.sortie / nom)
    suite = lancer(var, "bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans")
    assert suite.code == 0, suite.erreurs
    assert f"publication {empreinte_corrigee}" in suite.texte


def test_les_cles_ne_vont_pas_avec_l_entrepot(sauvegarde: Path) -> None:
    assert {"entrepot.dump", "comptes.json", "manifeste.json"} <= set(empreintes(sauvegarde / "depot"))
    for secret in ("cle_pseudonymes", "cle_signature"):
        octets = (sauvegarde / "var" / secret).read_bytes().strip()
        assert not [f for f in (sauvegarde / "depot").rglob("*") if f.is_file() and octets in f.read_bytes()]


def test_une_sauvegarde_changee_ne_se_restaure_pas(sauvegarde: Path, tmp_path: Path) -> None:
    copie = Path(shutil.copytree(sauvegarde / "depot", tmp_path / "copie"))
    with (copie / "entrepot.dump").open("ab") as fichier:
        fichier.write(b"x")
    refus = lancer(tmp_path / "var", "restaurer", copie)
    assert refus.code == 1
    assert "n'est plus celle qui a été écrite (entrepot.dump)" in refus.erreurs
    assert not (tmp_path / "var" / "pg").exists()


def test_rien_ne_se_restaure_sur_un_entrepot(sauvegarde: Path, tmp_path: Path) -> None:
    refus = lancer(sauvegarde / "var", "restaurer", sauvegarde / "depot")
    assert refus.code == 1
    assert "n'est pas vide" in refus.erreurs
    assert "Créez une base vide" in refus.erreurs
    autre = Path(shutil.copytree(sauvegarde / "var" / "sceaux", tmp_path / "var" / "sceaux")).parent
    (autre / "sceaux" / "0001.json").write_bytes(b"{}")
    refus = lancer(autre, "restaurer", sauvegarde / "depot")
    assert refus.code == 1
    assert "les sceaux d'un autre entrepôt" in refus.erreurs
    assert not (autre / "pg").exists()


def test_une_restauration_tuee_repart_d_une_base_vide(
    sauvegarde: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before pg_restore commits, the warehouse is still empty; after, drop it and run the command again."""
    with installation(tmp_path / "var", monkeypatch) as dsn:
        for etape in ("remettre", "verifier"):
            with monkeypatch.context() as patch:
                patch.setattr(
                    f"mutualisation.operations.sauvegarde.{etape}", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
                )
                with pytest.raises(KeyboardInterrupt):
                    op.restaurer(sauvegarde / "depot")
        with pytest.raises(ErreurMutualisation, match="n'est pas vide"):
            op.restaurer(sauvegarde / "depot")
        bases.supprimer(bases.adresse(dsn, "postgres"), "entrepot")
        bases.creer(bases.adresse(dsn, "postgres"), "entrepot")
        faite = op.restaurer(sauvegarde / "depot")
        assert (faite.sceaux, faite.ecarts) == (1, [])


def test_les_metadonnees_d_airflow_vont_dans_la_base_vide_qui_les_attend(
    sauvegarde: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As compose leaves it: the database is there, under an account of this server."""
    with installation(tmp_path / "var", monkeypatch) as dsn:
        metadonnees(dsn, "planificateur")
        taper(bases.adresse(dsn, "airflow"), "create table dag (n int)", "create view autre as select n from dag")
        with pytest.raises(PannePassagere, match="La base airflow n'a pas pu être restaurée"):
            op.restaurer(sauvegarde / "depot", airflow="airflow")
        assert lire(dsn, "select to_regnamespace('journal')::text") == [(None,)]
        assert not (tmp_path / "var" / "sceaux").exists()
        taper(bases.adresse(dsn, "airflow"), "drop table dag cascade")
        assert op.restaurer(sauvegarde / "depot", airflow="airflow").ecarts == []
        with psycopg.connect(bases.adresse(dsn, "airflow")) as conn:
            assert conn.execute(
                "select dag_id, relowner::regrole::text from public.dag, pg_class where oid = 'public.dag'::regclass"
            ).fetchall() == [("bilan", "planificateur")]
        assert lire(dsn, "select count(*) from pg_roles where rolname = 'airflow'") == [(0,)]


def test_une_sauvegarde_en_remplace_une_autre(publie: Publie, tmp_path: Path) -> None:
    """Whole, and only when nobody wrote there."""
    dossier = tmp_path / "sauvegarde"
    op.sauvegarder(publie.contexte, dossier)
    premiere = empreintes(dossier)
    taper(publie.contexte.dsn, "insert into journal.comptes_communes values ('lille', '59350')")
    seconde = op.sauvegarder(publie.contexte, dossier)
    assert {*empreintes(dossier)} == {*premiere} == {*seconde.fichiers}
    assert empreintes(dossier)["entrepot.dump"] != premiere["entrepot.dump"]
    (dossier / "note.txt").write_text("à garder")
    avant = empreintes(dossier)
    with pytest.raises(ErreurMutualisation, match=r"note\.txt"):
        op.sauvegarder(publie.contexte, dossier)
    assert empreintes(dossier) == avant
    assert [d.name for d in tmp_path.iterdir()] == ["sauvegarde"]


def test_la_sauvegarde_attend_le_traitement_qui_ecrit(publie: Publie, tmp_path: Path) -> None:
    dites: list[str] = []
    with ExitStack() as autre:

        def finir(phrase: str) -> None:
            dites.append(phrase)
            autre.close()

        session = op.Session(publie.contexte.dsn, publie.contexte.var, finir)
        autre.enter_context(verrou_entrepot(session.dsn))
        with pytest.raises(PannePassagere, match="Un autre traitement"):
            op.sauvegarder(publie.contexte, tmp_path / "tout_de_suite", attente_min=0)
        op.sauvegarder(session, tmp_path / "sauvegarde", attente_min=1)
    assert dites == ["Un traitement écrit dans l'entrepôt : la sauvegarde attend qu'il finisse, 1 min au plus."]


def test_un_compte_qui_ne_lit_pas_tout_sait_lequel_il_faut(publie: Publie, tmp_path: Path) -> None:
    """The login `bilan` of compose."""
    dsn = publie.contexte.dsn
    taper(dsn, "create role bilan login in role mutualisation_traitement, preparateur")
    try:
        session = op.Session(dsn.replace("mutualisation@", "bilan@"), publie.contexte.var, embarque=False)
        with pytest.raises(ErreurMutualisation, match=r"membre du groupe « mutualisation_migration ».*le compte bilan"):
            op.sauvegarder(session, tmp_path / "sauvegarde")
    finally:
        taper(dsn, "drop role bilan")
    assert not (tmp_path / "sauvegarde").exists()


def test_un_nom_declare_n_est_pas_un_compte_a_recreer(publie: Publie, tmp_path: Path) -> None:
    """« alice » prepared on an embedded server: where it is restored, nobody logs in under that name."""
    for nom, embarque in (("embarque", True), ("nomme", False)):
        session = op.Session(publie.contexte.dsn, publie.contexte.var, embarque=embarque)
        op.sauvegarder(session, tmp_path / nom)
    membres = {
        nom: {(m["compte"], m["groupe"]) for m in json.loads((tmp_path / nom / "comptes.json").read_text())}
        for nom in ("embarque", "nomme")
    }
    # other tests may have accounts on this server
    assert ("alice", "preparateur") in membres["nomme"]
    assert not [compte for compte, groupe in membres["embarque"] if groupe in ("preparateur", "approbateur")]
    assert ("mutualisation_migration", "mutualisation_proprietaire") in membres["embarque"]
