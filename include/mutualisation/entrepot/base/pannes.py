"""Tell whether a failure of the warehouse may be tried again (K12), and say it in French without quoting a cell."""

import psycopg
from psycopg.errors import Error, lookup

from mutualisation.socle.erreurs import RAISONS, PannePassagere, raison_systeme

# these classes of SQLSTATE mean connection, resources, operator, system, transaction to run again
_PASSAGERES = ("08", "53", "57", "58", "40")
_VERROU = "55P03"
REPRISE = "Relancez la commande ; elle reprend où les données en sont."
# the connection may be cut after the commit: nobody knows whether the commit was heard
ENTIER = "ce qui est publié est entier, « mutualisation etat » le dit"


def passagere(sqlstate: str | None) -> bool:
    """Say whether a statement that ended with this code may be tried again; None means that the connection was lost."""
    return sqlstate is None or sqlstate.startswith(_PASSAGERES) or sqlstate in (_VERROU, "25P03", "25006")


def sqlstate_de(classe: str) -> str | None:
    """Return the SQLSTATE of a class name of `psycopg.errors`; None for a lost connection, else « XX000 »."""
    if classe in ("OperationalError", "InterfaceError", "ConnectionTimeout"):
        return None
    if classe == "MemoryError":
        return "53200"
    trouvee = getattr(psycopg.errors, classe, None)
    if isinstance(trouvee, type) and issubclass(trouvee, Error) and trouvee.sqlstate:
        return str(trouvee.sqlstate)
    return "XX000"


def panne(sqlstate: str | None, lieu: str = "L'entrepôt") -> PannePassagere:
    """Return the error to raise for a statement that may be tried again."""
    if sqlstate is None:
        return PannePassagere(f"{lieu} ne répond plus (connexion coupée) : {ENTIER}. {REPRISE}")
    try:
        nom = lookup(sqlstate).__name__
    except KeyError:
        nom = f"code {sqlstate}"
    raison = RAISONS["serveur"].get(sqlstate, nom)
    return PannePassagere(f"{lieu} n'a pas pu finir ({raison}) : {ENTIER}. {REPRISE}")


def phrase_imprevue(erreur: BaseException) -> str:
    """Say an unforeseen error in French without its message, in which the server may quote a cell."""
    match erreur:
        case psycopg.OperationalError() | psycopg.InterfaceError() if erreur.sqlstate is None:
            return str(panne(None))
        case psycopg.Error() if passagere(erreur.sqlstate or "XX000"):
            return str(panne(erreur.sqlstate))
        case psycopg.Error():
            return f"L'entrepôt a refusé une opération ({type(erreur).__name__}, {erreur.sqlstate or 'sans code'})."
        case MemoryError():
            return f"La mémoire de cette machine ne suffit pas : libérez-en. {REPRISE}"
        case OSError():
            lieu = f" « {erreur.filename} »" if erreur.filename else ""
            return (
                f"Le système a refusé une opération{lieu} ({raison_systeme(erreur)}) : vérifiez droits et place. "
                f"{REPRISE}"
            )
    return f"Erreur imprévue ({type(erreur).__name__}) : signalez-la avec la commande tapée."
