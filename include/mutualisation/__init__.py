"""The warehouse of mutualisation costs, recovers, controls and publishes shared services.

For analysts: `mutualisation.lire("recouvrement", exercice=2021)` is a DataFrame of what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def lire(relation: str, exercice: int | None = None) -> DataFrame:
    """Return what `publication` shows of a relation as a DataFrame, of one exercice or of all.

    Columns are typed by the contract: `Decimal` amounts (never a float), `Int64`, `string`, `boolean`, `date`. The
    warehouse is that of `ENTREPOT_DSN`, else the embedded one. Raises `ErreurMutualisation` when the relation or the
    exercice is not published, naming the closest one."""
    from mutualisation.publication.versions import dataframes

    return dataframes.lire_relation(relation, exercice)
