"""Each task says what it reads and writes, for who follows data from tool to tool (OpenLineage, where it is installed).
No name is that of a machine: the address of a drop or of a warehouse may hold an account."""

from typing import Any

from airflow.providers.common.compat.lineage.entities import Table

from mutualisation.usage.ordonnancement import nommer

DEPOT, EXTRAITS, FACTURES = "depot.fichiers", "extraits.bilans", "extraits.factures"
BRUT, CONSTRUCTION, PUBLICATION = "entrepot.brut", "entrepot.construction", "entrepot.publication"
# {task: (what it reads, what it writes)}
TACHES: dict[str, tuple[str, str | None]] = {
    "charger": (DEPOT, BRUT),
    "construire": (BRUT, CONSTRUCTION),
    "presenter": (CONSTRUCTION, None),
    "publier": (CONSTRUCTION, PUBLICATION),
    "publier_au_nom": (CONSTRUCTION, PUBLICATION),
    "composer": (CONSTRUCTION, EXTRAITS),
    "clore": (PUBLICATION, EXTRAITS),
    "facturer": (PUBLICATION, FACTURES),
}


def declarer(chaine: Any, entite: str) -> None:
    """Add to each task of an entity's chain what it reads and writes, in the namespace of the entity."""
    for tache in chaine.tasks:
        lit, ecrit = TACHES.get(tache.task_id, (None, None))
        tache.inlets = [*tache.inlets, *jeux(lit, entite)]
        tache.outlets = [*tache.outlets, *jeux(ecrit, entite)]


def jeux(nom: str | None, entite: str) -> list[Table]:
    """Return a name as the one dataset of an entity; [] for None."""
    if nom is None:
        return []
    base, _, jeu = nom.partition(".")
    return [Table(cluster=nommer("mutualisation", entite, "/"), database=base, name=jeu)]
