"""One ingestion chain per source of the registry."""

from airflow.sdk import DAG, dag
from chaines.actifs import brut
from chaines.reglages import COMMUNS, param_depot
from chaines.taches import charger

from mutualisation.sources.jeux import Source
from mutualisation.sources.registre import registre

DOC = """
### {libelle}
{description}

Charge dans l'entrepôt ce que le dépôt contient de nouveau pour cette source ({jeux}).
Les fichiers d'un même chargement deviennent visibles ensemble, ou pas du tout ; les mêmes octets n'ont pas d'effet.

**En cas d'échec** : le journal de la tâche nomme le fichier et la raison. Corrigez le fichier, déposez-le de
nouveau (même nom, ou `_v2`), puis relancez la chaîne.
"""


def chaine(source: Source) -> DAG:
    """The chain of one source; it updates the asset of the raw rows of that source."""
    doc = DOC.format(
        libelle=source.libelle, description=source.description, jeux=", ".join(f"`{j.nom}`" for j in source.jeux)
    )

    @dag(
        dag_id=f"ingestion_{source.nom}",
        dag_display_name=f"Ingestion : {source.libelle}",
        schedule=None,
        params={"depot": param_depot("Dossier qui contient le sous-dossier de la source")},
        tags=["ingestion", source.nom],
        doc_md=doc,
        **COMMUNS,
    )
    def ingestion() -> None:
        charger.override(outlets=[brut(source.nom)])(source.nom)

    return ingestion()


for source in registre():
    chaine(source)
