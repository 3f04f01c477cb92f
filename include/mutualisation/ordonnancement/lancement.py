"""`make ordonnanceur`: every chain on a drop, by a real Airflow that is started and stopped here."""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutualisation.chemins import dossier_var
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ordonnancement.api import Api
from mutualisation.ordonnancement.environnement import Installation, preparer
from mutualisation.ordonnancement.processus import Processus, airflow_en_marche, verifier_vivants
from mutualisation.sources.registre import registre

CHAINE_BILAN = "bilan_etape"
DELAI_SANTE = 180.0
DELAI_CHAINE = 1800.0


def ordonnancer(depot: Path, exercices: list[int], sortie: Path | None = None, prepare_par: str | None = None) -> str:
    """Run each ingestion chain, then the bilan chain, on a drop; the `publication_sha256` (S7).

    Airflow's metadata and logs stay under `<var>/airflow`. Raises `ErreurMutualisation` with the reason, in French,
    when a part of Airflow dies or a chain fails.
    """
    if not depot.is_dir():
        raise ErreurMutualisation(f"Le dépôt {depot} n'existe pas : indiquez un dossier par --depot.")
    var = dossier_var()
    with serveur_entrepot(var) as dsn:
        installation = preparer(var, dsn)
        _dire(f"Airflow démarre ; journaux : {installation.journaux}")
        with airflow_en_marche(installation) as processus:
            api = _api_prete(installation, processus)
            _ingerer(api, installation, depot)
            return _construire(api, installation, exercices or exercices_du_depot(depot), sortie, prepare_par)


def exercices_du_depot(depot: Path) -> list[int]:
    """The exercices a drop can give a cost for: those of its `masse_salariale` files."""
    trouves = (
        re.match(r"masse_salariale_(\d{4})(?:_v\d+)?\.", f.name) for f in (depot / "rh").glob("masse_salariale_*")
    )
    return sorted({int(t.group(1)) for t in trouves if t})


def _api_prete(installation: Installation, processus: Processus) -> Api:
    api = Api(installation, lambda: verifier_vivants(installation, processus))
    api.attendre_sante(DELAI_SANTE)
    api.attendre_chaines([*_ingestions(), CHAINE_BILAN], DELAI_SANTE)
    _dire(f"Airflow est prêt : {', '.join(processus)}")
    return api


def _ingestions() -> list[str]:
    return [f"ingestion_{source.nom}" for source in registre()]


def _ingerer(api: Api, installation: Installation, depot: Path) -> None:
    """All the ingestion chains at once, the bilan chain paused: it is started on purpose afterwards."""
    api.activer(CHAINE_BILAN, active=False)
    executions = {}
    for chaine in _ingestions():
        api.activer(chaine, active=True)
        executions[chaine] = api.declencher(chaine, {"depot": str(depot.resolve())})
    refus = [r for chaine, execution in executions.items() if (r := _attendre(api, installation, chaine, execution))]
    if refus:
        raise ErreurMutualisation("\n".join(refus))


def _construire(
    api: Api, installation: Installation, exercices: list[int], sortie: Path | None, prepare_par: str | None
) -> str:
    api.activer(CHAINE_BILAN, active=True)
    execution = api.declencher(
        CHAINE_BILAN,
        {
            "exercices": exercices,
            "sortie": str(sortie.resolve()) if sortie else None,
            "prepare_par": prepare_par,
        },
    )
    if refus := _attendre(api, installation, CHAINE_BILAN, execution):
        raise ErreurMutualisation(refus)
    if all(t["state"] == "skipped" for t in api.taches(CHAINE_BILAN, execution) if t["task_id"] == "publier"):
        raise ErreurMutualisation("Rien n'a été publié : aucun exercice demandé, aucun exercice déjà publié.")
    return str(api.resultat(CHAINE_BILAN, execution, "publier"))


def _attendre(api: Api, installation: Installation, chaine: str, execution: str) -> str | None:
    """Wait for the end of a run and say where its log is; why it has failed, None when it has not."""
    etat = api.attendre_fin(chaine, execution, DELAI_CHAINE)
    dossier = installation.journaux / f"dag_id={chaine}" / f"run_id={execution}"
    taches = api.taches(chaine, execution)
    _dire(f"{chaine} : {_resume(taches)} ; journal : {dossier}")
    if etat == "success":
        return None
    raisons = [r for t in taches if t["state"] == "failed" if (r := _raison(dossier, t))]
    return "\n".join(raisons) or f"La chaîne {chaine} a échoué : voir {dossier}."


def _resume(taches: list[dict[str, Any]]) -> str:
    """State of each task, in French, in the order in which they ended."""
    mots = {"success": "fait", "skipped": "rien à faire", "failed": "échec", "upstream_failed": "non lancée"}
    ordre = sorted(taches, key=lambda t: t["end_date"] or "~")
    return ", ".join(f"{t['task_id']} {mots.get(t['state'], t['state'])}" for t in ordre)


def _raison(dossier: Path, tache: dict[str, Any]) -> str | None:
    """The sentence that the failure callback left in the log of the task."""
    sous_dossier = dossier / f"task_id={tache['task_id']}"
    phrases = [p for f in sorted(sous_dossier.rglob("*.log")) for p in _phrases(f)]
    return phrases[-1] if phrases else None


def _phrases(fichier: Path) -> Iterator[str]:
    for ligne in fichier.read_text(errors="replace").splitlines():
        try:
            evenement = str(json.loads(ligne).get("event", ""))
        except (ValueError, AttributeError):
            continue
        if evenement.startswith("Échec de la chaîne"):
            yield evenement


def _dire(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@contextmanager
def _arret_propre() -> Iterator[None]:
    """SIGTERM unwinds like Ctrl-C: the parts of Airflow and the server are stopped on the way."""

    def interrompre(_signal: int, _cadre: object) -> None:
        raise KeyboardInterrupt

    ancien = signal.signal(signal.SIGTERM, interrompre)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, ancien)


def main(arguments: list[str] | None = None) -> int:
    """Command line of `python -m mutualisation.ordonnancement.lancement`; the exit code."""
    lecteur = argparse.ArgumentParser(prog="ordonnanceur", description="Toutes les chaînes par un vrai Airflow.")
    lecteur.add_argument("--depot", type=Path, required=True, help="dossier du dépôt à charger")
    lecteur.add_argument(
        "--exercice",
        type=int,
        action="append",
        default=[],
        help="exercice à publier (à répéter ; défaut : ceux du dépôt)",
    )
    lecteur.add_argument("--sortie", type=Path, help="dossier des extraits (défaut : <var>/bilans)")
    lecteur.add_argument("--prepare-par", default=os.environ.get("MUTUALISATION_PREPARE_PAR"))
    try:
        choix = lecteur.parse_args(arguments)
    except SystemExit as fin:
        return 1 if fin.code else 0
    try:
        with _arret_propre():
            empreinte = ordonnancer(choix.depot, choix.exercice, choix.sortie, choix.prepare_par)
    except ErreurMutualisation as erreur:
        _dire(str(erreur))
        return erreur.code_sortie
    except KeyboardInterrupt:
        _dire("Arrêt demandé : Airflow et le serveur sont arrêtés.")
        return 1
    print(f"publication {empreinte}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
