"""Limits bound a reading (F9): sizes of a cell, of a row, of an inflated file, cost. A file is refused from here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from xml.parsers import expat

from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

MO = 1024 * 1024
# no row is dropped without a word: one longer than this can't be told from a file without line ends
RANGEE_MAX = 16 * MO
REMEDE = "exporter de nouveau le tableau seul, ou le couper en plusieurs fichiers"
INTERROMPUE = f"la lecture de ce fichier s'interrompt : {REMEDE} (F9)."
# the function yields things of a file, each with the number of rows that it stands for
Lire = Callable[..., Iterator[tuple[int, Any]]]


@dataclass(frozen=True)
class Limites:
    """Settings of F9 are set by `MUTUALISATION_<NOM>_MAX`: `MUTUALISATION_CELLULE_MAX`.

    `cellule` counts characters of a cell; `deploye` and `rapport` bytes and ratio of what a zip inflates to; `colonnes`
    cells of a row; `feuilles` and `chaines` sheets and shared strings of a workbook; `noeuds` and `profondeur` elements
    of an XML or values of a JSON, one in another; `jeton` bytes of a tag with its attributes; `memoire` (Mo) and
    `duree` (seconds of processor) bound the process that reads a workbook, an XML or a JSON."""

    cellule: int = 32_767
    deploye: int = 200 * 1024 * 1024
    rapport: int = 100
    colonnes: int = 1_000
    feuilles: int = 255
    chaines: int = 1_000_000
    noeuds: int = 3_000_000
    profondeur: int = 100
    jeton: int = 1024 * 1024
    memoire: int = 450
    duree: int = 8

    @classmethod
    def de_l_environnement(cls) -> Limites:
        """Read the environment. Raises `ErreurMutualisation` when a setting is not a positive integer."""
        return cls(**{f.name: _reglage(f"MUTUALISATION_{f.name.upper()}_MAX", int(f.default)) for f in fields(cls)})  # type: ignore[arg-type]


def _reglage(nom: str, defaut: int) -> int:
    valeur = os.environ.get(nom, "").strip()
    if not valeur:
        return defaut
    if not valeur.isascii() or not valeur.isdigit() or int(valeur) == 0:
        raise ErreurMutualisation(f"{nom} doit être un entier positif.")
    return int(valeur)


def octets_tenus(mesure: str) -> int:
    """Return the bytes that this process holds: `VmSize`, address space; `VmRSS`, memory."""
    etat = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(ligne.split()[1]) * 1024 for ligne in etat.splitlines() if ligne.startswith(mesure))


def nombre_fr(n: int) -> str:
    """Write `32767` as `32 767`, for messages."""
    return f"{n:,}".replace(",", " ")


class LectureRefusee(Exception):
    """The file can't be read as the contract says (G1). The message is a French sentence: reason and remedy."""


class SessionBornee(ErreurMutualisation):
    """A limit of the session stops the reader before our own does: exit 1, nothing is known against the file."""

    @classmethod
    def de_la_memoire(cls, octets: int) -> SessionBornee:
        """Name the hard limit of address space, in bytes."""
        return cls(_borne(f"la mémoire d'un processus à {octets // 1024**2} Mo", "ulimit -v", "LimitAS"))

    @classmethod
    def du_calcul(cls, secondes: int) -> SessionBornee:
        """Name the hard limit of processor time, in seconds."""
        return cls(_borne(f"le temps de calcul d'un processus à {secondes} s", "ulimit -t", "LimitCPU"))


def _borne(quoi: str, commande: str, service: str) -> str:
    return (
        f"Cette session limite {quoi}, trop peu pour lire les fichiers déposés, qui ne sont pas en cause : levez la "
        f"limite (« {commande} unlimited », ou {service}= du service), puis relancez."
    )


def motif_refus(faute: Exception) -> str:
    """Give the reason in French, without a cell of the file: the server's message could quote one."""
    if isinstance(faute, LectureRefusee):
        return str(faute)
    if isinstance(faute, OSError):
        return f"le fichier ne peut pas être lu ({raison_systeme(faute)}) : vérifier ses droits et le redéposer."
    return "l'entrepôt refuse une cellule de ce fichier : vérifier ses caractères (F8)."


def analyseur_xml() -> expat.XMLParserType:
    """Make an expat parser that parses each slice of a file as soon as it gets it. Since 2.6 expat may put off parsing
    a long tag until more of it comes: the limit `jeton` would see it too late."""
    analyseur = expat.ParserCreate(namespace_separator=" ")
    if hasattr(analyseur, "SetReparseDeferralEnabled"):  # from expat 2.6 on
        analyseur.SetReparseDeferralEnabled(False)
    return analyseur
