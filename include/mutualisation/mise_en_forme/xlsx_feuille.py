"""A table as a sheet: a named Excel table with its totals, what it is checked against, its summary, its chart."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from mutualisation.francais.formats import NON_RENSEIGNE, constat
from mutualisation.francais.neutralisation import neutraliser
from mutualisation.francais.typographie import sans_accent
from mutualisation.mise_en_forme.modele import AUCUN, CLASSEUR, Colonne, Feuille, Ligne, Tableau, Valeur
from mutualisation.mise_en_forme.xlsx_dessin import LARGEUR, hauteur_de, tracer
from mutualisation.mise_en_forme.xlsx_styles import MONTANTS, TOLERANCE

PAGE = 9
LIGNE_ENTETE = 3
# characters that a page holds at full size
LARGEUR_DE_PAGE = 105
HAUTEUR = 15.75
Formats = Callable[[str, str], Any]
Cle = tuple[Any, ...]


class FeuilleEcrite:
    """One table as a sheet. Its place is settled when it is made: `plage(column)` is what other sheets may read.

    Rows, from 0: title, mentions, link; with `resume`, the summary and its total; the header; the rows; the totals.
    """

    def __init__(self, feuille: Any, dite: Feuille, tableau: Tableau, formats: Formats) -> None:
        self.feuille, self.dite, self.tableau, self.formats = feuille, dite, tableau, formats
        self.colonnes, self.lignes = tableau.vues(CLASSEUR), tableau.lignes
        self.rangs = {c.cle: i for i, c in enumerate(self.colonnes)}
        self.table = dite.table or _nom_de_table(dite.nom)
        self.groupes = _grouper(self.lignes, dite.resume)
        publies = 2 if dite.publie is not None else 0
        # summary, its total and checks, a blank row and a sentence
        self.entete = LIGNE_ENTETE + (len(self.groupes) + publies + 4 if dite.resume else 0)
        self.premiere = self.entete + 1
        self.fin = self.premiere + len(self.lignes)
        self.entetes = [_entete(c) for c in self.colonnes]
        self.ailleurs: Mapping[str, str] = {}

    def plage(self, cle: str) -> str:
        """Absolute address of the rows of a column, sheet included."""
        i = self.rangs[cle]
        return f"'{self.dite.nom}'!{xl_range_abs(self.premiere, i, self.fin - 1, i)}"

    def ecrire(self, livre: Any, ailleurs: Mapping[str, str]) -> None:
        """Everything, from the header down; `ailleurs`: addresses of the columns of every sheet."""
        self.ailleurs = ailleurs
        for i, c in enumerate(self.colonnes):
            self.feuille.set_column(i, i, c.largeur)
        self._table()
        for rang, ligne in enumerate(self.lignes, start=self.premiere):
            self._ligne(rang, ligne)
        suite = self.fin + 1
        if self.dite.resume:
            imprimee = self._resume()
        else:
            imprimee = suite = self._publies(suite)
            self.feuille.repeat_rows(self.entete)
            self.feuille.freeze_panes(self.premiere, 1)
        if self.tableau.note:
            imprimee = max(imprimee, self._note(suite + 1) if not self.dite.resume else imprimee)
            suite += 3
        if self.dite.dessin and not self.dite.resume:
            hauteur = hauteur_de(len(self.lignes))
            largeur = sum(7 * c.largeur + 5 for c in self.colonnes)
            tracer(livre, self.feuille, self.dite, self, suite + 1, (min(LARGEUR, largeur), hauteur))
            imprimee = suite + 2 + math.ceil(hauteur / 21)
        self._imprimer(imprimee)

    def _imprimer(self, dernier: int) -> None:
        """What goes on paper; of a list for the screen, an empty cell: readers print nothing."""
        self.feuille.repeat_columns(0)
        if self.dite.dessin or self.dite.pages or sum(c.largeur for c in self.colonnes) > LARGEUR_DE_PAGE:
            self.feuille.fit_to_pages(1, 1 if self.dite.dessin else self.dite.pages)
        else:
            # a narrow table is not enlarged to the width of the page
            self.feuille.set_print_scale(100)
        largeur = len(self.colonnes)
        if self.dite.imprimee:
            self.feuille.print_area(0, 0, dernier, largeur - 1)
        else:
            self.feuille.print_area(0, largeur + 1, 0, largeur + 1)

    # ------------------------------------------------------------ table
    def _table(self) -> None:
        """The named table: headers, and totals as Excel keeps them."""
        self.feuille.set_row(self.entete, 48)
        self.feuille.add_table(
            self.entete,
            0,
            self.fin,
            len(self.colonnes) - 1,
            {
                "name": self.table,
                "style": None,
                "autofilter": self.dite.filtre,
                "total_row": True,
                "columns": [self._colonne(i, c) for i, c in enumerate(self.colonnes)],
            },
        )
        self._entete(self.entete, self.entetes)
        for i, c in enumerate(self.colonnes):
            valeur, genre = _dire(self.tableau.total or {}, c)
            if i and c.somme and valeur is not None:
                # named with its table: LibreOffice reads no column of a table that is not named
                somme = f"=SUBTOTAL(109,{self.table}[{self.entetes[i]}])"
                self._formule(self.fin, i, somme, valeur, genre, "total")
        if not self.tableau.total:
            compte = f"=SUBTOTAL(103,{self.table}[{self.entetes[0]}])"
            self._formule(self.fin, 0, compte, len(self.lignes), "compte", "total_mot")

    def _entete(self, rang: int, titres: Sequence[str]) -> None:
        for i, (c, titre) in enumerate(zip(self.colonnes, titres, strict=True)):
            role = ("entete_suite" if i else "entete") if c.est_texte else "entete_droite"
            self.feuille.write_string(rang, i, titre, self.formats("texte", role))

    def _colonne(self, i: int, c: Colonne) -> dict[str, Any]:
        """A column of the table and the cell of its total."""
        total, definition = self.tableau.total or {}, {"header": self.entetes[i]}
        valeur, genre = _dire(total, c)
        if i == 0 and valeur is None:
            return definition | {"total_function": "count"}
        if i == 0:
            return definition | {"total_string": str(valeur), "format": self.formats("texte", "total_mot")}
        definition["format"] = self.formats(genre, "total")
        if valeur is None:
            self.feuille.write_blank(self.fin, i, None, self.formats(c.genre, "total"))
        elif c.somme:
            definition["total_function"] = "sum"
        elif c.formule:
            formule = self._references(c, self.fin).removeprefix("=")
            definition |= {"total_function": formule, "total_value": _nombre(valeur)}
        else:
            self._cellule(self.fin, i, valeur, genre, "total")
            return {"header": self.entetes[i]}
        return definition

    def _ligne(self, rang: int, ligne: Ligne) -> None:
        self.feuille.set_row(rang, _hauteur(ligne, self.colonnes))
        for i, c in enumerate(self.colonnes):
            valeur, genre = _dire(ligne, c)
            if c.formule and valeur is not None:
                self._formule(rang, i, self._references(c, rang), valeur, genre, "corps")
            else:
                self._cellule(rang, i, valeur, genre, "corps_suite" if i and c.est_texte else "corps", c.absent)

    def _cellule(self, rang: int, i: int, valeur: Any, genre: str, role: str, absent: str = AUCUN) -> None:
        """One typed cell: numbers as numbers, dates as dates, NULL amounts « non renseigné » unless `absent` is ""."""
        ecrire = self.feuille
        if valeur is None and absent and genre in (*MONTANTS, "taux", "taux_fin"):
            ecrire.write_string(rang, i, NON_RENSEIGNE if genre in MONTANTS else AUCUN, self.formats(genre, "absent"))
        elif valeur is None:
            ecrire.write_blank(rang, i, None, self.formats(genre, role))
        elif isinstance(valeur, bool):
            ecrire.write_string(rang, i, "oui" if valeur else "non", self.formats(genre, role))
        elif isinstance(valeur, Decimal | int):
            rond = genre in ("nombre", "constat", "texte") and valeur == int(valeur)
            ecrire.write_number(rang, i, float(valeur), self.formats("entier" if rond else genre, role))
        elif isinstance(valeur, date):
            ecrire.write_datetime(rang, i, datetime(valeur.year, valeur.month, valeur.day), self.formats("date", role))
        else:
            # a control compares sentences too
            lu = self.formats(genre, role) if genre in ("texte", "code") else self.formats("texte", "corps_suite")
            ecrire.write_string(rang, i, neutraliser(str(valeur)), lu)

    def _formule(self, rang: int, i: int, formule: str, valeur: Any, genre: str, role: str) -> None:
        # readers that do not recalculate see the published value
        self.feuille.write_formula(rang, i, formule, self.formats(genre, role), _nombre(valeur))

    def _references(self, colonne: Colonne, rang: int) -> str:
        cellules = {cle: xl_rowcol_to_cell(rang, i) for cle, i in self.rangs.items()}
        return "=" + colonne.formule.removeprefix("=").format(**cellules, ailleurs=self.ailleurs)

    # ------------------------------------------------------------ checks
    def _publies(self, rang: int) -> int:
        """Under the total: the warehouse's own totals, and the check of one against the other; the row after them."""
        publie = self.dite.publie
        if publie is None:
            return rang
        for k, nom in enumerate(("Total publié par l'entrepôt", "Contrôle")):
            self.feuille.write_string(rang + k, 0, nom, self.formats("texte", "note"))
        for i, c in enumerate(self.colonnes[1:], start=1):
            valeur, genre = _dire(publie, c) if c.somme or c.formule else (None, c.genre)
            if valeur is None:
                continue
            self._cellule(rang, i, valeur, genre, "note")
            if c.somme:
                # rows that a filter hides count: SUM, where the total of the table says what is shown
                somme = f"SUM({xl_range(self.premiere, i, self.fin - 1, i)})"
                controle = f'=IF(ABS({somme}-{xl_rowcol_to_cell(rang, i)})<{TOLERANCE[c.genre]},"conforme","écart")'
                self._formule(rang + 1, i, controle, "conforme", "texte", "note_droite")
        return rang + 2

    # ------------------------------------------------------------ summary
    def _resume(self) -> int:
        """A long list summed up by formula, on top; gives back the last row that is printed."""
        cles = self.dite.resume
        compte = next(i for i, c in enumerate(self.colonnes) if c.cle not in cles and not c.somme)
        montres = {i for i, c in enumerate(self.colonnes) if c.cle in cles or c.somme}
        titres = ["Lignes" if i == compte else titre if i in montres else "" for i, titre in enumerate(self.entetes)]
        self.feuille.set_row(LIGNE_ENTETE, 48)
        self._entete(LIGNE_ENTETE, titres)
        for rang, rangees in enumerate(self.groupes.values(), start=LIGNE_ENTETE + 1):
            self._groupe(rang, rangees, compte)
        fin = LIGNE_ENTETE + 1 + len(self.groupes)
        self._total_du_resume(fin, compte)
        suite = self._publies(fin + 1)
        phrase = f"Détail : {len(self.lignes)} lignes à filtrer à l'écran ; l'impression s'en tient au résumé."
        self.feuille.write_string(suite + 1, 0, phrase, self.formats("texte", "note"))
        return suite

    def _groupe(self, rang: int, rangees: Sequence[Ligne], compte: int) -> None:
        criteres = ",".join(
            f"{xl_range_abs(self.premiere, self.rangs[c], self.fin - 1, self.rangs[c])},"
            f"{xl_rowcol_to_cell(rang, self.rangs[c])}"
            for c in self.dite.resume
        )
        for i, c in enumerate(self.colonnes):
            if c.cle in self.dite.resume:
                valeur, genre = _dire(rangees[0], c)
                self._cellule(rang, i, valeur, genre, "corps_suite" if i and c.est_texte else "corps")
            elif i == compte:
                self._formule(rang, i, f"=COUNTIFS({criteres})", len(rangees), "compte", "corps")
            elif c.somme and (connus := [v for r in rangees if (v := _dire(r, c)[0]) is not None]):
                somme = sum(connus, Decimal(0))
                plage = xl_range_abs(self.premiere, i, self.fin - 1, i)
                self._formule(rang, i, f"=SUMIFS({plage},{criteres})", somme, c.genre, "corps")
            else:
                self.feuille.write_blank(rang, i, None, self.formats("texte", "corps"))

    def _total_du_resume(self, rang: int, compte: int) -> None:
        self.feuille.write_string(rang, 0, "Total", self.formats("texte", "total_mot"))
        for i, c in enumerate(self.colonnes[1:], start=1):
            plage = xl_range(LIGNE_ENTETE + 1, i, rang - 1, i)
            if i == compte:
                self._formule(rang, i, f"=SUM({plage})", len(self.lignes), "compte", "total")
            elif c.somme and self.tableau.total is not None:
                somme = sum((v for r in self.lignes if (v := _dire(r, c)[0]) is not None), Decimal(0))
                self._formule(rang, i, f"=SUM({plage})", somme, c.genre, "total")
            else:
                self.feuille.write_blank(rang, i, None, self.formats("texte", "total"))

    def _note(self, rang: int) -> int:
        """The remark under the table, over its whole width."""
        texte, dernier = self.tableau.note, len(self.colonnes) - 1
        largeur = sum(c.largeur for c in self.colonnes)
        self.feuille.set_row(rang, HAUTEUR * math.ceil(len(texte) / largeur + 0.5))
        if dernier:
            self.feuille.merge_range(rang, 0, rang, dernier, texte, self.formats("texte", "remarque"))
        else:
            self.feuille.write_string(rang, 0, texte, self.formats("texte", "remarque"))
        return rang


