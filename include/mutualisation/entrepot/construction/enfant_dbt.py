"""Run dbt in a child process by its documented API: `dbtRunner` is imported and the project read while files are
loaded, and a build runs on request. `MUTUALISATION_DBT` names another executable, run by command line and artefacts."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutualisation.socle.chemins import INSTALLE, PROJET_DBT
from mutualisation.socle.enfant.hote import Reponse, avancer, servir

EXECUTABLE = "MUTUALISATION_DBT"
# only the test suite runs data tests with the tag `essais`: a build does not wait for them. `vue` marks what no build
# makes: the views of `bi`, made over what is published, and the days of the metrics; `situation`, what is of no version
COMMANDES = {
    "build": ["build", "--exclude", "test_type:unit", "tag:essais", "tag:vue", "tag:situation"],
    "factures": ["build", "--selector", "factures"],
    "situation": ["build", "--selector", "situation"],
    "tout": ["build", "--exclude", "test_type:unit", "tag:essais", "tag:vue"],
    "essais": ["test", "--select", "test_type:unit", "tag:essais"],
}
OPTIONS = ["--project-dir", str(PROJET_DBT), "--profiles-dir", str(PROJET_DBT), "--target", "entrepot", "--quiet"]
MUET = ["--log-level", "none", "--log-level-file", "none"]
# the schema of a run is empty when it starts: dbt need not look for what is in it
SANS_CACHE = "--no-populate-cache"
# we keep these of what dbt says of a node, in `run_results.json` as in the result of an invocation
DITS = ("unique_id", "status", "message", "compiled_code")


def preparer(cible: str) -> Reponse:
    """Return the function that runs a command of `COMMANDES` and gives its outcome. The outcome is `{"resultats": [a
    dict a node]}`, or `{"erreur": …}` when dbt did not run to its end."""
    autre = os.environ.get(EXECUTABLE)
    return (lambda commande: _lancer(autre, commande, Path(cible))) if autre else _preparer_ici(Path(cible))


def _preparer_ici(cible: Path) -> Reponse:
    from dbt.cli.main import dbtRunner

    # looking for cycles among so many objects is a quarter of the processor time of a build: we collect between two
    # builds
    gc.set_threshold(100_000, 20, 100)
    connexion = {nom: os.environ.pop(nom) for nom in list(os.environ) if "MUTUALISATION_PG_" in nom}
    # the project is read as if the profile were its defaults, and names no database: dbt keeps what it has read from
    # one command to the next, whatever the warehouse (`partial_parse.msgpack`)
    garde = PROJET_DBT / "target"
    garde = cible if INSTALLE or not os.access(garde if garde.exists() else PROJET_DBT, os.W_OK) else garde

    def lire_projet() -> Any:
        lire = ["parse", "--target-path", str(garde), *OPTIONS, *MUET]
        projet = dbtRunner().invoke([*lire, "--partial-parse"])
        # dbt 1.12 updates what it has kept with each rate of a model that changed twice, and refuses it
        return projet if projet.success else dbtRunner().invoke([*lire, "--no-partial-parse"])

    # a build needs a manifest of its own: once compiled, its ephemeral models would be written twice in a query
    projets_lus = [lire_projet()]
    gc.freeze()
    gc.disable()

    def repondre(commande: str) -> dict[str, Any]:
        gc.collect()
        projet = projets_lus.pop() if projets_lus else lire_projet()
        if not projet.success:
            return {"erreur": f"le projet dbt ne se lit pas : {projet.exception}"}
        with _variables(connexion):
            fait = dbtRunner(manifest=projet.result, callbacks=[_Avancee()]).invoke(
                [*COMMANDES[commande], SANS_CACHE, *OPTIONS, *MUET]
            )
        if not hasattr(fait.result, "results"):
            return {"erreur": str(fait.exception)}
        return {"resultats": [_dit_ici(noeud) for noeud in fait.result.results]}

    return repondre


@contextmanager
def _variables(connexion: dict[str, str]) -> Iterator[None]:
    os.environ.update(connexion)
    try:
        yield
    finally:
        for nom in connexion:
            del os.environ[nom]


class _Avancee:
    """dbt calls this object with each of its events; it tells the parent of each node that ended."""

    faits = 0

    def __call__(self, evenement: Any) -> None:
        if evenement.info.name == "NodeFinished":
            self.faits += 1
            avancer(f"Construction : {self.faits}, {evenement.data.node_info.node_name}")


def _dit_ici(resultat: Any) -> dict[str, str]:
    noeud = resultat.node
    valeurs = (noeud.unique_id, resultat.status, resultat.message, getattr(noeud, "compiled_code", None))
    valeurs_par_nom = {nom: str(valeur or "") for nom, valeur in zip(DITS, valeurs, strict=True)}
    return valeurs_par_nom | {"description": noeud.description}


def _lancer(executable: str, commande: str, cible: Path) -> dict[str, Any]:
    """Run a command by an executable, which reads the project by itself, and read the artefacts that it wrote."""
    artefacts = {nom: cible / f"{nom}.json" for nom in ("run_results", "manifest")}
    for artefact in artefacts.values():
        artefact.unlink(missing_ok=True)
    try:
        fait = subprocess.run(
            [executable, *COMMANDES[commande], SANS_CACHE, *OPTIONS, "--log-level-file", "none"],
            env=os.environ | {"DBT_WRITE_JSON": "true"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as erreur:
        return {"erreur": f"{EXECUTABLE}={executable} ne se lance pas ({type(erreur).__name__})"}
    if not artefacts["run_results"].exists():
        return {"erreur": fait.stdout}
    artefacts_lus = {nom: json.loads(artefact.read_bytes()) for nom, artefact in artefacts.items()}
    return {
        "resultats": [
            {nom: str(noeud.get(nom) or "") for nom in DITS}
            | {"description": artefacts_lus["manifest"]["nodes"].get(noeud["unique_id"], {}).get("description", "")}
            for noeud in artefacts_lus["run_results"]["results"]
        ]
    }


if __name__ == "__main__":
    if sys.argv[1:]:
        servir(lambda: preparer(sys.argv[1]))
    else:
        # `make environnement` reads the project here, so that the first build finds it read
        _preparer_ici(PROJET_DBT / "target")
