"""The run ledger (schema `exploitation`): a row per run, whatever ends it; what the journal holds, joined to it."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import INTERROMPU, ControleEchoue, ErreurMutualisation, FichierRefuse, PannePassagere
from mutualisation.usage import operations as op
from mutualisation.usage.operations.executions import PHRASE_MAX, VIVANTE

TENIR = """
import os, sys
from mutualisation.usage import operations as op
with op.Session.depuis_environnement(demande=op.Demande("bilan")) as session, session.etape("construction"):
    print("tenue", flush=True)
    sys.stdin.readline()
    os._exit(9)
"""


@pytest.fixture
def dsn(base_vierge: str, monkeypatch: pytest.MonkeyPatch, var_neuf: Path) -> str:
    """A migrated, empty warehouse that the environment names."""
    monkeypatch.setenv("ENTREPOT_DSN", base_vierge)
    return base_vierge


def lire(dsn: str, requete: str, *valeurs: Any) -> list[tuple[Any, ...]]:
    """Rows of a query, under the role of the run."""
    with connecter(dsn) as conn:
        return conn.execute(requete.encode(), valeurs).fetchall()


def _echouer(erreur: BaseException, demande: op.Demande) -> None:
    with op.Session.depuis_environnement(demande=demande):
        raise erreur


def test_une_execution_dit_qui_quoi_pourquoi_sur_quoi_et_combien(dsn: str) -> None:
    parametres = {
        "exercices": [2020, 2021], "refaire": True, "sources": ["rh"], "version": None,
        "depot": "s3://cle:secret@seau/depot", "prepare_par": "Jeanne Dupont", "adherents": ["21590350100017"],
    }  # fmt: skip
    demande = op.Demande("bilan", "Airflow, chaîne bilan_etape", parametres)
    with op.Session.depuis_environnement(demande=demande) as session:
        with session.etape("chargement"), session.etape("dedans"):
            session.compter(40)
            session.compter(2)
        with session.etape("construction"):
            pass
    ((commande, pourquoi, compte, identite, notes, code, phrase, statut, versions),) = lire(
        dsn,
        "select commande, declencheur, compte, identite, parametres, code, phrase, statut, versions"
        " from exploitation.registre",
    )
    assert (commande, pourquoi, identite) == ("bilan", "Airflow, chaîne bilan_etape", "authentifiee")
    assert (compte,) == lire(dsn, "select session_user::text")[0]
    assert notes == {"exercices": [2020, 2021], "refaire": True, "sources": ["rh"]}
    assert (code, phrase, statut, versions) == (0, None, "reussie", [])
    etapes = lire(dsn, "select etape, lignes, secondes < 60 from exploitation.etapes order by rang")
    assert etapes == [("chargement", 42, True), ("construction", None, True)]
    ((juste,),) = lire(
        dsn, "select fin >= debut and logiciel <> '' and entrees_sha256 ~ '^[0-9a-f]{64}$' from exploitation.executions"
    )
    assert juste


@pytest.mark.parametrize(
    ("erreur", "code", "dite"),
    [
        (ControleEchoue(["mois_manquant, exercice 2021"]), 2, "mois_manquant, exercice 2021"),
        (
            FichierRefuse([("rh/temps_2021-03.csv", "en-tête introuvable")]),
            3,
            "rh/temps_2021-03.csv : en-tête introuvable",
        ),
        (PannePassagere("Le serveur est parti."), 1, "Le serveur est parti."),
        (ErreurMutualisation("x" * 5000), 1, "x" * PHRASE_MAX + "…"),
        (KeyboardInterrupt(), 1, INTERROMPU),
        (RuntimeError("DUPONT"), 1, "Erreur imprévue (RuntimeError) : signalez-la avec la commande tapée."),
    ],
)
def test_ce_qui_finit_une_execution(dsn: str, erreur: BaseException, code: int, dite: str) -> None:
    with pytest.raises(type(erreur)):
        _echouer(erreur, op.Demande("controler"))
    assert lire(dsn, "select statut, code, phrase from exploitation.registre") == [("echouee", code, dite)]


def test_qui_tient_le_verrou_d_une_execution_ne_la_retarde_pas(dsn: str) -> None:
    """Anyone may take it: it makes a sentence of `etat` late, and nothing else."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(%s, 1)", (VIVANTE,))
        debut = time.monotonic()
        _echouer_en_silence(op.Demande("publier"))
        assert time.monotonic() - debut < 10
    assert lire(dsn, "select statut, code from exploitation.registre") == [("echouee", 1)]


def test_une_commande_qui_ne_fait_que_dire_n_est_pas_inscrite(dsn: str) -> None:
    with op.Session.depuis_environnement() as session:
        assert op.etat(session)["executions"] == []
    assert lire(dsn, "select count(*) from exploitation.executions") == [(0,)]


