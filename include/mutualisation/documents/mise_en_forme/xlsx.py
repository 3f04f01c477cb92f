"""Write the workbook of a document: a table of contents, then a sheet for each `Feuille` of its sections, in order. The
same document gives the same bytes: the exercice fixes the creation date, nothing reads the clock."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.palette import COULEURS, FILET, GRIS, MARQUE, PAGE
from mutualisation.socle.chemins import PAQUET
from mutualisation.socle.francais.formats import NON_RENSEIGNE, constat
from mutualisation.socle.francais.neutralisation import neutraliser
from mutualisation.socle.francais.typographie import imprimer, sans_accent

SOMMAIRE = "Lisez-moi"
A4 = 9
LIGNE_ENTETE = 3
# a page holds this many characters at full size
LARGEUR_DE_PAGE = 105
HAUTEUR = 15.75
# a header holds 255 characters, and « & » counts twice there
EN_TETE_MAX = 90
# a chart is this many pixels wide, and leaves this share to the names of the bars
LARGEUR_DU_DESSIN, PLACE_DES_NOMS = 1040, 0.46
Formats = Callable[[str, str], Any]
STYLES = tomllib.loads((PAQUET / "documents" / "mise_en_forme" / "xlsx_styles.toml").read_text(encoding="utf-8"))
FORMATS, TOLERANCE = STYLES["formats"], STYLES["tolerances"]
MONTANTS = ("euros", "centimes", "milliers", "moyen", "variation")


def ecrire(document: m.Document, chemin: Path) -> None:
    """Write the workbook. Sheets without rows are named in the table of contents, and left out."""
    # its parts are written beside it: one disk must have room, and its name is given when it is full
    options = {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(chemin.parent)}
    livre = xlsxwriter.Workbook(str(chemin), options)
    livre.set_properties(
        {
            "title": imprimer(document.titre),
            "subject": "Synthèse financière de la mutualisation",
            "company": document.epci,
            "created": datetime(document.exercice + 1, 1, 1),
        }
    )
    marque = document.marque or MARQUE
    formats: Formats = cache(lambda genre, role: livre.add_format(style(genre, role, marque)))
    notice = _ouvrir_feuille(livre, document, formats, SOMMAIRE, document.titre)
    parties = [(section, _ouvrir_feuilles(livre, document, section, formats)) for section in document.sections]
    # formulas of a sheet may read another one: every place is known before the first cell is written
    ailleurs = {f"{f.table}.{c.cle}": f.plage(c.cle) for _, feuilles in parties for f in feuilles for c in f.colonnes}
    for _, feuilles in parties:
        for feuille in feuilles:
            feuille.ecrire(livre, ailleurs, marque)
    _Sommaire(notice, document, formats).ecrire(parties)
    try:
        livre.close()
    except FileCreateError as echec:
        raise echec.args[0] from None


def _ouvrir_feuilles(livre: Any, document: m.Document, section: m.Section, formats: Formats) -> list[FeuilleEcrite]:
    ecrites = []
    for declaree, tableau in _feuilles(section):
        if tableau.lignes:
            onglet = _ouvrir_feuille(livre, document, formats, declaree.nom, tableau.titre)
            onglet.write_url(2, 0, f"internal:'{SOMMAIRE}'!A1", formats("texte", "retour"), "← Sommaire")
            ecrites.append(FeuilleEcrite(onglet, declaree, tableau, formats))
    return ecrites


def _feuilles(section: m.Section) -> list[tuple[m.Feuille, m.Tableau]]:
    return [(bloc.feuille, bloc) for bloc in section.blocs if isinstance(bloc, m.Tableau) and bloc.feuille]


def _ouvrir_feuille(livre: Any, document: m.Document, formats: Formats, nom: str, titre: str) -> Any:
    feuille = livre.add_worksheet(nom)
    feuille.hide_gridlines(2)
    feuille.set_landscape()
    feuille.set_paper(A4)
    feuille.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.65)
    epci = shorten(imprimer(document.epci), EN_TETE_MAX, placeholder="…").replace("&", "&&")
    mention = "DONNÉES SYNTHÉTIQUES" if document.synthetique else ""
    etat = ", ".join(etat.lower() for etat, _ in document.etats[:2])
    feuille.set_header(f"&L&8 {epci}&C&8 Bilan d’étape, exercice {document.exercice}&R&8 Version {document.version}")
    feuille.set_footer(f"&L&8 &A — {etat}&C&8 {mention}&R&8 &P / &N")
    feuille.write_string(0, 0, _titre_imprime(titre), formats("texte", "titre"))
    feuille.write_string(1, 0, _mentions(document), formats("texte", "note"))
    return feuille


def _mentions(document: m.Document) -> str:
    """Write what every sheet carries: EPCI, exercice and states; invented data in capitals."""
    etats = [etat.lower() for etat, _ in document.etats]
    if document.synthetique:
        etats[-1] = etats[-1].upper()
    return imprimer(f"{document.epci} — exercice {document.exercice} — {', '.join(etats)}")


class _Sommaire:
    """The first sheet links to each sheet, says what it holds and how many rows it has; then how to read it."""

    def __init__(self, feuille: Any, document: m.Document, formats: Formats) -> None:
        self.feuille, self.document, self.formats, self.rang = feuille, document, formats, 3
        for i, largeur in enumerate((32, 104, 12)):
            feuille.set_column(i, i, largeur)

    def ecrire(self, parties: list[tuple[m.Section, list[FeuilleEcrite]]]) -> None:
        """Write everything, from the warnings down."""
        avant, apres = self.document.notice
        self._ecrire_points(avant)
        premiere, compte = self.rang, 0
        for section, feuilles in parties:
            if feuilles:
                self._ecrire_titre(section.titre, "partie")
                self.feuille.write_blank(self.rang, 2, None, self.formats("texte", "partie"))
                self.rang += 1
            for ecrite in feuilles:
                self._feuille(ecrite)
            compte += sum(len(f.lignes) for f in feuilles)
        self._ecrire_titre("Ensemble des feuilles", "total_mot")
        somme = f"=SUM(C{premiere + 1}:C{self.rang})"
        self.feuille.write_formula(self.rang, 2, somme, self.formats("compte", "total"), compte)
        self.rang += 2
        vides = [d.nom for s in self.document.sections for d, t in _feuilles(s) if not t.lignes]
        self._ecrire_points([*apres, *([("Sans ligne cette année", ", ".join(vides))] if vides else [])])
        self.feuille.fit_to_pages(1, 1)
        self.feuille.print_area(0, 0, self.rang, 2)

    def _feuille(self, ecrite: FeuilleEcrite) -> None:
        lien, lignes = f"internal:'{ecrite.declaree.nom}'!A1", f"=ROWS({ecrite.plage(ecrite.colonnes[0].cle)})"
        self.feuille.write_url(self.rang, 0, lien, self.formats("texte", "lien"), ecrite.declaree.nom)
        self.feuille.write_formula(self.rang, 2, lignes, self.formats("compte", "simple"), len(ecrite.lignes))
        self._ecrire_texte(ecrite.declaree.notice)

    def _ecrire_points(self, points: Sequence[tuple[str, str]]) -> None:
        for intitule, texte in points:
            self.feuille.write_string(self.rang, 0, imprimer(intitule), self.formats("texte", "libelle"))
            self._ecrire_texte(texte)
        self.rang += bool(points)

    def _ecrire_texte(self, texte: str) -> None:
        self.feuille.set_row(self.rang, 15.75 * (1 + len(texte) // 112))
        self.feuille.write_string(self.rang, 1, neutraliser(imprimer(texte)), self.formats("texte", "paragraphe"))
        self.rang += 1

    def _ecrire_titre(self, texte: str, role: str) -> None:
        self.feuille.write_string(self.rang, 0, imprimer(texte), self.formats("texte", role))
        self.feuille.write_blank(self.rang, 1, None, self.formats("texte", role))


# ---------------------------------------------------------------- a table as a sheet
class FeuilleEcrite:
    """A table is written as one sheet. Its place is settled when it is made: other sheets may read `plage(column)`.
    Rows, from 0: title, mentions, link; with `resume`, the summary and its total; the header; the rows; the totals."""

    def __init__(self, feuille: Any, declaree: m.Feuille, tableau: m.Tableau, formats: Formats) -> None:
        self.feuille, self.declaree, self.tableau, self.formats = feuille, declaree, tableau, formats
        self.colonnes, self.lignes = tableau.colonnes, tableau.lignes
        self.rangs = {c.cle: i for i, c in enumerate(self.colonnes)}
        # the name of a table has letters, digits and `_`: it is never taken for a cell
        self.table = declaree.table or "T_" + re.sub(r"\W+", "_", sans_accent(declaree.nom)).strip("_")
        self.groupes: dict[tuple[Any, ...], list[m.Ligne]] = {}
        for ligne in self.lignes if declaree.resume else ():
            self.groupes.setdefault(tuple(ligne[c] for c in declaree.resume), []).append(ligne)
        # a summary takes its rows, its total and checks, a blank row and a sentence
        resume = len(self.groupes) + (4 if declaree.publie is None else 6) if declaree.resume else 0
        self.entete = LIGNE_ENTETE + resume
        self.premiere = self.entete + 1
        self.fin = self.premiere + len(self.lignes)
        # formulas can name these headers
        self.entetes = [_titre_imprime(c.titre) for c in self.colonnes]

    def plage(self, cle: str) -> str:
        """Return the absolute address of the rows of a column, sheet included."""
        return f"'{self.declaree.nom}'!{self._plage(self.rangs[cle])}"

    def _plage(self, i: int) -> str:
        return str(xl_range_abs(self.premiere, i, self.fin - 1, i))

    def ecrire(self, livre: Any, ailleurs: Mapping[str, str], marque: str) -> None:
        """Write everything, from the header down; `ailleurs` gives the addresses of the columns of every sheet."""
        for i, c in enumerate(self.colonnes):
            self.feuille.set_column(i, i, c.largeur)
        self._ecrire_table(ailleurs)
        for rang, ligne in enumerate(self.lignes, start=self.premiere):
            self._ecrire_ligne(rang, ligne, ailleurs)
        if self.declaree.resume:
            self._imprimer(self._ecrire_resume())
            return
        imprimee = suite = self._ecrire_totaux_publies(self.fin + 1)
        self.feuille.repeat_rows(self.entete)
        self.feuille.freeze_panes(self.premiere, 1)
        if self.tableau.note:
            imprimee, suite = self._ecrire_note(suite + 1), suite + 3
        if self.declaree.dessin:
            imprimee = self._tracer(livre, self.declaree.dessin, suite + 1, marque)
        self._imprimer(imprimee)

    def _imprimer(self, dernier: int) -> None:
        """Choose what goes on paper; for a list on screen an empty cell, so that readers print nothing."""
        self.feuille.repeat_columns(0)
        if self.declaree.dessin or self.declaree.pages or sum(c.largeur for c in self.colonnes) > LARGEUR_DE_PAGE:
            self.feuille.fit_to_pages(1, 1 if self.declaree.dessin else self.declaree.pages)
        else:
            # a narrow table is not enlarged to the width of the page
            self.feuille.set_print_scale(100)
        largeur = len(self.colonnes)
        self.feuille.print_area(*((0, 0, dernier, largeur - 1) if self.declaree.imprimee else [0, largeur + 1] * 2))

    # ------------------------------------------------------------ cells
    def _poser(self, rang: int, i: int, valeur: Any, genre: str, role: str, formule: str = "") -> None:
        """Write one typed cell; readers that do not recalculate see the published value of a formula."""
        if formule:
            connue = valeur if isinstance(valeur, str) else float(valeur)
            self.feuille.write_formula(rang, i, formule, self.formats(genre, role), connue)
        else:
            self.feuille.write(rang, i, valeur, self.formats(genre, role))

    def _ecrire_ligne(self, rang: int, ligne: m.Ligne, ailleurs: Mapping[str, str]) -> None:
        cellules = [lire_cellule(ligne, c) for c in self.colonnes]
        textes = [(len(v), c.largeur) for (v, _), c in zip(cellules, self.colonnes, strict=True) if isinstance(v, str)]
        # readers disagree on automatic heights, and charts are placed by them
        self.feuille.set_row(rang, HAUTEUR * max([1, *(math.ceil(long / (large - 2)) for long, large in textes)]))
        for i, (c, (valeur, genre)) in enumerate(zip(self.colonnes, cellules, strict=True)):
            if valeur is None and c.absent and (genre in (*MONTANTS, "taux", "taux_fin") or c.absent != m.AUCUN):
                sans = NON_RENSEIGNE if genre in MONTANTS and c.absent == m.AUCUN else c.absent
                self._poser(rang, i, sans, genre, "absent")
            else:
                formule = self._references(c, rang, ailleurs) if valeur is not None else ""
                self._poser(rang, i, valeur, genre, self._corps(i), formule)

    def _corps(self, i: int) -> str:
        return "corps_suite" if i and self.colonnes[i].est_texte else "corps"

    def _references(self, colonne: m.Colonne, rang: int, ailleurs: Mapping[str, str]) -> str:
        if not colonne.formule:
            return ""
        cellules = {cle: xl_rowcol_to_cell(rang, i) for cle, i in self.rangs.items()}
        return colonne.formule.format(**cellules, ailleurs=ailleurs)

    def _ecrire_entete(self, rang: int, titres: Sequence[str]) -> None:
        self.feuille.set_row(rang, 48)
        for i, (c, titre) in enumerate(zip(self.colonnes, titres, strict=True)):
            role = ("entete_suite" if i else "entete") if c.est_texte else "entete_droite"
            self.feuille.write_string(rang, i, titre, self.formats("texte", role))

    # ------------------------------------------------------------ table
    def _ecrire_table(self, ailleurs: Mapping[str, str]) -> None:
        """Write the named table: headers, and totals as Excel keeps them."""
        total, definitions, poses = self.tableau.total or {}, [], []
        for i, (c, entete) in enumerate(zip(self.colonnes, self.entetes, strict=True)):
            definition: dict[str, Any] = {"header": entete}
            # the table is named: LibreOffice reads no column of a table that is not
            champ = f"{self.table}[{entete}]"
            valeur, genre = lire_cellule(total, c)
            if i == 0 and not total:
                definition["total_function"] = "count"
                poses.append((i, len(self.lignes), "compte", "total_mot", f"=SUBTOTAL(103,{champ})"))
            elif i == 0:
                definition["total_string"] = str(valeur)
                poses.append((i, valeur, "texte", "total_mot", ""))
            elif valeur is not None and c.somme:
                definition["total_function"] = "sum"
                poses.append((i, valeur, genre, "total", f"=SUBTOTAL(109,{champ})"))
            else:
                formule = self._references(c, self.fin, ailleurs) if valeur is not None else ""
                definition |= {"total_function": formule.removeprefix("=")} if formule else {}
                poses.append((i, valeur, genre, "total", formule))
            definitions.append(definition)
        options = {"name": self.table, "style": None, "autofilter": self.declaree.filtre, "total_row": True}
        self.feuille.add_table(self.entete, 0, self.fin, len(self.colonnes) - 1, options | {"columns": definitions})
        self._ecrire_entete(self.entete, self.entetes)
        for pose in poses:
            self._poser(self.fin, *pose)

    def _ecrire_totaux_publies(self, rang: int) -> int:
        """Write under the total the warehouse's own totals and their check; return the row after them."""
        if self.declaree.publie is None:
            return rang
        for k, nom in enumerate(("Total publié par l’entrepôt", "Contrôle")):
            self.feuille.write_string(rang + k, 0, nom, self.formats("texte", "note"))
        for i, c in enumerate(self.colonnes[1:], start=1):
            valeur, genre = lire_cellule(self.declaree.publie, c)
            if valeur is None or not (c.somme or c.formule):
                continue
            self._poser(rang, i, valeur, genre, "note")
            if c.somme:
                # rows that a filter hides count: SUM, where the total of the table says what is shown
                somme = f"SUM({xl_range(self.premiere, i, self.fin - 1, i)})"
                controle = f'=IF(ABS({somme}-{xl_rowcol_to_cell(rang, i)})<{TOLERANCE[c.genre]},"conforme","écart")'
                self._poser(rang + 1, i, "conforme", "texte", "note_droite", controle)
        return rang + 2

    # ------------------------------------------------------------ summary
    def _ecrire_resume(self) -> int:
        """Sum up a long list by formula, on top; return the last row that is printed."""
        cles = self.declaree.resume
        compte = next(i for i, c in enumerate(self.colonnes) if c.cle not in cles and not c.somme)
        titres = [t if c.cle in cles or c.somme else "" for c, t in zip(self.colonnes, self.entetes, strict=True)]
        self._ecrire_entete(LIGNE_ENTETE, [*titres[:compte], "Lignes", *titres[compte + 1 :]])
        for rang, rangees in enumerate(self.groupes.values(), start=LIGNE_ENTETE + 1):
            self._ecrire_groupe(rang, rangees, compte)
        fin = LIGNE_ENTETE + 1 + len(self.groupes)
        self._poser(fin, 0, "Total", "texte", "total_mot")
        for i, c in enumerate(self.colonnes[1:], start=1):
            somme = f"=SUM({xl_range(LIGNE_ENTETE + 1, i, fin - 1, i)})"
            if i == compte:
                self._poser(fin, i, len(self.lignes), "compte", "total", somme)
            elif c.somme and self.tableau.total is not None:
                self._poser(fin, i, _somme(self.lignes, c) or 0, c.genre, "total", somme)
            else:
                self._poser(fin, i, None, "texte", "total")
        suite = self._ecrire_totaux_publies(fin + 1)
        phrase = imprimer(
            f"Détail : {len(self.lignes)} lignes à filtrer à l’écran ; l’impression s’en tient au résumé."
        )
        self.feuille.write_string(suite + 1, 0, phrase, self.formats("texte", "note"))
        return suite

    def _ecrire_groupe(self, rang: int, rangees: Sequence[m.Ligne], compte: int) -> None:
        criteres = ",".join(
            f"{self._plage(self.rangs[c])},{xl_rowcol_to_cell(rang, self.rangs[c])}" for c in self.declaree.resume
        )
        for i, c in enumerate(self.colonnes):
            if c.cle in self.declaree.resume:
                self._poser(rang, i, *lire_cellule(rangees[0], c), self._corps(i))
            elif i == compte:
                self._poser(rang, i, len(rangees), "compte", "corps", f"=COUNTIFS({criteres})")
            else:
                somme = _somme(rangees, c) if c.somme else None
                formule = f"=SUMIFS({self._plage(i)},{criteres})" if somme is not None else ""
                self._poser(rang, i, somme, c.genre if formule else "texte", "corps", formule)

    def _ecrire_note(self, rang: int) -> int:
        texte, largeur = imprimer(self.tableau.note), sum(c.largeur for c in self.colonnes)
        self.feuille.set_row(rang, HAUTEUR * math.ceil(len(texte) / largeur + 0.5))
        self.feuille.merge_range(rang, 0, rang, len(self.colonnes) - 1, texte, self.formats("texte", "remarque"))
        return rang

    # ------------------------------------------------------------ chart
    def _tracer(self, livre: Any, dessin: m.Dessin, rang: int, marque: str) -> int:
        """Draw a native chart under the table, in the colours of the page; return the row after it."""
        nom, hauteur = self.declaree.nom, 140 + 46 * len(self.lignes)
        largeur = min(LARGEUR_DU_DESSIN, sum(7 * c.largeur + 5 for c in self.colonnes))
        graphique = livre.add_chart({"type": "bar"} | ({"subtype": "stacked"} if dessin.empile else {}))
        for cle, sens in dessin.series:
            i = self.rangs[cle]
            graphique.add_series(
                {
                    "name": [nom, self.entete, i],
                    "categories": [nom, self.premiere, 0, self.fin - 1, 0],
                    "values": [nom, self.premiere, i, self.fin - 1, i],
                    "fill": {"color": COULEURS[sens]},
                    "gap": 50,
                }
            )
        graphique.set_title(
            {"name": imprimer(dessin.titre), "name_font": {"size": 13, "color": marque}, "overlay": False}
        )
        filets = {"visible": True, "line": {"color": FILET}}
        montants = {"num_format": '[$-40C]#,##0\\ "€"', "num_font": {"size": 10, "color": GRIS}}
        graphique.set_x_axis(montants | {"major_gridlines": filets})
        graphique.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 9, "color": GRIS}})
        # readers that do not wrap names would draw them over the edge of the sheet
        place = {"x": PLACE_DES_NOMS, "y": 0.14, "width": 0.96 - PLACE_DES_NOMS, "height": 0.72}
        graphique.set_plotarea({"layout": place})
        graphique.set_legend({"position": "bottom" if len(dessin.series) > 1 else "none"})
        graphique.set_size({"width": largeur, "height": hauteur})
        options = {"description": imprimer(f"{dessin.titre} ; les valeurs sont dans le tableau."), "object_position": 2}
        self.feuille.insert_chart(rang, 0, graphique, options)
        return rang + 1 + math.ceil(hauteur / 21)


