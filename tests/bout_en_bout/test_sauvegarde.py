"""The drill: a warehouse is lost, its backup brings it back, its seals hold, its extract has the same bytes."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.atelier import BASE
from tests.atelier.bases import lire
from tests.atelier.commande import appeler, lancer
from tests.atelier.fouille import empreintes, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publier

from mutualisation.entrepot.base.connexion import verrou_entrepot
from mutualisation.entrepot.base.migrations import revisions
from mutualisation.entrepot.base.roles import LECTEUR
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere
from mutualisation.usage import operations as op
from mutualisation.usage.operations.session import version_du_code


@pytest.fixture
def sauvegarde(publie: Publie, tmp_path: Path) -> Path:
    """A backup of the published warehouse and of Airflow's metadata, whose database and account are then gone."""
    dsn, var, dossier = publie.contexte.dsn, publie.contexte.var, tmp_path / "sauvegarde"
    with metadonnees(dsn, "airflow"):
        taper(bases.adresse(dsn, "airflow"), "set role airflow", "create table dag as select 'bilan' as dag_id")
        sortie = appeler(publie.contexte, "sauvegarder", dossier, "--airflow", "airflow")
    assert sortie.code == 0, sortie.erreurs
    dit = manifeste(dossier)
    assert (dit["code_version"], dit["migrations"]) == (version_du_code(), revisions())
    assert sortie.texte.splitlines()[2:] == [
        f"clé des pseudonymes : non copiée, elle reste dans {var}/cle_pseudonymes ; gardez-la à part.",
        f"clé de signature : non copiée, elle reste dans {var}/cle_signature ; gardez-la à part.",
    ]
    for secret in ("cle_pseudonymes", "cle_signature"):
        octets = (var / secret).read_bytes().strip()
        assert not [f for f in dossier.rglob("*") if f.is_file() and octets in f.read_bytes()]
    return dossier


@contextmanager
def metadonnees(dsn: str, proprietaire: str) -> Iterator[None]:
    """The database of Airflow as compose makes it, with its own login, for a while."""
    taper(dsn, f"create role {proprietaire} login", f"create database airflow owner {proprietaire}")
    try:
        yield
    finally:
        taper(dsn, "drop database airflow with (force)", f"drop role {proprietaire}")


def taper(dsn: str, *ordres: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        for ordre in ordres:
            conn.execute(ordre.encode())


@pytest.fixture
def vide(publie: Publie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database in place of the warehouse that is lost, and another folder of what runs, for commands."""
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("ENTREPOT_DSN", publie.contexte.dsn)
    return remplacer(publie.contexte.dsn)


def remplacer(dsn: str) -> str:
    """Drop a warehouse, and create its database."""
    bases.supprimer(bases.adresse(dsn, "postgres"), BASE)
    return bases.creer(bases.adresse(dsn, "postgres"), BASE)


def test_un_entrepot_perdu_revient_avec_ses_sceaux_et_va_plus_loin(
    publie: Publie, sauvegarde: Path, vide: str, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Killed before pg_restore commits, the warehouse is still empty; after, drop it and run the command again."""
    for etape in ("recopier", "verifier"):
        with monkeypatch.context() as patch:
            patch.setattr(
                f"mutualisation.usage.operations.sauvegarde.{etape}",
                lambda *_: (_ for _ in ()).throw(KeyboardInterrupt),
            )
            with pytest.raises(KeyboardInterrupt):
                op.restaurer(sauvegarde)
    with pytest.raises(ErreurMutualisation, match=r"n'est pas vide.*Créez une base vide"):
        op.restaurer(sauvegarde)
    remplacer(vide)
    faite = op.restaurer(sauvegarde)
    assert (faite.sceaux, faite.ecarts, faite.airflow) == (1, [], False)
    # what a copy of a database doesn't hold
    assert lire(vide, f"select has_database_privilege('{LECTEUR}', current_database(), 'temporary')") == [(False,)]
    var = tmp_path / "var"
    for cle in ("cle_pseudonymes", "cle_signature"):
        shutil.copy2(publie.contexte.var / cle, var / cle)
    session = replace(publie.contexte, dsn=vide, var=var)
    extrait = Path(op.extraire(session, EXERCICE, str(tmp_path / "bilans")))
    assert empreintes(extrait) == empreintes(Path(publie.bilan.extraits[0]))
    assert publier(session, depot_corrige) == empreinte_corrigee


def test_la_commande_restaure_un_serveur_neuf_et_refuse_ce_qui_ne_va_pas(sauvegarde: Path, tmp_path: Path) -> None:
    var, autre = tmp_path / "var", tmp_path / "autre"
    # what a restoration that was killed leaves, and somebody looks at
    with serveur_entrepot(var):
        pass
    lu = lancer(var, "etat")
    assert (lu.code, "est vide : « mutualisation restaurer » le remplit" in lu.erreurs) == (1, True), lu
    rendu = lancer(var, "restaurer", sauvegarde)
    assert (rendu.code, rendu.texte.splitlines()[0]) == (0, "1\u00a0sceau conforme"), rendu.erreurs
    assert "métadonnées d'Airflow non restaurées" in rendu.texte
    (autre / "sceaux").mkdir(parents=True)
    (autre / "sceaux" / "0001.json").write_bytes(b"{}")
    refus = lancer(autre, "restaurer", sauvegarde)
    assert (refus.code, "les sceaux d'un autre entrepôt" in refus.erreurs) == (1, True), refus.erreurs
    with (sauvegarde / "entrepot.dump").open("ab") as fichier:
        fichier.write(b"x")
    refus = lancer(autre, "restaurer", sauvegarde)
    assert (refus.code, "n'est plus celle qui a été écrite (entrepot.dump)" in refus.erreurs) == (1, True)
    assert not (autre / "pg").exists()


def test_les_metadonnees_d_airflow_vont_dans_la_base_vide_qui_les_attend(
    sauvegarde: Path, vide: str, tmp_path: Path
) -> None:
    """As compose leaves it: the database is there, under an account of this server."""
    airflow = bases.adresse(vide, "airflow")
    with metadonnees(vide, "planificateur"):
        taper(airflow, "create table dag (n int)", "create view autre as select n from dag")
        with pytest.raises(PannePassagere, match="La base airflow n'a pas pu être restaurée"):
            op.restaurer(sauvegarde, airflow="airflow")
        assert lire(vide, "select to_regnamespace('journal')::text") == [(None,)]
        assert not (tmp_path / "var" / "sceaux").exists()
        taper(airflow, "drop table dag cascade")
        assert op.restaurer(sauvegarde, airflow="airflow").ecarts == []
        a_qui = "select dag_id, relowner::regrole::text from public.dag, pg_class where oid = 'public.dag'::regclass"
        assert lire(airflow, a_qui) == [("bilan", "planificateur")]
        assert lire(vide, "select count(*) from pg_roles where rolname = 'airflow'") == [(0,)]


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
        # who installed reads the warehouse whole, and nothing of Airflow's database
        taper(dsn, "grant mutualisation_migration to bilan")
        refus = r"« airflow » est au compte « airflow » : .*le compte bilan n'en est pas membre"
        with metadonnees(dsn, "airflow"), pytest.raises(ErreurMutualisation, match=refus):
            op.sauvegarder(session, tmp_path / "sauvegarde", airflow="airflow")
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
