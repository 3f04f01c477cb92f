"""The workbook of a document: a table of contents, then a sheet for each `Feuille` of its sections, in their order.

Same document, same bytes: the creation date is fixed by the exercice, nothing reads the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from mutualisation.francais.neutralisation import neutraliser
<<<<<<< HEAD
from mutualisation.rapport.contenu.modele import CLASSEUR, Document, Section, feuilles
from mutualisation.rapport.rendus.xlsx_feuille import PAGE, FeuilleEcrite
from mutualisation.rapport.rendus.xlsx_styles import style
=======
from mutualisation.rapport.contenu.modele import AUCUN, CLASSEUR, Colonne, Document, Feuille, Ligne, Tableau, feuilles
from mutualisation.rapport.rendus.palette import COULEURS, FILET, MARQUE
from mutualisation.rapport.rendus.xlsx_styles import TOLERANCE, style
>>>>>>> h-graphiques

SOMMAIRE = "Lisez-moi"
Formats = Callable[[str, str], Any]


def ecrire(document: Document, chemin: Path) -> None:
    """Write the workbook. Sheets without rows are named in the table of contents, and left out."""
    livre = xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False, "strings_to_urls": False})
    livre.set_properties(
        {
            "title": document.titre,
            "subject": "Synthèse financière de la mutualisation",
            "company": document.epci,
            "created": datetime(document.exercice + 1, 1, 1),
        }
    )
    formats = _formats(livre)
    notice = _ouvrir(livre, document, formats, SOMMAIRE, document.titre)
    parties = [(section, _ecrites(livre, document, section, formats)) for section in document.sections]
    # formulas of a sheet may read another one: every place is known before the first cell is written
    ailleurs = {f"{f.table}.{c.cle}": f.plage(c.cle) for _, siennes in parties for f in siennes for c in f.colonnes}
    for _, siennes in parties:
        for feuille in siennes:
            feuille.ecrire(livre, ailleurs)
    _Sommaire(notice, document, formats).ecrire(parties)
    livre.close()


def _formats(livre: Any) -> Formats:
    connus: dict[tuple[str, str], Any] = {}

    def formats(genre: str, role: str = "corps") -> Any:
        if (genre, role) not in connus:
            connus[genre, role] = livre.add_format(style(genre, role))
        return connus[genre, role]

    return formats


def _ecrites(livre: Any, document: Document, section: Section, formats: Formats) -> list[FeuilleEcrite]:
    """The sheets of a section, opened in their order."""
    ecrites = []
    for dite, tableau in feuilles(section.blocs):
        if tableau.lignes and tableau.vues(CLASSEUR):
            onglet = _ouvrir(livre, document, formats, dite.nom, tableau.titre)
            onglet.write_url(2, 0, f"internal:'{SOMMAIRE}'!A1", formats("texte", "retour"), "← Sommaire")
            ecrites.append(FeuilleEcrite(onglet, dite, tableau, formats))
    return ecrites


def _ouvrir(livre: Any, document: Document, formats: Formats, nom: str, titre: str) -> Any:
    """A sheet with its title, its mentions and its print setup."""
    feuille = livre.add_worksheet(nom)
    feuille.hide_gridlines(2)
    feuille.set_landscape()
    feuille.set_paper(PAGE)
    feuille.fit_to_pages(1, 0)
    feuille.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.65)
    epci, mention = document.epci.replace("&", "&&"), "DONNÉES SYNTHÉTIQUES" if document.synthetique else ""
    etat = ", ".join(etat.lower() for etat, _ in document.etats[:2])
    feuille.set_header(f"&L&8 {epci}&C&8 Bilan d'étape, exercice {document.exercice}&R&8 Version {document.version}")
    feuille.set_footer(f"&L&8 &A — {etat}&C&8 {mention}&R&8 &P / &N")
    feuille.write_string(0, 0, titre.replace("\u2011", "-"), formats("texte", "titre"))
    feuille.write_string(1, 0, _mentions(document), formats("texte", "note"))
    return feuille


def _mentions(document: Document) -> str:
    """EPCI, exercice and states, that every sheet carries; invented data in capitals."""
    etats = [etat.lower() for etat, _ in document.etats]
    if document.synthetique:
        etats[-1] = etats[-1].upper()
    return f"{document.epci} — exercice {document.exercice} — {', '.join(etats)}"


class _Sommaire:
    """What the workbook holds: a link to each sheet, what it says and how many rows it has; then how to read it."""

    def __init__(self, feuille: Any, document: Document, formats: Formats) -> None:
        self.feuille, self.document, self.formats, self.rang = feuille, document, formats, 3
        for i, largeur in enumerate((32, 104, 12)):
            feuille.set_column(i, i, largeur)

<<<<<<< HEAD
    def ecrire(self, parties: list[tuple[Section, list[FeuilleEcrite]]]) -> None:
        """Everything, from the warnings down."""
        avant, apres = self.document.notice
        self._points(avant)
        premiere = self.rang
        for section, siennes in parties:
            if siennes:
                self._partie(section.titre, siennes)
        compte = sum(len(f.lignes) for _, siennes in parties for f in siennes)
        self._cellules(["Ensemble des feuilles", ""], "total_mot")
        plage = f"C{premiere + 1}:C{self.rang}"
        self.feuille.write_formula(self.rang, 2, f"=SUM({plage})", self.formats("compte", "total"), compte)
        self.rang += 2
        vides = [d.nom for s in self.document.sections for d, t in feuilles(s.blocs) if not t.lignes]
        self._points([*apres, *([("Sans ligne cette année", ", ".join(vides))] if vides else [])])
=======
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
>>>>>>> h-graphiques
        self.feuille.fit_to_pages(1, 1)
        self.feuille.print_area(0, 0, self.rang, 2)

    def _partie(self, titre: str, siennes: list[FeuilleEcrite]) -> None:
        self._cellules([titre, "", ""], "partie")
        self.rang += 1
        for ecrite in siennes:
            lien = f"internal:'{ecrite.dite.nom}'!A1"
            self.feuille.write_url(self.rang, 0, lien, self.formats("texte", "lien"), ecrite.dite.nom)
            self._texte(ecrite.dite.notice)
            lignes = f"=ROWS({ecrite.plage(ecrite.colonnes[0].cle)})"
            self.feuille.write_formula(self.rang, 2, lignes, self.formats("compte", "simple"), len(ecrite.lignes))
            self.rang += 1

    def _points(self, points: Any) -> None:
        for intitule, texte in points:
            self.feuille.write_string(self.rang, 0, intitule, self.formats("texte", "libelle"))
            self._texte(texte)
            self.rang += 1
        self.rang += bool(points)

    def _texte(self, texte: str) -> None:
        self.feuille.set_row(self.rang, 15.75 * (1 + len(texte) // 112))
        self.feuille.write_string(self.rang, 1, neutraliser(texte), self.formats("texte", "paragraphe"))

    def _cellules(self, textes: list[str], role: str) -> None:
        for i, texte in enumerate(textes):
            self.feuille.write_string(self.rang, i, texte, self.formats("texte", role))
