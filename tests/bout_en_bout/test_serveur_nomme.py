"""A server that is not ours: installed by an account, worked with by another that owns nothing (K2, K3, K10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.commande import Sortie, lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne

from mutualisation.entrepot.serveur import serveur_entrepot

ADMINISTRATEUR = (
    "create role installateur login createrole",
    "create role agent login",
    "create database mutualise owner installateur",
)
DONS = "grant mutualisation_traitement, preparateur to agent"


@pytest.fixture
def serveur(tmp_path: Path) -> Iterator[str]:
    """Address of a server of this test's own, as its administrator leaves it."""
    with serveur_entrepot(tmp_path / "serveur") as dsn:
        with psycopg.connect(dsn, autocommit=True) as conn:
            for ordre in ADMINISTRATEUR:
                conn.execute(ordre.encode())
        yield dsn.replace("/entrepot?", "/mutualise?")


def _sous(serveur: str, compte: str) -> str:
    return serveur.replace("mutualisation@", f"{compte}@")


def test_une_vraie_execution_sous_un_compte_qui_ne_possede_rien(
    serveur: str, petit: Path, tmp_path: Path, en_ligne: EnLigne
) -> None:
    agent = _sous(serveur, "agent")
    var = tmp_path / "var"

    def taper(compte: str, *arguments: object) -> Sortie:
        return lancer(var, *arguments, ENTREPOT_DSN=_sous(serveur, compte))

    avant = taper("agent", "etat")
    assert avant.code == 1
    assert (
        "lancez « mutualisation migrer » sous un compte membre du groupe « mutualisation_migration »" in avant.erreurs
    )
    assert avant.erreurs.count("\n") == 1
    installe = taper("installateur", "migrer")
    assert installe.code == 0, installe.erreurs
    etranger = taper("agent", "etat")
    assert etranger.code == 1
    assert "n'est pas membre du groupe « mutualisation_traitement »" in etranger.erreurs
    with psycopg.connect(_sous(serveur, "installateur"), autocommit=True) as conn:
        conn.execute(DONS)
    sortie = tmp_path / "bilans"
    bilan = taper("agent", "bilan", "--depot", petit, "--exercice", EXERCICE, "--sortie", sortie)
    assert bilan.code == 0, bilan.erreurs
    assert bilan.texte.splitlines()[0] == en_ligne.resultat.texte.splitlines()[0]
    manifeste = json.loads((sortie / f"bilan_{EXERCICE}" / "manifeste.json").read_text(encoding="utf-8"))
    assert {"agent", "authentifiee"} <= _valeurs(manifeste)
    _rien_n_est_a_lui(agent)
    # the account that installed may migrate again, and needs no right to make roles any more
    assert taper("installateur", "migrer").code == 0
    verifie = taper("agent", "verifier")
    assert verifie.code == 0, verifie.erreurs


def _valeurs(objet: Any) -> set[Any]:
    if isinstance(objet, dict):
        return set().union(*map(_valeurs, objet.values()), set())
    if isinstance(objet, list):
        return set().union(*map(_valeurs, objet), set())
    return {objet}


def _rien_n_est_a_lui(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        proprietaires = conn.execute(
            "select distinct n.nspname::text, c.relowner::regrole::text from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace where n.nspname in ('journal', 'versions',"
            " 'publication', 'documents', 'bi', 'brut', 'construction', 'exploitation') order by 1"
        ).fetchall()
        assert proprietaires == [
            ("bi", "mutualisation_proprietaire"),
            ("brut", "mutualisation_traitement"),
            ("construction", "mutualisation_traitement"),
            ("documents", "mutualisation_proprietaire"),
            ("exploitation", "mutualisation_proprietaire"),
            ("journal", "mutualisation_proprietaire"),
            ("publication", "mutualisation_proprietaire"),
            ("versions", "mutualisation_proprietaire"),
        ]
