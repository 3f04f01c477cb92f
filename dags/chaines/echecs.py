"""A failure, in French: which chain, which task, which gate, which file or control. Never a cell, never a name."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from mutualisation.entrepot.pannes import phrase_imprevue
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation, FichierRefuse

journal = logging.getLogger(__name__)

ETAPES = {
    "charger": "porte « fichier »",
    "construire": "porte « modèle »",
    "controler": "porte « bilan »",
    "publier": "publication",
    "extraire": "extraits annuels",
    "facturer": "factures",
    "verifier": "clôture",
    "approuver": "approbation",
    "clore": "clôture",
}
SUITES = {
    "charger": "Rien n'a été chargé de cette source ; son état précédent est intact.",
    "annoncer": "Le dépôt est chargé ; lancez le bilan.",
    "facturer": "Aucune facture n'a été écrite ; celles d'avant restent en place.",
    "verifier": "L'exercice n'est pas clos.",
    "approuver": "L'exercice n'est pas clos.",
    "clore": "Relancez la tâche : si l'exercice est déjà clos, elle n'écrit que ce qui manque.",
    "publier": "Relancez la tâche : ce qui est publié déjà le reste, à l'identique.",
    "extraire": "La publication est faite ; relancez la tâche pour écrire les extraits.",
}
SUITE = "Rien n'a été publié ; la publication précédente est intacte."


def en_francais(tache: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our errors into Airflow's: what a retry can't mend (file, control) fails at once, anything else is retried.

    The unforeseen gets its sentence too, and no message of a library: it could quote a cell or an address.
    """

    @functools.wraps(tache)
    def appel(*args: Any, **kwargs: Any) -> Any:
        try:
            return tache(*args, **kwargs)
        except (FichierRefuse, ControleEchoue) as erreur:
            if reste := getattr(erreur, "laisse_de_cote", ""):
                journal.warning(reste)
            raise AirflowFailException(str(erreur)) from None
        except AirflowException:
            # skipped, failed, put off: Airflow's own words to itself
            raise
        except ErreurMutualisation as erreur:
            # `ExtraitRefuse` too, that no retry mends: 1 by contract, for the version is published
            raise AirflowException(str(erreur)) from None
        except Exception as erreur:  # noqa: BLE001 - its text may hold a cell
            raise AirflowException(phrase_imprevue(erreur)) from None

    return appel


def signaler(contexte: Any) -> None:
    """`on_failure_callback` of every task: one sentence for the operator in the task's log."""
    tache = contexte["ti"].task_id
    journal.error("%s", phrase(contexte["ti"].dag_id, tache, contexte.get("exception")))


def phrase(dag: str, tache: str, erreur: BaseException | None) -> str:
    """The sentence of a failure. An unforeseen error gives its type only: its text may hold a cell."""
    if isinstance(erreur, (ErreurMutualisation, AirflowException)):
        raison = " ; ".join(ligne.strip() for ligne in str(erreur).splitlines() if ligne.strip())
    else:
        raison = f"erreur imprévue ({type(erreur).__name__}), voir le journal de la tâche"
    etape = ETAPES.get(tache, "préparation")
    return f"Échec de la chaîne {dag}, tâche {tache} ({etape}) : {raison}. {SUITES.get(tache, SUITE)}"
