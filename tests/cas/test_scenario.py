"""The comparison can fail: a scenario that expects anything else than what is built is told so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.attendus import Attendu, ecarts
from tests.atelier.depots import composer_socle
from tests.atelier.tables import cas

from mutualisation.entrepot.base.connexion import connecter


@pytest.fixture
def conn(entrepot: str) -> Iterator[psycopg.Connection[Any]]:
    """A relation of this session's own."""
    with connecter(entrepot) as ouverte:
        ouverte.execute("create temporary table essai (cle text, montant numeric(15,2), vrai boolean, jour date)")
        ouverte.execute("insert into essai values ('01', 3.50, true, '2023-01-02'), ('2', null, false, null)")
        ouverte.execute("set search_path = pg_temp")
        yield ouverte
        ouverte.rollback()


@cas
def test_ce_qui_est_attendu(conn: psycopg.Connection[Any], juste: bool, mode: str, colonnes: Any, rangees: Any) -> None:
    assert (ecarts(conn, Attendu("essai", mode, colonnes, tuple(rangees))) == []) is juste


def test_le_socle_a_douze_mois_par_exercice(tmp_path: Path) -> None:
    composer_socle([2022, 2023], tmp_path)
    assert len(list(tmp_path.glob("rh/temps_*.csv"))) == 24
    assert "2022;A;60000,00" in (tmp_path / "rh/masse_salariale_2022.csv").read_text(encoding="utf-8")
