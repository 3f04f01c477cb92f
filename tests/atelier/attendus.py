"""Expected rows: a CSV file read by a finance officer, compared with a relation of `construction`."""

import csv
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# how a cell says an empty text, since an empty cell says NULL
VIDE = "''"
NOTE = "Note"
SUFFIXES = ("complet", "absent")
OID_NOMBRES = {20, 21, 23, 1700}
Rangee = tuple[Any, ...]


@dataclass(frozen=True)
class Attendu:
    """An expected file: relation, how it is compared ('' contains, 'complet', 'absent'), columns, rows of cells."""

    relation: str
    mode: str
    colonnes: tuple[str, ...]
    rangees: tuple[tuple[str, ...], ...]


def lire(chemin: Path, sauf: str = NOTE) -> Attendu:
    """An expected file; its column `Note`, arithmetic by hand, is for the reader, or the one that is not compared.

    Raises `ValueError` on an unknown suffix or a row of another width than the header.
    """
    relation, _, mode = chemin.stem.partition(".")
    if mode not in ("", *SUFFIXES):
        raise ValueError(f"{chemin} : suffixe inconnu {mode!r} (attendu : {', '.join(SUFFIXES)})")
    with chemin.open(encoding="utf-8", newline="") as f:
        entete, *lignes = list(csv.reader(f, delimiter=";"))
    for numero, ligne in enumerate(lignes, 2):
        if len(ligne) != len(entete):
            raise ValueError(f"{chemin}, ligne {numero} : {len(ligne)} cellules pour {len(entete)} colonnes")
    gardees = [rang for rang, nom in enumerate(entete) if nom != sauf]
    entete, *lignes = [[rangee[rang] for rang in gardees] for rangee in (entete, *lignes)]
    return Attendu(relation, mode, tuple(entete), tuple(map(tuple, lignes)))


def ecarts(conn: psycopg.Connection[Any], attendu: Attendu) -> list[str]:
    """Sentences for what an expected file and its relation, on the search path, don't share."""
    requete = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, attendu.colonnes)), sql.Identifier(attendu.relation)
    )
    curseur = conn.execute(requete)
    nombres = [c.type_code in OID_NOMBRES for c in curseur.description or []]
    constatees = Counter(tuple(map(_cellule, r)) for r in curseur)
    voulues = Counter(tuple(map(_attendue, r, nombres)) for r in attendu.rangees)
    if attendu.mode == "absent":
        return [f"{attendu.relation} : ligne de trop {_montrer(r)}" for r in voulues & constatees]
    manquantes = [f"{attendu.relation} : attendu {_montrer(r)}" for r in voulues - constatees]
    if attendu.mode == "complet" or manquantes:
        manquantes += [f"{attendu.relation} : constaté {_montrer(r)}" for r in list(constatees - voulues)[:20]]
    return manquantes


def _cellule(valeur: Any) -> Any:
    if isinstance(valeur, bool):
        return str(valeur).lower()
    if isinstance(valeur, int | Decimal):
        return Decimal(valeur)
    return None if valeur is None else str(valeur)


def _attendue(texte: str, nombre: bool) -> Any:
    if texte == "":
        return None
    if texte == VIDE:
        return ""
    return Decimal(texte) if nombre else texte


def _montrer(rangee: Rangee) -> str:
    return " ; ".join("(vide)" if v is None else str(v) for v in rangee)
