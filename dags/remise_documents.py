"""This chain delivers to each adherent what concerns it: makes envelopes, shows to whom and what, waits for a yes."""

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param
from mutualisation_chaines.alertes import OU_REPONDRE, RAPPEL, Alerte
from mutualisation_chaines.echecs import Echec
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE, attente, param_sortie
from mutualisation_chaines.taches import preparer, remettre_a_chacun

DOC = """
### Remise des documents
1. `preparer` : une enveloppe par adhérent d'un exercice publié (`remises_AAAA/` : un dossier et un ZIP, sa page, sa
   note, son projet de délibération, ses factures, et rien d'un autre), et leur liste ;
2. `accorder` : la chaîne montre à qui va quoi, et attend qu'une personne réponde (« Actions requises ») ;
3. `remettre_a_chacun` : chaque enveloppe part à l'adresse de service que donne `Courriel` de `adherents`, par la
   connexion Airflow `remise_courriel` (type SMTP ; d'une entité, `remise_courriel_ENTITE`). Sans adresse ou sans
   connexion, elle est à porter : la liste le dit.

Le registre des exécutions (`exploitation.envois`) a une ligne avant chaque lettre, une par SIRET, exercice et version :
une clôture n'envoie rien de nouveau, et la tâche relancée n'envoie que ce qui n'est pas parti. Une lettre n'est essayée
qu'une fois. Coupée pendant son envoi, elle n'est jamais renvoyée d'elle-même : la tâche dit le SIRET. Pour renvoyer,
coupée ou changée depuis : une autre exécution, avec ce SIRET dans `renvoyer`. « Reject » : rien n'est envoyé.
"""
MONTREE = "ti.xcom_pull(task_ids='preparer')"
PHRASE = f"{{{{ {MONTREE}['phrase'] }}}}"
CORPS = f"{{{{ {MONTREE}['tableau'] }}}}\n\nEnveloppes : {{{{ {MONTREE}['lieu'] }}}}"


for entite, reglages in chaines("remise_documents", "Remise des documents"):
    with DAG(
        # a run that waits for a person waits as long as it takes
        **reglages | {"dagrun_timeout": None},
        schedule=None,
        params={
            "exercice": Param(**EXERCICE, title="Exercice publié"),
            "sortie": param_sortie("Dossier de l'extrait, des factures et des enveloppes"),
            "renvoyer": Param(
                [],
                type="array",
                items={"type": "string", "pattern": "^[0-9]{14}$"},
                title="Renvoyer",
                description_md="SIRET des adhérents à qui renvoyer : envoi coupé, documents ou adresse changés depuis",
            ),
        },
        tags=["remise"],
        description="Remet à chaque adhérent ses documents, après l'accord d'une personne",
        doc_md=DOC,
    ) as chaine:
        preparee = preparer()
        accorder = ApprovalOperator(
            task_id="accorder",
            subject=PHRASE,
            body=CORPS,
            notifiers=[Alerte(entite.dire(RAPPEL + PHRASE), OU_REPONDRE)],
            assigned_users=entite.repondants,
            on_failure_callback=Echec("remise"),
            **attente(),
        )
        preparee >> accorder
        remettre_a_chacun(preparee, accorder.output)
    declarer(chaine, entite.nom)
