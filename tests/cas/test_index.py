"""Every rule is told, every control of the index is seen failing in a real build, and the page says where."""

from tests.atelier.cas import lister
from tests.atelier.index_controles import lire_index
from tests.cas.index import INDEX, cas_par_controle, rediger


def test_chaque_regle_a_ses_cas() -> None:
    racontees = {r for c in lister() for r in c.regles}
    assert {f"R{n}" for n in range(1, 11)} <= racontees


def test_chaque_controle_de_l_index_echoue_dans_un_cas() -> None:
    """`test_cas.py` builds each scenario and compares the controls that fail with those it says."""
    preuves = cas_par_controle(lister(), lire_index())
    assert [nom for nom, cas in preuves.items() if not cas] == []


def test_un_controle_sans_cas_se_voit() -> None:
    assert cas_par_controle(lister(), ["compte_sans_role", "controle_de_demain"])["controle_de_demain"] == []
    sans = [c for c in lister() if "balance_dgfip" not in c.controles]
    assert cas_par_controle(sans, ["balance_dgfip"]) != cas_par_controle(lister(), ["balance_dgfip"])


def test_la_page_est_a_jour() -> None:
    assert INDEX.read_text(encoding="utf-8") == rediger()
