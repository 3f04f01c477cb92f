"""Great Expectations, in its child process, opens the Data Context of `expectations/` and runs its checkpoints. It
compares numeric as float where it aggregates: amounts are compared in SQL, it judges categories, counts, forms and
rounded ratios."""

import contextlib
import gc
import logging
import os
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import psycopg

from mutualisation.publication.portes.resultat import Constat
from mutualisation.publication.portes.suites import SQL_EXACT, Attente, nom_de
from mutualisation.socle.enfant.hote import Reponse, servir

LIGNES_MAX = 200
# The messages of these errors name objects of our own SQL; those of others could hold a value of a cell.
ERREURS_SANS_VALEUR = ("UndefinedTable", "UndefinedColumn", "UndefinedFunction", "SyntaxError", "InsufficientPrivilege")
COLONNE_ABSENTE = re.compile(r'The column "([^"]+)" in BatchData does not exist')
ERREUR_PSYCOPG = re.compile(r"^psycopg\.(?:errors\.)?([A-Z].*)", re.MULTILINE)


_lots: set[str] = set()


class _Fautive(Exception):
    """An expectation can't be run as it is written; the second argument says what is wrong with it."""


def preparer() -> Reponse:
    """Import what is slow, and return the function that runs checkpoints."""
    logging.disable(logging.CRITICAL)
    gc.disable()  # the import makes thousands of classes and throws none away
    import great_expectations  # noqa: F401 - the answers need it, and it takes seconds
    from sqlalchemy import Engine, event

    # Great Expectations asks for every row of a query to know its columns
    event.listen(Engine, "before_cursor_execute", _sans_lignes, retval=True)
    gc.enable()
    gc.freeze()
    return lambda demandes: [_repondre(demande) for demande in demandes]


def _repondre(demande: dict[str, Any]) -> dict[str, Any]:
    """Run a checkpoint and return `{"constats": […]}`, a `Constat` for each expectation evaluated.

    `demande` holds dossier (of the project), url (of the warehouse), point (name of the checkpoint), attentes (what it
    has to judge), lignes and colonnes (of what is not in the warehouse, or None). The answer is `{"faute": (attente,
    what is wrong)}` when one is badly written, `{"erreur": class}` when nothing could be evaluated."""
    try:
        return {"constats": _passer(demande)}
    except _Fautive as fautive:
        return {"faute": fautive.args}
    except Exception as erreur:  # noqa: BLE001 - whatever happened, the gate fails and says so
        return {"erreur": _cause(erreur)}


def _sans_lignes(_conn: Any, _curseur: Any, requete: str, parametres: Any, *_: Any) -> tuple[str, Any]:
    """Give the query of a batch without its rows; any other statement stays as it is."""
    return (f"select * from ({requete}) as lot limit 0" if requete in _lots else requete), parametres  # noqa: S608


@cache
def _contexte(dossier: str, url: str) -> Any:  # noqa: ARG001 - one context for each warehouse
    """Open the Data Context once: that takes as long as most of the checkpoints."""
    import great_expectations as gx

    contexte = gx.get_context(mode="file", project_root_dir=dossier)
    assets = contexte.data_sources.get("entrepot").assets
    _lots.update(asset.query.replace("%", "%%") for asset in assets if hasattr(asset, "query"))
    return contexte


