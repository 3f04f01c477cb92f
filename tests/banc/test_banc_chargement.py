"""The bench of the landing runs, and prints both ratios for both jeux."""

import pytest
from outils.banc_chargement import mesurer


def test_le_banc_affiche_ses_rapports(capsys: pytest.CaptureFixture[str]) -> None:
    mesurer(lignes=2_000, tours=1)
    lignes = capsys.readouterr().out.splitlines()
    assert [x.split(" ")[0] for x in lignes] == ["mandats", "temps"]
    assert all("rapport au COPY" in x and "rapport à to_sql" in x for x in lignes)
