"""Each statement of the warehouse holds, differs from what was signed or kept, or is not kept here (K10)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.sceaux import (
    CLOTURE,
    FACTURES,
    SceauInscrit,
    cles_connues,
    lire_sceaux,
    sha256,
)
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.poste import Poste


@dataclass(frozen=True)
class Chaine:
    """These statements hold, oldest first; `ecarts` says what is wrong with them, `remarques` what is to be known."""

    sceaux: list[SceauInscrit]
    ecarts: list[str]
    remarques: list[str]


def lire_chaine(conn: psycopg.Connection[Any], poste: Poste) -> Chaine:
    """Compare the statements with their signatures, their chain, and those kept on this machine: one difference at
    most.

    An act that does not hold is named and passed over, for a login inscribes one without a signature; but one that this
    machine has kept, or has signed after, held, and was changed since. This begins the transaction of a reader: what is
    kept by then was committed before, and is there to be read."""
    ancres = Ancres(poste.var)
    gardes = ancres.enonces()
    sceaux, connues = lire_sceaux(conn), cles_connues(conn, poste.var)
    inscrits = {s.numero: s.enonce.encode() for s in sceaux}
    passes = [s for s in sceaux if not (s.tient and s.cle_publique in connues)]
    temoins = [s for s in sceaux if s not in passes and s.numero in gardes]
    if rompus := sorted({*_hors_de_la_chaine(sceaux)}.union(s.numero for s in passes if _a_tenu(s, temoins, gardes))):
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
    tenus = [s for s in sceaux if s not in passes]
    absents = [s.numero for s in tenus if s.numero not in gardes]
    remarque = (
        f"{_nommer(absents)} : non gardé sur ce poste (fait sur un autre, sous une autre clé, ou dossier perdu) ; "
        "signature et chaîne tiennent. Un plus récent qui aurait été perdu ne se voit qu'au dernier extrait remis "
        "(« verifier --extrait »)."
    )
    return Chaine(tenus, [], [*map(_passe, passes), *([remarque] if absents else [])])


def ancrer(conn: psycopg.Connection[Any], poste: Poste) -> None:
    """Keep on this machine what its key has signed, once the chain was read and held."""
    ancres, mienne = Ancres(poste.var), publique(cle_signature(poste))
    ancres.connaitre(mienne)
    for sceau in lire_sceaux(conn):
        if sceau.tient and sceau.cle_publique == mienne:
            ancres.poser(sceau.numero, sceau.enonce)


def _hors_de_la_chaine(sceaux: list[SceauInscrit]) -> Iterator[int]:
    """Yield the numbers of the rows that do not follow the one before, which need not hold."""
    precedent: str | None = None
    for rang, sceau in enumerate(sceaux, start=1):
        if (sceau.numero, sceau.suit) != (rang, precedent):
            yield sceau.numero
        precedent = sha256(sceau.enonce)


def _a_tenu(sceau: SceauInscrit, temoins: list[SceauInscrit], gardes: Collection[int]) -> bool:
    """Say whether an act that does not hold is kept here, unless a later one kept here has passed it over."""
    return sceau.numero in gardes or any(
        t.numero > sceau.numero and sceau.numero not in t.dit.get("ecartes", ()) for t in temoins
    )


def _passe(sceau: SceauInscrit) -> str:
    """Say that an act is passed over, and what is then to be done."""
    acte, refaire = f"la publication de la version {sceau.version}", "un « bilan » de tous les exercices publiés"
    if sceau.acte == CLOTURE:
        acte = f"la clôture de l'exercice {sceau.exercice}, version {sceau.version}"
        refaire = "« mutualisation cloturer », s'il n'a pas été clos de nouveau"
    if sceau.acte == FACTURES:
        acte, refaire = f"l'écriture de factures de la version {sceau.version}", "« mutualisation facturer »"
    return (
        f"sceau {sceau.numero} : {acte}, n'est pas signée ou ne se lit pas : elle est écartée, à refaire par {refaire}."
    )


def _nommer(numeros: Iterable[int]) -> str:
    nommes = list(map(str, numeros))
    return f"{'sceaux' if len(nommes) > 1 else 'sceau'} {enumerer(nommes)}"
