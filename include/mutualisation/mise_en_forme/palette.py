"""One colour, one meaning: on the page, on paper, in the charts and in the workbook."""

from __future__ import annotations

ENCRE, GRIS, FILET, PAPIER, MARQUE = "#16283a", "#4d5b68", "#c9d2da", "#ffffff", "#163f5e"
FOND, ALERTE, ALERTE_FOND = "#f4f6f8", "#8a3b12", "#fdf3ec"

COULEURS = {
    "couvert": "#1f6286",
    "reste": "#d57e46",
    "excedent": "#a9d0e6",
    "personnel": "#163f5e",
    "structure": "#8fb0c6",
    "fonctionnement": "#2f7d76",
    "amortissements": "#c9b458",
    "subventions": "#7a4b86",
    "total": "#163f5e",
    "hausse": "#97471f",
    "baisse": "#86c9ae",
    "adherent": "#1f6286",
    "absent": "#eef2f5",
    "mesure": "#1f6286",
    "repere": "#d57e46",
}
# lightest first; text is ink on the first ones, white on the last
CLASSES = ("#eaf2f7", "#c5dcea", "#97c0d8", "#69a3c4", "#33708f", "#1f5675", "#0f3650")
# from losing to winning, around zero
SIGNEES = ("#97471f", "#e0965f", "#f6dfcd", "#f2f4f5", "#cfe8dd", "#86c9ae", "#1f6b53")
# what is told by lines, not by hue alone
HACHURES = {"reste", "structure", "subventions", "repere", "perte"}


def variables() -> str:
    """The palette as variables of the style sheet."""
    noms = {
        "encre": ENCRE, "gris": GRIS, "filet": FILET, "fond": FOND, "papier": PAPIER, "marque": MARQUE,
        "alerte": ALERTE, "alerte-fond": ALERTE_FOND, **COULEURS,
    }  # fmt: skip
    return ":root{" + ";".join(f"--{nom}:{couleur}" for nom, couleur in noms.items()) + "}\n"


def classes(nombre: int, *, signee: bool = False) -> list[str]:
    """`nombre` colours of a scale, ends included."""
    echelle = SIGNEES if signee else CLASSES
    if nombre <= 1:
        return [echelle[len(echelle) // 2]] * nombre
    return [echelle[round(i * (len(echelle) - 1) / (nombre - 1))] for i in range(nombre)]


def luminance(couleur: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2)."""
    rvb = (int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, v, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rvb)
    return 0.2126 * r + 0.7152 * v + 0.0722 * b


def contraste(une: str, autre: str) -> float:
    """Ratio of contrast between two colours (WCAG 2)."""
    sombre, claire = sorted((luminance(une), luminance(autre)))
    return (claire + 0.05) / (sombre + 0.05)


def encre_sur(fond: str) -> str:
    """Ink or paper, whichever reads better on a colour."""
    return max((ENCRE, PAPIER), key=lambda couleur: contraste(couleur, fond))
