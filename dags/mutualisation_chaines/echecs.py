"""A failure is told in French: which chain, task, gate, file or control; never a cell, never a person's name."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.socle.erreurs import (
    ControleEchoue,
    ErreurMutualisation,
    FichierRefuse,
    SansReprise,
    VersionDepassee,
    en_ligne,
)
from mutualisation_chaines.alertes import envoyer, texte_de

journal = logging.getLogger(__name__)

INCOMPLET = "déposez-les, le bilan suivra, ou justifiez leur absence dans referentiel/justifications"
TARDIFS = "lancez « bilan_etape » sur cet exercice : une chaîne ne refait pas d'elle-même ce qui est clos"
AGENDA = "« mutualisation etat » dit ce que demandent les trois mois qui viennent"
DIFFERENTES = "répondez à chaque adhérent que nomme ce fichier : complément, ou réduction de ce qui est déjà titré"
DEPASSEMENT = "lisez dans la page de cette situation ce qui a le plus bougé, et pourquoi"
REALISE = "gardez cet écart pour le prochain budget ; le bilan dit ce qui a fait varier chaque coût"
# each remedy names the task to clear: the one that failed, unless an earlier one has to be done again
REMEDE = "levez la cause que dit cette phrase, puis effacez l'état de la tâche « {tache} » (« Clear »)"
ARRETEE = "levez ce qui la retient (le pool « entrepot » absent ou tenu, un travailleur arrêté), puis relancez-la"
SUIVRE = (
    "faites ce que dit cette phrase, puis effacez l'état de la tâche « {tache} » (« Clear ») : une réponse déjà donnée "
    "vaut toujours"
)
DEPASSEE = (
    "faites ce que demande cette phrase, ou rien si elle ne demande rien : effacer l'état de la tâche « {tache} » ne "
    "la ferait pas aboutir"
)
_CONSTRUIRE = "effacez l'état de la tâche « construire » (« Clear ») et de celles qui la suivent"
RECONSTRUIRE = f"levez la cause que dit cette phrase, puis {_CONSTRUIRE}"
REMPLACEE = f"gardez la version que nomme cette phrase ou, pour une version neuve, {_CONSTRUIRE}"
REMETTRE = "lancez « remise_documents » de nouveau : ce qui est déjà parti ne repart pas"
REVERIFIER = (
    "faites ce que dit cette phrase, puis effacez l'état de la tâche « verifier » (« Clear ») et de celles qui la "
    "suivent : la demande sera faite de nouveau"
)


class DepotPerdu(AirflowFailException):
    """The watched drop can't be read: another run starts when it can be read again."""

    remede = "rétablissez l'accès au dépôt, qui repartira de lui-même"


class EnFaute(AirflowFailException):
    """A file or a control is at fault."""


class Depassee(AirflowFailException):
    """The task can't succeed any more: its version was replaced."""


def definitif(erreur: ErreurMutualisation) -> AirflowFailException:
    """Return the failure that Airflow doesn't retry; its class says what the remedy is."""
    if isinstance(erreur, SansReprise):
        return (Depassee if isinstance(erreur, VersionDepassee) else AirflowFailException)(str(erreur))
    return EnFaute(str(erreur))


@dataclass(frozen=True)
class Echec:
    """This `on_failure_callback` says what failed and what to do. `etape` names the step, `suite` says what its failure
    leaves, `remede` mends a file or a control at fault, `depassee` applies once the version of the task was replaced;
    `{tache}` there is its name."""

    etape: str = "préparation"
    suite: str = "Rien n'a été publié ; la publication précédente est intacte."
    remede: str = REMEDE
    depassee: str = DEPASSEE

    def __call__(self, contexte: Any) -> None:
        """Tell the operator in one sentence, in the task's log and by the alerts."""
        ti, erreur = contexte["ti"], contexte.get("exception")
        phrase, remede = self.phrase(ti.dag_id, ti.task_id, erreur), self.remede_de(ti.task_id, erreur)
        journal.error("%s", texte_de(phrase, remede))
        envoyer(phrase, remede, contexte)

    def phrase(self, dag: str, tache: str, erreur: BaseException | None) -> str:
        """Say a failure. An unforeseen error gives its type only: its text may hold a cell."""
        if isinstance(erreur, (ErreurMutualisation, AirflowException)):
            raison = en_ligne(" ; ".join(ligne.strip() for ligne in str(erreur).split("\n") if ligne.strip()))
        else:
            raison = f"erreur imprévue ({type(erreur).__name__}), voir le journal de la tâche"
        return f"Échec de la chaîne {dag}, tâche {tache} ({self.etape}) : {raison.rstrip('. ')}. {self.suite}"

    def remede_de(self, tache: str, erreur: BaseException | None) -> str:
        """Say what can work: the task to clear, or the chain to launch."""
        match erreur:
            case DepotPerdu():
                remede = erreur.remede
            case EnFaute() | FichierRefuse() | ControleEchoue():
                remede = self.remede
            case Depassee():
                remede = self.depassee
            case AirflowFailException():
                remede = SUIVRE
            case _:
                remede = REMEDE
        return remede.format(tache=tache)


def trop_longue(contexte: Any) -> None:
    """Alert that a run was stopped at the `dagrun_timeout` of its chain, which says nothing to its tasks."""
    if contexte.get("reason") == "timed_out":
        dag = contexte["dag"]
        heures = int(dag.dagrun_timeout.total_seconds() // 3600)
        envoyer(f"La chaîne {dag.dag_id} n'a pas fini en {heures} heures : elle est arrêtée.", ARRETEE, contexte)


def en_francais(tache: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our errors into Airflow's: what no retry mends (file, control, person) fails at once, the rest is retried.
    The unforeseen gets its sentence too, and no message of a library: it could quote a cell or an address."""

    @functools.wraps(tache)
    def appel(*args: Any, **kwargs: Any) -> Any:
        try:
            return tache(*args, **kwargs)
        except (FichierRefuse, ControleEchoue, SansReprise) as erreur:
            if reste := getattr(erreur, "laisse_de_cote", ""):
                journal.warning(reste)
            raise definitif(erreur) from None
        except AirflowException:
            # Airflow tells itself so that a task is skipped, failed or put off
            raise
        except ErreurMutualisation as erreur:
            # no retry mends `ExtraitRefuse` either: 1 by contract, for the version is published
            raise AirflowException(str(erreur)) from None
        except Exception as erreur:  # noqa: BLE001 - its text may hold a cell
            raise AirflowException(phrase_imprevue(erreur)) from None

    return appel
