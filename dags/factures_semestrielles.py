"""The invoices of a semestre, from what is published."""

from airflow.sdk import Param
from chaines.entites import Entite, chaine
from chaines.reglages import COMMUNS, EXERCICE, param_sortie
from chaines.taches import facturer

DOC = """
### Factures d'un semestre
`facturer` écrit le dossier `factures_AAAA-SN/` d'un exercice publié : une facture par adhérent à facturer, les reports,
le récapitulatif, le projet de PES recette (si les codes du poste comptable sont connus) et, au second semestre, les
états annuels. Avec un adhérent : ses documents seuls, dans `factures_AAAA-SN_<SIRET>/`. La même publication donne les
mêmes octets ; rien n'est émis.

**En cas d'échec** : aucun dossier n'est écrit, le précédent reste en place ; le journal de la tâche dit pourquoi.
"""


@chaine(
    "factures_semestrielles",
    dag_display_name="Factures d'un semestre",
    params={
        "exercice": Param(**EXERCICE, title="Exercice publié"),
        "semestre": Param(type="integer", enum=[1, 2], title="Semestre"),
        "sortie": param_sortie("Dossier des factures"),
        "adherent": Param(
            None, type=["null", "string"], pattern="^[0-9]{14}$", title="Adhérent", description_md="SIRET ; vide : tous"
        ),
    },
    tags=["factures"],
    doc_md=DOC,
    **COMMUNS,
)
def factures_semestrielles(_: Entite) -> None:
    """Wiring only."""
    facturer()
