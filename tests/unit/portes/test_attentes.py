"""Declarative suites: read strictly, phrased in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutualisation.portes.attentes import Attente, lire_suite

UNE = """
  - nom: {nom}
    libelle: Essai
    decisions: [F3]
    requete: select a::text, 'x:y' from {{batch}} where s = {{schema}}
    message: "attendu {{attendu}}, constaté {{constate}}"
    remede: corriger
"""


def _ecrire(dossier: Path, *noms: str) -> Path:
    chemin = dossier / "suite.yml"
    chemin.write_text("attentes:" + "".join(UNE.format(nom=nom) for nom in noms), encoding="utf-8")
    return chemin


def test_valeurs_et_deux_points(tmp_path: Path) -> None:
    (attente,) = lire_suite(_ecrire(tmp_path, "a"), {"schema": "'s'"})
    assert attente.requete == r"select a::text, 'x\:y' from {batch} where s = 's'"


def test_une_valeur_vide_se_dit(tmp_path: Path) -> None:
    (attente,) = lire_suite(_ecrire(tmp_path, "a"))
    phrase = attente.phrase({"attendu": "1", "constate": None})
    assert phrase == "attendu 1, constaté non renseigné — corriger"


def test_une_suite_vide_est_refusee(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aucune attente"):
        lire_suite(_ecrire(tmp_path))


def test_un_nom_double_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="même nom a"):
        lire_suite(_ecrire(tmp_path, "a", "a"))


def test_un_champ_absent_est_refuse(tmp_path: Path) -> None:
    chemin = tmp_path / "suite.yml"
    chemin.write_text("attentes:\n  - {nom: a, libelle: b}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="champs manquants"):
        lire_suite(chemin)


def test_le_remede_d_une_ligne_l_emporte() -> None:
    attente = Attente("a", "A", ("G1",), "select 1", "x", "corriger")
    assert attente.phrase({"remede": "déposer le fichier"}) == "x — déposer le fichier"
