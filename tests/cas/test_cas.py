"""Every scenario, built for real, gives what its README computes by hand."""

import re

import pytest

from tests.cas.atelier import Atelier
from tests.cas.scenario import Cas, attendus, ecarts, lister, sortie_attendue, sortie_constatee

CAS = lister()
REGLES = [f"R{n}" for n in range(1, 11)]


@pytest.mark.parametrize("cas", CAS, ids=[c.nom for c in CAS])
def test_cas(cas: Cas, atelier: Atelier) -> None:
    with atelier.construit(cas) as (conn, resultat):
        assert resultat.echecs == []
        assert sortie_constatee(conn) == sortie_attendue(cas)
        phrases = [p for a in attendus(cas) for p in ecarts(conn, a)]
    assert phrases == []


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
