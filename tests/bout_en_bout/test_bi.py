"""The schema `bi` (S17) of whole drops: the reference drop, one of the conformance drops."""

from __future__ import annotations

import json

import yaml
from outils.questions import PAGE, questions, repondre
from tests.atelier import bi
from tests.atelier.partage import partage
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.reference import Reference

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.publication.relations import relations_analyse

DEPOT = "E"
LIGNES_MAX = 8
RACINE = PAGE.parents[1]


def test_du_depot_de_reference(reference: Reference) -> None:
    with serveur_entrepot(reference.var) as dsn:
        _exiger(dsn)
        vides = [nom for nom in relations_analyse() if entrepots.lire(dsn, f"select count(*) from bi.{nom}") == [(0,)]]
        assert vides == []


def test_quarante_questions_ont_la_reponse_que_la_page_donne(reference: Reference) -> None:
    ecrite = PAGE.read_text(encoding="utf-8")
    posees = list(questions(ecrite))
    assert len(posees) == 40
    assert [titre for titre, requete in posees if len(requete.splitlines()) > LIGNES_MAX] == []
    with serveur_entrepot(reference.var) as dsn, connecter(dsn, role=None) as conn:
        assert repondre(conn, ecrite) == ecrite


def test_les_tableaux_de_bord_demandent_ce_que_bi_a(reference: Reference) -> None:
    """Every dataset and every measure of the Superset pages is a query that runs, and gives rows."""
    tableaux = yaml.safe_load((RACINE / "docker/superset/tableaux.yml").read_text(encoding="utf-8"))
    dessins = [d for p in tableaux["pages"].values() for rangee in p["rangees"] for d in rangee]
    with serveur_entrepot(reference.var) as dsn, connecter(dsn, role=None) as conn:
        for d in dessins:
            jeu = tableaux["jeux"][d["jeu"]]
            colonnes = [*d.get("par", ()), *(d[c] for c in ("axe", "serie") if c in d), "exercice"]
            mesures = [jeu["mesures"][m]["expression"] for m in d["mesures"]]
            groupes = ", ".join(map(str, range(1, len(colonnes) + 1)))
            requete = (
                f"select {', '.join([*colonnes, *mesures])} from ({jeu['sql']}) as jeu"
                f" where {d.get('filtre', 'true')} group by {groupes}"
            )
            assert conn.execute(requete.encode()).fetchone() is not None, d


def test_d_un_depot_de_conformite(neuf: op.Session) -> None:
    depots = partage("conformite-2", "depots")
    exercices = json.loads((depots / f"{DEPOT}.json").read_text(encoding="utf-8"))["exercices"]
    entrepots.publier(neuf, depots / DEPOT, *exercices)
    _exiger(neuf.dsn)


def _exiger(dsn: str) -> None:
    with connecter(dsn, role=None) as conn:
        assert bi.cles_repetees(conn) == []
        assert bi.sommes_fausses(conn) == {}
        assert bi.lignes_perdues(conn) == []
