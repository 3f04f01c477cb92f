"""The wheel goes into an environment that others made: it asks for ranges, in which the lock is, and public doors."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain

from packaging.requirements import Requirement
from tests.atelier.tables import cas

from mutualisation.socle.chemins import DAGS, PAQUET, RACINE

HOTES = ("dbt", "airflow", "great_expectations")
# what their documentation names: programmatic invocations of dbt, the public interface of Airflow; of the third, the
# package itself
PORTES = (
    "dbt.cli.main.", "airflow.sdk.", "airflow.dag_processing.bundles.local.",
    "airflow.triggers.base.", "airflow.providers.",
)  # fmt: skip


def lire(nom: str) -> dict:
    return tomllib.loads((RACINE / nom).read_text(encoding="utf-8"))


def test_ce_que_demande_la_roue_est_une_plage_ou_est_le_verrou() -> None:
    projet = lire("pyproject.toml")["project"]
    verrou = {p["name"]: p.get("version", "") for p in lire("uv.lock")["package"]}
    demandes = [Requirement(d) for d in chain(projet["dependencies"], *projet["optional-dependencies"].values())]
    assert len(demandes) > 25
    assert [str(d) for d in demandes for clause in d.specifier if clause.operator == "=="] == []
    assert [f"{d} : {verrou[d.name]}" for d in demandes if verrou[d.name] not in d.specifier] == []


def test_une_action_de_la_forge_est_dite_par_son_empreinte() -> None:
    """A tag is what its owner makes of it."""
    dites = [u for f in (RACINE / ".github").rglob("*.yml") for u in re.findall("uses: (.+)", f.read_text("utf-8"))]
    assert dites
    assert [dite for dite in dites if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", dite)] == []


def ecarts_des_portes(source: str) -> Iterator[str]:
    """What of a module enters one of the hosts by another door, and each attribute of a thing imported that it sets."""
    importes: set[str] = set()
    for noeud in ast.walk(ast.parse(source)):
        if isinstance(noeud, ast.Import | ast.ImportFrom):
            importes |= {(alias.asname or alias.name).partition(".")[0] for alias in noeud.names}
            noms = [a.name for a in noeud.names] if isinstance(noeud, ast.Import) else [noeud.module or ""]
            noms += [f".{a.name}" for a in noeud.names]
            if any("._" in f".{nom}" and "__" not in nom for nom in noms):
                yield ast.unparse(noeud)
            if (
                noms[0].partition(".")[0] in HOTES
                and noms[0] != "great_expectations"
                and not f"{noms[0]}.".startswith(PORTES)
            ):
                yield ast.unparse(noeud)
    for noeud in ast.walk(ast.parse(source)):
        cibles = noeud.targets if isinstance(noeud, ast.Assign) else [getattr(noeud, "target", None)]
        yield from (
            ast.unparse(cible)
            for cible in cibles
            if isinstance(cible, ast.Attribute) and isinstance(cible.value, ast.Name) and cible.value.id in importes
        )


def test_rien_n_entre_que_par_les_portes_publiques() -> None:
    modules = [m for racine in (PAQUET, DAGS) for m in racine.rglob("*.py")]
    assert len(modules) > 150
    assert [f"{m.name} : {e}" for m in modules for e in ecarts_des_portes(m.read_text(encoding="utf-8"))] == []


@cas
def test_une_autre_porte_est_vue(source: str) -> None:
    assert list(ecarts_des_portes(source))
