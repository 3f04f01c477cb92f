"""`tests/unit` starts no server: the fixtures over one fail there."""

import pytest


@pytest.mark.parametrize("fixture", ["entrepot", "base_vierge", "atelier"])
def test_aucun_serveur_ici(request: pytest.FixtureRequest, fixture: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="tests/sql"):
        request.getfixturevalue(fixture)
