"""The schema `bi` (S17) of whole drops: the reference drop, one of the conformance drops."""

import json
import runpy
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any

import pandas as pd
import psycopg
import pytest
import yaml
from tests.atelier import bi, metriques
from tests.atelier.bases import lire
from tests.atelier.partage import partage
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.depot_relu import Depot
from tests.bout_en_bout.questions import ANALYSER, CASE, PAGE, est_a_jour, questions
from tests.bout_en_bout.questions_relues import repondre
from tests.bout_en_bout.reference import Reference

import mutualisation
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.relations import relations_analyse
from mutualisation.usage import operations as op

DEPOT = "E"
LIGNES_MAX = 8
SUPERSET = PAGE.parents[1] / "docker/superset"


def test_du_depot_de_reference(dsn_reference: str) -> None:
    _exiger(dsn_reference)
    vides = [n for n in relations_analyse() if lire(dsn_reference, f"select count(*) from bi.{n}") == [(0,)]]
    # no situation, no mode imputation_AC, nothing closed
    assert sorted(vides) == ["fait_atterrissage", "fait_imputation_ac", "fait_redressement"]


def test_chaque_question_a_la_reponse_que_la_page_donne_et_que_les_fichiers_disent(
    reference: Reference, dsn_reference: str
) -> None:
    """What the warehouse answers is on the page, and is found again by pandas from the drop alone."""
    ecrite = PAGE.read_text(encoding="utf-8")
    posees = list(questions(ecrite))
    assert [int(titre.split(".")[0]) for titre, _ in posees] == list(range(1, 61))
    assert [titre for titre, requete in posees if len(requete.splitlines()) > LIGNES_MAX] == []
    with connecter(dsn_reference, role=None) as conn:
        assert est_a_jour(conn, PAGE)
        lues = [_exactes(conn.execute(requete.encode()).fetchall()) for _, requete in posees]
    depot, ecarts = Depot(reference.var / "depot", (2019, 2020, 2021)), {}
    for numero, lue in enumerate(lues, 1):
        if lue != (relue := _exactes(repondre(depot, numero).to_numpy().tolist())):
            ecarts[numero] = lue - relue, relue - lue
    assert ecarts == {}


def _exactes(rangees: list[Any]) -> Counter[tuple[Any, ...]]:
    """Rows, numbers being fractions and what is empty None, in any order."""
    nombres = (Rational, Decimal)
    return Counter(
        tuple(None if pd.isna(x) else Fraction(x) if isinstance(x, nombres) else x for x in r) for r in rangees
    )


def test_lire_dit_d_un_exercice_ce_que_dit_sql(dsn_reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every relation of `bi` that has one; a year to come too, which forecasts alone know."""
    monkeypatch.setenv("ENTREPOT_DSN", dsn_reference)
    for nom in (n for n, r in relations_analyse().items() if "exercice" in r.noms_colonnes):
        for e in (2021, *([2022] if nom in bi.PREVUS else [])):
            attendu = lire(dsn_reference, f"select count(*) from bi.{nom} where exercice = {e}")
            assert [(len(mutualisation.lire(nom, exercice=e)),)] == attendu, nom


def test_les_pieges_de_la_publication_sont_sans_effet_sur_bi(dsn_reference: str) -> None:
    """The query that comes first, there and here, as the page shows both; the right figure, asked with care."""
    ecrite = ANALYSER.read_text(encoding="utf-8")
    paires = [CASE.findall(ligne) for ligne in ecrite.splitlines() if ligne.count("`select ") == 2]
    assert len(paires) == len(bi.ECRIT["pieges"])
    with connecter(dsn_reference, role=None) as conn:
        assert est_a_jour(conn, ANALYSER)
        for (trompeuse, simple), piege in zip(paires, bi.ECRIT["pieges"], strict=True):
            requetes = (trompeuse, simple, piege["juste"])
            faux, lu, juste = (conn.execute(q.encode()).fetchall() for q in requetes)
            assert lu == juste != faux, simple


def test_les_tableaux_de_bord_demandent_ce_que_bi_a(dsn_reference: str) -> None:
    """Every dataset and every measure of the Superset pages is a query that runs, and gives rows."""
    tableaux = yaml.safe_load((SUPERSET / "tableaux.yml").read_text(encoding="utf-8"))
    with connecter(dsn_reference, role=None) as conn:
        assert _sans_reponse(conn, tableaux) == []


def test_une_commune_ne_voit_dans_les_tableaux_de_bord_que_ce_qui_est_a_elle(dsn_reference: str) -> None:
    """No page sets its rows beside those of all: the coverage of all costs by its receipts, 95 communes to its due."""
    tableaux = yaml.safe_load((SUPERSET / "tableaux.yml").read_text(encoding="utf-8"))
    siens = runpy.run_path(str(SUPERSET / "lot.py"))["selon_le_compte"](tableaux, commune=True)
    assert tableaux["jeux"].keys() - siens["jeux"].keys() == {"annee", "controles", "couverture"}
    assert tableaux["pages"].keys() - siens["pages"].keys() == {"annee"}
    with connecter(dsn_reference, role=None) as conn:
        conn.execute("create role lille login in role mutualisation_commune")
        conn.execute("insert into journal.comptes_communes values ('lille', '59350')")
        conn.execute("set local session authorization lille")
        assert _sans_reponse(conn, siens) == []
        communes = f"select distinct nom from ({siens['jeux']['communes']['sql']}) as jeu"
        assert conn.execute(communes.encode()).fetchall() == [("Lille",)]
        conn.rollback()


def _sans_reponse(conn: psycopg.Connection[Any], tableaux: dict[str, Any]) -> list[Any]:
    """Charts whose query gives no row."""
    vides = []
    for d in (d for p in tableaux["pages"].values() for rangee in p["rangees"] for d in rangee):
        jeu = tableaux["jeux"][d["jeu"]]
        colonnes = [*d.get("par", ()), *(d[c] for c in ("axe", "serie") if c in d), "exercice"]
        mesures = [jeu["mesures"][m]["expression"] for m in d["mesures"]]
        groupes = ", ".join(map(str, range(1, len(colonnes) + 1)))
        requete = (
            f"select {', '.join([*colonnes, *mesures])} from ({jeu['sql']}) as jeu"
            f" where {d.get('filtre', 'true')} group by {groupes}"
        )
        if conn.execute(requete.encode()).fetchone() is None:
            vides.append(d)
    return vides


def test_d_un_depot_de_conformite(neuf: op.Session) -> None:
    depots = partage("conformite-2", "depots")
    exercices = json.loads((depots / f"{DEPOT}.json").read_text(encoding="utf-8"))["exercices"]
    entrepots.publier(neuf, depots / DEPOT, *exercices)
    _exiger(neuf.dsn, sauf=metriques.VENDU_EN_ENTIER)


def _exiger(dsn: str, sauf: str = "") -> None:
    with connecter(dsn, role=None) as conn:
        assert bi.cles_repetees(conn) == []
        assert bi.sommes_fausses(conn) == {}
        assert bi.lignes_perdues(conn) == []
        assert metriques.taux_faux(conn, sauf) == {}
