"""The statements of the warehouse against their signatures, their chain, and what this machine keeps of them (K10).

A sentence for each kind of difference, whatever the number of statements, whose way out loses nothing that was signed
(decision 0016).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.publication.signatures.ancrage import Ancre, Ancres
from mutualisation.publication.signatures.cle_signature import cle_en_place, empreinte_publique, est_signe
from mutualisation.publication.versions.sceaux import (
    PUBLICATION,
    SceauInscrit,
    canonique,
    cles_connues,
    lire_sceaux,
    sha256,
)
from mutualisation.socle.francais.formats import enumerer
from mutualisation.socle.poste import CLE_SIGNATURE, Poste

ACTES_NOMMES = 4
REMEDE = "restaurez dans une base neuve une sauvegarde que « verifier » dit conforme, et gardez celle-ci"
A_PART = "renommez ce dossier sans l'effacer"
UN_DOSSIER = "donnez à chaque entrepôt son dossier (MUTUALISATION_VAR)"


@dataclass(frozen=True)
class Chaine:
    """The statements, oldest first; what is wrong with them, and what is to be known of them."""

    sceaux: list[SceauInscrit]
    ecarts: list[str]
    remarques: list[str]


def lire_chaine(conn: psycopg.Connection[Any], poste: Poste) -> Chaine:
    """The statements against their signatures, their chain, and those that this machine keeps; where nothing is wrong,
    those of its own key that it does not keep are kept, which is said.

    It begins the transaction of a reader: what is kept by then was committed before, and is there to be read.
    """
    ancres = Ancres(poste.var)
    gardees = ancres.lues()
    sceaux, connues = lire_sceaux(conn), cles_connues(conn, poste.var)
    inscrits = {s.numero: s for s in sceaux}
    ecarts = _fautes(sceaux, connues) or list(_ecarts_gardees(ancres.dossier, gardees, inscrits, connues))
    remarques = [] if ecarts else list(_completer(ancres, gardees, sceaux, cle_en_place(poste)))
    return Chaine(sceaux, ecarts, remarques)


def ancrer(conn: psycopg.Connection[Any], poste: Poste) -> None:
    """Keep on this machine what its key has just signed, once the chain was read and held."""
    ancres = Ancres(poste.var)
    _garder(ancres, ancres.lues(), lire_sceaux(conn), cle_en_place(poste))


def nommer(numeros: Sequence[int]) -> str:
    """« sceau 1 », « sceaux 1 et 2 », « sceaux 1, 3 à 5 »."""
    tranches: list[list[int]] = []
    for numero in sorted(numeros):
        if tranches and tranches[-1][-1] == numero - 1:
            tranches[-1].append(numero)
        else:
            tranches.append([numero])
    dites = [f"{t[0]} à {t[-1]}" if len(t) > 2 else " et ".join(map(str, t)) for t in tranches]
    return f"sceau{_s(numeros) and 'x'} {', '.join(dites)}"


def _s(numeros: Sequence[int]) -> str:
    return "s" if len(numeros) > 1 else ""


# ---------------------------------------------------------------- the warehouse alone
def _fautes(sceaux: list[SceauInscrit], connues: set[bytes]) -> list[str]:
    """Rows that are not their statement, not signed, or out of the chain."""
    fautes: dict[str, list[int]] = {}
    precedent: str | None = None
    for rang, sceau in enumerate(sceaux, start=1):
        for faute in _fautes_de(sceau, rang, precedent, connues):
            fautes.setdefault(faute, []).append(sceau.numero)
        precedent = sha256(sceau.enonce)
    return [f"{nommer(numeros)} : {faute} — {REMEDE}." for faute, numeros in fautes.items()]


def _fautes_de(sceau: SceauInscrit, rang: int, precedent: str | None, connues: set[bytes]) -> Iterator[str]:
    hors_enonce = sceau.acte == PUBLICATION and sha256(canonique(sceau.relations)) != sceau.dit.get("relations_sha256")
    if hors_enonce or empreinte_publique(sceau.cle_publique) != sceau.dit.get("cle_sha256"):
        yield "la ligne de journal.sceaux n'est plus ce que dit l'énoncé"
    if sceau.cle_publique not in connues:
        yield "la clé qui a signé n'est pas connue ici"
    elif not est_signe(sceau.enonce.encode(), sceau.signature, sceau.cle_publique):
        yield "la signature n'est pas celle de l'énoncé"
    if (sceau.numero, sceau.dit.get("numero"), sceau.dit.get("precedent_sha256")) != (rang, rang, precedent):
        yield "l'énoncé ne suit pas celui qui le précède"


# ---------------------------------------------------------------- beside what is kept here
def _ecarts_gardees(
    dossier: Path, gardees: Mapping[int, Ancre], inscrits: Mapping[int, SceauInscrit], connues: set[bytes]
) -> Iterator[str]:
    """The one thing that is wrong between a warehouse that holds and what is kept of it."""
    absents = sorted(gardees.keys() - inscrits.keys())
    communs = sorted(gardees.keys() & inscrits.keys())
    autres = [n for n in communs if gardees[n].enonce != inscrits[n].ancre.enonce]
    gardes = ((n, gardees[n]) for n in (*autres, *absents))
    if abimes := [n for n, g in gardes if not any(est_signe(g.enonce, g.signature, cle) for cle in connues)]:
        yield (
            f"{nommer(abimes)} : ce que garde {dossier} n'est pas signé d'une clé connue, et l'entrepôt tient — "
            f"remettez ces fichiers d'une sauvegarde, ou {A_PART}, puis relancez."
        )
    elif autres and autres == communs and not _suit(gardees[autres[0]], autres[0], inscrits):
        yield (
            f"{nommer(autres)} : l'entrepôt n'a rien de ce que garde {dossier}, qui est d'un autre entrepôt, ou "
            f"celui-ci a été refait ou changé — {UN_DOSSIER} ; si c'était le même, restaurez dans une base neuve une "
            "sauvegarde qui a ces sceaux, et gardez les deux."
        )
    elif autres:
        yield (
            f"{nommer(autres)} : l'entrepôt ne dit pas ce que garde {dossier} depuis le {_moment(gardees[autres[0]])} "
            ": il a continué après une sauvegarde antérieure, ou a été changé — gardez les deux ; restaurez dans une "
            f"base neuve une sauvegarde qui a ces sceaux ou, si cette suite est voulue, {A_PART}, puis relancez."
        )
    elif absents:
        etat = f"s'arrête au sceau {max(inscrits)}" if inscrits else "n'a aucun sceau"
        siens = communs or _suit(gardees[absents[0]], absents[0], inscrits)
        etranger, chacun = ("", "") if siens else (", n'est pas celui de ce dossier", f"{UN_DOSSIER}, ou ")
        yield (
            f"{nommer(absents)} : {dossier} en garde l'énoncé ({_actes(gardees[n] for n in absents)}), et l'entrepôt "
            f"{etat} : il vient d'une sauvegarde antérieure{etranger} ou en a perdu — {chacun}restaurez dans une base "
            f"neuve une sauvegarde faite après le {_moment(gardees[absents[-1]])} ; s'il n'y en a pas, {A_PART}, il "
            "dit ce qui est à refaire, puis relancez."
        )


def _completer(
    ancres: Ancres, gardees: Mapping[int, Ancre], sceaux: list[SceauInscrit], mienne: bytes | None
) -> Iterator[str]:
    """Keep what our key signed; a sentence for what was not kept, and for a key that is no longer here."""
    ajoutes = _garder(ancres, gardees, sceaux, mienne)
    ailleurs = [s.numero for s in sceaux if s.numero not in gardees and s.numero not in ajoutes]
    if ajoutes:
        yield (
            f"{nommer(ajoutes)} : non gardé{_s(ajoutes)} en entier dans {ancres.dossier} (dossier perdu, commande "
            "interrompue, ou autre poste de même clé) ; remis de l'entrepôt, où signature et chaîne tiennent. S'il en "
            "a perdu de plus récents, rien ici ne le dit : comparez au dernier extrait remis (« verifier --extrait »)."
        )
    if ailleurs:
        yield (
            f"{nommer(ailleurs)} : non gardé{_s(ailleurs)} sur ce poste, fait{_s(ailleurs)} sur un autre ou sous une "
            "clé qui n'est plus ici ; signature et chaîne tiennent."
        )
    if gardees and mienne not in {s.cle_publique for s in sceaux if s.numero in gardees}:
        yield (
            f"clé de signature : celle des sceaux que garde {ancres.dossier} n'est plus sur ce poste, ce qu'elle a "
            f"signé tient. Remettez-la de sa copie (fichier cle_signature, ou {CLE_SIGNATURE}) ; sinon le prochain "
            "acte est signé par une autre."
        )


def _garder(
    ancres: Ancres, gardees: Mapping[int, Ancre], sceaux: list[SceauInscrit], mienne: bytes | None
) -> list[int]:
    """Keep the statements of this key that are not, and the signature of one that lost its own; their numbers."""
    neufs = [s for s in sceaux if s.numero not in gardees and s.cle_publique == mienne]
    memes = [s for s in sceaux if s.numero in gardees and gardees[s.numero].enonce == s.ancre.enonce]
    a_garder = neufs + [s for s in memes if gardees[s.numero] != s.ancre]
    for sceau in a_garder:
        ancres.poser(sceau.numero, sceau.ancre, sceau.cle_publique)
    return [s.numero for s in a_garder]


def _suit(ancre: Ancre, numero: int, inscrits: Mapping[int, SceauInscrit]) -> bool:
    """True when a statement kept follows one that is inscribed: both are of one warehouse."""
    avant = inscrits.get(numero - 1)
    return avant is not None and json.loads(ancre.enonce)["precedent_sha256"] == sha256(avant.enonce)


def _actes(ancres: Iterable[Ancre]) -> str:
    """What statements did: « version 3 publiée, exercice 2021 clos »."""
    dits = [json.loads(a.enonce) for a in ancres]
    return enumerer(
        (
            f"version {d['version']} publiée" if d["acte"] == PUBLICATION else f"exercice {d['exercice']} clos"
            for d in dits
        ),
        ACTES_NOMMES,
    )


def _moment(ancre: Ancre) -> str:
    dit = json.loads(ancre.enonce)
    return datetime.fromisoformat(dit.get("scelle_le") or dit["approuve_le"]).strftime("%d/%m/%Y à %H:%M UTC")
