# ruff: noqa: S608 - names of the registry (checked identifiers)
"""What Great Expectations is told of a jeu: the asset of its rows, judged by its suite, in its source's checkpoint.

The suites are written by hand; the rest of `expectations/gx` that names a jeu is generated from the registry.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from mutualisation.sources.jeux import Colonne, Jeu, Source
from mutualisation.sources.registre import registre

# In great_expectations.yml, the assets of the jeux follow this line
REPERE = "      # generated: python -m mutualisation.sources.generation\n"
LOT = "tout"
# Counts alone leave the server: a row of a jeu may be an agent's
DECOMPTES = {"result_format": "BASIC", "partial_unexpected_count": 0}


def identifiant(nom: str) -> str:
    """A fixed id for what Great Expectations would number at random."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"mutualisation/expectations/{nom}"))


def ecrire_contexte(dossier: Path) -> None:
    """Write the assets, validation definitions and checkpoints of the sources; a suite only where there is none."""
    configuration = dossier / "great_expectations.yml"
    entete, _, _ = configuration.read_text(encoding="utf-8").partition(REPERE)
    configuration.write_text(entete + REPERE + "".join(_actif(s, j) for s in registre() for j in s.jeux), "utf-8")
    for source in registre():
        noms = [f"{source.nom}.{jeu.nom}" for jeu in source.jeux]
        for nom, jeu in zip(noms, source.jeux, strict=True):
            _ecrire(dossier / "validation_definitions" / f"{nom}.json", definition(nom, jeu.nom))
            suite = dossier / "expectations" / source.nom / f"{jeu.nom}.json"
            if not suite.exists():
                meta = {"libelle": jeu.libelle} | ({"total": jeu.mesure.nom} if jeu.mesure else {})
                _ecrire(suite, {"name": nom, "id": identifiant(nom), "meta": meta, "expectations": []})
        _ecrire(dossier / "checkpoints" / f"{source.nom}.json", point_de_controle(source.nom, noms, DECOMPTES))


def definition(suite: str, actif: str, source: str = "entrepot") -> dict[str, Any]:
    """A validation definition: that suite judges that asset."""
    references = {"datasource": source, "asset": actif, "batch_definition": LOT}
    return {
        "name": suite,
        "id": identifiant(f"definition/{suite}"),
        "data": {cle: {"name": nom, "id": None} for cle, nom in references.items()},
        "suite": {"name": suite, "id": identifiant(suite)},
    }


def point_de_controle(nom: str, definitions: list[str], forme: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint over validation definitions, with the form of its results."""
    return {
        "name": nom,
        "id": identifiant(f"checkpoint/{nom}"),
        "validation_definitions": [{"name": d, "id": identifiant(f"definition/{d}")} for d in definitions],
        "actions": [],
        "result_format": forme,
    }


def _actif(source: Source, jeu: Jeu) -> str:
    """The rows of the last load of the source, each cell as it was read."""
    liste = ", ".join(
        [
            "b.fichier_id",
            "b.ligne",
            "b.defauts",
            *(_cellule(c, rang) for rang, c in enumerate(jeu.colonnes_entrepot, 1)),
        ]
    )
    return f"""      {jeu.nom}:
        type: query
        query: |
          select {liste}
          from brut.{jeu.nom} as b
          where b.fichier_id = any(array(
            select f.fichier_id from journal.fichiers as f
            where f.chargement_id = (
              select max(c.chargement_id) from journal.chargements as c where c.source = '{source.nom}')))
        batch_definitions:
          {LOT}: {{id: {identifiant(f"lot/{jeu.nom}")}}}
"""


def _cellule(colonne: Colonne, rang: int) -> str:
    """An unknown value of an enumeration is told from an empty cell, for `expect_column_values_to_be_in_set`."""
    if colonne.type != "enumeration":
        return f"b.{colonne.nom}"
    inconnue = "'" + f"{colonne.entete}|valeur inconnue".replace("'", "''") + "'"
    sinon = f"case when starts_with(b.defauts, {inconnue}) then 'inconnue' end"
    if colonne.inconnue_vide:  # it is no defect (C7): the row as delivered tells
        sinon = f"nullif(split_part(b.delivre, U&'\\001F', {rang}), '')"
    return f"coalesce(b.{colonne.nom}, {sinon}) as {colonne.nom}"


def _ecrire(chemin: Path, contenu: dict[str, Any]) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text(json.dumps(contenu, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
