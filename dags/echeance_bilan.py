"""The deadline chain looks each morning whether a bilan is published, and says what is missing otherwise."""

import datetime as dt

from airflow.sdk import DAG, CronTriggerTimetable, Param
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE
from mutualisation_chaines.taches import exiger_bilan

DOC = """
### Échéance d'un bilan
Chaque matin à 6 h. Dès que s'ouvre le débat d'orientation budgétaire (dix semaines avant le vote du budget, paramètre
`vote_budget`, au plus tard le 15 avril), puis au 30 juin, ou à partir du jour dit, tant que l'exercice n'est pas
publié, `exiger_bilan` échoue, donc alerte : « Pas de bilan 2025 au 30/06/2026 : il manque… », avec le nom de chaque
fichier attendu qui n'est pas chargé. L'alerte part ce jour-là, puis tous les sept jours ; le journal le dit chaque
matin. Avant, une fois le bilan publié, ou pour une année d'avant le premier exercice chargé : rien.

Un mois et une semaine avant, une alerte dit aussi ce que demande l'année : budget, factures, conventions, marchés,
actions, avis.
"""


for entite, reglages in chaines("echeance_bilan", "Échéance d'un bilan"):
    with DAG(
        **reglages,
        schedule=CronTriggerTimetable("0 6 * * *", timezone="Europe/Paris", run_immediately=dt.timedelta(0)),
        params={
            "exercice": Param(
                None,
                **EXERCICE | {"type": ["null", "integer"]},
                title="Exercice",
                description_md="Vide : l'année d'avant",
            ),
            "date": Param(
                None,
                type=["null", "string"],
                format="date",
                title="Échéance",
                description_md="Vide : débat d'orientation budgétaire, puis 30 juin",
            ),
        },
        tags=["échéance"],
        description="Alerte tant qu'un bilan attendu n'est pas publié",
        doc_md=DOC,
    ) as chaine:
        exiger_bilan()
    declarer(chaine, entite.nom)
