"""Thin layer over xlsxwriter: formats by kind, typed cells, tables, totals as formulas with their check."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from mutualisation.francais.formats import NON_RENSEIGNE
from mutualisation.publication.extraits_csv import DEBUT_FORMULE
from mutualisation.rapport.bilan import Bilan, Ligne

FORMATS = {
    "euros": '[$-40C]#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€"',
    "etp": "[$-40C]#,##0.00",
    "centimes": '[$-40C]#,##0.00\\ "€";[Red][$-40C]\\-#,##0.00\\ "€"',
    "taux": "[$-40C]0.0\\ %",
    "taux_fin": "[$-40C]0.00\\ %",
    "annee": "0",
    "entier": "[$-40C]#,##0",
    "nombre": "[$-40C]#,##0.00####",
    "date": "dd/mm/yyyy",
    "texte": "@",
}
MARQUE, FILET, GRIS, CLAIR = "#163F5E", "#C9D2DA", "#4D5B68", "#EEF2F5"
# Tolerance of a check between a sum of cells and the published total: half a unit of the last published decimal
TOLERANCE = {"euros": "0.005", "centimes": "0.005", "etp": "0.00001", "entier": "0.5"}
LIGNE_ENTETE = 3


def neutraliser(texte: str) -> str:
    """F10: a text that a spreadsheet could take for a formula gets a leading apostrophe."""
    return f"'{texte}" if re.match(DEBUT_FORMULE, texte) else texte


@dataclass(frozen=True)
class Champ:
    """A column of a sheet. `formule` is written in `{name}` references to other columns of the same row."""

    nom: str
    titre: str
    genre: str = "texte"
    largeur: int = 16
    formule: str = ""
    totalise: bool = False


class Classeur:
    """Thin layer over xlsxwriter: formats by kind, tables with header, totals and their check."""

    def __init__(self, chemin: Path, bilan: Bilan) -> None:
        self.livre = xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False, "strings_to_urls": False})
        self.bilan = bilan
        self.livre.set_properties(
            {
                "title": f"Bilan d'étape {bilan.exercice}",
                "subject": "Synthèse financière de la mutualisation",
                "company": bilan.contexte.epci,
                "created": datetime(bilan.exercice + 1, 1, 1),
            }
        )
        self._formats: dict[tuple[str, str], Any] = {}

    def format(self, genre: str, role: str = "corps") -> Any:
        """Cell format of a kind (euros, etp, …) in a role (corps, total, entete, titre, note, controle, absent)."""
        if (genre, role) not in self._formats:
            self._formats[genre, role] = self.livre.add_format(_style(genre, role))
        return self._formats[genre, role]

    def feuille(self, nom: str, titre: str, champs: Sequence[Champ] = ()) -> Any:
        """A sheet with its title, print setup and, with columns, a header row and frozen panes."""
        feuille = self.livre.add_worksheet(nom)
        feuille.hide_gridlines(2)
        feuille.set_landscape()
        feuille.set_paper(9)
        feuille.fit_to_pages(1, 0)
        feuille.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        mention = " — DONNÉES SYNTHÉTIQUES" if self.bilan.contexte.est_synthetique else ""
        feuille.set_footer(f"&L&8{self.bilan.contexte.epci} — bilan d'étape {self.bilan.exercice}{mention}&R&8&P / &N")
        feuille.write_string(0, 0, titre, self.format("texte", "titre"))
        feuille.write_string(1, 0, sous_titre(self.bilan), self.format("texte", "note"))
        if champs:
            self._entete(feuille, champs)
        return feuille

    def _entete(self, feuille: Any, champs: Sequence[Champ]) -> None:
        for i, champ in enumerate(champs):
            feuille.set_column(i, i, champ.largeur)
            role = ("entete_suite" if i else "entete") if champ.genre == "texte" else "entete_droite"
            feuille.write_string(LIGNE_ENTETE, i, champ.titre, self.format("texte", role))
        feuille.set_row(LIGNE_ENTETE, 48)
        feuille.repeat_rows(LIGNE_ENTETE)
        feuille.freeze_panes(LIGNE_ENTETE + 1, 1)

    def cellule(self, feuille: Any, rang: int, colonne: int, valeur: Any, genre: str, role: str = "corps") -> None:
        """One typed cell: numbers as numbers, dates as dates, NULL amounts as « non renseigné »."""
        style = self.format(genre, role)
        if valeur is None:
            if genre in ("euros", "centimes", "taux", "taux_fin"):
                texte = NON_RENSEIGNE if genre in ("euros", "centimes") else "—"
                feuille.write_string(rang, colonne, texte, self.format(genre, "absent"))
            else:
                feuille.write_blank(rang, colonne, None, style)
        elif isinstance(valeur, bool):
            feuille.write_string(rang, colonne, "oui" if valeur else "non", style)
        elif isinstance(valeur, (Decimal, int)):
            if genre == "nombre" and valeur == int(valeur):
                style = self.format("entier", role)
            feuille.write_number(rang, colonne, float(valeur), style)
        elif isinstance(valeur, date):
            feuille.write_datetime(rang, colonne, datetime(valeur.year, valeur.month, valeur.day), style)
        else:
            if genre != "texte":  # a control compares sentences too
                style = self.format("texte", "corps_suite")
            feuille.write_string(rang, colonne, neutraliser(str(valeur)), style)

    def tableau(self, feuille: Any, champs: Sequence[Champ], lignes: Sequence[Ligne]) -> int:
        """Write the rows under the header; give back the row number after the last one."""
        colonnes = {champ.nom: i for i, champ in enumerate(champs)}
        rang = LIGNE_ENTETE + 1
        for ligne in lignes:
            feuille.set_row(rang, _hauteur(ligne, champs))
            for i, champ in enumerate(champs):
                valeur = ligne.get(champ.nom)
                if champ.formule and valeur is not None:
                    self._formule(feuille, rang, i, _references(champ.formule, colonnes, rang), valeur, champ.genre)
                else:
                    role = "corps_suite" if i and champ.genre == "texte" else "corps"
                    self.cellule(feuille, rang, i, valeur, champ.genre, role)
            rang += 1
        if not lignes:
            feuille.write_string(rang, 0, "Aucune ligne.", self.format("texte", "note"))
            rang += 1
        return rang

    def _formule(
        self, feuille: Any, rang: int, colonne: int, formule: str, valeur: Any, genre: str, role: str = "corps"
    ) -> None:
        # readers that do not recalculate see the published value
        resultat = valeur if isinstance(valeur, str) else float(valeur)
        feuille.write_formula(rang, colonne, formule, self.format(genre, role), resultat)

    def note(self, feuille: Any, rang: int, champs: Sequence[Champ], texte: str) -> None:
        """A remark under a table, over its whole width."""
        largeur = sum(c.largeur for c in champs)
        feuille.set_row(rang, 15.75 * math.ceil(len(texte) / largeur + 0.5))
        style = self.format("texte", "remarque")
        if len(champs) > 1:
            feuille.merge_range(rang, 0, rang, len(champs) - 1, texte, style)
        else:
            feuille.write_string(rang, 0, texte, style)

    def total(self, feuille: Any, champs: Sequence[Champ], nombre: int, valeurs: Ligne) -> None:
        """One row: the sums as formulas, where the column adds up to the value; the value itself elsewhere."""
        debut, rang = LIGNE_ENTETE + 1, LIGNE_ENTETE + 1 + nombre
        feuille.write_string(rang, 0, str(valeurs[champs[0].nom]), self.format("texte", "total"))
        for i, champ in enumerate(champs[1:], start=1):
            valeur = valeurs.get(champ.nom)
            if champ.totalise and valeur is not None:
                plage = f"{xl_rowcol_to_cell(debut, i)}:{xl_rowcol_to_cell(rang - 1, i)}"
                self._formule(feuille, rang, i, f"=SUM({plage})", valeur, champ.genre, "total")
            else:
                self._reste(feuille, rang, i, valeur, champ.genre)

    def _reste(self, feuille: Any, rang: int, colonne: int, valeur: Any, genre: str) -> None:
        if valeur is None:
            feuille.write_blank(rang, colonne, None, self.format(genre, "total"))
        else:
            self.cellule(feuille, rang, colonne, valeur, genre, "total")

    def totaux(self, feuille: Any, champs: Sequence[Champ], nombre: int, publie: Ligne) -> None:
        """Three rows: sums as formulas, the warehouse's totals as values, and the check of one against the other."""
        debut, rang = LIGNE_ENTETE + 1, LIGNE_ENTETE + 1 + nombre
        colonnes = {champ.nom: i for i, champ in enumerate(champs)}
        intitules = ("Total", "Total publié par l'entrepôt", "Contrôle")
        for k, (intitule, role) in enumerate(zip(intitules, ("total", "note", "note"), strict=True)):
            feuille.write_string(rang + k, 0, intitule, self.format("texte", role))
        for i, champ in enumerate(champs[1:], start=1):
            valeur = publie.get(champ.nom)
            if champ.totalise and valeur is not None:
                plage = f"{xl_rowcol_to_cell(debut, i)}:{xl_rowcol_to_cell(rang - 1, i)}"
                self._formule(feuille, rang, i, f"=SUM({plage})", valeur, champ.genre, "total")
                self.cellule(feuille, rang + 1, i, valeur, champ.genre, "note")
                self._formule(
                    feuille, rang + 2, i, _controle(rang, i, TOLERANCE[champ.genre]), "conforme", "texte", "note_droite"
                )
            elif champ.formule and valeur is not None:
                self._formule(
                    feuille, rang, i, _references(champ.formule, colonnes, rang), valeur, champ.genre, "total"
                )
                self.cellule(feuille, rang + 1, i, valeur, champ.genre, "note")
            else:
                feuille.write_blank(rang, i, None, self.format(champ.genre, "total"))


