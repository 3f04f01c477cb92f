"""The loading chain loads what is new in a drop, then announces it once."""

from airflow.sdk import DAG, Param
from mutualisation_chaines.actifs import SOURCES, depot_charge, depot_surveille, sources_chargees
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import param_exercices
from mutualisation_chaines.taches import charger

DOC = """
### Chargement d'un dépôt
`charger` charge ce que le dépôt contient de nouveau, source par source (porte « fichier »), puis met à jour l'actif
`entrepot/depot_charge`, une seule fois pour tout le dépôt. La chaîne `bilan_etape`, si elle est activée, part alors une
fois.

Activée, elle part d'elle-même quand le dépôt surveillé (`MUTUALISATION_DEPOT`) est complet : le fichier `.complet` y
est posé en dernier, ou plus rien n'y bouge depuis `MUTUALISATION_DEPOT_CALME` secondes. Quand il ne peut plus être lu
depuis dix minutes, elle part aussi, échoue et alerte.

Les fichiers d'une source deviennent visibles ensemble, ou pas du tout ; les mêmes octets n'ont pas d'effet. Si rien
n'est nouveau, la tâche est passée : rien n'est annoncé et aucun bilan ne part.

**En cas d'échec** : le journal de la tâche nomme chaque fichier et la raison ; les autres sources sont chargées, rien
n'est annoncé. Corrigez le fichier, déposez-le de nouveau (même nom, ou `_v2`) : le dépôt surveillé repart de lui-même ;
sinon, effacez l'état de la tâche en échec (« Clear ») dans la même exécution : l'annonce suit.

Chaque source a son actif (`entrepot/rh`, `compta`, `cee`, `cam`, `activite`, `referentiel`), mis à jour quand la chaîne
en a chargé un fichier : une autre chaîne peut n'attendre que lui. Pour ne charger qu'une source, nommez-la.
"""


for entite, reglages in chaines("chargement_depot", "Chargement d'un dépôt"):
    with DAG(
        **reglages,
        schedule=depot_surveille(entite),
        params={
            "depot": Param(
                None,
                type=["null", "string"],
                minLength=1,
                title="Dépôt",
                description_md="Dossier, ou adresse de stockage ; vide : celui qui est surveillé",
            ),
            "sources": Param(
                [],
                type="array",
                items={"type": "string", "enum": list(SOURCES)},
                title="Sources",
                description_md="Sous-dossiers du dépôt ; vide : tous",
            ),
            "exercices": param_exercices("Ceux du bilan qui suivra ; vide : les exercices déjà publiés"),
        },
        tags=["chargement"],
        description="Charge ce qu'un dépôt a de nouveau, et l'annonce",
        doc_md=DOC,
    ) as chaine:
        charger.override(outlets=[depot_charge(entite.nom), sources_chargees(entite.nom)])()
    declarer(chaine, entite.nom)
