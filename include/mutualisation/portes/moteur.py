"""Great Expectations in its child process: a request opens the Data Context of `expectations/` and runs a checkpoint.

Great Expectations compares numeric as float where it aggregates: amounts are compared in SQL, it judges categories,
counts, forms and rounded ratios.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import re
from typing import Any

import psycopg

from mutualisation.enfant.service import Reponse, servir
from mutualisation.portes.resultat import ABSENTE

LIGNES_MAX = 200
# Messages of these errors name objects of our own SQL; others could hold a value of a cell.
ERREURS_SANS_VALEUR = ("UndefinedTable", "UndefinedColumn", "UndefinedFunction", "SyntaxError", "InsufficientPrivilege")
COLONNE_ABSENTE = re.compile(r'The column "([^"]+)" in BatchData does not exist')
ERREUR_PSYCOPG = re.compile(r"psycopg\.(?:errors\.)?(?=[A-Z])")


def preparer() -> Reponse:
    """Import what is slow; its answers are those of `repondre`."""
    logging.disable(logging.CRITICAL)
    gc.disable()  # thousands of classes are made, none is thrown away
    import great_expectations  # noqa: F401

    gc.enable()
    gc.freeze()
    return repondre


def repondre(demande: dict[str, Any]) -> dict[str, Any]:
    """Run a checkpoint: `{"constats": […]}`, a dict per expectation evaluated.

    demande: dossier (of the project), url (of the warehouse), point (name of the checkpoint), attentes (as written),
    lignes and colonnes (of what is not in the warehouse, or None). `{"suite", "attente", "faute": what is wrong}` when
    one of `attentes` is none of Great Expectations, else `{"erreur": class}` when nothing could be evaluated.
    """
    try:
        constats = _passer(demande)
        # one that it can't make is left out of its suite without a word
        faute = _fautive(demande["attentes"]) if len(constats) < len(demande["attentes"]) else None
        # plain values: one of a class of Great Expectations would have the parent import it
        return faute or {"constats": json.loads(json.dumps(constats, default=str))}
    except Exception as erreur:  # noqa: BLE001 - whatever happened, the gate fails and says so
        return _fautive(demande["attentes"]) or {"erreur": _cause(erreur)}


def _passer(demande: dict[str, Any]) -> list[dict[str, Any]]:
    import great_expectations as gx
    import pandas as pd

    os.environ["ENTREPOT_DSN"] = demande["url"]
    contexte = gx.get_context(mode="file", project_root_dir=demande["dossier"])
    lot = None
    if demande["lignes"] is not None:
        lot = {"dataframe": pd.DataFrame(demande["lignes"], columns=demande["colonnes"], dtype=object)}
    try:
        resultat = contexte.checkpoints.get(demande["point"]).run(batch_parameters=lot)
    finally:
        with contextlib.suppress(Exception):  # the address may open nothing: what went wrong was said
            contexte.data_sources.get("entrepot").get_engine().dispose()
    return [_constat(v.suite_name, unitaire) for v in resultat.run_results.values() for unitaire in v.results]


def _fautive(attentes: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first expectation that Great Expectations does not know, or not with these arguments."""
    import great_expectations as gx

    for attente in attentes:
        type_ = attente["ecrite"]["type"]
        try:
            suite = gx.ExpectationSuite(name="essai", expectations=[attente["ecrite"]])
            faute = "" if suite.expectations else f"type {type_} inconnu"
        except ValueError as erreur:  # a declaration of ours, without a cell
            fautes: list[dict[str, Any]] = getattr(erreur, "errors", list)()
            cles = sorted({str(e["loc"][0]) for e in fautes if e.get("loc")})
            faute = f"arguments de {type_} : {', '.join(cles) or type(erreur).__name__}"
        if faute:
            return {"suite": attente["suite"], "attente": attente["nom"], "faute": faute}
    return None


def _constat(suite: str, unitaire: Any) -> dict[str, Any]:
    erreur = _erreur(unitaire.exception_info or {})
    details = unitaire.result or {}
    if erreur is None and not details:
        erreur = "résultat illisible"
    attente = unitaire.expectation_config
    reussi = bool(unitaire.success) and erreur is None
    lignes = details.get("unexpected_index_list") or (details.get("details") or {}).get("unexpected_rows") or []
    return {
        "suite": suite,
        "type": attente.type,
        "kwargs": {cle: valeur for cle, valeur in attente.kwargs.items() if cle in ("column", "column_list")},
        "meta": {"nom": (attente.meta or {}).get("nom")},
        "reussi": reussi,
        "nombre": _nombre(attente.type, details, reussi),
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


if __name__ == "__main__":
    servir(preparer)
