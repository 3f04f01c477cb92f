"""Write the bundle that `importer.py` imports, from `tableaux.yml`: same file, same bundle.

    python lot.py LOT.zip

In the environment, `ADRESSE`: that of an account that reads `bi` (an analyst, or a commune, which sees its own rows).
Every page opens on `EXERCICE`; '' is the last published, of a page with `ouvre` what it asks.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import create_engine, text

VERSION = "1.0.0"
LARGEUR = 12
PUBLIE = "select max(exercice) from bi.dim_exercice"
BASE = "Entrepôt des services mutualisés"
HAUTEURS = {"nombre": 22, "barres": 50, "table": 60}
Objet = dict[str, Any]


def identifiant(*noms: str) -> str:
    """The same object keeps its identifier from an import to the next, which replaces it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("mutualisation", *noms))))


def base(adresse: str) -> Objet:
    """The database, that nobody can write through."""
    return {
        "database_name": BASE,
        "sqlalchemy_uri": adresse,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identifiant("base"),
        "version": VERSION,
    }


def selon_le_compte(dit: Objet, *, commune: bool) -> Objet:
    """What the account may be shown. A commune reads its own rows: a dataset that is closed to it, or sets its rows
    beside those of all (`analystes`), goes with its charts; `siennes` narrows another to what is its own."""
    if not commune:
        return dit
    jeux = {nom: dict(j) for nom, j in dit["jeux"].items() if not j.get("analystes")}
    for j in jeux.values():
        if "siennes" in j:
            j["sql"] = f"select * from (\n{j['sql']}) as toutes\nwhere {j['siennes']}"  # noqa: S608 - of the project
    pages = {
        nom: p | {"rangees": [r for rangee in p["rangees"] if (r := [d for d in rangee if d["jeu"] in jeux])]}
        for nom, p in dit["pages"].items()
    }
    return dit | {"jeux": jeux, "pages": {nom: p for nom, p in pages.items() if p["rangees"]}}


def est_une_commune(moteur: Any) -> bool:
    """Whether the account reads its own rows only."""
    with moteur.connect() as conn:
        lit_tout = conn.execute(text("select pg_has_role(current_user, 'mutualisation_lecteur', 'usage')")).scalar()
    return not lit_tout


def colonnes_de(moteur: Any, sql: str) -> list[tuple[str, str]]:
    """(name, type) of the columns of a dataset, asked of the warehouse."""
    with moteur.connect() as conn:
        requete = text(f"select * from ({sql}) as jeu limit 0")  # noqa: S608 - a query of the project
        decrites = conn.execute(requete).cursor.description
        types = dict(conn.execute(text("select oid::int, format_type(oid, null) from pg_catalog.pg_type")).fetchall())
    return [(c[0], types[c[1]]) for c in decrites]


def jeu(nom: str, dit: Objet, colonnes: list[tuple[str, str]], noms: Objet) -> Objet:
    """A dataset: its SQL, its columns, its measures."""
    return {
        "table_name": nom,
        "description": dit["titre"],
        "main_dttm_col": None,
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "schema": "bi",
        "sql": dit["sql"].strip(),
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "uuid": identifiant("jeu", nom),
        "metrics": [
            {
                "metric_name": cle,
                "verbose_name": m["titre"],
                "metric_type": None,
                "expression": m["expression"],
                "description": None,
                "d3format": m["format"],
                "currency": None,
                "extra": {},
                "warning_text": None,
            }
            for cle, m in dit["mesures"].items()
        ],
        "columns": [
            {
                "column_name": colonne,
                "verbose_name": noms.get(colonne),
                "is_dttm": type_.startswith(("date", "timestamp")),
                "is_active": True,
                "type": type_.upper(),
                "advanced_data_type": None,
                "groupby": True,
                "filterable": True,
                "expression": None,
                "description": None,
                "python_date_format": None,
                "extra": {},
            }
            for colonne, type_ in colonnes
        ],
        "version": VERSION,
        "database_uuid": identifiant("base"),
    }


def dessin(nom: str, dit: Objet, jeux: Objet) -> Objet:
    """A chart of a page."""
    mesures = jeux[dit["jeu"]]["mesures"]
    titre = dit.get("titre") or mesures[dit["mesures"][0]]["titre"]
    filtres = [{"clause": "WHERE", "expressionType": "SQL", "sqlExpression": dit["filtre"]}] if "filtre" in dit else []
    format_ = mesures[dit["mesures"][0]]["format"] if dit["mesures"] else None
    genres: dict[str, tuple[str, Objet]] = {
        "nombre": ("big_number_total", {"metric": next(iter(dit["mesures"]), None), "y_axis_format": format_}),
        "barres": (
            "echarts_timeseries_bar",
            {
                "x_axis": dit.get("axe"),
                "metrics": dit["mesures"],
                "groupby": [dit["serie"]] if "serie" in dit else [],
                "stack": "Stack" if "serie" in dit else None,
                "y_axis_format": format_,
                "x_axis_sort_asc": True,
                "xAxisLabelRotation": 45,
                "show_legend": True,
                "row_limit": 1000,
            },
        ),
        "table": (
            "table",
            {
                "query_mode": "aggregate" if dit["mesures"] else "raw",
                "groupby": dit.get("par") if dit["mesures"] else [],
                "all_columns": [] if dit["mesures"] else dit.get("par"),
                "metrics": dit["mesures"],
                "column_config": {m: {"d3NumberFormat": mesures[m]["format"]} for m in dit["mesures"]},
                "table_timestamp_format": "%d/%m/%Y",
                "row_limit": 1000,
            },
        ),
    }
    viz, parametres = genres[dit["genre"]]
    return {
        "slice_name": titre,
        "description": None,
        "certified_by": None,
        "certification_details": None,
        "viz_type": viz,
        "params": {"viz_type": viz, "adhoc_filters": filtres, **parametres},
        "query_context": None,
        "cache_timeout": None,
        "uuid": identifiant("dessin", nom),
        "version": VERSION,
        "dataset_uuid": identifiant("jeu", dit["jeu"]),
    }


