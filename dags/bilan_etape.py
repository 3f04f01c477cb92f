"""The bilan chain: build, gate, publish, extract."""

from airflow.sdk import AssetAny, Param, dag
from chaines.actifs import brut
from chaines.reglages import COMMUNS, param_depot
from chaines.taches import charger, choisir_exercices, construire, controler, extraire, publier

from mutualisation.sources.registre import registre

DOC = """
### Bilan d'étape
1. `charger` : ce que le dépôt contient de nouveau, quand un dépôt est donné ;
2. `construire` : règles R1 à R6 sur les exercices demandés (porte « modèle ») ;
3. `controler` : contrôles du bilan (porte « bilan ») ;
4. `publier` : la nouvelle version remplace l'ancienne en une transaction ;
5. `extraire` : un dossier `bilan_AAAA/` par exercice.

Une porte qui échoue arrête la chaîne : la publication précédente reste en place, et le journal de la tâche nomme
les contrôles en cause. Activée, la chaîne repart d'elle-même quand une source a été chargée, sur les exercices
déjà publiés. `publier` rend l'empreinte `publication_sha256`.
"""


@dag(
    dag_id="bilan_etape",
    dag_display_name="Bilan d'étape",
    schedule=AssetAny(*(brut(source.nom) for source in registre())),
    is_paused_upon_creation=True,
    params={
        "exercices": Param(
            [],
            type="array",
            items={"type": "integer", "minimum": 2000, "maximum": 2100},
            title="Exercices",
            description_md="Vide : les exercices déjà publiés",
        ),
        "depot": param_depot("À charger d'abord ; vide : ce qui est déjà chargé"),
        "sortie": Param(None, type=["null", "string"], title="Dossier des extraits"),
        "prepare_par": Param(None, type=["null", "string"], title="Préparé par"),
    },
    tags=["bilan"],
    doc_md=DOC,
    **COMMUNS,
)
def bilan_etape() -> None:
    """Wiring only."""
    exercices = choisir_exercices()
    charger() >> exercices
    version = construire(exercices)
    publication = publier(controler(version))
    publication >> extraire.expand(exercice=exercices)


bilan_etape()
