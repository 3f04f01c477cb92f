"""Register of notifications of the unit cost (D5211-16): date by which, date on which, for each beneficiary."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mutualisation.factures.parametres import Parametres

MOIS_APRES_SIGNATURE = 3


@dataclass(frozen=True)
class Notification:
    """What is to be notified to a beneficiary: `limite` the last day, `notifiee` the day it was (None: not stated)."""

    dispositif: str
    siret: str
    nom: str
    limite: date
    notifiee: date | None

    @property
    def etat(self) -> str:
        """In words: to do, done, or done late."""
        if self.notifiee is None:
            return "à notifier"
        return "notifié" if self.notifiee <= self.limite else "notifié hors délai"


def notifications(
    exercice: int,
    dispositif: str,
    beneficiaires: Iterable[tuple[str, str]],
    adhesions: Sequence[dict[str, Any]],
    parametres: Parametres,
) -> list[Notification]:
    """One row per beneficiary (SIRET, name).

    The cost is notified before the budget is adopted (L1612-2); in the year a convention is signed, within three
    months of it: the first day of the adhesion stands for the signature, which no file gives. Dates on which: dated
    parameter `notifie_le:<dispositif>`, else `notifie_le`. Raises `ErreurMutualisation` when one is no date.
    """
    limite, notifiee = parametres.notification_cout(exercice), _notifiee(parametres, dispositif)
    debuts = _debuts(dispositif, adhesions)
    return [
        Notification(dispositif, siret, nom, _limite(exercice, limite, debuts.get(siret)), notifiee)
        for siret, nom in beneficiaires
    ]


def _debuts(dispositif: str, adhesions: Sequence[dict[str, Any]]) -> dict[str, date]:
    """First day of the first adhesion of each adherent."""
    debuts: dict[str, date] = {}
    for a in adhesions:
        if a["dispositif"] == dispositif:
            siret = a["siret_adherent"]
            debuts[siret] = min(debuts.get(siret, a["debut"]), a["debut"])
    return debuts


def _limite(exercice: int, limite: date, debut: date | None) -> date:
    if debut is None or debut.year != exercice:
        return limite
    annee, mois = divmod(debut.month - 1 + MOIS_APRES_SIGNATURE, 12)
    annee, mois = debut.year + annee, mois + 1
    return date(annee, mois, min(debut.day, monthrange(annee, mois)[1]))


def _notifiee(parametres: Parametres, dispositif: str) -> date | None:
    nom = next((n for n in (f"notifie_le:{dispositif}", "notifie_le") if n in parametres.valeurs), None)
    return None if nom is None else parametres.jour(nom)
