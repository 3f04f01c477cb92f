"""Every scenario, built for real, gives what its README computes by hand."""

import re
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.cas.atelier import Atelier
from tests.cas.scenario import Cas, attendus, ecarts, lister, sortie_attendue, sortie_constatee

CAS = lister()
SANS_HASARD = ("version", "fichier_id", "tarif_fichier_id")
REGLES = [f"R{n}" for n in range(1, 11)]


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas(cas: Cas, atelier: Atelier) -> None:
    with atelier.construit(cas) as (conn, _):
        assert sortie_constatee(conn) == sortie_attendue(cas)
        phrases = [p for a in attendus(cas) for p in ecarts(conn, a)]
    assert phrases == []


def test_dbt_construit_le_socle(atelier: Atelier) -> None:
    assert atelier.socle.echecs == []
    assert atelier.socle.tests > 0


def test_la_construction_directe_est_celle_de_dbt(atelier: Atelier) -> None:
    """Every relation of a scenario, row for row: what is run straight is what dbt runs."""
    cas = next(c for c in CAS if c.nom.startswith("09_"))
    contenus = []
    for par_dbt in (True, False):
        with atelier.construit(cas, par_dbt=par_dbt) as (conn, echecs):
            assert echecs == []
            contenus.append({nom: contenu(conn, nom) for nom in atelier.modeles.ordre})
    assert contenus[0] == contenus[1]


def test_chaque_regle_a_ses_cas() -> None:
    racontees = {r for c in CAS for r in c.regles}
    assert [r for r in REGLES if r not in racontees] == []


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas_lisible(cas: Cas) -> None:
    """A README that tells the rule, the situation and the arithmetic, and at least one expected file."""
    texte = (cas.dossier / "README.md").read_text(encoding="utf-8")
    titres = re.findall(r"^## (.+)$", texte, re.MULTILINE)
    assert titres == ["Règle", "Situation", "Calcul"]
    assert attendus(cas) or (cas.dossier / "attendu" / "sortie.txt").exists()
    assert any(cas.dossier.joinpath("entrees").rglob("*.csv"))


def contenu(conn: psycopg.Connection[Any], nom: str) -> list[str]:
    """Rows of a relation of `construction` as sorted JSON text, without identity columns."""
    requete = sql.SQL("select (to_jsonb(t) - {}::text[])::text from {} as t order by 1").format(
        sql.Literal(list(SANS_HASARD)), sql.Identifier("construction", nom)
    )
    return [ligne[0] for ligne in conn.execute(requete)]
