"""The bilan chain builds, checks, composes the documents, then publishes them, or waits for somebody to do so."""

from airflow.sdk import DAG, Param
from mutualisation_chaines.actifs import candidate, depot_charge, sources
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import param_exercices, param_sortie
from mutualisation_chaines.taches import (
    aiguiller,
    choisir_exercices,
    composer,
    construire,
    proposer,
    publier,
)

DOC = """
### Bilan d'étape
1. `construire` : les règles de coût, de recouvrement et de facturation, sur les exercices demandés (porte « modèle »),
   puis les contrôles du bilan (porte « bilan ») ;
2. `composer` : un dossier `bilan_AAAA/` par exercice, composé à part (`a_publier_vN/`) et relu (porte « extrait ») ;
3. si une personne l'a lancée, `publier` : la version remplace l'ancienne en une transaction, que conclut son énoncé
   signé, et ses documents prennent leur place ;
4. partie d'elle-même, ou avec « Relire avant de publier », `proposer` : la version et ses documents attendent qu'une
   personne les publie, dans la chaîne `publication_bilan`.

Le bilan porte sur ce qui est chargé. Activée, la chaîne part d'elle-même quand un dépôt a été chargé (actif
`entrepot/depot_charge`) : une fois par dépôt, sur les exercices annoncés, à défaut sur ceux qui sont ouverts : déjà
publiés, ou postérieurs et complets. Un exercice postérieur dont la masse salariale est chargée, mais à qui un fichier
attendu manque, est laissé de côté : une alerte le dit.

Une porte qui échoue, celle des documents comprise, arrête la chaîne : la publication et les extraits précédents restent
en place, et le journal de la tâche nomme les contrôles en cause. `publier` rend l'empreinte `publication_sha256`.
"""


for entite, reglages in chaines("bilan_etape", "Bilan d'étape"):
    with DAG(
        **reglages,
        schedule=[depot_charge(entite.nom)],
        params={
            "exercices": param_exercices("Vide : ceux annoncés par le chargement, à défaut ceux qui sont ouverts"),
            "sortie": param_sortie("Dossier des extraits"),
            "relecture": Param(False, type="boolean", title="Relire avant de publier"),
        },
        tags=["bilan"],
        description="Construit, contrôle et compose un bilan, puis le publie ou le propose",
        doc_md=DOC,
    ) as chaine:
        exercices = choisir_exercices()
        version = construire.override(inlets=list(sources(entite.nom).values()))(exercices)
        suites = [publier(version, exercices), proposer.override(outlets=[candidate(entite.nom)])(version)]
        composer(version) >> aiguiller(version) >> suites
    declarer(chaine, entite.nom)
