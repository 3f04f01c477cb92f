"""Replace and count each character of a text without a glyph, instead of failing (G3). The fonts of the compiler decide
what can be drawn (`glyphes.csv`, asked of it once). Page, workbook and draft say the same words as paper: they take the
same texts."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import is_dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from mutualisation.socle.chemins import GLYPHES
from mutualisation.socle.francais.formats import plusieurs

REMPLACANT = "□"
# these break a line where only words are expected; a tab and a line feed are ours
_COUPURES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# these have no width: joiners, marks of direction, selectors of a variant, byte order mark, tags, fillers
_SANS_LARGEUR = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
SIMPLE = re.compile("[\t\n -~\u00a0-\u00ac\u00ae-\u017f\u2010-\u2015\u2018-\u201e\u2026\u202f\u20ac\u2192\u2212]*")


@cache
def _sans_dessin() -> re.Pattern[str]:
    """Match every character that is neither drawn nor a tab or a line feed."""
    plages = (ligne.split(";")[:2] for ligne in GLYPHES.read_text(encoding="utf-8").splitlines()[1:])
    dessinees = "".join(f"\\U{int(debut, 16):08x}-\\U{int(fin, 16):08x}" for debut, fin in plages)
    return re.compile(f"[^\t\n{dessinees}]")


def dessinable(texte: str) -> tuple[str, int]:
    """Return the text that can be drawn, and how many characters « □ » had to replace. Zero-width characters are
    dropped; a mark that makes no letter with the one it stands on is dropped and counted."""
    if SIMPLE.fullmatch(texte):
        return texte, 0
    compose = unicodedata.normalize("NFC", _SANS_LARGEUR.sub("", _COUPURES.sub(" ", texte)))
    remplaces = 0

    def remplacer(trouve: re.Match[str]) -> str:
        nonlocal remplaces
        remplaces += 1
        return "" if unicodedata.category(trouve[0]).startswith("M") else REMPLACANT

    return _sans_dessin().sub(remplacer, compose), remplaces


class Releve:
    """A `Releve` reads every text below a value, and counts what it replaces in them. `sauf` names fields of
    dataclasses that are left as they are; `puis` is then applied to each text."""

    def __init__(self, sauf: Collection[str] = (), puis: Callable[[str], str] = str) -> None:
        self.sauf, self.puis, self.remplaces = sauf, puis, 0

    def remplacer(self, valeur: Any) -> Any:
        """Return the same value, its texts drawable."""
        match valeur:
            case str():
                texte, remplaces = dessinable(valeur)
                self.remplaces += remplaces
                return self.puis(texte)
            case None | int() | Decimal():  # tables hold mostly these
                return valeur
            case list():
                return [self.remplacer(v) for v in valeur]
            case tuple():
                return tuple([self.remplacer(v) for v in valeur])
            case Mapping():
                return {cle: self.remplacer(v) for cle, v in valeur.items()}
        if not is_dataclass(valeur) or isinstance(valeur, type):
            return valeur
        avant = {f: getattr(valeur, f) for f in type(valeur).__dataclass_fields__ if f not in self.sauf}
        apres = {nom: self.remplacer(v) for nom, v in avant.items()}
        changes = {nom: valeur_apres for nom, valeur_apres in apres.items() if valeur_apres is not avant[nom]}
        return replace(valeur, **changes) if changes else valeur


def phrase(nombre: int, ou: str) -> str:
    """Say « 3 caractères sans dessin remplacés par « □ » dans … »."""
    return (
        f"{plusieurs(nombre, 'caractère sans dessin remplacé', 'caractères sans dessin remplacés')} par « □ » dans {ou}"
    )
