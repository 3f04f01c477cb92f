"""Great Expectations in its child process: one ephemeral context, one checkpoint per request.

Great Expectations compares numeric as float where it aggregates: amounts are compared in SQL, it judges categories,
counts, forms and rounded ratios.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import re
import sys
import types
from typing import Any

import psycopg

from mutualisation.enfant.service import Reponse, servir
from mutualisation.portes.resultat import ABSENTE

LIGNES_MAX = 200
# Messages of these errors name objects of our own SQL; others could hold a value of a cell.
ERREURS_SANS_VALEUR = ("UndefinedTable", "UndefinedColumn", "UndefinedFunction", "SyntaxError", "InsufficientPrivilege")
COLONNE_ABSENTE = re.compile(r'The column "([^"]+)" in BatchData does not exist')
ERREUR_PSYCOPG = re.compile(r"psycopg\.(?:errors\.)?(?=[A-Z])")
# SQLAlchemy would take « :mot » for a bound parameter; « :: » is a cast.
PARAMETRE_SQLALCHEMY = re.compile(r"(?<![:\\]):(?=[A-Za-z_])")
# Great Expectations imports them at load for statistics and charts that no gate uses: without, 2.8 s instead of 4.3.
DIFFERES = ("altair", "scipy", "scipy.stats")


class ModuleDiffere(types.ModuleType):
    """A module imported at its first use; the name stays what it was for who asks `__file__` or `__spec__`."""

    def __getattr__(self, nom: str) -> Any:
        if nom.startswith("__"):
            raise AttributeError(nom)
        for differe in DIFFERES:
            if isinstance(sys.modules.get(differe), ModuleDiffere):
                del sys.modules[differe]
        return getattr(importlib.import_module(self.__name__), nom)


def differer() -> None:
    """Put off the import of `DIFFERES` to their first use. Only for the child: the host process keeps its own."""
    for nom in DIFFERES:
        sys.modules[nom] = ModuleDiffere(nom)
    sys.modules["scipy"].stats = sys.modules["scipy.stats"]  # type: ignore[attr-defined]


def importer() -> Any:
    """Great Expectations, telemetry off, without garbage collection while thousands of classes are made."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    gc.disable()
    differer()
    try:
        return importlib.import_module("great_expectations")
    finally:
        gc.enable()
        gc.freeze()


class AttenteFautive(Exception):
    """An expectation that Great Expectations does not know, or not with these arguments."""

    def __init__(self, nom: str, faute: str) -> None:
        super().__init__(faute)
        self.nom, self.faute = nom, faute


