"""The workbook of a document: a table of contents, then a sheet for each `Feuille` of its sections, in their order.

Same document, same bytes: the creation date is fixed by the exercice, nothing reads the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from mutualisation.francais.neutralisation import neutraliser
from mutualisation.mise_en_forme.modele import Document, Feuille, Section, Tableau
from mutualisation.mise_en_forme.xlsx_feuille import PAGE, FeuilleEcrite, Formats
from mutualisation.mise_en_forme.xlsx_styles import style

SOMMAIRE = "Lisez-moi"


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
    formats: Formats = cache(lambda genre, role: livre.add_format(style(genre, role)))
    notice = _ouvrir(livre, document, formats, SOMMAIRE, document.titre)
    parties = [(section, _ecrites(livre, document, section, formats)) for section in document.sections]
    # formulas of a sheet may read another one: every place is known before the first cell is written
    ailleurs = {f"{f.table}.{c.cle}": f.plage(c.cle) for _, siennes in parties for f in siennes for c in f.colonnes}
    for _, siennes in parties:
        for feuille in siennes:
            feuille.ecrire(livre, ailleurs)
    _Sommaire(notice, document, formats).ecrire(parties)
    livre.close()


def _ecrites(livre: Any, document: Document, section: Section, formats: Formats) -> list[FeuilleEcrite]:
    """The sheets of a section, opened in their order."""
    ecrites = []
    for dite, tableau in _feuilles(section):
        if tableau.lignes:
            onglet = _ouvrir(livre, document, formats, dite.nom, tableau.titre)
            onglet.write_url(2, 0, f"internal:'{SOMMAIRE}'!A1", formats("texte", "retour"), "← Sommaire")
            ecrites.append(FeuilleEcrite(onglet, dite, tableau, formats))
    return ecrites


def _feuilles(section: Section) -> list[tuple[Feuille, Tableau]]:
    return [(bloc.feuille, bloc) for bloc in section.blocs if isinstance(bloc, Tableau) and bloc.feuille]


def _ouvrir(livre: Any, document: Document, formats: Formats, nom: str, titre: str) -> Any:
    """A sheet with its title, its mentions and its print setup."""
    feuille = livre.add_worksheet(nom)
    feuille.hide_gridlines(2)
    feuille.set_landscape()
    feuille.set_paper(PAGE)
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

    def ecrire(self, parties: list[tuple[Section, list[FeuilleEcrite]]]) -> None:
        """Everything, from the warnings down."""
        avant, apres = self.document.notice
        self._points(avant)
        premiere, compte = self.rang, 0
        for section, siennes in parties:
            if siennes:
                self._titre(section.titre, "partie")
                self.feuille.write_blank(self.rang, 2, None, self.formats("texte", "partie"))
                self.rang += 1
            for ecrite in siennes:
                self._feuille(ecrite)
            compte += sum(len(f.lignes) for f in siennes)
        self._titre("Ensemble des feuilles", "total_mot")
        somme = f"=SUM(C{premiere + 1}:C{self.rang})"
        self.feuille.write_formula(self.rang, 2, somme, self.formats("compte", "total"), compte)
        self.rang += 2
        vides = [d.nom for s in self.document.sections for d, t in _feuilles(s) if not t.lignes]
        self._points([*apres, *([("Sans ligne cette année", ", ".join(vides))] if vides else [])])
        self.feuille.fit_to_pages(1, 1)
        self.feuille.print_area(0, 0, self.rang, 2)

    def _feuille(self, ecrite: FeuilleEcrite) -> None:
        lien, lignes = f"internal:'{ecrite.dite.nom}'!A1", f"=ROWS({ecrite.plage(ecrite.colonnes[0].cle)})"
        self.feuille.write_url(self.rang, 0, lien, self.formats("texte", "lien"), ecrite.dite.nom)
        self.feuille.write_formula(self.rang, 2, lignes, self.formats("compte", "simple"), len(ecrite.lignes))
        self._texte(ecrite.dite.notice)

    def _points(self, points: Sequence[tuple[str, str]]) -> None:
        for intitule, texte in points:
            self.feuille.write_string(self.rang, 0, intitule, self.formats("texte", "libelle"))
            self._texte(texte)
        self.rang += bool(points)

    def _texte(self, texte: str) -> None:
        self.feuille.set_row(self.rang, 15.75 * (1 + len(texte) // 112))
        self.feuille.write_string(self.rang, 1, neutraliser(texte), self.formats("texte", "paragraphe"))
        self.rang += 1

    def _titre(self, texte: str, role: str) -> None:
        self.feuille.write_string(self.rang, 0, texte, self.formats("texte", role))
        self.feuille.write_blank(self.rang, 1, None, self.formats("texte", role))
