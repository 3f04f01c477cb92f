"""Migrations of the warehouse, in alembic's ordinary layout.

A migration is a plain SQL file `versions/NNNN_nom.sql` and the script of the same name that runs it; table
`public.migrations` (alembic's version table) holds the name of the last one applied.
"""

from mutualisation.entrepot.migrations.application import migrer

__all__ = ["migrer"]
