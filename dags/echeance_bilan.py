"""The deadline of a bilan: each morning, is it published, and what is missing otherwise."""

from airflow.sdk import CronTriggerTimetable, Param
from chaines.entites import Entite, chaine
from chaines.reglages import COMMUNS, EXERCICE
from chaines.taches import exiger_bilan

DOC = """
### Échéance d'un bilan
Chaque matin à 6 h. À partir du jour dit, tant que l'exercice n'est pas publié, `exiger_bilan` échoue, donc alerte :
« Pas de bilan 2025 au 30/06/2026 : il manque… », avec le nom de chaque fichier attendu qui n'est pas chargé. Avant ce
jour, ou une fois le bilan publié : rien. Pour la faire taire, mettez la chaîne en pause.
"""


@chaine(
    "echeance_bilan",
    dag_display_name="Échéance d'un bilan",
    schedule=lambda _: CronTriggerTimetable("0 6 * * *", timezone="Europe/Paris"),
    params={
        "exercice": Param(
            None, **EXERCICE | {"type": ["null", "integer"]}, title="Exercice", description_md="Vide : l'année d'avant"
        ),
        "date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Échéance",
            description_md="Vide : le 30 juin qui suit l'exercice",
        ),
    },
    tags=["échéance"],
    doc_md=DOC,
    **COMMUNS,
)
def echeance_bilan(_: Entite) -> None:
    """Wiring only."""
    exiger_bilan()
