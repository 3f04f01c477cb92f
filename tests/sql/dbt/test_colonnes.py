"""What the yml of a model says of its columns, against the columns that the database gives it."""

import yaml
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.socle.chemins import PROJET_DBT

COLONNES = """
select table_name, array_agg(column_name::text order by column_name::text)
  from information_schema.columns where table_schema = %s group by table_name
"""


# layers whose every column is described
ENTIERES = ("marts", "controles", "publication", "bi")


def _decrites(dossier: str) -> dict[str, list[str]]:
    return {
        modele["name"]: sorted(c["name"] for c in modele.get("columns", ()))
        for fichier in sorted((PROJET_DBT / "models" / dossier).rglob("_*.yml"))
        for modele in yaml.safe_load(fichier.read_text(encoding="utf-8")).get("models", [])
        # a view of `bi` is made over what is published
        if modele.get("config", {}).get("materialized") != "view"
    }


def test_chaque_colonne_est_decrite(atelier: Atelier) -> None:
    """Columns described and columns built are the same; below the marts, what is described is built."""
    with atelier.raconte(SOCLE_SEUL) as construction:
        construites = {nom: list(colonnes) for nom, colonnes in construction.conn.execute(COLONNES, (SCHEMA,))}
    entieres = {nom: colonnes for dossier in ENTIERES for nom, colonnes in _decrites(dossier).items()}
    assert len(entieres) > 50
    assert {nom: construites.get(nom) for nom in entieres} == entieres
    for nom, colonnes in (_decrites("staging") | _decrites("intermediate")).items():
        assert set(colonnes) <= set(construites.get(nom, ())), nom
