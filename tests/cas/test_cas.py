"""Every scenario, built for real, gives what its README computes by hand."""

import re
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.atelier.atelier import Atelier
from tests.atelier.cas import Cas, lister

CAS = lister()
SANS_HASARD = ("version", "fichier_id", "tarif_fichier_id")


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas(cas: Cas, atelier: Atelier) -> None:
    with atelier.raconte(cas) as construction:
        assert cas.defauts(construction) == []


def test_dbt_construit_le_socle(atelier: Atelier) -> None:
    assert atelier.socle.echecs == []
    assert atelier.socle.tests > 0


def test_la_construction_directe_est_celle_de_dbt(atelier: Atelier) -> None:
    """Every relation of a scenario, row for row: what is run straight is what dbt runs."""
    cas = next(c for c in CAS if c.nom.startswith("09_"))
    contenus = []
    for par_dbt in (True, False):
        with atelier.raconte(cas, par_dbt=par_dbt) as construction:
            assert construction.echecs == []
            contenus.append({nom: contenu(construction.conn, nom) for nom in atelier.modeles.ordre})
    assert contenus[0] == contenus[1]


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas_lisible(cas: Cas) -> None:
    """A README that tells the rule, the situation and the arithmetic, and at least one expected file."""
    texte = (cas.dossier / "README.md").read_text(encoding="utf-8")
    titres = re.findall(r"^## (.+)$", texte, re.MULTILINE)
    assert titres == ["Règle", "Situation", "Calcul"]
    assert cas.attendus or (cas.dossier / "attendu" / "sortie.txt").exists()
    assert any(cas.dossier.joinpath("entrees").rglob("*.*"))


def contenu(conn: psycopg.Connection[Any], nom: str) -> list[str]:
    """Rows of a relation of `construction` as sorted JSON text, without identity columns."""
    requete = sql.SQL("select (to_jsonb(t) - {}::text[])::text from {} as t order by 1").format(
        sql.Literal(list(SANS_HASARD)), sql.Identifier("construction", nom)
    )
    return [ligne[0] for ligne in conn.execute(requete)]
