"""The closing chain checks an exercice, waits for a person's approval, then writes the closed extract."""

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param
from mutualisation_chaines.alertes import OU_REPONDRE, RAPPEL, Alerte
from mutualisation_chaines.echecs import REVERIFIER, Echec
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE, attente
from mutualisation_chaines.taches import OUVERT, clore, encore_demandee, verifier

DOC = """
### Clôture d'un exercice
1. `verifier` : aucun écart sans justification, l'extrait à approuver est celui qui a été écrit ;
2. `approuver` : la chaîne attend qu'une personne réponde (« Actions requises »), qui y lit les chiffres ; l'alerte la
   prévient, et de nouveau tous les sept jours (`MUTUALISATION_RAPPEL`) ;
3. `clore` : la base enregistre l'approbation sous le compte de la personne qui a répondu, puis l'extrait est réécrit
   avec le statut `clos`.

Sur un serveur nommé, la personne NOM approuve sous son propre compte, que donne la connexion Airflow `approbation_NOM`
(d'une entité, `approbation_ENTITE__NOM`) : login et mot de passe d'un membre du groupe `approbateur` qui n'a préparé
aucune version de l'exercice. La base refuse toute autre personne. « Reject » : rien n'est clos.
"""
A_CLORE = "ti.xcom_pull(task_ids='verifier')"
PHRASE = f"{{{{ {A_CLORE}['phrase'] }}}} {{{{ {A_CLORE}['laisse_de_cote'] }}}}"
CORPS = """
Exercice **{{ params.exercice }}**, version **{{ ti.xcom_pull(task_ids='verifier')['version'] }}** ; extrait
{{ ti.xcom_pull(task_ids='verifier')['lieu'] }}, empreinte de son manifeste
`{{ ti.xcom_pull(task_ids='verifier')['manifeste_sha256'] }}`.

{{ ti.xcom_pull(task_ids='verifier')['phrase'] }} {{ ti.xcom_pull(task_ids='verifier')['laisse_de_cote'] }}

{{ ti.xcom_pull(task_ids='verifier')['tableau'] }}

Approuver fige les chiffres et les documents de cet exercice. Qui l'a préparé ne peut pas l'approuver.
"""


for entite, reglages in chaines("cloture_exercice", "Clôture d'un exercice"):
    with DAG(
        # a person answers when it may: nothing stops the run
        **reglages | {"dagrun_timeout": None},
        schedule=None,
        params={
            "exercice": Param(**EXERCICE, title="Exercice publié"),
            "sortie": Param(
                None,
                type=["null", "string"],
                title="Dossier où est l'extrait",
                description_md="Vide : là où il a été écrit",
            ),
        },
        tags=["clôture"],
        description="Fait approuver un exercice publié, puis le clôt",
        doc_md=DOC,
    ) as chaine:
        a_clore = verifier()
        approuver = ApprovalOperator(
            task_id="approuver",
            subject="Clore l'exercice {{ params.exercice }} ?",
            body=CORPS,
            assigned_users=entite.repondants,
            notifiers=[Alerte(entite.dire(RAPPEL + PHRASE), OU_REPONDRE)],
            pre_execute=encore_demandee,
            on_failure_callback=Echec("approbation", OUVERT, depassee=REVERIFIER),
            **attente(),
        )
        a_clore >> approuver
        clore(a_clore, approuver.output)
    declarer(chaine, entite.nom)
