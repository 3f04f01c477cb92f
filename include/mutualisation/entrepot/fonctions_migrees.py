"""The functions of the warehouse against those that migrations made: one that was replaced says what it is told to."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import psycopg

from mutualisation.chemins import MIGRATIONS

SCHEMAS = ("journal", "lecture")
_CREATION = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?function\s+([a-z_]+\.[a-z_0-9]+)\s*\(", re.IGNORECASE)
_SUPPRESSION = re.compile(r"\bdrop\s+function\s+(?:if\s+exists\s+)?([a-z_]+\.[a-z_0-9]+)", re.IGNORECASE)
_CORPS = re.compile(r"(\$\w*\$)(.*?)\1", re.DOTALL)
EN_PLACE = """
select n.nspname || '.' || p.proname, p.prosrc, p.prosecdef, exists (
    select from unnest(p.proconfig) as reglage where reglage like 'search_path=%%')
  from pg_catalog.pg_proc as p
 inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where n.nspname = any (%s)
"""
Definition = tuple[str, bool, bool]


def ecarts_fonctions(conn: psycopg.Connection[Any]) -> list[str]:
    """A French sentence per function of `journal` and `lecture` that no migration made so, or that is gone."""
    en_place: dict[str, set[Definition]] = {}
    for nom, corps, definisseur, chemin_fixe in conn.execute(EN_PLACE, [list(SCHEMAS)]).fetchall():
        en_place.setdefault(nom, set()).add((corps, definisseur, chemin_fixe))
    attendues = fonctions_attendues()
    return [
        f"sceau : la fonction {nom} n'est pas celle que les migrations ont faite — restaurez l'entrepôt, ou faites-la "
        "redéfinir par l'installateur."
        for nom in sorted(en_place.keys() | attendues.keys())
        if en_place.get(nom) != attendues.get(nom)
    ]


@cache
def fonctions_attendues() -> dict[str, set[Definition]]:
    """{schema.name: {(body, security definer, search_path set)}}, one definition per list of arguments."""
    definies: dict[tuple[str, str], Definition] = {}
    for script in sorted((MIGRATIONS / "versions").glob("*.sql")):
        _jouer(script.read_text(encoding="utf-8"), definies)
    attendues: dict[str, set[Definition]] = {}
    for (nom, _), definition in definies.items():
        if nom.split(".")[0] in SCHEMAS:
            attendues.setdefault(nom, set()).add(definition)
    return attendues


def _jouer(texte: str, definies: dict[tuple[str, str], Definition]) -> None:
    """What one migration makes and drops, in its order."""
    ordres = sorted([*_CREATION.finditer(texte), *_SUPPRESSION.finditer(texte)], key=lambda m: m.start())
    for ordre in ordres:
        nom = ordre[1].lower()
        if ordre.re is _SUPPRESSION:
            for cle in [c for c in definies if c[0] == nom]:
                del definies[cle]
            continue
        fin = _fin_arguments(texte, ordre.end())
        corps = _CORPS.search(texte, fin)
        if corps is None:
            raise ValueError(f"le corps de la fonction {nom} ne se trouve pas dans sa migration")
        entete = " ".join(texte[fin : corps.start()].lower().split())
        arguments = " ".join(texte[ordre.end() : fin].lower().split())
        definies[nom, arguments] = (corps[2], "security definer" in entete, "set search_path" in entete)


def _fin_arguments(texte: str, debut: int) -> int:
    """Place of the parenthesis that closes the one opened just before."""
    profondeur = 1
    for place in range(debut, len(texte)):
        profondeur += {"(": 1, ")": -1}.get(texte[place], 0)
        if not profondeur:
            return place
    raise ValueError("une parenthèse d'une migration n'est pas fermée")
