"""The comparison can fail: a scenario that expects anything else than what is built is told so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.attendus import Attendu, ecarts
from tests.atelier.cas import lister
from tests.atelier.depots import composer_socle

from mutualisation.entrepot.connexion import connecter


@pytest.fixture
def conn(base_vierge: str) -> Iterator[psycopg.Connection[Any]]:
    with connecter(base_vierge) as ouverte:
        ouverte.execute("set search_path = construction")
        ouverte.execute("create table construction.essai (cle text, montant numeric(15,2), vrai boolean, jour date)")
        ouverte.execute(
            "insert into construction.essai values ('01', 3.50, true, '2023-01-02'), ('2', null, false, null)"
        )
        yield ouverte


def attendu(mode: str, *rangees: tuple[str, ...], colonnes: tuple[str, ...] = ("cle", "montant")) -> Attendu:
    return Attendu("essai", mode, colonnes, rangees)


@pytest.mark.parametrize(
    "juste",
    [
        attendu("", ("01", "3.5")),
        attendu("complet", ("2", ""), ("01", "3.50")),
        attendu("absent", ("01", "3.51"), ("1", "3.5")),
        attendu("", ("true", "2023-01-02"), ("false", ""), colonnes=("vrai", "jour")),
    ],
)
def test_ce_qui_est_juste(conn: psycopg.Connection[Any], juste: Attendu) -> None:
    assert ecarts(conn, juste) == []


@pytest.mark.parametrize(
    "faux",
    [
        attendu("", ("01", "3.51")),
        attendu("", ("1", "3.5")),
        attendu("", ("2", "0")),
        attendu("", ("01", "3.5"), ("01", "3.5")),
        attendu("complet", ("01", "3.5")),
        attendu("complet"),
        attendu("absent", ("2", "")),
    ],
)
def test_ce_qui_est_faux(conn: psycopg.Connection[Any], faux: Attendu) -> None:
    assert ecarts(conn, faux) != []


def test_le_socle_a_douze_mois_par_exercice(tmp_path: Path) -> None:
    composer_socle([2022, 2023], tmp_path)
    assert len(list(tmp_path.glob("rh/temps_*.csv"))) == 24
    assert "2022;A;60000,00" in (tmp_path / "rh/masse_salariale_2022.csv").read_text(encoding="utf-8")


def test_au_moins_trente_quatre_cas() -> None:
    assert len(lister()) >= 34
