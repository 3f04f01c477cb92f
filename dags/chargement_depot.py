"""The loading chain: what a drop has that is new, source by source, then one announcement."""

from airflow.sdk import Param
from chaines.actifs import depot_charge, depot_surveille
from chaines.entites import Entite, chaine
from chaines.reglages import COMMUNS, param_exercices
from chaines.taches import annoncer, charger, ouvrir_depot

from mutualisation.entree.sources.registre import registre

DOC = """
### Chargement d'un dépôt
1. `ouvrir_depot` : le dépôt se lit, ou une seule alerte le dit ;
2. `charger`, une fois par source du registre : ce que le dépôt contient de nouveau pour elle (porte « fichier ») ;
3. `annoncer` : met à jour l'actif `entrepot/depot_charge`, une seule fois pour tout le dépôt. La chaîne
   `bilan_etape`, si elle est activée, part alors une fois.

Activée, elle part d'elle-même quand le dépôt surveillé (`MUTUALISATION_DEPOT`) est complet : le fichier `.complet` y
est posé en dernier, ou plus rien n'y bouge depuis `MUTUALISATION_DEPOT_CALME` secondes. Quand il ne peut plus être lu
depuis dix minutes, elle part aussi, échoue et alerte.

Les fichiers d'une source deviennent visibles ensemble, ou pas du tout ; les mêmes octets n'ont pas d'effet. Une source
sans rien de nouveau est passée ; si toutes le sont, rien n'est annoncé et aucun bilan ne part.

**En cas d'échec** : le journal de la tâche nomme le fichier et la raison ; les autres sources sont chargées, rien n'est
annoncé. Corrigez le fichier, déposez-le de nouveau (même nom, ou `_v2`) : le dépôt surveillé repart de lui-même ;
sinon, effacez l'état de la tâche en échec (« Clear ») dans la même exécution : l'annonce suit.

Pour ne charger qu'une source, donnez un dépôt qui n'a que son sous-dossier.
"""


@chaine(
    "chargement_depot",
    dag_display_name="Chargement d'un dépôt",
    schedule=depot_surveille,
    params={
        "depot": Param(
            None,
            type=["null", "string"],
            minLength=1,
            title="Dépôt",
            description_md="Dossier, ou adresse de stockage ; vide : celui qui est surveillé",
        ),
        "exercices": param_exercices("Ceux du bilan qui suivra ; vide : les exercices déjà publiés"),
    },
    tags=["chargement"],
    doc_md=DOC,
    **COMMUNS,
)
def chargement_depot(entite: Entite) -> None:
    """Wiring only."""
    chargees = charger.expand(source=list(registre().noms))
    ouvrir_depot() >> chargees >> annoncer.override(outlets=[depot_charge(entite.nom)])()
