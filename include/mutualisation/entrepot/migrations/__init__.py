"""Versioned migrations of the warehouse: plain SQL files `versions/NNNN_nom.sql`, run by alembic in order.

Table `public.migrations` (alembic's version table) holds the name of the last file applied.
"""

from mutualisation.entrepot.migrations.application import migrer

__all__ = ["migrer"]
