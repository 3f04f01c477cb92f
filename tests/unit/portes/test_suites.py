"""Suites as written: what they may say, what is refused before anything runs, and what is generated beside them."""

import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml
from outils.generation import ecrire_contexte
from tests.atelier.tables import cas

from mutualisation.entree.sources.registre import registre
from mutualisation.publication.portes import moteur
from mutualisation.publication.portes.execution import commencer
from mutualisation.publication.portes.suites import SQL_EXACT, Attente, fichier_de, lire_point
from mutualisation.socle.chemins import dossier_attentes
from mutualisation.socle.erreurs import ControleEchoue

CONTEXTE = dossier_attentes() / "gx"
POINTS = sorted(chemin.stem for chemin in (CONTEXTE / "checkpoints").iterdir())
UNE = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}, "description": "Un"}


def _lire(dossier: Path, monkeypatch: pytest.MonkeyPatch, contenu: str) -> list[Attente]:
    """The suite `essai.a` of a context that shows `x`."""
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(dossier))
    fichiers = {
        "expectations/essai/a.json": contenu,
        "validation_definitions/essai.a.json": '{"suite": {"name": "essai.a"}}',
        "checkpoints/essai.json": '{"validation_definitions": [{"name": "essai.a"}], '
        '"result_format": {"unexpected_index_column_names": ["x"]}}',
    }
    for nom, texte in fichiers.items():
        (dossier / "gx" / nom).parent.mkdir(parents=True, exist_ok=True)
        (dossier / "gx" / nom).write_text(texte, encoding="utf-8")
    return [attente for suite in lire_point("essai", "essai") for attente in suite.attentes]


def test_une_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paire = {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["x", "w"]}, "description": "D"}
    nommee = UNE | {"meta": {"nom": "deux", "message": "{x}"}, "severity": "warning"}
    attentes = _lire(tmp_path, monkeypatch, json.dumps({"expectations": [UNE, paire, nommee]}))
    assert [(a.nom, a.lot, a.bloque) for a in attentes] == [
        ("a.x.column_values_to_not_be_null", "a", True),
        ("a.x_w.compound_columns_to_be_unique", "a", True),
        ("deux", "a", False),
    ]


@cas
def test_une_suite_mal_ecrite_est_une_porte_qui_echoue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attentes: Any, phrase: str
) -> None:
    with pytest.raises(ControleEchoue, match=r"porte essai : la suite expectations/essai/a\.json") as echec:
        _lire(tmp_path, monkeypatch, json.dumps({"expectations": attentes}))
    assert phrase in str(echec.value)


def test_une_suite_illisible_ou_absente_est_une_porte_qui_echoue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ControleEchoue, match=r"essai/a.json, ligne 2 ne se lit pas — corriger son JSON"):
        _lire(tmp_path, monkeypatch, "{\n")
    (tmp_path / "gx" / "expectations" / "essai" / "a.json").unlink()
    with pytest.raises(ControleEchoue, match=r"la suite d'attentes expectations/essai/a.json manque — l'écrire"):
        lire_point("essai", "essai")


def test_la_phrase_dit_les_valeurs_et_le_remede() -> None:
    attente = Attente("a", "t", {}, "critical", "Libellé", message="attendu {attendu}, constaté {c}", remede="corriger")
    assert attente.phrase({"attendu": "1", "c": None}) == "attendu 1, constaté non renseigné — corriger"
    assert attente.phrase({"attendu": "1", "c": 2, "remede": "déposer"}) == "attendu 1, constaté 2 — déposer"
    assert Attente("a", "t", {}, "info", "Libellé").phrase({}) == "Libellé"


def test_chaque_jeu_a_sa_suite_et_ses_listes_sont_celles_du_registre() -> None:
    for source in registre():
        suites = {suite.nom: suite for suite in lire_point("essai", source.nom)}
        assert suites.keys() == {f"{source.nom}.{jeu.nom}" for jeu in source.jeux}
        for jeu in source.jeux:
            valeurs = {c.nom: list(c.valeurs) for c in jeu.colonnes if c.valeurs}
            for attente in suites[f"{source.nom}.{jeu.nom}"].attentes:
                if attente.type == "expect_column_values_to_be_in_set" and attente.kwargs["column"] in valeurs:
                    assert attente.kwargs["value_set"] == valeurs[attente.kwargs["column"]], attente.nom


