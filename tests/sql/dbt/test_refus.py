"""Why the warehouse refused a query of dbt: it is asked again (K12)."""

import pytest
from tests.atelier.atelier import Atelier

from mutualisation.entrepot.construction.dbt import refus
from mutualisation.socle.erreurs import PannePassagere


@pytest.mark.parametrize(("requete", "code"), [("select 1 / 0", "22012"), ("select 9::int2 * 30000::int2", "22003")])
def test_un_refus_garde_son_code(atelier: Atelier, requete: str, code: str) -> None:
    assert refus(atelier.socle, requete) == code


def test_ce_qui_n_est_plus_refuse_se_relance(atelier: Atelier) -> None:
    """The connection was lost, a lock was held: a model that the server could not make is no wrong model."""
    with pytest.raises(PannePassagere, match="Porte modele : l'entrepôt"):
        refus(atelier.socle, "select 1")


def test_un_entrepot_qui_ne_repond_pas_se_relance() -> None:
    with pytest.raises(PannePassagere, match="ne répond pas"):
        refus("postgresql://personne@127.0.0.1:1/rien", "select 1")
