"""The invoices of a semestre, from what is published."""

from airflow.sdk import DAG, Param
from mutualisation_chaines.entites import chaines
from mutualisation_chaines.lignage import declarer
from mutualisation_chaines.reglages import EXERCICE, param_sortie
from mutualisation_chaines.taches import facturer

DOC = """
### Factures d'un semestre
`facturer` écrit le dossier `factures_AAAA-SN/` d'un exercice publié : une facture par adhérent à facturer, les reports,
le récapitulatif, le projet de PES recette (si les codes du poste comptable sont connus) et, au second semestre, les
états annuels. Avec un adhérent : ses documents seuls, dans `factures_AAAA-SN_<SIRET>/`. La même publication donne les
mêmes octets ; rien n'est émis.

**En cas d'échec** : aucun dossier n'est écrit, le précédent reste en place ; le journal de la tâche dit pourquoi.
"""


for entite, reglages in chaines("factures_semestrielles", "Factures d'un semestre"):
    with DAG(
        **reglages,
        schedule=None,
        params={
            "exercice": Param(**EXERCICE, title="Exercice publié"),
            "semestre": Param(type="integer", enum=[1, 2], title="Semestre"),
            "sortie": param_sortie("Dossier des factures"),
            "adherent": Param(
                None,
                type=["null", "string"],
                pattern="^[0-9]{14}$",
                title="Adhérent",
                description_md="SIRET ; vide : tous",
            ),
        },
        tags=["factures"],
        doc_md=DOC,
    ) as chaine:
        facturer()
    declarer(chaine, entite.nom)
