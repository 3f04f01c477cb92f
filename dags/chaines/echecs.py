"""A failure, in French: which chain, which task, which gate, which file or control. Never a cell, never a name."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from chaines.alertes import envoyer, texte_de
from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, FichierRefuse

journal = logging.getLogger(__name__)

ETAPES = {
    "ouvrir_depot": "lecture du dépôt",
    "charger": "porte « fichier »",
    "construire": "porte « modèle »",
    "controler": "porte « bilan »",
    "publier": "publication",
    "publier_au_nom": "publication",
    "presenter": "publication",
    "relire": "publication",
    "extraire": "extraits annuels",
    "facturer": "factures",
    "verifier": "clôture",
    "approuver": "approbation",
    "clore": "clôture",
    "exiger_bilan": "échéance",
    "comparer": "comparaison",
}
SUITES = {
    "ouvrir_depot": "Rien n'a été chargé.",
    "charger": "Rien n'a été chargé de cette source ; son état précédent est intact.",
    "annoncer": "Le dépôt est chargé.",
    "comparer": "La comparaison d'avant reste en place.",
    "facturer": "Aucune facture n'a été écrite ; celles d'avant restent en place.",
    "verifier": "L'exercice n'est pas clos.",
    "approuver": "L'exercice n'est pas clos.",
    "clore": "Si l'exercice est déjà clos, la tâche relancée n'écrit que ce qui manque.",
    "publier": "Ce qui est publié déjà le reste, à l'identique.",
    "publier_au_nom": "Ce qui est publié déjà le reste, à l'identique.",
    "extraire": "La publication est faite ; la tâche relancée écrit les extraits.",
}
SUITE = "Rien n'a été publié ; la publication précédente est intacte."
# what no retry mends: a file, a control
REMEDES = {
    "ouvrir_depot": "rétablissez l'accès au dépôt, qui repartira de lui-même",
    "charger": "corrigez le fichier nommé et déposez-le de nouveau, sous le même nom ou en « _v2 »",
    "construire": "corrigez la source nommée et déposez-la, ou versez une ligne dans referentiel/justifications",
    "controler": "corrigez la source nommée et déposez-la, ou versez une ligne dans referentiel/justifications",
    "exiger_bilan": "déposez les fichiers nommés ; s'il n'en manque aucun, lancez « bilan_etape »",
}
INCOMPLET = "déposez-les, le bilan suivra, ou justifiez leur absence dans referentiel/justifications"
REMEDE = "levez la cause que dit cette phrase, puis effacez l'état de la tâche (« Clear ») : ce qui est fait le reste"


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
    """`on_failure_callback` of every task: one sentence for the operator, in the task's log and by the alerts."""
    ti, erreur = contexte["ti"], contexte.get("exception")
    dite, remede = phrase(ti.dag_id, ti.task_id, erreur), remede_de(ti.task_id, erreur)
    journal.error("%s", texte_de(dite, remede))
    envoyer(dite, remede, contexte)


def phrase(dag: str, tache: str, erreur: BaseException | None) -> str:
    """The sentence of a failure. An unforeseen error gives its type only: its text may hold a cell."""
    if isinstance(erreur, (ErreurMutualisation, AirflowException)):
        raison = " ; ".join(ligne.strip() for ligne in str(erreur).splitlines() if ligne.strip())
    else:
        raison = f"erreur imprévue ({type(erreur).__name__}), voir le journal de la tâche"
    etape = ETAPES.get(tache, "préparation")
    return f"Échec de la chaîne {dag}, tâche {tache} ({etape}) : {raison.rstrip('. ')}. {SUITES.get(tache, SUITE)}"


def remede_de(tache: str, erreur: BaseException | None) -> str:
    """What to do about it: mend what no retry can, else take away the cause and clear the task."""
    sans_reprise = isinstance(erreur, (AirflowFailException, FichierRefuse, ControleEchoue))
    return REMEDES.get(tache, REMEDE) if sans_reprise else REMEDE