def _passer(demande: dict[str, Any]) -> list[Constat]:
    import pandas as pd

    attentes = {(a.suite, a.nom): a for a in demande["attentes"]}
    # a context reads it again when it connects anew
    os.environ["ENTREPOT_DSN"] = demande["url"]
    contexte, lot = _contexte(demande["dossier"], demande["url"]), None
    if demande["lignes"] is not None:
        lot = {"dataframe": pd.DataFrame(demande["lignes"], columns=demande["colonnes"], dtype=object)}
    try:
        resultat = contexte.checkpoints.get(demande["point"]).run(batch_parameters=lot)
    except Exception:
        _exiger_bien_ecrites(attentes.values())
        raise
    finally:
        with contextlib.suppress(Exception):  # the address may open nothing: what went wrong was said
            contexte.data_sources.get("entrepot").get_engine().dispose()
    evaluees = [(v.suite_name, unitaire) for v in resultat.run_results.values() for unitaire in v.results]
    if len(evaluees) < len(attentes):  # Great Expectations leaves out silently what it can't build
        _exiger_bien_ecrites(attentes.values())
    configurations = [(suite, u.expectation_config) for suite, u in evaluees]
    noms = [(suite, nom_de(suite, c.type, c.kwargs, c.meta)) for suite, c in configurations]
    return [_constat(attentes[nom], unitaire) for nom, (_, unitaire) in zip(noms, evaluees, strict=True)]


def _exiger_bien_ecrites(attentes: Iterable[Attente]) -> None:
    """Raise `_Fautive` for the first that Great Expectations does not know, or not with these arguments."""
    import great_expectations as gx

    for a in attentes:
        ecrite = {"type": a.type, "kwargs": a.kwargs, "severity": a.severity}
        try:
            suite = gx.ExpectationSuite(name="essai", expectations=[ecrite])
        except ValueError as erreur:  # this quotes a declaration of ours, without a cell
            fautes: list[dict[str, Any]] = getattr(erreur, "errors", list)()
            cles = sorted({str(e["loc"][0]) for e in fautes if e.get("loc")})
            raise _Fautive(a, f"arguments de {a.type} : {', '.join(cles) or type(erreur).__name__}") from None
        if not suite.expectations:
            raise _Fautive(a, f"type {a.type} inconnu")


def _constat(attente: Attente, unitaire: Any) -> Constat:
    erreur = _erreur(attente, unitaire.exception_info or {})
    details = unitaire.result or {}
    reussi = bool(unitaire.success) and erreur is None
    lignes = details.get("unexpected_index_list") or (details.get("details") or {}).get("unexpected_rows") or []
    # plain strings cross to the parent, which an object of Great Expectations would make import it
    textes = [{str(c): None if v is None else str(v) for c, v in ligne.items()} for ligne in lignes[:LIGNES_MAX]]
    # an expectation of the whole batch (a count, a list of columns) is at fault once
    nombre = details.get("observed_value" if attente.type == SQL_EXACT else "unexpected_count", not reussi)
    return Constat(attente, reussi, int(nombre or 0), details.get("element_count"), textes, erreur)


def _erreur(attente: Attente, infos: dict[str, Any]) -> str | None:
    """Return the class of the error that stopped a query, and its text when it can't hold a value; None when it ran."""
    plates = [infos] if "raised_exception" in infos else [i for i in infos.values() if isinstance(i, dict)]
    trace = next((str(i.get("exception_traceback")) for i in plates if i.get("raised_exception")), None)
    if trace is None:
        return None
    if absente := COLONNE_ABSENTE.search(trace):
        raise _Fautive(attente, f"aucune colonne « {absente[1]} » dans le lot")
    trouvee = ERREUR_PSYCOPG.search(trace)
    return _sans_valeur(trouvee[1]) if trouvee else "requête interrompue"


def _cause(erreur: BaseException) -> str:
    """Return the deepest database error, else the class: a message could hold a cell."""
    trouvee: BaseException | None = erreur
    while trouvee is not None:
        origine = getattr(trouvee, "orig", None) or trouvee
        if isinstance(origine, psycopg.Error):
            return _sans_valeur(f"{type(origine).__name__}: {next(iter(str(origine).splitlines()), '')}")
        trouvee = trouvee.__cause__ or getattr(trouvee, "cause", None) or trouvee.__context__
    return type(erreur).__name__


def _sans_valeur(ligne: str) -> str:
    """Keep `UndefinedTable: relation "x" does not exist` whole, but the class alone where a cell could be quoted."""
    classe = ligne.split(":", 1)[0]
    return ligne if classe in ERREURS_SANS_VALEUR else classe


if __name__ == "__main__":
    servir(preparer)
