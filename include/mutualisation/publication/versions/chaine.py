"""The statements of the warehouse: each holds, differs from what was signed or kept, or is not kept here (K10)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, empreinte_publique, est_signe, publique
from mutualisation.publication.versions.sceaux import (
    PUBLICATION,
    SceauInscrit,
    canonique,
    cles_connues,
    lire_sceaux,
    sha256,
)
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.poste import Poste


@dataclass(frozen=True)
class Chaine:
    """The statements, oldest first; what is wrong with them, and what is to be known of them."""

    sceaux: list[SceauInscrit]
    ecarts: list[str]
    remarques: list[str]


def lire_chaine(conn: psycopg.Connection[Any], poste: Poste) -> Chaine:
    """The statements against their signatures, their chain, and those that this machine keeps: a sentence at most.

    It begins the transaction of a reader: what is kept by then was committed before, and is there to be read.
    """
    ancres = Ancres(poste.var)
    gardes = ancres.enonces()
    sceaux, connues = lire_sceaux(conn), cles_connues(conn, poste.var)
    inscrits = {s.numero: s.enonce.encode() for s in sceaux}
    if rompus := list(_sceaux_rompus(sceaux, connues)):
        ecart = (
            f"{_nommer(rompus)} : la ligne de journal.sceaux, sa signature ou sa place dans la chaîne n'est plus celle "
            "de l'énoncé signé — restaurez dans une base neuve une sauvegarde que « verifier » dit conforme, et gardez "
            "celle-ci."
        )
        return Chaine(sceaux, [ecart], [])
    if autres := sorted(n for n, enonce in gardes.items() if inscrits.get(n) != enonce):
        ecart = (
            f"{_nommer(autres)} : l'entrepôt ne dit pas ce que garde {ancres.dossier} : il vient d'une sauvegarde "
            "antérieure, est d'un autre entrepôt, ou l'un des deux a été changé — restaurez dans une base neuve une "
            "sauvegarde qui a ces sceaux, ou donnez à chaque entrepôt son dossier (MUTUALISATION_VAR) ; si cette suite "
            "est voulue, renommez ce dossier sans l'effacer : il dit ce qui est à refaire."
        )
        return Chaine(sceaux, [ecart], [])
    absents = sorted(inscrits.keys() - gardes.keys())
    remarque = (
        f"{_nommer(absents)} : non gardé sur ce poste (fait sur un autre, sous une autre clé, ou dossier perdu) ; "
        "signature et chaîne tiennent. Un plus récent qui aurait été perdu ne se voit qu'au dernier extrait remis "
        "(« verifier --extrait »)."
    )
    return Chaine(sceaux, [], [remarque] if absents else [])


def ancrer(conn: psycopg.Connection[Any], poste: Poste) -> None:
    """Keep on this machine what its key has signed, once the chain was read and held."""
    ancres, mienne = Ancres(poste.var), publique(cle_signature(poste))
    ancres.connaitre(mienne)
    for sceau in lire_sceaux(conn):
        if sceau.cle_publique == mienne:
            ancres.poser(sceau.numero, sceau.enonce)


def _sceaux_rompus(sceaux: list[SceauInscrit], connues: set[bytes]) -> Iterator[int]:
    """Numbers of the rows that are not their statement, not signed, or out of the chain."""
    precedent: str | None = None
    for rang, sceau in enumerate(sceaux, start=1):
        dit = sceau.dit
        tient = (
            sceau.cle_publique in connues
            and est_signe(sceau.enonce.encode(), sceau.signature, [sceau.cle_publique])
            and empreinte_publique(sceau.cle_publique) == dit.get("cle_sha256")
            and (sceau.acte != PUBLICATION or sha256(canonique(sceau.relations)) == dit.get("relations_sha256"))
            and (sceau.numero, dit.get("numero"), dit.get("precedent_sha256")) == (rang, rang, precedent)
        )
        if not tient:
            yield sceau.numero
        precedent = sha256(sceau.enonce)


def _nommer(numeros: Iterable[int]) -> str:
    nommes = list(map(str, numeros))
    return f"{'sceaux' if len(nommes) > 1 else 'sceau'} {enumerer(nommes)}"
