"""`bilan_etape_AAAA.xlsx`: typed cells, French formats, totals as formulas checked against the warehouse's own totals.

Same document, same bytes: the creation date is fixed by the exercice, nothing reads the clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from mutualisation.francais.formats import NON_RENSEIGNE, constat
from mutualisation.francais.neutralisation import neutraliser
from mutualisation.rapport.contenu.modele import AUCUN, CLASSEUR, Colonne, Document, Feuille, Ligne, Tableau, feuilles
from mutualisation.rapport.rendus.palette import COULEURS, FILET, MARQUE
from mutualisation.rapport.rendus.xlsx_styles import TOLERANCE, style

LIGNE_ENTETE = 3
PREMIERE = LIGNE_ENTETE + 1
HAUTEUR = 15.75
Formats = Callable[[str, str], Any]


def ecrire(document: Document, chemin: Path) -> None:
    """Write the workbook: its notice, then a sheet for each `Feuille` of the sections, in their order."""
    livre = xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False, "strings_to_urls": False})
    livre.set_properties(
        {
            "title": document.titre,
            "subject": "Synthèse financière de la mutualisation",
            "company": document.epci,
            "created": datetime(document.exercice + 1, 1, 1),
        }
    )
    connus: dict[tuple[str, str], Any] = {}

    def formats(genre: str, role: str = "corps") -> Any:
        if (genre, role) not in connus:
            connus[genre, role] = livre.add_format(style(genre, role))
        return connus[genre, role]

    dites = [dite for section in document.sections for dite in feuilles(section.blocs)]
    notice = _ouvrir(livre, document, formats, "Lisez-moi", document.titre)
    _lisez_moi(notice, document, [feuille for feuille, _ in dites], formats)
    for feuille, tableau in dites:
        _Feuille(_ouvrir(livre, document, formats, feuille.nom, tableau.titre), feuille, tableau, formats).ecrire(livre)
    livre.close()


def _ouvrir(livre: Any, document: Document, formats: Formats, nom: str, titre: str) -> Any:
    """A sheet with its title, its mentions and its print setup."""
    feuille = livre.add_worksheet(nom)
    feuille.hide_gridlines(2)
    feuille.set_landscape()
    feuille.set_paper(9)
    feuille.fit_to_pages(1, 0)
    feuille.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    mention = " — DONNÉES SYNTHÉTIQUES" if document.synthetique else ""
    feuille.set_footer(f"&L&8{document.epci} — bilan d'étape {document.exercice}{mention}&R&8&P / &N")
    feuille.write_string(0, 0, _plat(titre), formats("texte", "titre"))
    feuille.write_string(1, 0, _mentions(document), formats("texte", "note"))
    return feuille


def _plat(titre: str) -> str:
    """A title that formulas and searches find: plain hyphens."""
    return titre.replace("\u2011", "-")


def _mentions(document: Document) -> str:
    """EPCI, exercice and states, that every sheet carries; invented data in capitals."""
    etats = [etat.lower() for etat, _ in document.etats]
    if document.synthetique:
        etats[-1] = etats[-1].upper()
    return f"{document.epci} — exercice {document.exercice} — {', '.join(etats)}"


def _lisez_moi(feuille: Any, document: Document, dites: Sequence[Feuille], formats: Formats) -> None:
    """What the workbook holds, with a link to each sheet."""
    feuille.set_column(0, 0, 26)
    feuille.set_column(1, 1, 96)
    avant, apres = document.notice
    noms = {f.nom for f in dites}
    for rang, (intitule, texte) in enumerate([*avant, *((f.nom, f.notice) for f in dites), *apres], LIGNE_ENTETE):
        if intitule in noms:
            feuille.write_url(rang, 0, f"internal:'{intitule}'!A1", formats("texte", "lien"), intitule)
        else:
            feuille.write_string(rang, 0, intitule, formats("texte", "libelle"))
        feuille.write_string(rang, 1, neutraliser(texte), formats("texte", "paragraphe"))


class _Feuille:
    """One table as a sheet: header, typed rows, totals, note."""

    def __init__(self, feuille: Any, dite: Feuille, tableau: Tableau, formats: Formats) -> None:
        self.feuille, self.dite, self.formats = feuille, dite, formats
        self.tableau, self.colonnes = tableau, tableau.vues(CLASSEUR)
        self.lignes = self.tableau.lignes
        self.rangs = {c.cle: i for i, c in enumerate(self.colonnes)}
        self.fin = PREMIERE + len(self.lignes)

    def ecrire(self, livre: Any) -> None:
        """Everything, from the header down."""
        self._entete()
        for rang, ligne in enumerate(self.lignes, start=PREMIERE):
            self._ligne(rang, ligne)
        suite = self.fin + self._totaux()
        if self.tableau.note:
            self._note(suite + 1)
        if self.lignes and self.dite.filtre:
            self.feuille.autofilter(LIGNE_ENTETE, 0, self.fin - 1, len(self.colonnes) - 1)
        if self.lignes and self.dite.trace:
            self._tracer(livre, suite + 2)

    def _entete(self) -> None:
        for i, c in enumerate(self.colonnes):
            self.feuille.set_column(i, i, c.largeur)
            role = ("entete_suite" if i else "entete") if c.est_texte else "entete_droite"
            self.feuille.write_string(LIGNE_ENTETE, i, _plat(c.titre_long or c.titre), self.formats("texte", role))
        self.feuille.set_row(LIGNE_ENTETE, 48)
        self.feuille.repeat_rows(LIGNE_ENTETE)
        self.feuille.freeze_panes(PREMIERE, 1)

    def _ligne(self, rang: int, ligne: Ligne) -> None:
        self.feuille.set_row(rang, _hauteur(ligne, self.colonnes))
        for i, c in enumerate(self.colonnes):
            valeur = _valeur(ligne, c)
            if c.formule and valeur is not None:
                self._formule(rang, i, self._references(c, rang), valeur, c.genre, "corps")
            else:
                self._cellule(rang, i, valeur, c.genre, "corps_suite" if i and c.est_texte else "corps")

    def _cellule(self, rang: int, i: int, valeur: Any, genre: str, role: str) -> None:
        """One typed cell: numbers as numbers, dates as dates, NULL amounts as « non renseigné »."""
        ecrire = self.feuille
        if valeur is None and genre in ("euros", "centimes", "taux", "taux_fin"):
            absent = NON_RENSEIGNE if genre in ("euros", "centimes") else AUCUN
            ecrire.write_string(rang, i, absent, self.formats(genre, "absent"))
        elif valeur is None:
            ecrire.write_blank(rang, i, None, self.formats(genre, role))
        elif isinstance(valeur, bool):
            ecrire.write_string(rang, i, "oui" if valeur else "non", self.formats(genre, role))
        elif isinstance(valeur, Decimal | int):
            rond = genre in ("nombre", "constat") and valeur == int(valeur)
            ecrire.write_number(rang, i, float(valeur), self.formats("entier" if rond else genre, role))
        elif isinstance(valeur, date):
            ecrire.write_datetime(rang, i, datetime(valeur.year, valeur.month, valeur.day), self.formats(genre, role))
        else:
            # a control compares sentences too
            lu = self.formats(genre, role) if genre in ("texte", "code") else self.formats("texte", "corps_suite")
            ecrire.write_string(rang, i, neutraliser(str(valeur)), lu)

    def _formule(self, rang: int, i: int, formule: str, valeur: Any, genre: str, role: str) -> None:
        # readers that do not recalculate see the published value
        resultat = valeur if isinstance(valeur, str) else float(valeur)
        self.feuille.write_formula(rang, i, formule, self.formats(genre, role), resultat)

    def _references(self, colonne: Colonne, rang: int) -> str:
        return "=" + colonne.formule.removeprefix("=").format(
            **{cle: xl_rowcol_to_cell(rang, i) for cle, i in self.rangs.items()}
        )

    def _totaux(self) -> int:
        """How many rows were written under the table: none, the total, or the total and its check."""
        if not self.lignes:
            self.feuille.write_string(self.fin, 0, "Aucune ligne.", self.formats("texte", "note"))
        if self.dite.publie is not None:
            self._publies(self.dite.publie)
            return 3
        total = self.tableau.total
        if self.lignes and total is not None:
            self.feuille.write_string(self.fin, 0, str(total[self.colonnes[0].cle]), self.formats("texte", "total"))
            for i, c in enumerate(self.colonnes[1:], start=1):
                self._total(i, c, total.get(c.cle))
        return 0 if self.lignes and total is None else 1

    def _total(self, i: int, colonne: Colonne, valeur: Any) -> None:
        """The sum as a formula, where the column adds up to the value; the value itself elsewhere."""
        if colonne.somme and valeur is not None:
            plage = f"{xl_rowcol_to_cell(PREMIERE, i)}:{xl_rowcol_to_cell(self.fin - 1, i)}"
            self._formule(self.fin, i, f"=SUM({plage})", valeur, colonne.genre, "total")
        elif colonne.formule and valeur is not None:
            self._formule(self.fin, i, self._references(colonne, self.fin), valeur, colonne.genre, "total")
        elif valeur is None:
            self.feuille.write_blank(self.fin, i, None, self.formats(colonne.genre, "total"))
        else:
            self._cellule(self.fin, i, valeur, colonne.genre, "total")

    def _publies(self, publie: Ligne) -> None:
        """Three rows: sums as formulas, the warehouse's totals as values, and the check of one against the other."""
        for k, (nom, role) in enumerate(
            (("Total", "total"), ("Total publié par l'entrepôt", "note"), ("Contrôle", "note"))
        ):
            self.feuille.write_string(self.fin + k, 0, nom, self.formats("texte", role))
        for i, c in enumerate(self.colonnes[1:], start=1):
            valeur = publie.get(c.cle) if c.somme or c.formule else None
            self._total(i, c, valeur)
            if valeur is not None:
                self._cellule(self.fin + 1, i, valeur, c.genre, "note")
            if valeur is not None and c.somme:
                total, entrepot = xl_rowcol_to_cell(self.fin, i), xl_rowcol_to_cell(self.fin + 1, i)
                controle = f'=IF(ABS({total}-{entrepot})<{TOLERANCE[c.genre]},"conforme","écart")'
                self._formule(self.fin + 2, i, controle, "conforme", "texte", "note_droite")

    def _note(self, rang: int) -> None:
        """The remark under the table, over its whole width."""
        texte, style_ = self.tableau.note, self.formats("texte", "remarque")
        self.feuille.set_row(rang, HAUTEUR * math.ceil(len(texte) / sum(c.largeur for c in self.colonnes) + 0.5))
        self.feuille.merge_range(rang, 0, rang, len(self.colonnes) - 1, texte, style_)

    def _tracer(self, livre: Any, rang: int) -> None:
        """A native chart of the second and third columns, on the page of the table."""
        graphique, nom, fin = livre.add_chart({"type": "bar"}), self.dite.nom, self.fin - 1
        for i, couleur in ((1, COULEURS["reste"]), (2, COULEURS["couvert"])):
            graphique.add_series(
                {
                    "name": [nom, LIGNE_ENTETE, i],
                    "categories": [nom, PREMIERE, 0, fin, 0],
                    "values": [nom, PREMIERE, i, fin, i],
                    "fill": {"color": couleur},
                    "gap": 60,
                }
            )
        graphique.set_title({"name": self.dite.trace, "name_font": {"size": 13, "color": MARQUE}})
        graphique.set_x_axis(
            {"num_format": '[$-40C]#,##0\\ "€"', "major_gridlines": {"visible": True, "line": {"color": FILET}}}
        )
        graphique.set_y_axis({"reverse": True})
        graphique.set_legend({"position": "bottom"})
        graphique.set_size({"width": 1040, "height": 120 + 46 * len(self.lignes)})
        description = {"description": f"{self.dite.trace} ; les valeurs sont dans le tableau."}
        self.feuille.fit_to_pages(1, 1)
        self.feuille.insert_chart(rang, 0, graphique, description)


def _hauteur(ligne: Ligne, colonnes: Sequence[Colonne]) -> float:
    """Row height for the longest wrapped text: readers disagree on automatic heights, and charts are placed by them."""
    textes = [(len(t), c.largeur) for c in colonnes if isinstance(t := _valeur(ligne, c), str)]
    return HAUTEUR * max([1, *(math.ceil(longueur / (largeur - 2)) for longueur, largeur in textes)])


def _valeur(ligne: Ligne, colonne: Colonne) -> Any:
    """What a cell holds; a value of a control is text: a number when it reads as one, else the sentence."""
    valeur = ligne.get(colonne.cle)
    if colonne.genre != "constat" or valeur is None:
        return valeur
    try:
        return Decimal(str(valeur))
    except InvalidOperation:
        return constat(valeur)
