"""Writing of the drop: CSV and XLSX in the dialects of the contract, control files, same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from echantillon.dialectes import EXPORT, MENTION, Dialecte, cellule, dialecte_de
from echantillon.tables import Cellule, Fichier, Heures, Pourcentage, Table

CREATION = datetime(2022, 3, 1)


def ecrire_fichier(sortie: Path, fichier: Fichier, dialecte: Dialecte | None = None) -> Path:
    """Write one file under `sortie/<source>/`, with its `.controle.json` when asked; return its path."""
    dialecte = dialecte or dialecte_de(fichier.jeu, fichier.periode)
    dossier = sortie / fichier.source
    dossier.mkdir(parents=True, exist_ok=True)
    chemin = dossier / f"{fichier.base}.{'xlsx' if dialecte.classeur else 'csv'}"
    chemin.write_bytes(_xlsx(fichier.table, dialecte) if dialecte.classeur else _csv(fichier.table, dialecte))
    if fichier.controle:
        _ecrire_controle(chemin, fichier.table)
    return chemin


def _somme(table: Table) -> Decimal | Heures | None:
    """Exact sum of the control column, None when the table has no such column."""
    if table.total is None:
        return None
    rang = table.entetes.index(table.total)
    valeurs = [ligne[rang] for ligne in table.lignes]
    if any(isinstance(v, Heures) for v in valeurs):
        return Heures(sum(v.quarts for v in valeurs if isinstance(v, Heures)))
    return sum((v for v in valeurs if isinstance(v, Decimal)), Decimal(0))


def _ligne_total(table: Table) -> list[Cellule]:
    """The control row: `Total` first, the sum under its column."""
    ligne: list[Cellule] = [None] * len(table.entetes)
    ligne[0] = "Total"
    if table.total is not None:
        ligne[table.entetes.index(table.total)] = _somme(table)
    return ligne


def _csv(table: Table, dialecte: Dialecte) -> bytes:
    tampon = io.StringIO()
    plume = csv.writer(tampon, delimiter=dialecte.separateur, lineterminator=dialecte.fin_de_ligne)
    libre = ["Colonne libre"] if dialecte.colonne_libre else []
    vide = [""] * (len(table.entetes) - 1)
    if dialecte.banniere:
        plume.writerow([MENTION, *vide])
        plume.writerow([EXPORT, *vide])
    plume.writerow([*table.entetes, *libre])
    for ligne in table.lignes:
        plume.writerow([*(cellule(v, dialecte) for v in ligne), *("" for _ in libre)])
    if dialecte.total and table.total and table.lignes:
        plume.writerow([cellule(v, dialecte) for v in _ligne_total(table)])
    return tampon.getvalue().encode(dialecte.encodage)


def _xlsx(table: Table, dialecte: Dialecte) -> bytes:
    """A sheet with the same headers, after a cover where the dialect has one; codes stay text, the rest is typed."""
    tampon = io.BytesIO()
    classeur = xlsxwriter.Workbook(tampon, {"in_memory": True})
    classeur.set_properties({"title": MENTION, "comments": EXPORT, "created": CREATION})
    if dialecte.couverture:
        garde = classeur.add_worksheet("Page de garde")
        garde.write_column(0, 0, (MENTION, EXPORT, "Les lignes sont dans la feuille « Export »."))
    feuille = classeur.add_worksheet("Export")
    formats = {
        "jour": classeur.add_format({"num_format": "dd/mm/yyyy"}),
        "pourcentage": classeur.add_format({"num_format": "0%"}),
    }
    feuille.write_string(0, 0, MENTION)
    feuille.write_string(1, 0, EXPORT)
    feuille.write_row(2, 0, table.entetes)
    lignes = [*table.lignes, _ligne_total(table)] if table.total and table.lignes else table.lignes
    for rang, ligne in enumerate(lignes, start=3):
        for colonne, valeur in enumerate(ligne):
            _cellule_xlsx(feuille, rang, colonne, valeur, formats)
    classeur.close()
    return tampon.getvalue()


def _cellule_xlsx(
    feuille: xlsxwriter.worksheet.Worksheet,
    rang: int,
    colonne: int,
    valeur: Cellule,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    match valeur:
        case None:
            return
        case Heures():
            feuille.write_number(rang, colonne, valeur.quarts / 4)
        case Pourcentage():
            feuille.write_number(rang, colonne, float(valeur.valeur / 100), formats["pourcentage"])
        case Decimal() | int():
            feuille.write_number(rang, colonne, float(valeur))
        case date():
            feuille.write_datetime(rang, colonne, datetime(valeur.year, valeur.month, valeur.day), formats["jour"])
        case _:
            feuille.write_string(rang, colonne, str(valeur))


def _ecrire_controle(chemin: Path, table: Table) -> None:
    """`<file>.controle.json`: number of rows, sha256 and, where there is one, the control total."""
    contenu: dict[str, str | int] = {"lignes": len(table.lignes)}
    somme = _somme(table)
    if table.total and isinstance(somme, Decimal):
        contenu |= {"colonne": table.total, "total": f"{somme:f}"}
    contenu["sha256"] = hashlib.sha256(chemin.read_bytes()).hexdigest()
    texte = json.dumps(contenu, ensure_ascii=False, indent=1) + "\n"
    chemin.with_name(chemin.name + ".controle.json").write_text(texte, encoding="utf-8", newline="\n")
