"""What the yml of a model says of its columns, against the columns that the database gives it."""

import yaml
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.chemins import PROJET_DBT
from mutualisation.construction.dbt import SCHEMA

COLONNES = """
select table_name, array_agg(column_name::text order by column_name::text)
  from information_schema.columns where table_schema = %s group by table_name
"""


def _decrites() -> dict[str, list[str]]:
    return {
        modele["name"]: sorted(c["name"] for c in modele["columns"])
        for fichier in sorted((PROJET_DBT / "models").rglob("_*.yml"))
        for modele in yaml.safe_load(fichier.read_text(encoding="utf-8")).get("models", [])
    }


def test_chaque_colonne_est_decrite(atelier: Atelier) -> None:
    """Columns described and columns built are the same; an ephemeral model has no relation to compare."""
    with atelier.raconte(SOCLE_SEUL) as construction:
        construites = {nom: list(colonnes) for nom, colonnes in construction.conn.execute(COLONNES, (SCHEMA,))}
    decrites = {nom: colonnes for nom, colonnes in _decrites().items() if not nom.startswith("rej_")}
    assert len(decrites) > 100
    assert {nom: construites.get(nom) for nom in decrites} == decrites
