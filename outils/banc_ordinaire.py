"""The obvious stack on the same drop: pandas and `to_sql`, one dbt call per model as Cosmos makes, GX on data frames.

Every file is read and landed for real. dbt is called for one model in `PAS`, in the order of the graph, on a warehouse
loaded beforehand (not counted), and the time is carried over to all: 190 calls of some seconds each would say the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import great_expectations as gx
import pandas as pd
from sqlalchemy import create_engine

from mutualisation.entrepot.base.parametres_libpq import url_sqlalchemy
from mutualisation.entrepot.construction.dbt import variables_dbt
from mutualisation.socle.chemins import PROJET_DBT
from mutualisation.usage import operations as op

PAS = 10
ENCODAGES = ("utf-8-sig", "cp1252")


def duree_ordinaire(depot: Path, var: Path) -> float:
    """Seconds from the files of a drop to models built and data frames validated."""
    os.environ["MUTUALISATION_VAR"] = str(var)
    with op.Session.depuis_environnement() as session:
        op.charger(session, str(depot))
        debut = time.perf_counter()
        cadres = _atterrir(depot, url_sqlalchemy(session.dsn))
        atterri = time.perf_counter() - debut
        construit = _construire(session.dsn, var)
    debut = time.perf_counter()
    for nom, cadre in cadres.items():
        _valider(nom, cadre)
    return atterri + construit + time.perf_counter() - debut


def _atterrir(depot: Path, url: str) -> dict[str, pd.DataFrame]:
    """Each file into a table of its kind, as it is; {kind: data frame}."""
    cadres: dict[str, list[pd.DataFrame]] = {}
    moteur = create_engine(url)
    for fichier in sorted(f for f in depot.rglob("*") if f.suffix in {".csv", ".xlsx"}):
        cadre = _lire(fichier)
        nom = f"ordinaire_{fichier.name.split('_')[0]}"
        cadre.to_sql(f"{nom}_{len(cadres.get(nom, []))}", moteur, if_exists="replace", index=False, chunksize=10_000)
        cadres.setdefault(nom, []).append(cadre)
    moteur.dispose()
    return {nom: pd.concat(lus) for nom, lus in cadres.items()}


def _lire(fichier: Path) -> pd.DataFrame:
    if fichier.suffix == ".xlsx":
        return pd.read_excel(fichier, dtype=str)
    for encodage in ENCODAGES:
        try:
            texte = fichier.read_text(encoding=encodage)
            break
        except UnicodeDecodeError:
            continue
    lignes = texte.splitlines()
    large = max(ligne.count(";") for ligne in lignes[:10])
    entete = next(i for i, ligne in enumerate(lignes) if ligne.count(";") == large and ligne.strip(";"))
    cadre = pd.read_csv(fichier, sep=";", dtype=str, encoding=encodage, skiprows=entete, on_bad_lines="skip")
    return cadre.loc[:, ~cadre.columns.duplicated()]


def _construire(dsn: str, var: Path) -> float:
    """One `dbt run --select` for each model drawn, carried over to all of them."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    environnement = dict(os.environ) | variables_dbt(dsn, var)

    def lancer(*arguments: str) -> str:
        fait = subprocess.run(
            [dbt, *arguments], cwd=PROJET_DBT, env=environnement, capture_output=True, text=True, check=False
        )
        if fait.returncode:
            raise SystemExit(fait.stdout)
        return fait.stdout

    # the others find what they select from
    lancer("build", "--exclude-resource-type", "unit_test")
    modeles = lancer("ls", "--resource-type", "model", "--output", "name", "--quiet").split()
    debut = time.perf_counter()
    tires = modeles[::PAS]
    for modele in tires:
        lancer("run", "--select", modele)
    return (time.perf_counter() - debut) / len(tires) * len(modeles)


def _valider(nom: str, cadre: pd.DataFrame) -> None:
    """Each column is looked at, as a first suite does."""
    contexte = gx.get_context(mode="ephemeral")
    lot = contexte.data_sources.add_pandas(nom).add_dataframe_asset(nom).add_batch_definition_whole_dataframe(nom)
    suite = gx.ExpectationSuite(
        name=nom, expectations=[gx.expectations.ExpectColumnValuesToNotBeNull(column=c) for c in cadre.columns]
    )
    gx.ValidationDefinition(name=nom, data=lot, suite=contexte.suites.add(suite)).run(
        batch_parameters={"dataframe": cadre}
    )
