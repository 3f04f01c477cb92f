"""Every rule is told, every control is seen failing alone in a build (`test_cas.py` compares), the page says where.

« Alone »: of a blocking control, the only one that blocks; of another, the only one that says `ecart` beside those that
any small drop raises, or that follow from the same row.
"""

import re
import tomllib

import pytest
from tests.atelier.cas import Cas, lister
from tests.atelier.index_controles import lire_index
from tests.cas.index import INDEX, cas_par_controle, rediger

from mutualisation.socle.chemins import PROJET_DBT, RACINE

CAS = lister()
# `_socle/` has no unit and no agent; a row that is rejected or held raises its own control beside that of its ruling
ALENTOUR = frozenset({"ecart_etpt", "unites_nulles", "lignes_rejetees", "a_affecter", "sans_tarif"})
# it never says `ecart`: what it finds is its own status
SANS_ECART = "sans_donnee"


def _seul(cas: Cas, controle: str, *, bloquant: bool) -> bool:
    """Whether that control alone fails in the scenario."""
    _, bloquants = cas.sortie
    autres = cas.controles - {controle}
    return controle in cas.controles and (
        bloquants == [controle] or (not bloquants and not bloquant and autres <= ALENTOUR)
    )


def test_chaque_regle_a_ses_cas() -> None:
    racontees = {r for c in CAS for r in c.regles}
    assert {f"R{n}" for n in range(1, 14)} <= racontees


@pytest.mark.parametrize("controle", sorted(set(lire_index()) - {SANS_ECART}))
def test_chaque_controle_echoue_seul_quelque_part(controle: str) -> None:
    bloquant = lire_index()[controle].bloquant
    assert any(_seul(c, controle, bloquant=bloquant) for c in CAS), f"aucun cas où {controle} soit seul : en ajouter un"


def test_ce_qui_n_a_pas_de_donnee_se_dit() -> None:
    assert cas_par_controle(CAS, [SANS_ECART])[SANS_ECART]


def test_la_page_est_a_jour() -> None:
    assert INDEX.read_text(encoding="utf-8") == rediger()


def test_chaque_test_de_dbt_a_son_defaut_seme() -> None:
    """Each singular test of dbt is named beside the defect that it sees (`tests/sql`, `tests/donnees/defauts.toml`)."""
    ecrits = {f.stem for f in (PROJET_DBT / "tests").rglob("*.sql") if "generic" not in f.parts}
    fichiers = [f for f in (RACINE / "tests" / "sql").rglob("test_*") if f.suffix in (".py", ".toml")]
    semes = "\n".join(f.read_text(encoding="utf-8") for f in fichiers)
    par_table = tomllib.loads((RACINE / "tests" / "donnees" / "defauts.toml").read_text(encoding="utf-8"))
    assert {nom for nom in ecrits - par_table.keys() if not re.search(rf'"{nom}"', semes)} == set()
