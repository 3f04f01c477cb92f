"""The working folder: made, ours, or a sentence that says whose it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mutualisation.entrepot.programmes import Programmes
from mutualisation.entrepot.serveur import _dossier_prise, exiger_dossier
from mutualisation.erreurs import ErreurMutualisation

DIT = r"est à un autre compte de cette machine \(.+\) : lancez la commande sous ce compte, .*MUTUALISATION_VAR"


def test_le_notre_se_cree_et_se_retrouve(tmp_path: Path) -> None:
    for _ in range(2):
        exiger_dossier(tmp_path / "var", os.geteuid())
        (tmp_path / "var" / "pg").mkdir(exist_ok=True)


def test_des_donnees_d_un_autre_compte(tmp_path: Path) -> None:
    """PostgreSQL said « Permission denied » in its log, minutes later."""
    (tmp_path / "pg").mkdir()
    with pytest.raises(ErreurMutualisation, match=DIT):
        exiger_dossier(tmp_path, os.geteuid() + 1)


def test_un_dossier_ou_l_on_n_ecrit_pas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ErreurMutualisation, match=DIT):
        exiger_dossier(tmp_path)


@pytest.mark.parametrize("nom", ['a"b', "a$HOME", "a`b", "a\\b", "a\nb", os.fsdecode(b"donn\xe9es")])
def test_un_chemin_que_pg_ctl_ne_sait_pas_dire(tmp_path: Path, nom: str) -> None:
    with pytest.raises(ErreurMutualisation, match="un signe que PostgreSQL n'accepte pas"):
        exiger_dossier(tmp_path / nom)


def test_une_virgule_separerait_deux_prises(tmp_path: Path) -> None:
    (tmp_path / "a,b").mkdir()
    prise = _dossier_prise(tmp_path / "a,b" / "pg", Programmes(Path(), [], None))
    prise.rmdir()
    assert "," not in str(prise)