class Moteur:
    """Evaluates suites, one checkpoint each."""

    def __init__(self) -> None:
        import logging

        logging.disable(logging.CRITICAL)
        self._gx = importer()
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._contexte = self._gx.get_context(mode="ephemeral")
        self._contexte.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        self._numero = itertools.count(1)

    def repondre(self, demande: dict[str, Any]) -> dict[str, Any]:
        """`{"constats": […]}`, or `{"erreur": class}` when nothing could be evaluated.

        `{"attente": name, "faute": what is wrong}` when an expectation is none of Great Expectations.
        """
        try:
            return {"constats": self.evaluer(demande["url"], demande["lots"])}
        except AttenteFautive as erreur:
            return {"attente": erreur.nom, "faute": erreur.faute}
        except Exception as erreur:  # noqa: BLE001 - whatever happened, the gate fails and says so
            return {"erreur": _cause(erreur)}

    def evaluer(self, url: str, lots: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Evaluate the expectations of each batch on its query, computed once into a temporary table.

        Returns one dict per evaluated expectation: nom, reussi, nombre, elements, lignes, erreur. One that crashes is
        not « reussi » and has an `erreur`; a batch that can't be computed raises.
        """
        nom = f"porte_{next(self._numero)}"
        source = self._contexte.data_sources.add_sql(nom, connection_string=url, create_temp_table=True)
        try:
            definitions = [self._definition(source, f"{nom}_{rang}", lot) for rang, lot in enumerate(lots)]
            couples = list(zip(lots, definitions, strict=True))
            # rows are asked for where a sentence may quote them; elsewhere counts alone leave the server
            muets = [definition for lot, definition in couples if not lot["montre"]]
            constats = self._passer(f"{nom}_comptes", muets, {"result_format": "BASIC", "partial_unexpected_count": 0})
            for lot, definition in couples:
                if montre := lot["montre"]:
                    forme = {"result_format": "COMPLETE", "unexpected_index_column_names": montre}
                    constats += self._passer(definition.name, [definition], forme)
        finally:
            source.get_engine().dispose()
        return constats

    def _definition(self, source: Any, nom: str, lot: dict[str, Any]) -> Any:
        # a batch query has to begin with « select »
        requete = "select * from (\n" + _sans_parametre(lot["requete"]) + "\n) as lot"  # noqa: S608 - our own query
        lot_gx = source.add_query_asset(nom, query=requete).add_batch_definition_whole_table("tout")
        suite = self._contexte.suites.add(self._gx.ExpectationSuite(name=nom))
        suite.expectations = [_attente(brute) for brute in lot["attentes"]]
        suite.save()
        definition = self._gx.ValidationDefinition(name=nom, data=lot_gx, suite=suite)
        return self._contexte.validation_definitions.add(definition)

    def _passer(self, nom: str, definitions: list[Any], forme: dict[str, Any]) -> list[dict[str, Any]]:
        if not definitions:
            return []
        point = self._gx.Checkpoint(name=nom, validation_definitions=definitions, actions=[], result_format=forme)
        resultat = self._contexte.checkpoints.add(point).run()
        return [_constat(u) for validation in resultat.run_results.values() for u in validation.results]


def _attente(brute: dict[str, Any]) -> Any:
    """The expectation of Great Expectations of that `type`, with its own keyword arguments."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = dict(brute["kwargs"])
    if condition := kwargs.get("row_condition"):
        kwargs["row_condition"] = _condition(condition)
    if requete := kwargs.get("unexpected_rows_query"):
        kwargs["unexpected_rows_query"] = _sans_parametre(requete)
    try:
        return ExpectationConfiguration(
            type=brute["type"],
            kwargs=kwargs,
            severity=brute["severity"],
            description=brute["description"],
            meta={"nom": brute["nom"]},
        ).to_domain_obj()
    except Exception as erreur:  # noqa: BLE001 - whatever it said, it is a declaration of ours, without a cell
        raise AttenteFautive(brute["nom"], _faute(brute["type"], erreur)) from None


def _faute(type_: str, erreur: Exception) -> str:
    """In French: an unknown type, or the arguments at fault."""
    if type(erreur).__name__ == "ExpectationNotFoundError":
        return f"type {type_} inconnu"
    erreurs: list[dict[str, Any]] = getattr(erreur, "errors", list)()
    cles = sorted({str(e["loc"][0]) for e in erreurs if e.get("loc")})
    return f"arguments de {type_} : {', '.join(cles) or type(erreur).__name__}"


def _condition(colonnes: dict[str, Any]) -> Any:
    """`{column: value, list of values or null}` as a condition of Great Expectations, all of them together."""
    from great_expectations.expectations.row_conditions import Column

    conditions = [
        Column(nom).is_null()
        if valeur is None
        else Column(nom).is_in(valeur)
        if isinstance(valeur, list)
        else Column(nom) == valeur
        for nom, valeur in colonnes.items()
    ]
    tout = conditions[0]
    for condition in conditions[1:]:
        tout = tout & condition
    return tout


def _sans_parametre(requete: str) -> str:
    return PARAMETRE_SQLALCHEMY.sub(r"\\:", requete)


def _constat(unitaire: Any) -> dict[str, Any]:
    erreur = _erreur(unitaire.exception_info or {})
    details = unitaire.result or {}
    if erreur is None and not details:
        erreur = "résultat illisible"
    reussi = bool(unitaire.success) and erreur is None
    lignes = details.get("unexpected_index_list") or (details.get("details") or {}).get("unexpected_rows") or []
    return {
        "nom": unitaire.expectation_config.meta["nom"],
        "reussi": reussi,
        "nombre": _nombre(unitaire.expectation_config.type, details, reussi),
        "elements": details.get("element_count"),
        "lignes": [{cle: _texte(valeur) for cle, valeur in ligne.items()} for ligne in lignes[:LIGNES_MAX]],
        "erreur": erreur,
    }


def _nombre(type_: str, details: dict[str, Any], reussi: bool) -> int:
    """Rows at fault; an expectation of the whole batch (a count, a list of columns) is at fault once."""
    cle = "observed_value" if type_ == "unexpected_rows_expectation" else "unexpected_count"
    return int(details.get(cle) or 0) if cle in details else int(not reussi)


def _texte(valeur: Any) -> str | None:
    return None if valeur is None else str(valeur)


def _erreur(infos: dict[str, Any]) -> str | None:
    """Class of the error that stopped a query, and its text when it can't hold a value; None when it ran."""
    plates = [infos] if "raised_exception" in infos else [i for i in infos.values() if isinstance(i, dict)]
    levees = [i for i in plates if i.get("raised_exception")]
    if not levees:
        return None
    trace = str(levees[0].get("exception_traceback") or "")
    if absente := COLONNE_ABSENTE.search(trace):
        return f"{ABSENTE} « {absente[1]} »"
    for ligne in trace.splitlines():
        if trouvee := ERREUR_PSYCOPG.match(ligne):
            return erreur_sans_valeur(ligne[trouvee.end() :])
    return "requête interrompue"


def _cause(erreur: BaseException) -> str:
    """Deepest database error, else the class: no message that could hold a cell."""
    trouvee: BaseException | None = erreur
    while trouvee is not None:
        origine = getattr(trouvee, "orig", None) or trouvee
        if isinstance(origine, psycopg.Error):
            return erreur_sans_valeur(f"{type(origine).__name__}: {next(iter(str(origine).splitlines()), '')}")
        trouvee = trouvee.__cause__ or getattr(trouvee, "cause", None) or trouvee.__context__
    return type(erreur).__name__


def erreur_sans_valeur(ligne: str) -> str:
    """`UndefinedTable: relation "x" does not exist`, but the class alone where the text could hold a cell."""
    classe = ligne.split(":", 1)[0]
    return ligne if classe in ERREURS_SANS_VALEUR else classe


def preparer() -> Reponse:
    """Import the engine; its answers are those of `Moteur.repondre`."""
    return Moteur().repondre


if __name__ == "__main__":
    servir(preparer)
