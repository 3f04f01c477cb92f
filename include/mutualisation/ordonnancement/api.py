"""The REST API of the local Airflow: just what a run needs."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ordonnancement.environnement import COMPTE, Installation

PERIODE = 0.5
ETATS_FINAUX = ("success", "failed")
PARTIES_SANTE = ("metadatabase", "scheduler", "triggerer", "dag_processor")


class Api:
    """A client of one installation. `surveiller` is called at each wait, and raises when a process has died."""

    def __init__(self, installation: Installation, surveiller: Callable[[], None]) -> None:
        self._installation = installation
        self._surveiller = surveiller
        self._jeton = ""

    def attendre_sante(self, delai: float) -> None:
        """Wait until the four parts say they are healthy, then log in."""
        self._attendre(self._en_sante, delai, "Airflow n'est pas prêt")
        compte = {"username": COMPTE, "password": self._installation.mot_de_passe}
        self._jeton = self._appeler("POST", "/auth/token", compte)["access_token"]

    def attendre_chaines(self, chaines: list[str], delai: float) -> None:
        """Wait until every chain is known; a DAG file that can't be imported ends the wait at once."""

        def connues() -> bool:
            if erreurs := self._appeler("GET", "/api/v2/importErrors")["import_errors"]:
                fichiers = ", ".join(sorted({e["filename"] for e in erreurs}))
                raise ErreurMutualisation(f"Des chaînes ne se chargent pas dans Airflow : {fichiers}.")
            trouvees = {d["dag_id"] for d in self._appeler("GET", "/api/v2/dags?limit=100")["dags"]}
            return set(chaines) <= trouvees

        self._attendre(connues, delai, "Airflow ne connaît pas toutes les chaînes")

    def activer(self, chaine: str, active: bool) -> None:
        """Unpause or pause a chain."""
        self._appeler("PATCH", f"/api/v2/dags/{chaine}", {"is_paused": not active})

    def declencher(self, chaine: str, parametres: dict[str, Any]) -> str:
        """Start a run; its id."""
        corps = {"logical_date": None, "conf": {k: v for k, v in parametres.items() if v is not None}}
        return str(self._appeler("POST", f"/api/v2/dags/{chaine}/dagRuns", corps)["dag_run_id"])

    def attendre_fin(self, chaine: str, execution: str, delai: float) -> str:
        """Wait for the end of a run; its state, `success` or `failed`."""
        etat = ""

        def finie() -> bool:
            nonlocal etat
            etat = self._appeler("GET", f"/api/v2/dags/{chaine}/dagRuns/{execution}")["state"]
            return etat in ETATS_FINAUX

        self._attendre(finie, delai, f"La chaîne {chaine} n'est pas terminée")
        return etat

    def taches(self, chaine: str, execution: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        chemin = f"/api/v2/dags/{chaine}/dagRuns/{execution}/taskInstances?limit=200"
        instances: list[dict[str, Any]] = self._appeler("GET", chemin)["task_instances"]
        return instances

    def resultat(self, chaine: str, execution: str, tache: str) -> Any:
        """What a task has returned."""
        chemin = f"/api/v2/dags/{chaine}/dagRuns/{execution}/taskInstances/{tache}/xcomEntries/return_value"
        valeur = self._appeler("GET", chemin)["value"]
        try:
            return json.loads(valeur)
        except (TypeError, ValueError):
            return valeur

    def _en_sante(self) -> bool:
        try:
            etat = self._appeler("GET", "/api/v2/monitor/health")
        except (OSError, ErreurMutualisation):
            return False
        return all((etat.get(p) or {}).get("status") == "healthy" for p in PARTIES_SANTE)

    def _attendre(self, condition: Callable[[], bool], delai: float, sinon: str) -> None:
        limite = time.monotonic() + delai
        while not condition():
            self._surveiller()
            if time.monotonic() > limite:
                raise ErreurMutualisation(f"{sinon} après {delai:.0f} secondes : voir {self._installation.journaux}.")
            time.sleep(PERIODE)

    def _appeler(self, methode: str, chemin: str, corps: dict[str, Any] | None = None) -> Any:
        requete = urllib.request.Request(  # noqa: S310 (http, 127.0.0.1)
            self._installation.adresse + chemin,
            method=methode,
            data=None if corps is None else json.dumps(corps).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"}
            | ({"Authorization": f"Bearer {self._jeton}"} if self._jeton else {}),
        )
        try:
            with urllib.request.urlopen(requete, timeout=30) as reponse:  # noqa: S310
                return json.loads(reponse.read() or b"null")
        except urllib.error.HTTPError as erreur:
            raise ErreurMutualisation(
                f"Airflow a refusé {methode} {chemin.split('?')[0]} (code {erreur.code}) : "
                f"voir {self._installation.journaux / 'api-server.log'}."
            ) from erreur
