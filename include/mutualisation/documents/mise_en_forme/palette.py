"""One colour has one meaning on the page, on paper, in charts and in the workbook; the colours are `palette.toml`."""

import tomllib
from functools import cache

from mutualisation.socle.chemins import PALETTE

_DECLAREE = tomllib.loads(PALETTE.read_text(encoding="utf-8"))
PAGE: dict[str, str] = _DECLAREE["page"]
SOMBRE: dict[str, str] = _DECLAREE["sombre"]
COULEURS: dict[str, str] = _DECLAREE["sens"]
DEBUTS: dict[str, str] = _DECLAREE["debuts"]
CLASSES, SIGNEES, HACHURES = (_DECLAREE["echelles"][nom] for nom in ("classes", "signees", "hachures"))
ENCRE, GRIS, FILET, PAPIER, MARQUE = (PAGE[nom] for nom in ("encre", "gris", "filet", "papier", "marque"))


def variables() -> str:
    """Write the palette as variables of the style sheet, and those that a dark screen changes."""
    clair, sombre = (
        ";".join(f"--{nom}:{couleur}" for nom, couleur in table.items()) for table in (PAGE | COULEURS, SOMBRE)
    )
    return f":root{{{clair}}}\n@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{sombre}}}}}\n"


def classes(nombre: int, *, signee: bool = False) -> list[str]:
    """Return `nombre` colours of a scale, ends included."""
    echelle = SIGNEES if signee else CLASSES
    if nombre <= 1:
        return [echelle[len(echelle) // 2]] * nombre
    return [echelle[round(i * (len(echelle) - 1) / (nombre - 1))] for i in range(nombre)]


def pale(couleur: str) -> str:
    """Mix a colour with three times as much white, as a style of tables shades its rows."""
    return "#" + "".join(f"{(int(couleur[i : i + 2], 16) + 3 * 255) // 4:02X}" for i in (1, 3, 5))


def luminance(couleur: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2)."""
    rvb = (int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, v, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rvb)
    return 0.2126 * r + 0.7152 * v + 0.0722 * b


@cache
def contraste(une: str, autre: str) -> float:
    """Return the ratio of contrast between two colours (WCAG 2)."""
    sombre, claire = sorted((luminance(une), luminance(autre)))
    return (claire + 0.05) / (sombre + 0.05)


@cache
def encre_sur(fond: str) -> str:
    """Return ink or paper, whichever reads better on a colour."""
    return max((ENCRE, PAPIER), key=lambda couleur: contraste(couleur, fond))
