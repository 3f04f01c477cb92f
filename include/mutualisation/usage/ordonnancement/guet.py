"""A trigger of Airflow watches a drop: it tells once each complete state of a folder or of an object store."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from mutualisation.socle.erreurs import raison_systeme
from mutualisation.usage.ordonnancement import DEPOT

MARQUEUR = ".complet"
CALME_S, PERIODE_S = 600.0, 30.0
# a store must be down for this long before it is told
PANNE_S = 600.0
ANNONCE = "annonce"
# no reader opens these names (G7); files still being written have some of them
_IGNORES = (".", "~$")
# stores name so the date of a file: S3, Azure; a disk, for which it is that of its inode; SFTP, SMB
_DATES = ("LastModified", "last_modified", "created", "mtime")
PILOTE = "son pilote n'est pas installé, pip install 'mutualisation[s3]'"
journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class Releve:
    """A drop holds `fichiers` files that count; `empreinte` is the sha256 of names, sizes and dates. `marque` says that
    its marker is the newest; `panne` says why it could not be read, a state of its own."""

    fichiers: int
    empreinte: str
    marque: bool
    panne: str = field(default="", compare=False)


class DepotComplet(BaseEventTrigger):
    """Tell each complete drop at an address, and one that can't be read: {depot, fichiers, panne}.

    A drop is complete when the file `.complet` at its root is as recent as all others, or when nothing moved for
    `calme` seconds (with 0, the marker alone counts). The asset keeps what was announced: a triggerer that starts again
    tells nothing twice. `connexion` names the Connection of Airflow that gives the account of the store."""

    def __init__(
        self, depot: str, connexion: str = DEPOT, calme: float = CALME_S, periode: float | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.depot, self.connexion, self.calme = depot, connexion, calme
        self.periode = periode if periode is not None else min(PERIODE_S, calme / 4 or PERIODE_S)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments."""
        nom = f"{type(self).__module__}.{type(self).__qualname__}"
        champs = ("depot", "connexion", "calme", "periode")
        return nom, {champ: getattr(self, champ) for champ in champs}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look at the drop and tell its states, without end."""
        annonce = await self._annonce()
        vu, depuis = None, 0.0
        while True:
            releve, maintenant = await self._regarder(), time.monotonic()
            if releve != vu:
                vu, depuis = releve, maintenant
            if releve is not None and releve.empreinte != annonce and self._tient(releve, maintenant - depuis):
                annonce = releve.empreinte
                message = {"depot": self.depot, "fichiers": releve.fichiers, "panne": releve.panne}
                yield TriggerEvent(message)  # type: ignore[no-untyped-call]
                await self._retenir(annonce)
            await asyncio.sleep(self.periode)

    def _tient(self, releve: Releve, secondes: float) -> bool:
        """Say whether a state that has stood for some seconds is to be told."""
        attente = PANNE_S if releve.panne else self.calme
        return releve.marque or 0 < attente <= secondes

    async def _annonce(self) -> Any:
        return await memoire.aget(ANNONCE) if (memoire := self._memoire()) is not None else None

    async def _retenir(self, empreinte: str) -> None:
        if (memoire := self._memoire()) is not None:
            await memoire.aset(ANNONCE, empreinte)

    def _memoire(self) -> Any:
        """Return the state store of the asset; None before Airflow 3.3, where a restarted triggerer tells again."""
        return getattr(self, "asset_state_store", None)

    async def _regarder(self) -> Releve | None:
        from mutualisation.usage.ordonnancement.connexions import compte_du_stockage, connexion_async

        compte = {}
        try:
            # the account serves this look alone: one triggerer watches the drops of every entity
            if "://" in self.depot and (trouvee := await connexion_async(self.connexion)):
                extra = await trouvee.aextra_dejson() if hasattr(trouvee, "aextra_dejson") else trouvee.extra_dejson
                compte = compte_du_stockage(trouvee, extra)
            return await asyncio.to_thread(relever, self.depot, compte)
        except Exception as erreur:  # noqa: BLE001 - each store has its own family of errors; one that is down comes back
            systeme = raison_systeme(erreur) if isinstance(erreur, OSError) else type(erreur).__name__
            raison = PILOTE if isinstance(erreur, ImportError) else systeme
            journal.warning("%s Nouvel essai dans %g s.", phrase_de_panne(raison, self.connexion), self.periode)
            return Releve(0, "panne", marque=False, panne=raison)


def phrase_de_panne(raison: str, connexion: str) -> str:
    """Say that a watched drop can't be read, without the text of a library, which may hold a key."""
    return (
        f"Le dépôt surveillé ne peut pas être lu ({raison}) : vérifiez son adresse, les droits du triggerer et des "
        f"travailleurs, et la connexion Airflow « {connexion} »."
    )


def relever(depot: str, compte: Mapping[str, Any] = MappingProxyType({})) -> Releve | None:
    """List what a drop holds now; None when no file of it counts. Raises what its file system raises. `compte` holds
    the options of its file system."""
    from upath import UPath

    racine = UPath(depot, **compte)
    racine.fs.invalidate_cache()
    # a folder that isn't there is no empty one; a store raises by itself
    severe = {} if "://" in depot else {"on_error": "raise"}
    vus = {
        chemin.removeprefix(racine.path).lstrip("/"): infos
        for chemin, infos in racine.fs.find(racine.path, detail=True, **severe).items()
    }
    comptent = {
        nom: infos for nom, infos in vus.items() if not any(partie.startswith(_IGNORES) for partie in nom.split("/"))
    }
    if not comptent:
        return None
    lignes = (f"{nom}\t{infos.get('size')}\t{_date_d_arrivee(infos)}\n" for nom, infos in sorted(comptent.items()))
    marqueur = vus.get(MARQUEUR)
    marque = marqueur is not None and _date_d_arrivee(marqueur) >= max(map(_date_d_arrivee, comptent.values()))
    return Releve(len(comptent), hashlib.sha256("".join(lignes).encode("utf-8", "replace")).hexdigest(), marque)


def _date_d_arrivee(infos: dict[str, Any]) -> float:
    """Return seconds since 1970; a local file is as old as its arrival here, whatever date a copy gave it."""
    moment = next((infos[nom] for nom in _DATES if infos.get(nom) is not None), 0.0)
    return float(moment.timestamp() if isinstance(moment, datetime) else moment)
