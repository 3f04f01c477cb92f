"""A second table, made without looking at what the first one made pass: headers of software (`editeurs.toml`), rows and
bytes that exports have, files that are something else."""
# ruff: noqa: E501

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from tests.atelier.assaut import en_csv
from tests.unit.examen.verrues import (
    AGENTS,
    FORME,
    LUES,
    TEXTE,
    UNITES,
    T,
    Verrue,
    _drole,
    _total,
    _v,
    bon,
    classeur,
    nom_de,
    zippe,
)


def _export(e: dict[str, Any]) -> Verrue:
    octets = "".join(f"{ligne}\n" for ligne in [e["entete"], *e["lignes"]]).encode()
    dits = (*e.get("dits", ()), *(f"{c}* : absente" for c in e.get("manque", ())))
    code = 3 if e["propose"] or e.get("manque") else 0
    fichier = e.get("fichier", nom_de(e["jeu"]))
    return Verrue(
        e["nom"], fichier, octets, code, e["jeu"], dits, tuple(e.get("tus", ())), tuple(e["propose"]),
        exactes=True, suffit=e.get("suffit", "manque" not in e),
    )  # fmt: skip


_LUS = tomllib.loads(Path(__file__).with_name("editeurs.toml").read_text(encoding="utf-8"))["export"]
EDITEURS = tuple(map(_export, _LUS))


def _fusion(livre: Workbook) -> None:
    livre.worksheets[0].merge_cells("E1:F1")


def _dates_nues(livre: Workbook) -> None:
    for rangee in livre.worksheets[-1].iter_rows(min_row=2):
        rangee[4].number_format = "General"


