"""Read the optional `<file>.controle.json` at the door; the file gate compares its sums in SQL (F3)."""

import json
import re
from pathlib import Path
from typing import Any

from upath import UPath

from mutualisation.entree.ingestion.cellules_lues import total as lire_total
from mutualisation.entree.ingestion.depot import local, ouvrir_ordinaire
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction, normaliser
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu

_TAILLE_MAX = 64 * 1024
_OU = "le .controle.json"
_CLES = ("lignes", "colonne", "total", "sha256")
_PAS_ORDINAIRE = f"{_OU} n'est pas un fichier ordinaire : le remplacer ou le retirer (F3)."
_ENTIER = r"[0-9]{1,9}"
_DECIMAL = r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,12})?"


def octets_controle(emplacement: UPath | Path) -> bytes:
    """Return the bytes of a `.controle.json`. Raises `LectureRefusee` on a link, a folder, a pipe, a size too large."""
    try:
        if emplacement.is_symlink() or not emplacement.is_file():
            raise LectureRefusee(_PAS_ORDINAIRE)
        chemin = local(emplacement)
        with emplacement.open("rb") if chemin is None else ouvrir_ordinaire(chemin, lien=False) as f:
            return bytes(f.read(_TAILLE_MAX + 1))
    except OSError:
        raise LectureRefusee(f"{_OU} ne peut pas être lu : vérifier ses droits ou le retirer (F3).") from None


def controle_de(
    emplacement: UPath | Path | None, jeu: Jeu, sha256: str, traduction: Traduction = SANS_TRADUCTION
) -> dict[str, Any] | None:
    """Read and check the `.controle.json` of a file, if it has one. Raises as `octets_controle` and `lire_controle`."""
    return None if emplacement is None else lire_controle(octets_controle(emplacement), jeu, sha256, traduction)


def lire_controle(octets: bytes, jeu: Jeu, sha256: str, traduction: Traduction = SANS_TRADUCTION) -> dict[str, Any]:
    """Check the content: `lignes` (int), `colonne` (header of the registry), `sha256`, `total` (minutes for hours).

    Raises `LectureRefusee` when the JSON is unreadable or too large, a key is given twice, a value has not its form (a
    total with an exponent has not), the column isn't one of the jeu that can be summed, or the sha256 (any case) isn't
    that of the file. Each key is optional, others are ignored. On XML and JSON files only `sha256` is kept (F3)."""
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
        retenu["lignes"] = int(_nombre(contenu["lignes"], _ENTIER, "« lignes » doit être un entier"))
    colonne, total = contenu.get("colonne"), contenu.get("total")
    if total is not None and colonne is None:
        raise LectureRefusee(f"{_OU} : « total » est annoncé sans sa « colonne » (F3).")
    if colonne is not None and total is not None:
        visee = _colonne_controlee(colonne, jeu, traduction)
        ecrit = _nombre(total, _DECIMAL, "« total » doit être un nombre à point décimal, sans exposant")
        retenu |= {"colonne": visee.entete or visee.nom, "total": lire_total(ecrit, visee.type)}
    return retenu


def _decoder(octets: bytes) -> dict[str, Any]:
    if len(octets) > _TAILLE_MAX:
        raise LectureRefusee(f"{_OU} dépasse {_TAILLE_MAX // 1024} ko : le réécrire ou le retirer (F3).")
    try:
        # no float ever touches a number
        contenu = json.loads(octets.decode("utf-8-sig"), parse_float=str, parse_constant=str, object_pairs_hook=_objet)
    except (ValueError, RecursionError):
        raise LectureRefusee(f"{_OU} n'est pas un JSON lisible : le corriger ou le retirer (F3).") from None
    if not isinstance(contenu, dict):
        raise LectureRefusee(
            f'{_OU} doit être un objet JSON : le réécrire sous la forme {{"lignes": 2}}, ou le retirer (F3).'
        )
    return contenu


def _objet(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object of the JSON; a key given twice says two things."""
    contenu = dict(paires)
    if len(contenu) < len(paires):
        noms = [nom for nom, _ in paires]
        double = next((nom for nom in _CLES if noms.count(nom) > 1), None)
        # a key that is none of ours may be anything, a name too (K9)
        quoi = "une même clé" if double is None else f"la clé « {double} »"
        raise LectureRefusee(f"{_OU} donne deux fois {quoi} : n'en garder qu'une (F3).")
    return contenu


def _nombre(valeur: Any, forme: str, phrase: str) -> str:
    """Return a number of the JSON, or a text of it, as it is written. Raises `LectureRefusee` in another form."""
    ecrit = str(valeur).strip() if isinstance(valeur, (str, int)) and not isinstance(valeur, bool) else ""
    if not re.fullmatch(forme, ecrit):
        raise LectureRefusee(f"{_OU} : {phrase} (F3).")
    return ecrit


def _colonne_controlee(valeur: Any, jeu: Jeu, traduction: Traduction) -> Colonne:
    """Find a column by its literal name, else by another one that `correspondances` gives (F16)."""
    cherchee = normaliser(valeur) if isinstance(valeur, str) else ""
    sommables = [c for c in jeu.colonnes_entrepot if c.type in TYPES_SOMMABLES]
    litterales = [c for c in sommables if cherchee == normaliser(c.entete or "")]
    for c in litterales or [c for c in sommables if cherchee in traduction.entetes.get(c.nom, ())]:
        return c
    permises = ", ".join(c.entete or c.nom for c in sommables)
    raise LectureRefusee(f"{_OU} : « colonne » n'est pas une colonne à sommer de {jeu.nom} ({permises}) (F3).")
