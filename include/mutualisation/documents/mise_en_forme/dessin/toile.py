"""A chart is drawn on this sheet: shapes and words with their place, written as one SVG that grows downwards. Lengths
are drawing only (floats): figures are text. Nothing reads the clock, nothing is random."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from mutualisation.documents.mise_en_forme import palette
from mutualisation.socle.chemins import LARGEURS

Table = Mapping[str, int]
INCONNU = 1000


# ---------------------------------------------------------------- widths: a label is wrapped, never cut
def _polices() -> dict[str, Table]:
    """Return {font: {character: thousandths of the size}} of `largeurs.csv`, measured once (decision 0008)."""
    with LARGEURS.open(encoding="utf-8", newline="") as fichier:
        lignes = list(csv.DictReader(fichier))
    polices = (nom for nom in lignes[0] if nom != "caractere")
    return {nom: {chr(int(x["caractere"], 16)): int(x[nom]) for x in lignes if x[nom]} for nom in polices}


_TABLES = _polices()
ECRAN, FEUILLE = (_TABLES["ecran"], _TABLES["ecran_gras"]), (_TABLES["papier"], _TABLES["papier_gras"])


def largeur(texte: str, taille: float, polices: tuple[Table, Table], *, gras: bool = False) -> float:
    """Return the width of a line; a character that the table has not counts a whole em."""
    table = polices[gras]
    return sum(table.get(c, INCONNU) for c in texte) * taille / 1000


def couper(texte: str, place: float, taille: float, polices: tuple[Table, Table], *, gras: bool = False) -> list[str]:
    """Cut in lines no wider than `place`: between words, else after a hyphen, else inside a long word."""
    lignes = [""]
    for morceau in morceaux(texte):
        essai = lignes[-1] + morceau
        if largeur(essai.rstrip(" "), taille, polices, gras=gras) <= place:
            lignes[-1] = essai
            continue
        if lignes[-1].strip():
            lignes.append("")
        for bout in _bouts(morceau, place, taille, polices[gras]):
            lignes[-1] = bout
            lignes.append("")
        lignes.pop()
    return [ligne.rstrip(" ") for ligne in lignes if ligne.strip()] or [""]


def morceaux(texte: str) -> list[str]:
    """Split where a line may break: after a space, a hyphen or a slash."""
    return re.findall(r"[^ \-\u2011/]*[ \-/]+|[^ \-/]+", texte)


def _bouts(morceau: str, place: float, taille: float, table: Table) -> list[str]:
    bouts, courant, reste = [], "", place
    for c in morceau:
        avance = table.get(c, INCONNU) * taille / 1000
        if courant and c != " " and avance > reste:
            bouts.append(courant)
            courant, reste = "", place
        courant += c
        reste -= avance
    return [*bouts, courant]


# ---------------------------------------------------------------- sheet
@dataclass(frozen=True)
class Support:
    """A chart is read on a support: width and sizes of text in units, and the fonts that measure texts."""

    nom: str
    largeur: float
    taille: float
    petite: float
    polices: tuple[Table, Table]

    @property
    def etroit(self) -> bool:
        """Say whether labels stand above what they name."""
        return self.largeur < 400


SUPPORTS = {
    "large": Support("large", 900, 14, 13, ECRAN),
    "etroit": Support("etroit", 340, 14, 13, ECRAN),
    "unique": Support("unique", 340, 14, 13, ECRAN),
    # the sheet is 17 cm in points: one unit is one point once printed
    "papier": Support("papier", 482, 9, 8.5, FEUILLE),
    # this is half a sheet, beside a table
    "demi": Support("demi", 235, 9, 8.5, FEUILLE),
}
INTERLIGNE = 1.22


def n(valeur: float) -> str:
    """Write a coordinate with one decimal, without a trailing zero."""
    ecrite = f"{valeur:.1f}".removesuffix(".0")
    return "0" if ecrite == "-0" else ecrite


@dataclass
class Toile:
    """Shapes and words are in the order they are drawn; identifiers start with `ancre`."""

    support: Support
    ancre: str
    hauteur: float = 0
    corps: list[str] = field(default_factory=list)
    motifs: set[str] = field(default_factory=set)

    # ------------------------------------------------------------ words
    def place(self, mots: str, *, petit: bool = False, gras: bool = False) -> float:
        return largeur(mots, self.corps_de(petit=petit), self.support.polices, gras=gras)

    def corps_de(self, *, petit: bool) -> float:
        """Return the size of text, in units."""
        return self.support.petite if petit else self.support.taille

    def lignes(self, mots: str, place: float, *, petit: bool = False, gras: bool = False) -> list[str]:
        """Cut words in lines that fit."""
        return couper(mots, place, self.corps_de(petit=petit), self.support.polices, gras=gras)

    def pas(self, *, petit: bool = False) -> float:
        """Return the height from one line to the next."""
        return self.corps_de(petit=petit) * INTERLIGNE

    def ecrire(
        self,
        x: float,
        y: float,
        lignes: str | Sequence[str],
        *,
        ancre: str = "start",
        petit: bool = False,
        gras: bool = False,
        couleur: str = palette.ENCRE,
        sur: str = "",
        halo: bool = False,
        taille: float = 0,
        dans: float = 0,
    ) -> float:
        """Write lines, the top of the first at `y` or centred in a height (`dans`); return the place below the last.
        `sur` is the colour they lie on; `halo` puts that colour around the letters, where lines cross; `taille` is a
        size of their own."""
        lignes = [lignes] if isinstance(lignes, str) else lignes
        taille = taille or self.corps_de(petit=petit)
        pas = taille * INTERLIGNE
        if dans:
            y += (dans - len(lignes) * pas) / 2
        attributs = f' fill="{palette.encre_sur(sur) if sur else couleur}" data-fond="{sur or palette.PAPIER}"'
        attributs += f' text-anchor="{ancre}"' if ancre != "start" else ""
        attributs += ' font-weight="600"' if gras else ""
        if halo:
            attributs += f' stroke="{sur}" stroke-width="{n(taille / 4)}" stroke-linejoin="round" paint-order="stroke"'
        for i, ligne in enumerate(lignes):
            base = y + i * pas + taille * 0.95
            self.corps.append(
                f'<text x="{n(x)}" y="{n(base)}" font-size="{n(taille)}"{attributs}>{escape(ligne)}</text>'
            )
        bas = y + len(lignes) * pas
        self.jusqu_a(bas)
        return bas

    # ------------------------------------------------------------ shapes
    def rectangle(self, x: float, y: float, largeur: float, hauteur: float, sens: str, couleur: str = "") -> None:
        """Draw a box of a meaning of the palette: its colour, and lines where hue alone would tell."""
        if largeur > 0 and hauteur > 0:
            boite = f'x="{n(x)}" y="{n(y)}" width="{n(max(largeur, 0.1))}" height="{n(max(hauteur, 0.1))}"'
            self.forme("rect", boite, sens, couleur)
            self.jusqu_a(y + hauteur)

    def forme(self, balise: str, geometrie: str, sens: str, couleur: str = "", titre: str = "") -> None:
        """Draw a shape filled with a meaning; one too light against the paper has an edge."""
        remplie = couleur or palette.COULEURS[sens]
        clair = palette.contraste(remplie, palette.PAPIER) < 3
        bord = f' stroke="{palette.GRIS}" stroke-width=".7"' if clair else ""
        enonce = f"<title>{escape(titre)}</title>" if titre else ""
        self.corps.append(f'<{balise} class="forme {sens}" {geometrie} fill="{remplie}"{bord}>{enonce}</{balise}>')
        if sens in palette.HACHURES:
            encre = "encre" if palette.encre_sur(remplie) == palette.ENCRE else "papier"
            self.motifs.add(encre)
            self.corps.append(f'<{balise} class="hachure" {geometrie} fill="url(#{self.ancre}-{encre})"/>')

    def trait(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        couleur: str = palette.GRIS,
        epaisseur: float = 1,
    ) -> None:
        self.corps.append(
            f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" stroke="{couleur}" '
            f'stroke-width="{n(epaisseur)}"/>'
        )

    def jusqu_a(self, y: float) -> None:
        """Grow the sheet down to there."""
        self.hauteur = max(self.hauteur, y)

    # ------------------------------------------------------------ legend
    def legende(self, entrees: Sequence[tuple[str, str]], couleurs: Sequence[str] = ()) -> float:
        """Write (meaning, words) side by side, wrapped; return the place below."""
        cote, x, y = self.support.petite * 0.9, 0.0, 0.0
        for rang, (sens, mots) in enumerate(entrees):
            lignes = self.lignes(mots, self.support.largeur - cote - 6, petit=True)
            fin = x + cote + 6 + max(self.place(ligne, petit=True) for ligne in lignes)
            if x and fin > self.support.largeur:
                x, y = 0.0, self.hauteur + 3
                fin = cote + 6 + max(self.place(ligne, petit=True) for ligne in lignes)
            self.rectangle(x + 0.5, y + 1.5, cote, cote, sens, couleurs[rang] if couleurs else "")
            self.ecrire(x + cote + 6, y, lignes, petit=True, couleur=palette.GRIS)
            x = fin + 18
        return self.hauteur + self.support.taille * 0.8 if entrees else 0.0

    # ------------------------------------------------------------ the whole
    def svg(self, titre: str, description: str, role: str = "img") -> Markup:
        """Return the drawing, with its title and its text alternative."""
        largeur, hauteur, i = n(self.support.largeur), n(self.hauteur + 4), self.ancre
        police = ' font-family="Libertinus Serif"' if self.support.polices is FEUILLE else ""
        return Markup(  # noqa: S704 - every text is escaped where it is written
            f'<svg class="graphique {self.support.nom}" role="{role}" xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {largeur} {hauteur}" width="{largeur}" height="{hauteur}"{police} '
            f'aria-labelledby="{i}-titre {i}-desc"><title id="{i}-titre">{escape(titre)}</title>'
            f'<desc id="{i}-desc">{escape(description)}</desc>{self._motifs()}{"".join(self.corps)}</svg>'
        )

    def _motifs(self) -> str:
        """Define the lines that were drawn: of ink on light colours, of paper on dark ones."""
        if not self.motifs:
            return ""
        pas = self.support.taille * 0.42
        traits = {"encre": palette.ENCRE, "papier": palette.PAPIER}
        motifs = "".join(
            f'<pattern id="{self.ancre}-{nom}" width="{n(pas)}" height="{n(pas)}" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="{n(pas)}" stroke="{traits[nom]}" '
            f'stroke-width="{n(pas / 8)}" stroke-opacity=".5"/></pattern>'
            for nom in sorted(self.motifs)
        )
        return f"<defs>{motifs}</defs>"
