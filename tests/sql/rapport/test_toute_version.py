"""Any version that the contract lets be published can be written: whatever its rows are, its extract is composed, read
back by its gate and put in place, and no error is met that nobody foresaw.

Draws follow from the text of this file alone: hypothesis is derandomized, and each draw has its seed.
"""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from tests.atelier import bases
from tests.atelier.tirage import DERNIER, Tirage
from tests.conftest import MODELE
from tests.sql.publication import entrepot_publie

from mutualisation.documents.mise_en_forme.html import POIDS_MAX
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.usage import operations as op

TIRAGES = st.builds(
    Tirage,
    graine=st.integers(0, 2**32),
    exercices=st.sampled_from((1, 2, 5)),
    communes=st.sampled_from((0, 1, 4)),
    dispositifs=st.sampled_from((1, 3, 8)),
    nuls=st.sampled_from((0.0, 0.3, 1.0)),
    vides=st.sampled_from((0.0, 0.2, 0.6)),
    lignes=st.sampled_from((2, 20, 60)),
    long=st.booleans(),
    puissance=st.sampled_from((0, 6, 10)),
)


@settings(
    derandomize=True, database=None, deadline=None, max_examples=12, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@example(Tirage(1, exercices=2, nuls=1.0, vides=0.0, lignes=60))
@example(Tirage(2, vides=1.0))
@example(Tirage(3, exercices=5, communes=0, dispositifs=1))
@example(Tirage(4, communes=1, dispositifs=60, lignes=400, long=True, exercices=5))
@example(Tirage(5, communes=300, lignes=900))
@given(TIRAGES)
def test_toute_version_s_ecrit(entrepot: str, tmp_path_factory: pytest.TempPathFactory, tirage: Tirage) -> None:
    ici = tmp_path_factory.mktemp("tirage")
    with pytest.MonkeyPatch.context() as environnement, bases.copie(entrepot, MODELE) as dsn:
        environnement.setenv("MUTUALISATION_VAR", str(ici / "var"))
        with connecter(dsn, role=None) as conn:
            entrepot_publie.publier(conn, tirage.relations())
        extrait = Path(op.extraire(op.Session(dsn, ici / "var"), DERNIER, str(ici / "bilans")))
        assert max(page.stat().st_size for page in extrait.rglob("*.html")) <= POIDS_MAX
    shutil.rmtree(ici)