def page(nom: str, dit: Objet, dessins: list[list[Objet]], exercice: int) -> Objet:
    """A dashboard: its rows of charts, and the exercice that all of them are of, but those that show them all."""
    de_tous = []
    place: Objet = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dit["titre"]}},
    }
    for r, rangee in enumerate(dessins):
        place["GRID_ID"]["children"].append(f"ROW-{r}")
        place[f"ROW-{r}"] = {
            "type": "ROW",
            "id": f"ROW-{r}",
            "children": [f"CHART-{r}-{i}" for i in range(len(rangee))],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for i, (d, decrit) in enumerate(zip(rangee, dit["rangees"][r], strict=True)):
            numero = 100 * r + i + 1
            if decrit.get("axe") == "exercice":
                de_tous.append(numero)
            place[f"CHART-{r}-{i}"] = {
                "type": "CHART",
                "id": f"CHART-{r}-{i}",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", f"ROW-{r}"],
                "meta": {
                    "chartId": numero,
                    "uuid": d["uuid"],
                    "sliceName": d["slice_name"],
                    "width": LARGEUR // len(rangee),
                    "height": HAUTEURS[decrit["genre"]],
                },
            }
    choix = {
        "filterState": {"value": [exercice]},
        "extraFormData": {"filters": [{"col": "exercice", "op": "IN", "val": [exercice]}]},
    }
    filtre = {
        "id": "NATIVE_FILTER-exercice",
        "name": "Exercice",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "description": "",
        "targets": [{"datasetUuid": identifiant("jeu", dit["rangees"][0][0]["jeu"]), "column": {"name": "exercice"}}],
        "defaultDataMask": choix,
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "defaultToFirstItem": False},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": de_tous},
    }
    return {
        "dashboard_title": dit["titre"],
        "description": None,
        "css": "",
        "slug": nom,
        "certified_by": "",
        "certification_details": "",
        "published": True,
        "uuid": identifiant("page", nom),
        "position": place,
        "metadata": {
            "native_filter_configuration": [filtre],
            "cross_filters_enabled": False,
            "color_scheme": "supersetColors",
        },
        "version": VERSION,
    }


def lot(dit: Objet, adresse: str, colonnes: dict[str, list[tuple[str, str]]], exercices: dict[str, int]) -> Objet:
    """{path in the bundle: object} of the whole."""
    fichiers: dict[str, Objet] = {
        "metadata.yaml": {"version": VERSION, "type": "assets", "timestamp": "2000-01-01T00:00:00+00:00"},
        "databases/entrepot.yaml": base(adresse),
    }
    for nom, j in dit["jeux"].items():
        fichiers[f"datasets/entrepot/{nom}.yaml"] = jeu(nom, j, colonnes[nom], dit["colonnes"])
    for nom, p in dit["pages"].items():
        dessins = [
            [dessin(f"{nom}_{r}_{i}", d, dit["jeux"]) for i, d in enumerate(x)] for r, x in enumerate(p["rangees"])
        ]
        fichiers |= {f"charts/{d['uuid']}.yaml": d for rangee in dessins for d in rangee}
        fichiers[f"dashboards/{nom}.yaml"] = page(nom, p, dessins, exercices[nom])
    return fichiers


def dernier_exercice(moteur: Any, requete: str) -> int:
    """The last one published, or what a page asks; a sentence and exit 1 when there is none."""
    with moteur.connect() as conn:
        dernier = conn.execute(text(requete)).scalar()
    if dernier is None:
        sys.exit("Aucun exercice n'est publié : lancez « mutualisation bilan », puis les tableaux de bord.")
    return int(dernier)


def principal(adresse: str, exercice: str, sortie: Path) -> None:
    """Write the bundle, once every dataset was asked its columns."""
    dit = yaml.safe_load(Path(__file__).with_name("tableaux.yml").read_text(encoding="utf-8"))
    moteur = create_engine(adresse)
    dit = selon_le_compte(dit, commune=est_une_commune(moteur))
    exercices = {n: int(exercice or dernier_exercice(moteur, p.get("ouvre", PUBLIE))) for n, p in dit["pages"].items()}
    colonnes = {nom: colonnes_de(moteur, j["sql"]) for nom, j in dit["jeux"].items()}
    with zipfile.ZipFile(sortie, "w") as archive:
        for chemin, objet in lot(dit, adresse, colonnes, exercices).items():
            archive.writestr(f"tableaux/{chemin}", yaml.safe_dump(json.loads(json.dumps(objet)), allow_unicode=True))


if __name__ == "__main__":
    adresse = os.environ["ADRESSE"].replace("postgresql:", "postgresql+psycopg2:", 1)
    principal(adresse, os.environ.get("EXERCICE", ""), Path(sys.argv[1]))