def _titre_imprime(titre: str) -> str:
    return imprimer(titre).replace("\u2011", "-")


def _somme(lignes: Sequence[m.Ligne], colonne: m.Colonne) -> Decimal | None:
    connues = [v for ligne in lignes if (v := lire_cellule(ligne, colonne)[0]) is not None]
    return sum(connues, Decimal(0)) if connues else None


def lire_cellule(ligne: m.Ligne, colonne: m.Colonne) -> tuple[Any, str]:
    """Return (what a cell holds, its kind), signed as on the page, text neutralised (F10). A value of a control is a
    number when it reads as one."""
    valeur, genre = ligne.get(colonne.cle), colonne.genre
    if isinstance(valeur, m.Valeur):
        valeur, genre = valeur.valeur, valeur.genre
    if genre == "constat" and valeur is not None:
        try:
            valeur = Decimal(str(valeur))
        except InvalidOperation:
            valeur = constat(valeur)
    match valeur:
        case bool():
            return "oui" if valeur else "non", genre
        case str():
            return (neutraliser(valeur), genre) if genre == "code" else (neutraliser(imprimer(valeur)), "texte")
        case Decimal() | int():
            # this never gives −0
            signee = (-valeur or valeur) if colonne.deduit else valeur
            return signee, "entier" if genre in ("nombre", "constat", "texte") and valeur == int(valeur) else genre
        case date():
            return valeur, "date"
    return valeur, genre


def style(genre: str, role: str, marque: str = MARQUE) -> dict[str, Any]:
    """Return the properties of a format; the kind settles how a number is written, the role how the cell looks."""
    nombre, couleurs = genre in FORMATS, PAGE | COULEURS | {"marque": marque}
    base = {"font_name": "Calibri", "font_size": 11, "num_format": FORMATS.get(genre, "@"), "valign": "top"}
    if role == "corps":
        base["text_wrap"] = not nombre
    if nombre:
        base["align"] = "right"
    looks = {nom: couleurs[x] if nom.endswith("_color") else x for nom, x in STYLES["roles"][role].items()}
    return base | looks