_DATEES = [T[0], *[[*r[:4], dt.date(2023, 3, 5), *r[5:]] for r in T[1:]]]
_DEUX_LIGNES = [
    ["Exercice", "Budget", "Bordereau", "Mandat", "", "Date", "Type", "Compte", "Montants", "", "", "État"],
    ["", "", "", "N°", "Ligne", "d'émission", "", "", "HT", "TVA", "TTC", ""],
    ["2023", "00", "12", "345", "1", "05/03/2023", "01", "6156", "10,00", "2,00", "12,00", "Payé"],
]
_TRIMESTRE = [*bon("temps", 1, date="05/01/2023"), *bon("temps", 1, date="31/03/2023")[1:]]
_ANNEE = [*bon("mandats", 1, date_emission="05/01/2023"), *bon("mandats", 1, date_emission="20/01/2024")[1:]]
LIGNES = (
    _v("BOM deux fois", "mandats", b"\xef\xbb\xbf\xef\xbb\xbf" + TEXTE.encode(), 3, propose=("Exercice=\ufeffExercice",)),
    _v("en-tête par « ; », lignes par « , »", "temps",
       en_csv(T[:1]) + en_csv([[c.replace(",", ".") for c in r] for r in T[1:]], ","), 2, "lignes 2, 3",
       "ce que dit sa colonne"),
    _v("en-tête par tabulation, lignes par « ; »", "unites", en_csv(UNITES[:1], "\t") + en_csv(UNITES[1:]), 2, "lignes 2, 3",
       "ce que dit sa colonne"),
    _v("« Édité le… » en pied", "temps", en_csv(T) + "\nÉdité le 01/04/2023 par ZYLBERSTEIN\n", 2, "ligne 5",
       "un pied de page", "retirer", tus=("ZYLBERSTEIN",)),
    _v("ruptures par service", "temps", en_csv([T[0], ["Service : Pole Wxyz"], *T[1:], ["Service : RH"], *T[1:]]), 2,
       "lignes 2, 5", "une rupture", tus=("Wxyz",)),
    _v("fin de fichier de MS-DOS", "temps", en_csv(T) + "\x1a"),
    _v("« S/Total »", "unites", [*UNITES, _total("unites", "", "", "S/Total", "", "", "2"), *UNITES[1:]], 2, "ligne 4",
       "un total"),
    _v("sous-totaux et une cellule fausse", "unites",
       [*UNITES, _total("unites", "", "", "Sous-total", "", "", "2"), *bon("unites", 1, quantite="abc")[1:],
        _total("unites", "Total général", "", "", "", "", "2"), *UNITES[1:]], 2,
       "lignes 4, 6 : un total ou un sous-total", "ligne 5 : une cellule n'y est pas"),
    _v("« TOT. » en bas", "ventes", [*bon("ventes"), _total("ventes", "TOT.", "", "", "2")], 2, "ligne 4", "un total"),
    _v("« Report de la page 1 »", "ventes", [*bon("ventes"), _total("ventes", "Report de la page 1", "", "", "2"),
                                             *bon("ventes")[1:]], 2, "ligne 4", "un total"),
    _v("milliers à l'apostrophe", "mandats", bon("mandats", montant_ttc="1'234.56"), 2, "Montant TTC", "illisible"),
    _v("guillemets et retours dans les cellules", "mandats",
       TEXTE.replace("Texte", '"Texte\nsur ; ""deux"" lignes"')),
    _v("égalités d'Excel", "temps", en_csv([T[0], *[[f'="{r[0]}"', *r[1:]] for r in T[1:]]])),
    _v("un trimestre, d'un nom qui ne dit rien", "temps", _TRIMESTRE, 0, "à déposer sous le nom rh/temps_2023-T1.csv",
       fichier="export gta.csv"),
    _v("un trimestre sous le nom d'un mois", "temps", _TRIMESTRE, 2, "hors du mois", "le nommer rh/temps_2023-T1.csv"),
    _v("un trimestre chez rh, mal nommé", "temps", _TRIMESTRE, 3, "rh/temps_2023-T1.csv", fichier="rh/GTA_T1.csv"),
    _v("un exercice et sa journée complémentaire", "mandats", _ANNEE, 0, "à déposer sous le nom compta/mandats_2023.csv",
       fichier="mandatement.csv"),
    _v("deux années", "temps", [*_TRIMESTRE, *bon("temps", 1, date="05/01/2022")[1:]], 0, "2 années",
       fichier="export gta.csv"),
    _v("masse salariale sans année dans le nom", "masse_salariale", bon("masse_salariale"), 0,
       "à déposer sous le nom rh/masse_salariale_2023.csv", fichier="paie.csv"),
    _v("classeur, feuilles vides devant", "temps", classeur({"Feuil1": [], "Feuil2": [[]], "Temps": T}),
       fichier="temps_2023-03.xlsx"),
    _v("classeur, dates en nombres", "temps", classeur({"Temps": _DATEES}, _dates_nues), fichier="temps_2023-03.xlsx"),
    _v("classeur, nombres de jours en texte", "temps",
       classeur({"Temps": bon("temps", date="44990")}), 2, "date illisible", fichier="temps_2023-03.xlsx"),
    _v("classeur, huit lignes de bannière", "temps",
       classeur({"Temps": [*[[f"Bannière {n}"] for n in range(8)], *T]}), 3, "8 lignes de bannière", "5 au plus",
       fichier="temps_2023-03.xlsx"),
    _v("classeur, première colonne et premières lignes vides", "temps",
       classeur({"Temps": [[], [], *[["", *r] for r in T]]}), fichier="temps_2023-03.xlsx"),
    _v("un bon fichier d'agents nommé SIRH", "agents", AGENTS, 0, "rh/agents_2023.csv", fichier="extraction SIRH 2023.csv"),
)  # fmt: skip

