"""What the software is made of is locked by hash, and under licences that are known."""

import re
import tomllib

from outils.inventaire import RACINE, inventaire, jugees, licence_de, rang
from tests.atelier.tables import cas


def test_chaque_paquet_du_verrou_a_ses_empreintes_et_rien_a_construire() -> None:
    """What has no wheel runs its own code when it is installed, and may fetch more (dbt-core issue 15670)."""
    verrou = tomllib.loads((RACINE / "uv.lock").read_text(encoding="utf-8"))
    paquets = [p for p in verrou["package"] if "registry" in p["source"]]
    assert len(paquets) > 100
    for paquet in paquets:
        livrables = [*paquet.get("wheels", []), *([paquet["sdist"]] if "sdist" in paquet else [])]
        assert paquet.get("wheels"), paquet["name"]
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", x["hash"]) for x in livrables), paquet["name"]
    assert [p["name"] for p in verrou["package"] if "registry" not in p["source"]] == ["mutualisation"]


def test_l_inventaire_dit_chaque_licence() -> None:
    composants = inventaire()["components"]
    assert inventaire()["components"] == composants
    noms = {c["name"] for c in composants}
    assert {"apache-airflow", "dbt-core", "dbt-postgres", "pandas", "great-expectations"} <= noms
    dites = {c["name"]: licence_de(c["name"]) for c in composants if c["licenses"]}
    assert len(dites) > 0.9 * len(composants)
    assert jugees(composants)[2] == {}


@cas
def test_une_licence_va_avec_la_notre_ou_est_nommee(licence: str, attendu: int) -> None:
    """The EUPL 1.2 and its appendix; what is not known is not fine."""
    assert rang(licence) == attendu
