"""Great Expectations itself: one ephemeral context, one validation per request.

Great Expectations compares numeric as float, so every check is a query of `UnexpectedRowsExpectation`, which
returns rows. Runs in the child process of `ouvrier.py` only: the import costs seconds.
"""

from __future__ import annotations

import itertools
import logging
import shutil
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig

SITE = "portes"
LIGNES_MAX = 200
# Messages of these errors name objects of our own SQL; others could hold a value of a cell.
ERREURS_SANS_VALEUR = ("UndefinedTable", "UndefinedColumn", "UndefinedFunction", "SyntaxError", "InsufficientPrivilege")


class Moteur:
    """Evaluates suites and keeps their results for the data docs."""

    def __init__(self) -> None:
        logging.disable(logging.CRITICAL)
        self._contexte = gx.get_context(mode="ephemeral")
        self._contexte.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        self._numero = itertools.count(1)
        self._documente = False

    def evaluer(self, url: str, suite: str, lot: str, attentes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Evaluate `attentes` on the rows of the query `lot`, computed once into a temporary table.

        Returns one dict per evaluated expectation: nom, reussi, nombre, lignes, erreur. A query that crashes is
        not « reussi » and has an `erreur`; a crash of the batch query raises.
        """
        nom = f"{suite}_{next(self._numero)}"
        source = self._contexte.data_sources.add_sql(nom, connection_string=url, create_temp_table=True)
        try:
            # a batch query has to begin with « select »
            requete = "select * from (\n" + lot.strip() + "\n) as lot"  # noqa: S608 - our own query
            lot_gx = source.add_query_asset("lot", query=requete).add_batch_definition_whole_table("tout")
            definition = self._contexte.validation_definitions.add(
                gx.ValidationDefinition(name=nom, data=lot_gx, suite=self._suite(nom, attentes))
            )
            resultat = definition.run(result_format={"result_format": "COMPLETE"})
        finally:
            source.get_engine().dispose()
        constats = [_constat(unitaire) for unitaire in resultat.results]
        self._taire(nom, resultat, constats)
        return constats

    def documenter(self, dossier: Path) -> None:
        """Write the data docs of every suite evaluated so far, in place of those of an earlier run."""
        for pages in ("expectations", "validations"):
            shutil.rmtree(dossier / pages, ignore_errors=True)
        if not self._documente:
            stockage = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(dossier)}
            self._contexte.add_data_docs_site(
                SITE,
                {
                    "class_name": "SiteBuilder",
                    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                    "store_backend": stockage,
                },
            )
            self._documente = True
        self._contexte.build_data_docs(site_names=[SITE])

    def _taire(self, nom: str, resultat: Any, constats: list[dict[str, Any]]) -> None:
        """Keep for the data docs the counts alone: rows and messages of the server could hold a cell."""
        for unitaire, constat in zip(resultat.results, constats, strict=True):
            unitaire.result = {"observed_value": constat["nombre"]}
            unitaire.exception_info = {
                "raised_exception": constat["erreur"] is not None,
                "exception_message": constat["erreur"],
                "exception_traceback": constat["erreur"],
            }
        resultats = self._contexte.validation_results_store
        for cle in resultats.list_keys():
            if cle.expectation_suite_identifier.name == nom:
                resultats.set(cle, resultat)

    def _suite(self, nom: str, attentes: list[dict[str, Any]]) -> gx.ExpectationSuite:
        suite = self._contexte.suites.add(gx.ExpectationSuite(name=nom))
        suite.expectations = [
            gx.expectations.UnexpectedRowsExpectation(
                unexpected_rows_query=attente["requete"],
                description=f"{attente['nom']} : {attente['libelle']} ({', '.join(attente['decisions'])})",
                meta={"nom": attente["nom"]},
            )
            for attente in attentes
        ]
        suite.save()
        return suite


def _constat(unitaire: Any) -> dict[str, Any]:
    erreur = _erreur(unitaire.exception_info or {})
    details = unitaire.result or {}
    lignes = (details.get("details") or {}).get("unexpected_rows") or []
    nombre = details.get("observed_value")
    if erreur is None and nombre is None:
        erreur = "résultat illisible"
    return {
        "nom": unitaire.expectation_config.meta["nom"],
        "reussi": bool(unitaire.success) and erreur is None,
        "nombre": int(nombre or 0),
        "lignes": [{cle: _texte(valeur) for cle, valeur in ligne.items()} for ligne in lignes[:LIGNES_MAX]],
        "erreur": erreur,
    }


def _texte(valeur: Any) -> str | None:
    return None if valeur is None else str(valeur)


def _erreur(infos: dict[str, Any]) -> str | None:
    """Class of the error that stopped a query, and its text when it can't hold a value; None when it ran."""
    plates = [infos] if "raised_exception" in infos else [i for i in infos.values() if isinstance(i, dict)]
    levees = [i for i in plates if i.get("raised_exception")]
    if not levees:
        return None
    for ligne in str(levees[0].get("exception_traceback") or "").splitlines():
        if ligne.startswith("psycopg.errors."):
            return erreur_sans_valeur(ligne.removeprefix("psycopg.errors."))
    return "requête interrompue"


def erreur_sans_valeur(ligne: str) -> str:
    """`UndefinedTable: relation "x" does not exist`, but the class alone where the text could hold a cell."""
    classe = ligne.split(":", 1)[0]
    return ligne if classe in ERREURS_SANS_VALEUR else classe