def _hauteur(ligne: Ligne, champs: Sequence[Champ]) -> float:
    """Row height for the longest wrapped text: readers disagree on automatic heights, and charts are placed by them."""
    textes = [(len(t), c.largeur) for c in champs if isinstance(t := ligne.get(c.nom), str)]
    longueurs = [math.ceil(longueur / (largeur - 2)) for longueur, largeur in textes]
    return 15.75 * max([1, *longueurs])


def _references(formule: str, colonnes: dict[str, int], rang: int) -> str:
    return formule.format(**{nom: xl_rowcol_to_cell(rang, i) for nom, i in colonnes.items()})


def _controle(rang: int, colonne: int, tolerance: str) -> str:
    total, publie = xl_rowcol_to_cell(rang, colonne), xl_rowcol_to_cell(rang + 1, colonne)
    return f'=IF(ABS({total}-{publie})<{tolerance},"conforme","écart")'


def _style(genre: str, role: str) -> dict[str, Any]:
    style: dict[str, Any] = {"font_name": "Calibri", "font_size": 11, "num_format": FORMATS[genre], "valign": "top"}
    if genre != "texte":
        style["align"] = "right"
    roles: dict[str, dict[str, Any]] = {
        "corps": {"bottom": 1, "bottom_color": FILET, "text_wrap": genre == "texte"},
        "corps_suite": {"bottom": 1, "bottom_color": FILET, "text_wrap": True, "align": "left", "indent": 1},
        "total": {"bold": True, "top": 2, "top_color": MARQUE, "bg_color": CLAIR},
        "entete": {"bold": True, "font_color": "#FFFFFF", "bg_color": MARQUE, "text_wrap": True, "valign": "vcenter"},
        "titre": {"bold": True, "font_size": 16, "font_color": MARQUE},
        "note": {"italic": True, "font_color": GRIS},
        "remarque": {"italic": True, "font_color": GRIS, "text_wrap": True, "valign": "top"},
        "absent": {"italic": True, "font_color": GRIS, "align": "right", "bottom": 1, "bottom_color": FILET},
        "libelle": {"bold": True},
        "lien": {"bold": True, "font_color": "#1F6286", "underline": 1},
        "paragraphe": {"text_wrap": True},
    }
    roles["entete_droite"] = roles["entete"] | {"align": "right"}
    roles["entete_suite"] = roles["entete"] | {"align": "left", "indent": 1}
    roles["note_droite"] = roles["note"] | {"align": "right"}
    return style | roles[role]


def sous_titre(bilan: Bilan) -> str:
    """EPCI, exercice, status, and the mentions that every sheet carries."""
    mentions = ["à approuver"]
    if bilan.avec_reserves:
        mentions.append("avec réserves")
    if bilan.contexte.est_synthetique:
        mentions.append("DONNÉES SYNTHÉTIQUES")
    return f"{bilan.contexte.epci} — exercice {bilan.exercice} — {', '.join(mentions)}"