def test_chaque_phrase_cite_ce_que_son_point_de_controle_rend() -> None:
    for nom in POINTS:
        forme = json.loads((CONTEXTE / "checkpoints" / f"{nom}.json").read_bytes())["result_format"]
        for attente in (a for suite in lire_point("essai", nom) for a in suite.attentes if a.type != SQL_EXACT):
            cites = {champ for _, champ, _, _ in Formatter().parse(attente.message) if champ}
            assert cites <= {*forme.get("unexpected_index_column_names", ())}, attente.nom


def test_ce_qui_n_est_pas_natif_dit_pourquoi() -> None:
    for chemin in (CONTEXTE / "expectations").rglob("*.json"):
        for ecrite in json.loads(chemin.read_bytes())["expectations"]:
            assert ecrite["type"] != SQL_EXACT or ecrite["notes"], (chemin, ecrite)


def test_chaque_suite_est_passee_par_un_point_de_controle() -> None:
    passees = [suite.nom for point in POINTS for suite in lire_point("essai", point)]
    assert len(set(passees)) == len(passees)
    # and nothing else is there: a project that Great Expectations made beside ours has gone into the wheel
    tenus = ["great_expectations.yml", *(f"checkpoints/{point}.json" for point in POINTS)]
    for nom in passees:
        tenus += [f"validation_definitions/{nom}.json", str(fichier_de(nom))]
    la = [str(chemin.relative_to(CONTEXTE)) for chemin in CONTEXTE.parent.rglob("*") if chemin.is_file()]
    assert sorted(nom for nom in la if not nom.startswith("uncommitted/")) == sorted(tenus)


def test_sans_projet_rien_ne_s_y_fait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations would make one where there is none, and say nothing."""
    _lire(tmp_path, monkeypatch, json.dumps({"expectations": [UNE]}))
    with pytest.raises(ControleEchoue, match=f"porte essai : {tmp_path}/gx/great_expectations.yml manque"):
        commencer("essai", "postgresql://", {"essai": None})


def test_le_contexte_est_a_jour(tmp_path: Path) -> None:
    """`python outils/generation.py` writes it again; a suite, only where there is none."""
    for nom in ("great_expectations.yml", "expectations/compta/mandats.json"):
        (tmp_path / nom).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / nom).write_bytes((CONTEXTE / nom).read_bytes())
    ecrire_contexte(tmp_path)
    suites = tmp_path / "expectations"
    assert len(json.loads((suites / "compta" / "mandats.json").read_bytes())["expectations"]) > 1
    assert json.loads((suites / "compta" / "titres.json").read_bytes())["expectations"] == []
    for chemin in tmp_path.rglob("*.*"):
        if suites not in chemin.parents:
            assert chemin.read_bytes() == (CONTEXTE / chemin.relative_to(tmp_path)).read_bytes(), chemin


def test_rien_n_est_aleatoire_ni_date() -> None:
    """No id is missing, for Great Expectations would draw one; none is used twice where it numbers."""
    configuration = yaml.safe_load((CONTEXTE / "great_expectations.yml").read_text(encoding="utf-8"))
    lots = [
        str(lot["id"])
        for source in configuration["fluent_datasources"].values()
        for actif in source["assets"].values()
        for lot in actif["batch_definitions"].values()
    ]
    fichiers = [json.loads(chemin.read_bytes())["id"] for chemin in CONTEXTE.rglob("*.json")]
    assert len(set(lots + fichiers)) == len(lots + fichiers)


def test_les_colonnes_d_un_lot_se_lisent_sans_ses_lignes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million rows sent to know their names is a gate that takes minutes."""
    monkeypatch.setattr(moteur, "_lots", {"select a from t"})
    assert moteur._sans_lignes(None, None, "select a from t", (), {}, False) == (
        "select * from (select a from t) as lot limit 0", (),
    )  # fmt: skip
    assert moteur._sans_lignes(None, None, "select count(*) from t", (), {}, False)[0] == "select count(*) from t"
