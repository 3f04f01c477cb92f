"""Write a workbook: what it holds, then for each table that has a `Feuille` a typed sheet, its named table, its totals.
The same document gives the same bytes: the exercice fixes the creation date, nothing reads the clock."""

import csv
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.palette import COULEURS, MARQUE, PAGE
from mutualisation.socle.chemins import PAQUET
from mutualisation.socle.francais.neutralisation import neutraliser
from mutualisation.socle.francais.typographie import imprimer, sans_accent

SOMMAIRE = "Lisez-moi"
A4, LIGNE_ENTETE = 9, 4
# a header of page holds 255 characters, and « & » counts twice there
EN_TETE_MAX = 90
LARGEUR_MAX, LARGEUR_DU_SOMMAIRE = 60, 104
STYLES = tomllib.loads((PAQUET / "documents" / "mise_en_forme" / "xlsx_styles.toml").read_text(encoding="utf-8"))
FORMATS, ROLES = STYLES["formats"], STYLES["roles"]


class Livre:
    """A workbook is being written; the first sheet says what the others hold. A format is made once."""

    def __init__(self, cible: str | IO[bytes], titre: str, marque: str = "", **proprietes: Any) -> None:
        options: dict[str, Any] = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "in_memory": not isinstance(cible, str),
        }
        if isinstance(cible, str):
            # its parts are written beside it: one disk must have room, and its name is given when it is full
            options["tmpdir"] = str(Path(cible).parent)
        self.livre: Any = xlsxwriter.Workbook(cible, options)
        self.livre.set_properties({"title": imprimer(titre), **proprietes})
        self.aspect = cache(lambda genre, role: self.livre.add_format(style(genre, role, marque or MARQUE)))
        self.sommaire, self.rang = self.feuille(SOMMAIRE, titre), LIGNE_ENTETE
        for i, largeur in enumerate((32, LARGEUR_DU_SOMMAIRE, 12)):
            self.sommaire.set_column(i, i, largeur)

    def feuille(self, nom: str, titre: str, mention: str = "") -> Any:
        """Open a sheet, with its title and what is said under it."""
        feuille = self.livre.add_worksheet(nom)
        feuille.hide_gridlines(2)
        feuille.write_string(0, 0, imprimer(titre), self.aspect("texte", "titre"))
        feuille.write_string(1, 0, imprimer(mention), self.aspect("texte", "note"))
        return feuille

    def dire(self, points: Sequence[tuple[str, str]]) -> None:
        """Write points (subject, words) on the first sheet, then leave a row."""
        for sujet, mots in points:
            self.sommaire.write_string(self.rang, 0, imprimer(sujet), self.aspect("texte", "libelle"))
            self._expliquer(mots)
        self.rang += bool(points)

    def mener(self, nom: str, mots: str, lignes: int) -> None:
        """Link the first sheet to another, and say what it holds."""
        self.sommaire.write_url(self.rang, 0, f"internal:'{nom}'!A1", self.aspect("texte", "lien"), nom)
        self.sommaire.write_number(self.rang, 2, lignes, self.aspect("compte", "simple"))
        self._expliquer(mots)

    def _expliquer(self, mots: str) -> None:
        self.sommaire.set_row(self.rang, 15.75 * (1 + len(mots) // (LARGEUR_DU_SOMMAIRE + 8)))
        self.sommaire.write_string(self.rang, 1, neutraliser(imprimer(mots)), self.aspect("texte", "paragraphe"))
        self.rang += 1

    def entetes(self, feuille: Any, rang: int, titres: Sequence[str]) -> None:
        """Write a row of headers, which stays in sight."""
        feuille.set_row(rang, 33)
        for i, titre in enumerate(titres):
            feuille.write_string(rang, i, titre, self.aspect("texte", "entete"))

    def poser(self, feuille: Any, rang: int, i: int, valeur: Any, aspect: Any) -> None:
        """Write a typed cell: a number is the exact text of its `Decimal`, a text is neutralised (F10), nothing known
        is an empty cell."""
        match valeur:
            case None | "":
                feuille.write_blank(rang, i, None, aspect)
            case bool():
                feuille.write_boolean(rang, i, valeur, aspect)
            case Decimal() | int():
                feuille.write_number(rang, i, valeur, aspect)
            case date():
                feuille.write_datetime(rang, i, valeur, aspect)
            case _:
                feuille.write_string(rang, i, neutraliser(str(valeur)), aspect)

    def fermer(self) -> None:
        try:
            self.livre.close()
        except FileCreateError as echec:
            raise echec.args[0] from None


def ecrire(document: m.Document, chemin: Path) -> None:
    """Write the workbook of a document. Sheets without rows are named on the first, and left out."""
    cree = datetime(document.exercice + 1, 1, 1)
    livre = Livre(str(chemin), document.titre, document.marque, company=document.epci, created=cree)
    mettre_en_page(livre.sommaire, document)
    avant, apres = document.notice
    livre.dire(avant)
    vides = []
    for tableau in (b for s in document.sections for b in s.blocs if isinstance(b, m.Tableau) and b.feuille):
        presentation: Any = tableau.feuille
        fichier = chemin.with_name(presentation.csv) if presentation.csv else None
        lignes = list(_lire_csv(fichier, tableau.colonnes)) if fichier else tableau.lignes
        if not lignes and not any(v is not None for v in (presentation.publie or {}).values()):
            vides.append(presentation.nom)
            continue
        livre.mener(presentation.nom, presentation.notice, len(lignes))
        feuille = livre.feuille(presentation.nom, tableau.titre, _mentions(document))
        feuille.write_url(2, 0, f"internal:'{SOMMAIRE}'!A1", livre.aspect("texte", "retour"), "← Sommaire")
        mettre_en_page(feuille, document)
        _ecrire_table(livre, feuille, tableau, lignes)
    livre.rang += 1
    livre.dire([*apres, *([("Sans ligne", ", ".join(vides))] if vides else [])])
    livre.fermer()


def mettre_en_page(feuille: Any, document: m.Document) -> None:
    """Set a sheet on A4, as wide as the page; each page says of what and in which state it is."""
    feuille.set_landscape()
    feuille.set_paper(A4)
    feuille.fit_to_pages(1, 0)
    feuille.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.65)
    epci = shorten(imprimer(document.epci), EN_TETE_MAX, placeholder="…").replace("&", "&&")
    mention = "DONNÉES SYNTHÉTIQUES" if document.synthetique else ""
    etat = ", ".join(etat.lower() for etat, _ in document.etats[:2])
    feuille.set_header(f"&L&8 {epci}&C&8 Bilan d’étape, exercice {document.exercice}&R&8 Version {document.version}")
    feuille.set_footer(f"&L&8 &A — {etat}&C&8 {mention}&R&8 &P / &N")


def _mentions(document: m.Document) -> str:
    """Say what every sheet carries: EPCI, exercice and states; invented data in capitals."""
    etats = [etat.lower() for etat, _ in document.etats]
    if document.synthetique:
        etats[-1] = etats[-1].upper()
    return f"{document.epci} — exercice {document.exercice} — {', '.join(etats)}"


# ---------------------------------------------------------------- a table
def _lire_csv(fichier: Path, colonnes: Sequence[m.Colonne]) -> Iterator[m.Ligne]:
    """Yield the rows of a CSV of the extract, typed. The row of a total stands under the table, not in it (S11)."""
    with fichier.open(encoding="utf-8", newline="") as lu:
        for ligne in csv.DictReader(lu, delimiter=";"):
            if ligne.get("est_total") != "true":
                yield {c.cle: _typer(ligne[c.cle], c.genre) for c in colonnes}


def _typer(texte: str, genre: str) -> Any:
    """Return the value of a cell of a CSV (S1); None where it is empty."""
    if not texte:
        return None
    if genre == "booleen":
        return texte == "true"
    if genre == "date":
        return date.fromisoformat(texte)
    return Decimal(texte) if genre in FORMATS else texte


def _ecrire_table(livre: Livre, feuille: Any, tableau: m.Tableau, lignes: Sequence[m.Ligne]) -> None:
    """Write the rows as a named table: headers that say what they are, then totals, by formula and as published.
    Without rows there is no table, and what is published stands alone."""
    presentation: Any = tableau.feuille
    colonnes, table = tableau.colonnes, f"T_{sans_accent(presentation.nom)}"
    titres = [imprimer(c.titre).replace("\u2011", "-") for c in colonnes]
    fin, publie = LIGNE_ENTETE + 1 + len(lignes), presentation.publie or tableau.total or {}
    options = {"name": table, "style": None, "autofilter": True, "total_row": True}
    definitions = [{"header": t} | _total(c, publie) for t, c in zip(titres, colonnes, strict=True)]
    if lignes:
        feuille.add_table(LIGNE_ENTETE, 0, fin, len(colonnes) - 1, options | {"columns": definitions})
    livre.entetes(feuille, LIGNE_ENTETE, titres)
    feuille.freeze_panes(LIGNE_ENTETE + 1, 1)
    feuille.repeat_rows(LIGNE_ENTETE)
    for i, c in enumerate(colonnes):
        valeurs = [ligne.get(c.cle) for ligne in lignes]
        long = max((len(x) for x in valeurs if isinstance(x, str)), default=0)
        feuille.set_column(i, i, max(c.largeur, min(long + 2, LARGEUR_MAX)))
        for rang, valeur in enumerate(valeurs, start=LIGNE_ENTETE + 1):
            livre.poser(feuille, rang, i, valeur, livre.aspect(c.genre, "corps"))
        if c.aide:
            feuille.write_comment(LIGNE_ENTETE, i, c.aide, {"x_scale": 2, "y_scale": 1 + len(c.aide) / 120})
        livre.poser(feuille, fin, i, "" if i else "Total", livre.aspect("texte", "total"))
        if (valeur := publie.get(c.cle)) is None or not i:
            continue
        if c.somme and lignes:
            # readers that do not recalculate see the published value; LibreOffice reads columns of a named table alone
            formule = f"=SUBTOTAL(109,{table}[{titres[i]}])"
            feuille.write_formula(fin, i, formule, livre.aspect(c.genre, "total"), valeur)
        if presentation.publie:
            livre.poser(feuille, fin + 1, i, valeur, livre.aspect(c.genre, "note"))
    if presentation.publie:
        livre.poser(feuille, fin + 1, 0, "Total publié par l’entrepôt", livre.aspect("texte", "note"))
    if tableau.note:
        livre.poser(feuille, fin + 3, 0, imprimer(tableau.note), livre.aspect("texte", "note"))


def _total(colonne: m.Colonne, publie: m.Ligne) -> dict[str, str]:
    return {"total_function": "sum"} if colonne.somme and publie.get(colonne.cle) is not None else {}


def style(genre: str, role: str, marque: str = MARQUE) -> dict[str, Any]:
    """Return the properties of a format; the kind settles how a number is written, the role how the cell looks."""
    couleurs = PAGE | COULEURS | {"marque": marque}
    base = {"font_name": "Calibri", "font_size": 11, "num_format": FORMATS.get(genre, "@"), "valign": "top"}
    if genre in FORMATS:
        base["align"] = "right"
    return base | {nom: couleurs[x] if nom.endswith("_color") else x for nom, x in ROLES[role].items()}
