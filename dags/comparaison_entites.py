"""This chain sets the unit costs of the entities side by side, where there are several."""

from airflow.sdk import Param, dag
from mutualisation_chaines.entites import entites
from mutualisation_chaines.reglages import COMMUNS, EXERCICE, PAR_DEFAUT
from mutualisation_chaines.taches import comparer

DOC = """
### Comparaison des entités
`comparer` écrit `comparaison_AAAA.csv` : par dispositif, le coût complet unitaire de chaque entité, la médiane (dès
trois entités) et l'écart. Aucune base n'est ouverte : seuls `cout_unitaire` et `synthese_financiere` des extraits remis
sont lus, une fois leur signature et leur empreinte vérifiées. Une entité sans extrait, ou à diffusion restreinte, est
laissée de côté, et nommée dans le journal.
"""


@dag(
    dag_id="comparaison_entites",
    dag_display_name="Comparaison des entités",
    description="Compare les coûts unitaires des entités",
    schedule=None,
    params={
        "exercice": Param(**EXERCICE, title="Exercice publié"),
        "sortie": Param(None, type=["null", "string"], title="Dossier", description_md="Vide : le dossier de travail"),
    },
    tags=["entités"],
    doc_md=DOC,
    **COMMUNS,
    default_args=PAR_DEFAUT,
)
def comparaison_entites() -> None:
    """Wire the only task."""
    comparer()


if "" not in entites():
    comparaison_entites()
