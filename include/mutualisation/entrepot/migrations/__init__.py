"""Migrations of the warehouse, in alembic's ordinary layout.

A migration is a folder of plain SQL files `versions/NNNN_nom/` and the script of the same name that runs them in order;
table `public.migrations` (alembic's version table) holds the name of the last one applied.
"""
