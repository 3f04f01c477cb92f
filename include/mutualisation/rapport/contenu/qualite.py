"""The rows left aside, counted."""

from __future__ import annotations

from typing import Any

from mutualisation.rapport.publie import Bilan

PAR_MOTIF_DE_REJET = """
select fichier, statut, motif, count(*) as lignes
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by fichier, statut, motif
 order by fichier collate "C", statut collate "C", motif collate "C"
"""


def rejets(bilan: Bilan) -> list[dict[str, Any]]:
    """Rows left aside, counted by file, status and reason: fichier, statut, motif, lignes."""
    return bilan.agreger("rejets", PAR_MOTIF_DE_REJET)
