"""Tests that dbt writes from its graph or its macros, on a built publication that is altered: each is seen failing."""

from pathlib import Path

from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL
from tests.atelier.tables import lire


def test_chaque_test_ecrit_voit_son_defaut(atelier: Atelier) -> None:
    with atelier.raconte(SOCLE_SEUL) as construction:
        for d in lire(Path(__file__).with_suffix(".toml"))["defauts"]:
            requete = atelier.modeles.identites[d["test"]]
            assert construction.lire(requete) == []
            with construction.conn.transaction(force_rollback=True):
                construction.conn.execute(d["defaut"])
                assert sorted([c or "" for c in ligne] for ligne in construction.lire(requete)) == d["lignes"]