def test_une_execution_tuee_n_a_jamais_fini(dsn: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TENIR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as enfant:
        assert enfant.stdout is not None
        assert enfant.stdout.readline() == "tenue\n"
        vivante = lire(dsn, "select statut, etape, fin from exploitation.registre")
        enfant.communicate("\n")
    assert enfant.returncode == 9
    assert vivante == [("en_cours", "construction", None)]
    assert lire(dsn, "select statut, etape, fin from exploitation.registre") == [("interrompue", "construction", None)]
    with op.Session.depuis_environnement() as session:
        (dite, *_) = op.etat(session)["a_faire"]
    assert dite.startswith("L'exécution 1 (bilan) n'a jamais fini, étape « construction »")


def test_ce_que_charge_et_construit_une_execution_porte_son_numero(dsn: str) -> None:
    """The journal is joined to it: files, gates, versions; nothing of it is written twice."""
    porte = {"porte": "fichier", "statut": "conforme", "executees": 12, "echecs": []}
    with op.Session.depuis_environnement(demande=op.Demande("bilan")) as session, session.connexion() as conn:
        session.embarque = True
        conn.execute("insert into journal.chargements (source, porte) values ('rh', %s)", (json.dumps(porte),))
        conn.execute(
            "insert into journal.fichiers (chargement_id, source, jeu, periode, version, nom, chemin, extension,"
            " sha256, octets, statut, motif)"
            " values (1, 'rh', 'agents', '2021', 1, 'a', 'rh/a.csv', 'csv', 'x', 1, 'refuse', 'm')"
        )
        conn.commit()
        version = op.ouvrir_construction(session, conn, [2021], None)
        op.clore(
            conn,
            version,
            "construite",
            {"fichier": {"reussie": True}, "modele": {"reussie": True, "tests": 7, "echecs": []}},
        )
        op.clore(conn, version, "echouee", {"bilan": {"statut": "echec", "executees": 3, "echecs": ["une phrase"]}})
    with connecter(dsn) as conn:
        conn.execute("insert into journal.chargements (source) values ('cee')")
        conn.commit()
    assert lire(dsn, "select source, execution from journal.chargements order by 1") == [("cee", None), ("rh", 1)]
    assert lire(dsn, "select execution, chemin, statut, motif from exploitation.entrees") == [
        (1, "rh/a.csv", "refuse", "m")
    ]
    assert lire(dsn, "select porte, objet, issue, executees, echecs from exploitation.portes order by porte") == [
        ("bilan", "version 1", "echec", 3, ["une phrase"]),
        ("fichier", "rh", "conforme", 12, []),
        ("modele", "version 1", "conforme", 7, []),
    ]
    assert lire(dsn, "select versions from exploitation.registre") == [([1],)]


def test_des_mesures_pour_une_surveillance(dsn: str) -> None:
    """The last time of each stage, by name; what was never done has none."""
    assert op.mesures(dsn) == {}
    for _ in range(2):
        with op.Session.depuis_environnement(demande=op.Demande("bilan")) as session, session.etape("clôture"):
            pass
    with connecter(dsn, role=None) as conn:
        conn.execute(
            'update exploitation.executions set etapes = \'[{"etape": "clôture", "secondes": 1.5}]\''
            " where execution = 2"
        )
        conn.commit()
    assert op.mesures(dsn) == {"etape.cloture.secondes": 1.5}


def test_les_rejets_se_lisent_avant_toute_publication(dsn: str) -> None:
    assert lire(dsn, "select * from exploitation.rejets") == []
    with op.Session.depuis_environnement() as session, session.connexion() as conn:
        session.embarque = True
        version = op.ouvrir_construction(session, conn, [2021], None)
        conn.execute(
            "create table construction.mart_rejets as select 2021 as exercice, 'rh' as source, 'temps' as jeu,"
            " 'rh/t.csv' as fichier, 7 as ligne, null as rang, 'Durée' as colonne, null as valeur, 'm (C8)' as motif,"
            " 'rejete' as statut"
        )
        op.clore(conn, version, "echouee", {})
        (candidate, (suite, *_, ou)) = (op.etat(session)[cle] for cle in ("candidate", "a_faire"))
    assert lire(dsn, "select version, construction, fichier, ligne, motif from exploitation.rejets") == [
        (1, "echouee", "rh/t.csv", 7, "m (C8)")
    ]
    assert candidate == {
        "version": 1,
        "statut": "echouee",
        "rejets": [{"source": "rh", "statut": "rejete", "lignes": 1}],
        "laisse_de_cote": "",
        "documents": [],
    }
    assert suite == "Rien n'est chargé : « mutualisation bilan --depot DOSSIER --exercice AAAA --sortie DOSSIER »."
    assert ou.startswith("Rien n'est publié dans l'entrepôt lu, ")
    with op.Session.depuis_environnement() as session, session.connexion() as conn:
        session.embarque = True
        op.ouvrir_construction(session, conn, [2021], None)
    assert lire(dsn, "select * from exploitation.rejets") == []


def test_ce_qui_a_fini_ne_se_reecrit_pas(dsn: str) -> None:
    _echouer_en_silence(op.Demande("publier"))
    with connecter(dsn) as conn:
        assert conn.execute("update exploitation.executions set statut = 'reussie'").rowcount == 0
        with pytest.raises(InsufficientPrivilege):
            conn.execute("delete from exploitation.executions")
        conn.rollback()
        with pytest.raises(InsufficientPrivilege, match="row-level security"):
            conn.execute(
                "insert into exploitation.executions"
                " (commande, declencheur, compte, identite, logiciel, entrees_sha256)"
                " values ('bilan', 'x', 'quelqu''un d''autre', 'authentifiee', 'x', 'x')"
            )


def _echouer_en_silence(demande: op.Demande) -> None:
    with pytest.raises(ErreurMutualisation):
        _echouer(ErreurMutualisation("Une phrase."), demande)


def test_un_registre_qui_ne_prend_pas_de_ligne_n_arrete_rien(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("revoke insert on exploitation.executions from mutualisation_traitement")
    with op.Session.depuis_environnement(demande=op.Demande("bilan")) as session, session.etape("x"):
        assert session.durees == {}
    assert lire(dsn, "select count(*) from exploitation.executions") == [(0,)]
