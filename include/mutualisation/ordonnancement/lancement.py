"""`make ordonnanceur`: every chain on a drop, by a real Airflow that is started and stopped here."""

import argparse
import re
import signal
import sys
from pathlib import Path
from typing import Any

from mutualisation.chemins import dossier_var
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.francais.formats import plusieurs
from mutualisation.operations import Session, etat
from mutualisation.ordonnancement.airflow_local import AirflowLocal, airflow_en_marche
from mutualisation.ordonnancement.environnement import preparer

CHARGEMENT, BILAN, FACTURES = "chargement_depot", "bilan_etape", "factures_semestrielles"
SEMESTRES = (1, 2)
MOTS = {"success": "fait", "skipped": "rien à faire"}


def ordonnancer(depot: Path, exercices: list[int]) -> str:
    """Load a drop, publish its exercices, write the invoices of the last one; the `publication_sha256` (S7).

    Logs stay under `<var>/airflow`, documents under `<var>/bilans`. Raises `ErreurMutualisation` with the reason, in
    French, when a part of Airflow dies or a chain fails.
    """
    if not depot.is_dir():
        raise ErreurMutualisation(f"Le dépôt {depot} n'existe pas : indiquez un dossier par --depot.")
    var = dossier_var()
    with serveur_entrepot(var) as dsn:
        installation = preparer(var, dsn)
        _dire(f"Airflow démarre ; journaux : {installation.journaux}")
        with airflow_en_marche(installation) as airflow:
            _executer(airflow, str(depot.resolve()), sorted(exercices or exercices_du_depot(depot)))
        with Session.depuis_environnement() as session:
            return str(etat(session)["publication_sha256"])


def exercices_du_depot(depot: Path) -> list[int]:
    """The exercices a drop can give a cost for: those of its `masse_salariale` files."""
    trouves = (
        re.match(r"masse_salariale_(\d{4})(?:_v\d+)?\.", f.name) for f in (depot / "rh").glob("masse_salariale_*")
    )
    return sorted({int(t.group(1)) for t in trouves if t})


def _executer(airflow: AirflowLocal, depot: str, exercices: list[int]) -> None:
    airflow.lancer(CHARGEMENT, {"depot": depot, "exercices": exercices})
    _resumer(airflow, CHARGEMENT)
    if ("annoncer", "success") in airflow.taches(CHARGEMENT):
        airflow.attendre(BILAN)  # the drop has started it
    else:
        airflow.lancer(BILAN, {"exercices": exercices})
    if ("publier", "success") not in airflow.taches(BILAN):
        raise ErreurMutualisation("Rien n'a été publié : aucun exercice demandé, aucun exercice déjà publié.")
    for semestre in SEMESTRES if exercices else ():
        airflow.lancer(FACTURES, {"exercice": exercices[-1], "semestre": semestre})
    # the count of runs is said last: a second build would have shown itself
    _resumer(airflow, BILAN)
    _resumer(airflow, FACTURES)


def _resumer(airflow: AirflowLocal, chaine: str) -> None:
    """How often a chain has run, and what its tasks have become."""
    taches = (f"{tache} {MOTS.get(etat, etat)} ({n})" for (tache, etat), n in airflow.taches(chaine).items())
    _dire(f"{chaine}, {plusieurs(len(airflow.executions(chaine)), 'exécution')} : {', '.join(taches)}")


def annee(texte: str) -> int:
    """Four ASCII digits. Raises `ValueError` otherwise: `int` would take a sign or figures of another width."""
    if not re.fullmatch(r"[0-9]{4}", texte):
        raise ValueError(texte)
    return int(texte)


def _dire(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _interrompre(*_: Any) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Command line of `python -m mutualisation.ordonnancement.lancement`; the exit code."""
    lecteur = argparse.ArgumentParser(prog="ordonnanceur", description="Toutes les chaînes par un vrai Airflow.")
    lecteur.add_argument("--depot", type=Path, required=True, help="dossier du dépôt à charger")
    lecteur.add_argument("--exercice", type=annee, action="append", default=[], help="défaut : ceux du dépôt")
    try:
        choix = lecteur.parse_args(arguments)
        print(f"publication {ordonnancer(choix.depot, choix.exercice)}")
    except SystemExit as fin:
        return 1 if fin.code else 0
    except ErreurMutualisation as erreur:
        _dire(str(erreur))
        return erreur.code_sortie
    except KeyboardInterrupt:
        _dire("Arrêt demandé : Airflow et le serveur sont arrêtés.")
        return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrompre)
    sys.exit(main())
