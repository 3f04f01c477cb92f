"""The documents of a version wait, composed aside: for who publishes it, then, once published, for their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import MiseEnPlace
from mutualisation.documents.extrait.remise import mettre_en_place
from mutualisation.entree.ingestion.travail import Suivi
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.poste import Poste

LIRE = """
select version, sortie, manifestes, c.statut = 'publiee'
  from journal.candidates inner join journal.constructions as c using (version) order by version
"""


@dataclass(frozen=True)
class EnAttente:
    """The documents of a version wait under `sortie`; `publiee` says that they only have to be put in place.
    `manifestes` is {folder of an extract: digest of the manifest that the gate read}, empty before it did."""

    version: int
    sortie: Path
    manifestes: Mapping[str, str]
    publiee: bool

    @property
    def dossier(self) -> Path:
        """Return the folder of its documents, of a name that nothing else bears."""
        return self.sortie / dossier_d_attente(self.version)

    @property
    def pose(self) -> MiseEnPlace:
        """Return what puts its documents in place."""
        return MiseEnPlace(self.sortie, self.dossier)

    @property
    def extraits(self) -> list[Path]:
        """Return the folders where a person opens them."""
        return [self.dossier / nom for nom in self.manifestes]


def dossier_d_attente(version: int) -> str:
    """Return the name of the folder where the documents of a version wait."""
    return f"a_publier_v{version}"


def en_attente(conn: psycopg.Connection[Any], version: int) -> EnAttente | None:
    """Return the documents of a version that wait; None without any, or when they were not all read back."""
    return next((e for e in _versions_en_attente(conn) if e.version == version and e.manifestes), None)


def retirer(conn: psycopg.Connection[Any]) -> None:
    """Remove the documents that will not be published: older than the version said yes to, or else proposed last."""
    (proposee,) = conn.execute("select journal.derniere_proposee()").fetchone() or (0,)
    for attente in _versions_en_attente(conn):
        if not attente.publiee and attente.version < proposee:
            attente.pose.finir()
            oublier(conn, attente.version)


def oublier(conn: psycopg.Connection[Any], version: int) -> None:
    """Note that nothing of a version waits any more, whatever becomes of the command; commit."""
    conn.execute("delete from journal.candidates where version = %s", (version,))
    conn.commit()


def achever(conn: psycopg.Connection[Any], poste: Poste, suivi: Suivi) -> None:
    """Put in place the documents of a version that a killed command has published; say which can't be. Only what places
    extracts does so: `bilan`, `composer`, `publier`, `cloturer`, `extraire`."""
    for attente in _versions_en_attente(conn):
        if attente.publiee and not attente.dossier.is_dir():
            suivi(f"{attente.dossier} n'est plus là : « mutualisation extraire » réécrit les extraits publiés")
            oublier(conn, attente.version)
        elif attente.publiee:
            try:
                prendre_place(conn, attente, poste)
            except ErreurMutualisation as erreur:
                suivi(str(erreur))
            else:
                suivi(f"La version {attente.version} était publiée : ses extraits ont maintenant pris leur place")
    # the reading leaves no transaction open
    conn.commit()


def prendre_place(conn: psycopg.Connection[Any], attente: EnAttente, poste: Poste) -> None:
    """Sign the documents of a published version as the journal has it, and rename them into their places (K11). `poste`
    has the key. Raises `ErreurMutualisation` when the disk refuses or a place is not ours; it may be tried again."""
    echec = f"La version {attente.version} est publiée, mais ses extraits n'ont pas pris leur place"
    try:
        mettre_en_place(conn, attente.pose, attente.manifestes, poste)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{echec} dans {attente.sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place ; "
            "« mutualisation extraire » les y mettra."
        ) from erreur
    except ErreurMutualisation as erreur:
        raise ErreurMutualisation(f"{echec}. {erreur} « mutualisation extraire » les y mettra.") from erreur
    attente.pose.finir()
    oublier(conn, attente.version)


def _versions_en_attente(conn: psycopg.Connection[Any]) -> list[EnAttente]:
    return [
        EnAttente(v, Path(sortie), manifestes, publiee)
        for v, sortie, manifestes, publiee in conn.execute(LIRE).fetchall()
    ]