def _nom_de_table(nom: str) -> str:
    """`Détail 2021` names `T_Detail_2021`: letters, digits and `_`, never taken for a cell."""
    return "T_" + re.sub(r"\W+", "_", sans_accent(nom)).strip("_")


def _entete(colonne: Colonne) -> str:
    """A header that formulas can name: plain hyphens, curly apostrophes."""
    return (colonne.titre_long or colonne.titre or "Libellé").replace("\u2011", "-").replace("'", "’")


def _grouper(lignes: Sequence[Ligne], cles: Sequence[str]) -> dict[Cle, list[Ligne]]:
    """Rows by the columns of the summary, in the order of the list."""
    groupes: dict[Cle, list[Ligne]] = {}
    for ligne in lignes if cles else ():
        groupes.setdefault(tuple(ligne[c] for c in cles), []).append(ligne)
    return groupes


def _nombre(valeur: Any) -> Any:
    return valeur if isinstance(valeur, str) else float(valeur)


def _hauteur(ligne: Ligne, colonnes: Sequence[Colonne]) -> float:
    """Row height for the longest wrapped text: readers disagree on automatic heights, and charts are placed by them."""
    textes = [(len(t), c.largeur) for c in colonnes if isinstance(t := _dire(ligne, c)[0], str)]
    return HAUTEUR * max([1, *(math.ceil(longueur / (largeur - 2)) for longueur, largeur in textes)])


def _dire(ligne: Ligne, colonne: Colonne) -> tuple[Any, str]:
    """(what a cell holds, its kind), signed as on the page; a value of a control is a number when it reads as one."""
    dite = ligne.get(colonne.cle)
    valeur, genre = (dite.valeur, dite.genre) if isinstance(dite, Valeur) else (dite, colonne.genre)
    if colonne.deduit and valeur is not None:
        # never −0
        return -valeur or valeur, genre
    if genre != "constat" or valeur is None:
        return valeur, genre
    try:
        return Decimal(str(valeur)), genre
    except InvalidOperation:
        return constat(valeur), genre
