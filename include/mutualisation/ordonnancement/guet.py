"""The watch of a drop: a trigger of Airflow that tells once each complete state of a folder or of an object store."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

MARQUEUR = ".complet"
CALME_S, PERIODE_S = 600.0, 30.0
ANNONCE = "annonce"
# names that no reader opens (G7), files still written among them
_IGNORES = (".", "~$")
# how stores name the date of a file: S3, Azure; a disk, for which it is that of its inode; SFTP, SMB
_DATES = ("LastModified", "last_modified", "created", "mtime")
journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class Releve:
    """What a drop holds: files that count, sha256 of names, sizes and dates; `marque`: its marker is the newest."""

    fichiers: int
    empreinte: str
    marque: bool


class DepotComplet(BaseEventTrigger):
    """An event for each complete drop at an address: {depot, fichiers, empreinte}.

    Complete: the file `.complet` at its root is as recent as all others, or nothing moved for `calme` seconds (0: the
    marker alone). What was announced is kept by the asset: a triggerer that starts again tells nothing twice.
    """

    def __init__(self, depot: str, calme: float = CALME_S, periode: float | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.depot, self.calme = depot, calme
        self.periode = periode if periode is not None else min(PERIODE_S, calme / 4 or PERIODE_S)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments."""
        nom = f"{type(self).__module__}.{type(self).__qualname__}"
        return nom, {"depot": self.depot, "calme": self.calme, "periode": self.periode}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, and tell; without end."""
        annonce = await self._annonce()
        vu, depuis = None, 0.0
        while True:
            releve, maintenant = await self._regarder(), time.monotonic()
            if releve != vu:
                vu, depuis = releve, maintenant
            calme = 0 < self.calme <= maintenant - depuis
            if releve is not None and releve.empreinte != annonce and (releve.marque or calme):
                annonce = releve.empreinte
                dit = {"depot": self.depot, "fichiers": releve.fichiers, "empreinte": annonce}
                yield TriggerEvent(dit)  # type: ignore[no-untyped-call]
                await self._retenir(annonce)
            await asyncio.sleep(self.periode)

    async def _annonce(self) -> Any:
        return await memoire.aget(ANNONCE) if (memoire := self._memoire()) is not None else None

    async def _retenir(self, empreinte: str) -> None:
        if (memoire := self._memoire()) is not None:
            await memoire.aset(ANNONCE, empreinte)

    def _memoire(self) -> Any:
        """The state store of the asset; None before Airflow 3.3, where a triggerer that starts again tells again."""
        return getattr(self, "asset_state_store", None)

    async def _regarder(self) -> Releve | None:
        from mutualisation.ordonnancement.connexions import DEPOT, connexion_async, regler_stockage

        try:
            if "://" in self.depot and (trouvee := await connexion_async(DEPOT)):
                extra = await trouvee.aextra_dejson() if hasattr(trouvee, "aextra_dejson") else trouvee.extra_dejson
                regler_stockage(trouvee, extra)
            return await asyncio.to_thread(relever, self.depot)
        except Exception as erreur:  # noqa: BLE001 - each store has its own family of errors; one that is down comes back
            pilote = " : son pilote n'est pas installé (pip install 'mutualisation[s3]')"
            raison = pilote if isinstance(erreur, ImportError) else f" ({type(erreur).__name__})"
            journal.warning("Le dépôt surveillé ne peut pas être lu%s ; nouvel essai dans %g s.", raison, self.periode)
            return None


def relever(depot: str) -> Releve | None:
    """What a drop holds now, in one listing; None when no file of it counts. Raises what its file system raises."""
    from upath import UPath

    racine = UPath(depot)
    racine.fs.invalidate_cache()
    vus = {
        chemin.removeprefix(racine.path).lstrip("/"): infos
        for chemin, infos in racine.fs.find(racine.path, detail=True).items()
    }
    comptent = {nom: infos for nom, infos in vus.items() if not _ignore(nom)}
    if not comptent:
        return None
    lignes = (f"{nom}\t{infos.get('size')}\t{_date(infos)}\n" for nom, infos in sorted(comptent.items()))
    marqueur = vus.get(MARQUEUR)
    marque = marqueur is not None and _date(marqueur) >= max(map(_date, comptent.values()))
    return Releve(len(comptent), hashlib.sha256("".join(lignes).encode("utf-8", "replace")).hexdigest(), marque)


def _ignore(nom: str) -> bool:
    return any(partie.startswith(_IGNORES) for partie in nom.split("/"))


def _date(infos: dict[str, Any]) -> float:
    """Seconds since 1970; a local file is as old as its arrival here, whatever date a copy has given it."""
    moment = next((infos[nom] for nom in _DATES if infos.get(nom) is not None), 0.0)
    return float(moment.timestamp() if isinstance(moment, datetime) else moment)
