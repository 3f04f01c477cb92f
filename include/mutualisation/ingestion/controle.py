"""The optional `<file>.controle.json`: read at the door, its sums compared in SQL by the file gate (F3)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import TYPES_SOMMABLES, Jeu

_TAILLE_MAX = 64 * 1024
_OU = "le .controle.json"
_NOMBRE = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,12})?")


def lire_controle(octets: bytes, jeu: Jeu, sha256: str, traduction: Traduction = SANS_TRADUCTION) -> dict[str, Any]:
    """Checked content: `lignes` (int), `colonne` (header, as the registry spells it), `total` (text, exact), `sha256`.

    LectureRefusee when the JSON is unreadable, a value has not its form, the column isn't one of the jeu that can
    be summed, or the sha256 (any case) isn't that of the file. Each key is optional, others are ignored.
    On XML and JSON files only `sha256` is kept (F3).
    """
    contenu = _decoder(octets)
    attendu = contenu.get("sha256")
    if attendu is not None and (not isinstance(attendu, str) or attendu.strip().lower() != sha256):
        raise LectureRefusee(
            f"l'empreinte sha256 annoncée par {_OU} n'est pas celle du fichier ({sha256}) : redéposer le fichier "
            "ou corriger le contrôle (F3)."
        )
    retenu: dict[str, Any] = {} if attendu is None else {"sha256": sha256}
    if jeu.format != "tabulaire":
        return retenu
    if contenu.get("lignes") is not None:
        retenu["lignes"] = _lignes(contenu["lignes"])
    colonne, total = contenu.get("colonne"), contenu.get("total")
    if total is not None and colonne is None:
        raise LectureRefusee(f"{_OU} : « total » est annoncé sans sa « colonne » (F3).")
    if colonne is not None and total is not None:
        retenu |= {"colonne": _colonne(colonne, jeu, traduction), "total": _total(total)}
    return retenu


def _decoder(octets: bytes) -> dict[str, Any]:
    if len(octets) > _TAILLE_MAX:
        raise LectureRefusee(f"{_OU} dépasse {_TAILLE_MAX} octets (F3).")
    try:
        contenu = json.loads(octets.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise LectureRefusee(f"{_OU} n'est pas un JSON lisible : le corriger ou le retirer (F3).") from None
    if not isinstance(contenu, dict):
        raise LectureRefusee(f"{_OU} doit être un objet JSON (F3).")
    return contenu


def _lignes(valeur: Any) -> int:
    if isinstance(valeur, str) and re.fullmatch(r"[0-9]{1,9}", valeur.strip()):
        return int(valeur)
    if isinstance(valeur, int) and not isinstance(valeur, bool) and 0 <= valeur < 2**31:
        return valeur
    raise LectureRefusee(f"{_OU} : « lignes » doit être un entier (F3).")


def _colonne(valeur: Any, jeu: Jeu, traduction: Traduction) -> str:
    """By its literal name, else by another one that `correspondances` gives (F16)."""
    cherchee = normaliser(valeur) if isinstance(valeur, str) else ""
    sommables = [c for c in jeu.colonnes_entrepot if c.type in TYPES_SOMMABLES]
    litterales = [c for c in sommables if cherchee == normaliser(c.entete or "")]
    for c in litterales or [c for c in sommables if cherchee in traduction.entetes.get(c.nom, ())]:
        return c.entete or c.nom
    permises = ", ".join(c.entete or c.nom for c in sommables)
    raise LectureRefusee(f"{_OU} : « colonne » n'est pas une colonne à sommer de {jeu.nom} ({permises}) (F3).")


def _total(valeur: Any) -> str:
    texte = valeur.strip() if isinstance(valeur, str) else ""
    if isinstance(valeur, (int, Decimal)) and not isinstance(valeur, bool):
        texte = format(valeur, "f") if isinstance(valeur, Decimal) and valeur.is_finite() else str(valeur)
    if not _NOMBRE.fullmatch(texte):
        raise LectureRefusee(f"{_OU} : « total » doit être un nombre à point décimal (F3).")
    return texte
