"""The drill: a warehouse is lost, its backup brings it back, its seals hold, its extract has the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.commande import lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, Publie, lire

from mutualisation import operations as op
from mutualisation.entrepot.connexion import verrou_entrepot
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation, PannePassagere
from mutualisation.operations import restauration

# steps of a restoration, in their order
ETAPES = (
    "_poser_ancres",
    "reprendre_cles",
    "_remettre_airflow",
    "_remettre_les_comptes",
    "remettre",
    "mettre_a_jour",
    "verifier",
)


@pytest.fixture(scope="module")
def sauvegarde(en_ligne: EnLigne, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the published warehouse and of Airflow's metadata in `depot/`, its keys in `cles/`; read only."""
    dossier = tmp_path_factory.mktemp("sauvegarde")
    var = Path(shutil.copytree(en_ligne.var, dossier / "var", ignore=shutil.ignore_patterns("pg.prise")))
    with serveur_entrepot(var) as dsn:
        metadonnees(dsn, "airflow")
        taper(bases.adresse(dsn, "airflow"), "set role airflow", "create table dag as select 'bilan' as dag_id")
        sortie = lancer(var, "sauvegarder", dossier / "depot", "--cles", dossier / "cles", "--airflow", "airflow")
    assert sortie.code == 0, sortie.erreurs
    assert sortie.texte.splitlines()[2:] == [
        f"clé des pseudonymes : copiée dans {dossier}/cles/cle_pseudonymes",
        f"clé de signature : copiée dans {dossier}/cles/cle_signature",
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


class Tuee(BaseException):
    """A run that ends there."""


def puis_mourir(etape: Callable[..., Any]) -> Callable[..., Any]:
    def faire(*arguments: Any, **nommes: Any) -> None:
        etape(*arguments, **nommes)
        raise Tuee

    return faire


def empreintes(dossier: Path) -> dict[str, str]:
    """{file: sha256} of a folder."""
    return {
        f.relative_to(dossier).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in dossier.rglob("*")
        if f.is_file()
    }


def test_un_entrepot_perdu_revient_avec_ses_sceaux(sauvegarde: Path, en_ligne: EnLigne, tmp_path: Path) -> None:
    var = tmp_path / "var"
    rendu = lancer(var, "restaurer", sauvegarde / "depot", "--cles", sauvegarde / "cles")
    assert (rendu.code, rendu.texte.splitlines()[0]) == (0, "1\u00a0sceau conforme"), rendu.erreurs
    assert "métadonnées d'Airflow non restaurées" in rendu.texte
    assert lancer(var, "extraire", "--exercice", EXERCICE, "--sortie", tmp_path / "bilans").code == 0
    nom = f"bilan_{EXERCICE}"
    assert empreintes(tmp_path / "bilans" / nom) == empreintes(en_ligne.sortie / nom)
    assert (var / "cle_pseudonymes").stat().st_mode & 0o777 == 0o600


def test_un_entrepot_restaure_va_plus_loin(
    sauvegarde: Path, depot_corrige: Path, tmp_path: Path, empreinte_corrigee: str
) -> None:
    var = tmp_path / "var"
    assert lancer(var, "restaurer", sauvegarde / "depot", "--cles", sauvegarde / "cles").code == 0
    suite = lancer(var, "bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans")
    assert suite.code == 0, suite.erreurs
    assert f"publication {empreinte_corrigee}" in suite.texte


def test_les_cles_ne_vont_pas_avec_l_entrepot(sauvegarde: Path) -> None:
    noms = set(empreintes(sauvegarde / "depot"))
    assert {"entrepot.dump", "comptes.json", "sauvegarde.json"} <= noms
    assert not [nom for nom in noms if "cle_pseudonymes" in nom or nom.endswith("cle_signature")]
    for secret in ("cle_pseudonymes", "cle_signature"):
        octets = (sauvegarde / "cles" / secret).read_bytes().strip()
        assert not [f for f in (sauvegarde / "depot").rglob("*") if f.is_file() and octets in f.read_bytes()]
    refus = lancer(sauvegarde / "var", "sauvegarder", sauvegarde / "autre", "--cles", sauvegarde / "autre" / "cles")
    assert refus.code == 1
    assert "Les clés iraient avec l'entrepôt" in refus.erreurs


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
    assert not (sauvegarde / "var" / restauration.EN_COURS).exists()
    autre = Path(shutil.copytree(sauvegarde / "var" / "sceaux", tmp_path / "var" / "sceaux")).parent
    (autre / "sceaux" / "0001.json").write_bytes(b"{}")
    refus = lancer(autre, "restaurer", sauvegarde / "depot")
    assert refus.code == 1
    assert "les sceaux d'un autre entrepôt" in refus.erreurs
    assert not (autre / "pg").exists()


def test_une_restauration_tuee_se_relance(
    sauvegarde: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, en_ligne: EnLigne
) -> None:
    """Killed after each step in its turn, over what the former runs left; the last one goes to its end."""
    var = tmp_path / "var"
    with installation(var, monkeypatch) as dsn:
        for etape in ETAPES:
            with monkeypatch.context() as patch:
                patch.setattr(restauration, etape, puis_mourir(getattr(restauration, etape)))
                with pytest.raises(Tuee):
                    op.restaurer(sauvegarde / "depot", sauvegarde / "cles", airflow="airflow")
        faite = op.restaurer(sauvegarde / "depot", sauvegarde / "cles", airflow="airflow")
        assert (faite.sceaux, faite.ecarts) == (1, [])
        with psycopg.connect(bases.adresse(dsn, "airflow")) as conn:
            assert conn.execute("select dag_id from public.dag").fetchall() == [("bilan",)]
        with pytest.raises(ErreurMutualisation, match="n'est pas vide"):
            op.restaurer(sauvegarde / "depot", sauvegarde / "cles", airflow="airflow")
        assert lancer(var, "extraire", "--exercice", EXERCICE, "--sortie", tmp_path / "bilans").code == 0
    nom = f"bilan_{EXERCICE}"
    assert empreintes(tmp_path / "bilans" / nom) == empreintes(en_ligne.sortie / nom)


def test_les_metadonnees_d_airflow_vont_dans_la_base_vide_qui_les_attend(
    sauvegarde: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As compose leaves it: the database is there, under an account of this server."""
    with installation(tmp_path / "var", monkeypatch) as dsn:
        metadonnees(dsn, "planificateur")
        taper(bases.adresse(dsn, "airflow"), "create table autre (n int)")
        with pytest.raises(ErreurMutualisation, match="« airflow » n'est pas vide : rien n'a été restauré"):
            op.restaurer(sauvegarde / "depot", airflow="airflow")
        assert lire(dsn, "select to_regnamespace('journal')::text") == [(None,)]
        assert not (tmp_path / "var" / "sceaux").exists()
        taper(bases.adresse(dsn, "airflow"), "drop table autre")
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


def test_des_sceaux_sans_ancre_ne_se_sauvegardent_pas(publie: Publie, tmp_path: Path) -> None:
    ailleurs = op.Session(publie.contexte.dsn, tmp_path / "autre_poste")
    with pytest.raises(ErreurMutualisation, match="Rien ne permettrait de vérifier les sceaux"):
        op.sauvegarder(ailleurs, tmp_path / "sauvegarde")
    assert not (tmp_path / "sauvegarde").exists()


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
