"""The wheel goes into an environment that others made: it asks for ranges, in which the lock is."""

import tomllib
from itertools import chain

from packaging.requirements import Requirement

from mutualisation.socle.chemins import RACINE


def lire(nom: str) -> dict:
    return tomllib.loads((RACINE / nom).read_text(encoding="utf-8"))


def test_ce_que_demande_la_roue_est_une_plage_ou_est_le_verrou() -> None:
    projet = lire("pyproject.toml")["project"]
    verrou = {p["name"]: p.get("version", "") for p in lire("uv.lock")["package"]}
    demandes = [Requirement(d) for d in chain(projet["dependencies"], *projet["optional-dependencies"].values())]
    assert len(demandes) > 25
    assert [str(d) for d in demandes for clause in d.specifier if clause.operator == "=="] == []
    assert [f"{d} : {verrou[d.name]}" for d in demandes if verrou[d.name] not in d.specifier] == []
