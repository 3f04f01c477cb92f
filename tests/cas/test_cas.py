"""Every scenario, built for real, gives what its README computes by hand."""

import re
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL, Cas, lister

from mutualisation.publication.versions.relations import relations_analyse

CAS = lister()
SANS_HASARD = ("version", "fichier_id", "tarif_fichier_id")


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas(cas: Cas, atelier: Atelier) -> None:
    with atelier.raconte(cas) as construction:
        assert cas.defauts(construction) == []


@pytest.mark.parametrize(
    ("modele", "refus"),
    [("tracabilite", "tracabilite_somme"), ("fait_depense", "faits_sommes"), ("fait_cout", "vues_sommes")],
)
def test_un_cas_echoue_ou_une_construction_s_arrete(atelier: Atelier, modele: str, refus: str) -> None:
    """A cost without its trace, a fact or a view of `bi` that no longer sums to it."""
    cas = replace(
        next(c for c in CAS if c.nom.startswith("14_")), faute={modele: "select * from {requete} where false"}
    )
    with atelier.raconte(cas) as construction:
        assert f"test de dbt qui échoue : {refus}" in cas.defauts(construction)


def test_dbt_construit_le_socle(atelier: Atelier) -> None:
    assert atelier.dit_du_socle.echecs == []
    assert atelier.dit_du_socle.tests > 0


def test_un_cas_raconte_est_celui_que_dbt_construit(atelier: Atelier) -> None:
    """Every relation of a scenario, row for row: what is made again over `_socle/` is what dbt makes of the drop."""
    cas = next(c for c in CAS if c.nom.startswith("09_"))
    with atelier.construit(cas) as construction:
        assert construction.echecs == []
        par_dbt = contenus(construction.conn, atelier)
    with atelier.raconte(cas) as construction:
        assert contenus(construction.conn, atelier) == par_dbt


@pytest.mark.parametrize("cas", CAS[5::12], ids=[c.nom for c in CAS[5::12]])
def test_un_cas_est_refait_assez(cas: Cas, atelier: Atelier) -> None:
    """What is not made again over `_socle/` would have come out the same."""
    with atelier.raconte(cas) as construction:
        refait = contenus(construction.conn, atelier)
    with atelier.raconte(cas, entier=True) as construction:
        assert contenus(construction.conn, atelier) == refait


def test_rien_ne_reste_d_un_cas_raconte(atelier: Atelier) -> None:
    trois = []
    for cas in (SOCLE_SEUL, CAS[0], SOCLE_SEUL):
        with atelier.raconte(cas) as construction:
            trois.append(contenus(construction.conn, atelier))
    assert trois[0] == trois[2] != trois[1]


def test_les_cas_sont_lisibles() -> None:
    """A README that tells the rule, the situation and the arithmetic, and at least one expected file."""
    assert [c.nom for c in CAS if not _lisible(c)] == []


def _lisible(cas: Cas) -> bool:
    texte = (cas.dossier / "README.md").read_text(encoding="utf-8")
    return (
        re.findall(r"^## (.+)$", texte, re.MULTILINE) == ["Règle", "Situation", "Calcul"]
        and bool(cas.attendus or (cas.dossier / "attendu" / "sortie.txt").exists())
        and any(cas.dossier.joinpath("entrees").rglob("*.*"))
    )


def contenus(conn: psycopg.Connection[Any], atelier: Atelier) -> dict[str, list[str]]:
    """Rows of every relation that dbt builds, as sorted JSON text, without identity columns; of no view of `bi`."""
    lus = {}
    vues = {nom for nom, relation in relations_analyse().items() if relation.requete}
    for nom in (n for n in atelier.modeles.ordre if n not in vues):
        requete = sql.SQL("select (to_jsonb(t) - {}::text[])::text from {} as t order by 1").format(
            sql.Literal(list(SANS_HASARD)), sql.Identifier("construction", nom)
        )
        lus[nom] = [ligne[0] for ligne in conn.execute(requete)]
    return lus