_JOURS = ["ADS", "SIG", "RH", "MARCHES", "ABSENCE"]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40 + b"\0\0\0\0" + b"\0" * 460
AUTRES_DROLES = (
    *(_drole(**d) for d in LUES["autres_droles"]),
    _drole("lignes entières entre guillemets", "temps_2023-03.csv", "".join(f'"{ligne}"\n' for ligne in en_csv(T).splitlines()),
           FORME, "tout dans une cellule", tus=("ZYLBERSTEIN",)),
    _drole("texte collé dans la colonne A", "temps_2023-03.xlsx", classeur({"F": [[x] for x in en_csv(T).splitlines()]}),
           FORME, "tout dans une cellule", tus=("ZYLBERSTEIN",)),
    _drole("tableau couché", "unites_2023-S1.csv", en_csv([list(c) for c in zip(*UNITES, strict=True)]),
           FORME, "couchée"),
    _drole("en-tête sur deux lignes, autres mots", "mandats_2023-03.csv", en_csv(_DEUX_LIGNES), "« Montant TTC »",
           jeu="mandats", jamais=()),
    _drole("en-tête sur deux lignes fusionnées, classeur", "mandats_2023-03.xlsx", classeur({"M": _DEUX_LIGNES}, _fusion),
           "« Montant TTC »", jeu="mandats", jamais=()),
    _drole("OpenDocument nommé .xlsx", "temps_2023-03.xlsx",
           zippe(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_Pxml="<x/>"), "OpenDocument (.ods)"),
    _drole("classeur binaire nommé .xlsx", "temps_2023-03.xlsx", zippe(xl__workbook_Pbin="x"), "binaire (.xlsb)"),
    _drole("Numbers", "temps.numbers", zippe(Index__Document_Piwa="x", Index__Tables__Tile_Piwa="x"), "Numbers", "exporter",
           tus=("en extraire",)),
    _drole("classeur chiffré", "temps_2023-03.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe",
           tus=("ancien classeur",)),
    _drole("archive dans une archive", "depot.zip", zippe(autre_Pzip="PK\x03\x04"), "archive", "extraire"),
    _drole("xz", "temps_2023-03.csv", b"\xfd7zXZ\0" + b"\0" * 90, "compressé", "décompresser"),
    _drole("rien que des lignes vides", "temps_2023-03.csv", "\n\r\n\n", "aucune ligne", tus=(FORME,)),
    _drole("rien qu'une marque UTF-8", "temps_2023-03.csv", b"\xef\xbb\xbf", "aucune ligne", tus=(FORME,)),
    _drole("classeur sans une cellule", "temps_2023-03.xlsx", classeur({"Feuil1": [], "Feuil2": []}), "aucune ligne"),
    _drole("UTF-32", "mandats_2023-03.csv", TEXTE.encode("utf-32"), "UTF-32", "UTF-8"),
    _drole("UTF-16 sans marque", "mandats_2023-03.csv", TEXTE.encode("utf-16-le"), "UTF-16", "UTF-8"),
    _drole("EBCDIC", "mandats_2023-03.csv", TEXTE.encode("cp1140", "replace"), "EBCDIC", "UTF-8"),
    _drole("heures, agents par activité", "temps_2023-03.csv",
           en_csv([["Matricule", "Nom", *_JOURS], ["0907331", "ZYLBERSTEIN", *"78567"]]), "Date, Code activité, Durée",
           tus=("ZYLBERSTEIN",)),
    _drole("montants par trimestre", "mandats_2023.csv",
           en_csv([["Nature", "Libellé", "T1", "T2", "T3", "T4"], ["6156", "x", *"1234"]]), FORME),
    _drole("montants par année", "mandats_2023.csv",
           en_csv([["Nature", "Libellé", "2021", "2022", "2023"], ["6156", "x", *"123"]]), FORME),
    _drole("tableau en Markdown", "unites_2023-S1.csv",
           "".join("| " + " | ".join(r) + " |\n" for r in [UNITES[0], ["---"] * len(UNITES[0]), *UNITES[1:]]), "« | »",
           "point-virgule"),
    _drole("journal d'un logiciel", "export.log", "2023-03-05 10:00:00 INFO export demarre\n2023-03-05 10:00:01 INFO fin\n",
           FORME),
    _drole("Arrow", "temps_2023-03.csv", b"ARROW1\0\0" + b"\0" * 90, "Arrow", "exporter"),
)  # fmt: skip
NOUVELLES = (*EDITEURS, *LIGNES)
