"""What the schema of the PES v2 Aller (5.17) holds of a recette: order and number of the elements, form of each value.

The same verdict as the official XSD, without it: a test compares both where the folder of the schema is there.
Left out, because a draft never holds them: dépense, marché, facture, attachments, signatures, bank details.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.chemins import SCHEMA_PES

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_SCHEMA = tomllib.loads(SCHEMA_PES.read_text(encoding="utf-8"))
STRUCTURE: dict[str, str] = _SCHEMA["blocs"]
CODES: dict[str, str] = _SCHEMA["codes"]
ATTENTES: dict[str, str] = _SCHEMA["attentes"]
# Blocks that may be named by an attribute Id, for a signature
NOMMABLES = {"PES_Aller", "Bordereau"}

# The schema keeps « nc », a lone dot, a lone space and zeros alone out of its texts
_TEXTE = re.compile(r"[^ .]|n[^c]|[^n]c|[^n][^c]|[^\n\r]{3,}")
_NON_NUL = re.compile(r"[^\n\r]*[^0][^\n\r]*")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_FUSEAU = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _FUSEAU)
_ANNEE = re.compile(r"-?([1-9][0-9]{4,}|[0-9]{4})" + _FUSEAU)
_IDENTIFIANT = re.compile(r"[^\W\d][\w.-]*")


def defauts_du_schema(racine: Any) -> list[str]:
    """What the schema refuses in a PES_Aller of recette, as French sentences with the line; empty when it is valid."""
    if racine.tag != f"{{{ESPACE}}}PES_Aller":
        return [f"la racine est {racine.tag} : PES_Aller dans l'espace de noms {ESPACE} attendu."]
    return list(_bloc(racine, "PES_Aller", "PES_Aller"))


def valeur_admise(forme: str, valeur: str) -> bool:
    """Whether a value has the form that the schema gives: `texte38`, `num7`, `montant`, `TypBord`…"""
    if forme in CODES:
        return valeur in CODES[forme].split()
    nom, longueur = re.fullmatch(r"([a-z]+)([0-9]*)", forme).groups()  # type: ignore[union-attr]
    return _FORMES[nom](valeur, int(longueur or 0))


def _bloc(element: Any, nom: str, bloc: str) -> Iterator[str]:
    """The children against the table: each expected name takes what matches, what is left over is out of place."""
    yield from _attributs(element, nom, {"Id"} if bloc in NOMMABLES else set())
    if _texte_libre(element):
        yield f"ligne {element.sourceline} : {nom} contient du texte hors de ses éléments."
    enfants = [e for e in element if isinstance(e.tag, str)]
    rang = 0
    for attendu, forme, cardinal in _attendus(bloc):
        vus = 0
        while rang < len(enfants) and enfants[rang].tag == attendu and (vus == 0 or cardinal in ("+", "*")):
            enfant = enfants[rang]
            yield from _bloc(enfant, attendu, forme) if forme in STRUCTURE else _valeur(enfant, nom, forme)
            vus, rang = vus + 1, rang + 1
        if vus == 0 and cardinal in ("", "+"):
            yield f"ligne {element.sourceline} : {attendu} manque dans {nom}, ou n'est pas à sa place."
    for enfant in enfants[rang:]:
        yield f"ligne {enfant.sourceline} : {enfant.tag} n'est pas attendu à cette place de {nom}."


def _attendus(bloc: str) -> Iterator[tuple[str, str, str]]:
    """(element, block or form, ?, * or + or nothing) of the children of a block, in order."""
    for mot in STRUCTURE[bloc].split():
        nom, _, forme = mot.partition("=")
        nu = forme.rstrip("?+*")
        yield nom, nu, forme[len(nu) :]


def _attributs(element: Any, nom: str, permis: set[str]) -> Iterator[str]:
    for cle, valeur in element.attrib.items():
        if cle in permis and (cle != "Id" or _IDENTIFIANT.fullmatch(valeur.strip())):
            continue
        if not cle.startswith(_XSI):
            yield f"ligne {element.sourceline} : l'attribut {cle} de {nom} n'est pas attendu, ou n'est pas lisible."


def _texte_libre(element: Any) -> bool:
    return any(t and t.strip() for t in (element.text, *(e.tail for e in element)))


def _valeur(element: Any, parent: str, forme: str) -> Iterator[str]:
    yield from _attributs(element, element.tag, {"V"})
    valeur = element.get("V")
    if valeur is None or element.text or any(isinstance(e.tag, str) for e in element):
        yield f"ligne {element.sourceline} : {element.tag} de {parent} porte sa valeur dans l'attribut V seul."
    elif not valeur_admise(forme, valeur):
        yield (
            f"ligne {element.sourceline} : {element.tag} de {parent} vaut « {valeur} » : {_attente(forme)} attendu "
            "(schéma PES)."
        )


def _attente(forme: str) -> str:
    if forme in CODES:
        return f"un code parmi {CODES[forme].replace(' ', ', ')}"
    nom, longueur = re.fullmatch(r"([a-z]+)([0-9]*)", forme).groups()  # type: ignore[union-attr]
    return ATTENTES[nom].format(longueur)


def _est_texte(valeur: str, longueur: int) -> bool:
    return len(valeur) <= longueur and bool(_TEXTE.fullmatch(valeur)) and bool(_NON_NUL.fullmatch(valeur))


def _est_decimal(valeur: str, chiffres: int, decimales: int) -> bool:
    """A number above 0, of `chiffres` digits and `decimales` decimals at most."""
    nu = valeur.strip(" \t\n\r")
    if not _DECIMAL.fullmatch(nu):
        return False
    _, suite, exposant = Decimal(nu).normalize().as_tuple()
    puissance = int(exposant)
    return Decimal(nu) > 0 and max(0, -puissance) <= decimales and len(suite) + max(0, puissance) <= chiffres


def _est_date(valeur: str) -> bool:
    lu = _DATE.fullmatch(valeur.strip(" \t\n\r"))
    if lu is None:
        return False
    try:
        date(int(lu[1]), int(lu[2]), int(lu[3]))
    except ValueError:
        return False
    return True


def _motif(motif: str) -> Callable[[str, int], bool]:
    return lambda valeur, longueur: bool(re.fullmatch(motif, valeur)) and len(valeur) <= (longueur or 255)


_FORMES: dict[str, Callable[[str, int], bool]] = {
    "texte": _est_texte,
    "alpha": lambda v, n: _est_texte(v, n) and bool(re.fullmatch(r"[0-9a-zA-Z]*", v)),
    "num": lambda v, n: _est_decimal(v, n, 0),
    "montant": lambda v, _: _est_decimal(v, 14, 2),
    "taux": lambda v, _: _est_decimal(v, 5, 2),
    "date": lambda v, _: _est_date(v),
    "annee": lambda v, _: bool(_ANNEE.fullmatch(v.strip(" \t\n\r"))),
    "booleen": lambda v, _: v.strip(" \t\n\r") in ("0", "1", "true", "false"),
    "chiffres": _motif(r"[0-9]*"),
    "lettres": _motif(r"[0-9a-zA-Z]*"),
    "numero": _motif(r"[0-9]+"),
    "codique": lambda v, _: _est_texte(v, 7) and bool(re.fullmatch(r"02[AB][0-9]{3,4}|[0-9]{6,7}", v)),
    "codcol": lambda v, _: _est_texte(v, 3) and bool(re.fullmatch(r"[0-9]{3}", v)),
    "codbud": _motif(r"[0-9A-Z][0-9]"),
}
