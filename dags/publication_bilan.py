"""This chain publishes a version that nobody asked for: it shows its changes and documents, and waits for an answer."""

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param
from mutualisation_chaines.actifs import candidate
from mutualisation_chaines.alertes import OU_REPONDRE, RAPPEL, Alerte
from mutualisation_chaines.echecs import Echec
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import attente
from mutualisation_chaines.taches import accorder, encore_demandee, presenter, publier_au_nom

DOC = """
### Publication d'un bilan
1. `presenter` : la version qui attend, ses écarts en euros avec la version publiée et avec l'année précédente, le
   dossier où lire les documents mêmes qui seront publiés ;
2. `relire` : la chaîne attend qu'une personne réponde (« Actions requises »), et l'alerte la prévient ;
3. `publier_au_nom` : la version est publiée sous le compte de la personne qui a répondu, que dit l'énoncé signé, et ces
   documents prennent leur place.

Activée, elle part d'elle-même quand `bilan_etape` a construit une version que personne n'a demandée. Sur un serveur
nommé, la connexion Airflow `publication_NOM` (d'une entité, `publication_ENTITE__NOM`) donne le login et le mot de
passe de la personne NOM, membre de `mutualisation_traitement`. Qui a publié un exercice ne le clôt pas. « Reject » :
rien n'est publié.

Ce qui suit une réponse passe avant tout autre traitement, et un oui vaut pour la version lue : celle qu'un bilan
compose entre-temps ne prend ni son tour ni ses documents. Si une version plus récente attendait déjà, répondre à la
plus ancienne échoue aussitôt et nomme la plus récente. Sans réponse, l'alerte repart tous les sept jours
(`MUTUALISATION_RAPPEL`).
"""
PRESENTEE = "ti.xcom_pull(task_ids='presenter')"
PHRASE = f"{{{{ {PRESENTEE}['phrase'] }}}}"
CORPS = f"{{{{ {PRESENTEE}['tableau'] }}}}\n\nDocuments qui seront publiés : {{{{ {PRESENTEE}['lieu'] }}}}"


for entite, reglages in chaines("publication_bilan", "Publication d'un bilan"):
    with DAG(
        # a run that waits for a person waits as long as it takes, and doesn't hold back the next
        **reglages | {"max_active_runs": 16, "dagrun_timeout": None},
        schedule=[candidate(entite.nom)],
        params={
            "version": Param(
                None,
                type=["null", "integer"],
                minimum=1,
                title="Version",
                description_md="Vide : la dernière construite",
            ),
        },
        tags=["bilan", "publication"],
        description="Fait relire une version proposée, puis la publie",
        doc_md=DOC,
    ) as chaine:
        presentee = presenter()
        relire = ApprovalOperator(
            task_id="relire",
            subject=PHRASE,
            body=CORPS,
            notifiers=[Alerte(entite.dire(RAPPEL + PHRASE), OU_REPONDRE)],
            assigned_users=entite.repondants,
            pre_execute=encore_demandee,
            post_execute=accorder,
            on_failure_callback=Echec("publication"),
            **attente(),
        )
        presentee >> relire
        publier_au_nom(presentee, relire.output)
    declarer(chaine, entite.nom)
