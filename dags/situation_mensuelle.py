"""Where a year stands is written when a load completes a month, or when asked."""

from airflow.sdk import DAG, Param
from mutualisation_chaines.actifs import depot_charge
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE, param_sortie
from mutualisation_chaines.taches import situer

DOC = """
### Situation d'un mois
`situer` écrit le dossier `situation_AAAA-MM/` : ce que l'exercice a dépensé, employé et titré depuis janvier, à côté
de la même date de l'an dernier, et où il finirait. Provisoire : rien n'est publié, aucune version ne change.

Activée, elle part d'elle-même quand un dépôt a été chargé (actif `entrepot/depot_charge`), et n'écrit que si un mois
est devenu complet (temps et mandats de chaque mois écoulé, agents), dans un exercice qui n'est ni publié ni
entier (le bilan le dit alors). Un mois corrigé se demande : exercice, mois.

**En cas d'échec** : aucun dossier n'est écrit, le précédent reste en place ; le journal de la tâche nomme le fichier
qui manque. Une fois qu'il est chargé, effacez l'état de la tâche (« Clear »).
"""


for entite, reglages in chaines("situation_mensuelle", "Situation d'un mois"):
    with DAG(
        **reglages,
        schedule=[depot_charge(entite.nom)],
        params={
            "exercice": Param(
                None,
                **EXERCICE | {"type": ["null", "integer"]},
                title="Exercice",
                description_md="Vide, comme le mois : les mois devenus complets",
            ),
            "mois": Param(None, type=["null", "integer"], minimum=1, maximum=12, title="Mois"),
            "sortie": param_sortie("Dossier des situations"),
        },
        tags=["situation"],
        description="Écrit où en est l'année à la fin d'un mois",
        doc_md=DOC,
    ) as chaine:
        situer()
    declarer(chaine, entite.nom)
