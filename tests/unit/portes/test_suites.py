"""Suites in YAML: what they may say, and what is refused before anything runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.bilan import suite_bilan, suite_plausibilite
from mutualisation.portes.fichier import suite_source
from mutualisation.portes.relecture import exiger_extrait
from mutualisation.portes.suites import SQL_EXACT, Attente, colonnes_citees, lire_suite
from mutualisation.sources.registre import registre

SUITE = """
lots:
  - lot: a
    requete: select * from {schema}.t
    severity: warning
    montre: [x]
    attentes:
      - {type: expect_column_values_to_not_be_null, kwargs: {column: x}, description: Un}
      - {nom: deux, type: expect_column_pair_values_to_be_equal, kwargs: {column_A: y, column_B: z}, severity: critical,
         description: Deux}
      - {type: expect_compound_columns_to_be_unique, kwargs: {column_list: [x, w], row_condition: {v: 1}},
         description: T}
"""


def _lire(dossier: Path, texte: str) -> list[Attente]:
    chemin = dossier / "suite.yml"
    chemin.write_text(texte, encoding="utf-8")
    return lire_suite("essai", [chemin], {"schema": "s"}).attentes


def test_une_suite(tmp_path: Path) -> None:
    attentes = _lire(tmp_path, SUITE)
    assert [(a.nom, a.severity, a.bloque) for a in attentes] == [
        ("a.x.column_values_to_not_be_null", "warning", False),
        ("deux", "critical", True),
        ("a.x_w.compound_columns_to_be_unique", "warning", False),
    ]
    suite = lire_suite("essai", [tmp_path / "suite.yml"], {"schema": "s"})
    assert suite.lots[0].requete == "select * from s.t"
    assert colonnes_citees(suite.lots[0]) == {"x", "y", "z", "w", "v"}


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        (SUITE, "", "est vide"),
        (SUITE, "lots: []", "est vide"),
        (SUITE, "lots: [", "ne se lit pas"),
        (SUITE, "lots: [{lot: a, attentes: []}]", "aucune attente déclarée"),
        ("nom: deux", "nomme: deux", "clés inconnues nomme"),
        ("montre", "montres", "clés inconnues montres"),
        ("severity: critical", "severity: grave", "« grave » inconnue"),
        ("description: Un", "notes: Un", "il manque la clé « description »"),
        ("severity: critical", "kwargs: 3, severity: critical", "n'a pas la forme attendue"),
        ("description: Un", "description: Un, message: '{y}'", "cite ['y'], absents de « montre »"),
        ("nom: deux", "nom: a.x.column_values_to_not_be_null", "attentes de même nom"),
        ("expect_column_values_to_not_be_null", SQL_EXACT, "sans « notes »"),
    ],
)
def test_une_suite_mal_ecrite_est_une_porte_qui_echoue(tmp_path: Path, avant: str, apres: str, phrase: str) -> None:
    assert avant in SUITE
    with pytest.raises(ControleEchoue, match="porte ") as echec:
        _lire(tmp_path, SUITE.replace(avant, apres))
    assert phrase in str(echec.value)


def test_une_suite_absente_est_une_porte_qui_echoue(tmp_path: Path) -> None:
    with pytest.raises(ControleEchoue, match=r"suite d'attentes .*absente.yml manque"):
        lire_suite("essai", [tmp_path / "absente.yml"])


@pytest.mark.parametrize("dossier", ["sources", "plausibilite", "extrait"])
def test_un_fichier_que_rien_ne_lirait_est_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dossier: str
) -> None:
    shutil.copytree(dossier_attentes(), tmp_path / "attentes")
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(tmp_path / "attentes"))
    (tmp_path / "attentes" / dossier / "seuils.yaml").write_text(SUITE, encoding="utf-8")
    lire: dict[str, Callable[[], object]] = {
        "sources": lambda: suite_source(registre().source("compta")),
        "plausibilite": lambda: suite_plausibilite([2024]),
        "extrait": lambda: exiger_extrait("", None, tmp_path, 2024, 1, {}),  # type: ignore[arg-type]
    }
    with pytest.raises(ControleEchoue, match=r"porte \w+ : seuils.yaml n'est pas une suite"):
        lire[dossier]()


def test_une_suite_au_nom_d_aucune_source_est_refusee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(dossier_attentes(), tmp_path / "attentes")
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(tmp_path / "attentes"))
    (tmp_path / "attentes" / "sources" / "comptabilite.yml").write_text(SUITE, encoding="utf-8")
    with pytest.raises(ControleEchoue, match=r"comptabilite.yml .* ne serait lu par rien \(attendu : commun.yml"):
        suite_source(registre().source("compta"))
    (tmp_path / "attentes" / "bilan" / "autre.yml").write_text(SUITE, encoding="utf-8")
    with pytest.raises(ControleEchoue, match=r"autre.yml n'est pas une suite"):
        suite_bilan(1, [2024], [])


def test_la_phrase_dit_les_valeurs_et_le_remede() -> None:
    attente = Attente("a", "t", {}, "critical", "Libellé", message="attendu {attendu}, constaté {c}", remede="corriger")
    assert attente.phrase({"attendu": "1", "c": None}) == "attendu 1, constaté non renseigné — corriger"
    assert attente.phrase({"attendu": "1", "c": 2, "remede": "déposer"}) == "attendu 1, constaté 2 — déposer"
    assert Attente("a", "t", {}, "info", "Libellé").phrase({}) == "Libellé"


def test_les_six_sources_ont_leur_suite() -> None:
    for source in registre():
        suite = suite_source(source)
        assert {jeu.nom for jeu in source.jeux} <= {lot.nom for lot in suite.lots}


def test_seul_le_sql_exact_est_du_sql() -> None:
    """An expectation of ours is native, unless it says why it is not."""
    for chemin in dossier_attentes().rglob("*.yml"):
        for lot in yaml.safe_load(chemin.read_text(encoding="utf-8")).get("lots", []):
            for attente in lot["attentes"]:
                assert attente["type"].startswith("expect_") or attente["notes"]
