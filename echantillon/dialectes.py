"""Dialects of the input contract: how each cell is written, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from echantillon.tables import Cellule, Heures, Pourcentage

MENTION = "Données synthétiques — MEL 2019-2021"
EXPORT = "Jeu de référence de démonstration ; aucune personne réelle"


@dataclass(frozen=True, slots=True)
class Dialecte:
    """Writing habits of one export; `encodage` is a Python codec (`utf-8-sig` writes the BOM).

    `couverture`: the sheet of the data comes after one that presents the workbook.
    """

    nom: str
    encodage: str = "utf-8"
    separateur: str = ";"
    fin_de_ligne: str = "\n"
    banniere: bool = False
    total: bool = False
    date_iso: bool = False
    point: bool = False
    milliers: str = ""
    duree: Literal["centiemes", "HH:MM", "7h30"] = "centiemes"
    colonne_libre: bool = False
    classeur: bool = False
    couverture: bool = False


NBSP, FINE = "\u00a0", "\u202f"

CP1252 = Dialecte("cp1252", "cp1252", ";", "\r\n", banniere=True, total=True, milliers=NBSP)
UTF8 = Dialecte("utf-8", "utf-8", ";", "\n", banniere=True, date_iso=True, point=True, duree="HH:MM")
BOM = Dialecte("utf-8-sig", "utf-8-sig", ";", "\r\n", banniere=True, total=True, milliers=FINE, duree="7h30")
VIRGULE = Dialecte("virgule", "utf-8", ",", "\n", banniere=True, date_iso=True, point=True, colonne_libre=True)
TABULATION = Dialecte("tabulation", "utf-8", "\t", "\r\n", banniere=True, milliers=" ", duree="HH:MM")
CLASSEUR = Dialecte("xlsx", banniere=True, total=True, classeur=True)
CLASSEUR_COUVERT = Dialecte("xlsx avec page de garde", banniere=True, total=True, classeur=True, couverture=True)

ORDRE = (CP1252, UTF8, BOM, CP1252, VIRGULE, CP1252, CLASSEUR, TABULATION, CP1252, UTF8, BOM, CP1252)


def dialecte_de(jeu: str, periode: str) -> Dialecte:
    """The dialect of a file: decided by its jeu and its month, never by chance; the asset list is a workbook."""
    if jeu == "etat_actif":
        return CLASSEUR_COUVERT
    decalage = {"temps": 0, "mandats": 3, "titres": 5, "commandes": 7, "unites": 4, "operations": 2}.get(jeu, 0)
    annee, _, reste = periode.partition("-")
    rang = sum(map(ord, jeu + periode)) if not (annee + reste).isdigit() or not reste else int(reste) + int(annee)
    return ORDRE[(rang + decalage) % len(ORDRE)]


def nombre(valeur: Decimal, dialecte: Dialecte) -> str:
    """An exact number, thousands grouped where the dialect does, never an exponent."""
    texte = f"{valeur:f}"
    signe, texte = ("-", texte[1:]) if texte.startswith("-") else ("", texte)
    entier, _, decimales = texte.partition(".")
    if dialecte.milliers:
        groupes: list[str] = []
        while len(entier) > 3:
            groupes.insert(0, entier[-3:])
            entier = entier[:-3]
        entier = dialecte.milliers.join([entier, *groupes])
    separateur = "." if dialecte.point else ","
    return f"{signe}{entier}{separateur}{decimales}" if decimales else f"{signe}{entier}"


def duree(valeur: Heures, dialecte: Dialecte) -> str:
    """Hours as hundredths, `HH:MM` or `7h30`."""
    heures, quarts = divmod(valeur.quarts, 4)
    if dialecte.duree == "HH:MM" and heures < 100:
        return f"{heures:02d}:{quarts * 15:02d}"
    if dialecte.duree == "7h30" and heures < 100:
        return f"{heures}h{quarts * 15:02d}"
    return f"{heures}{'.' if dialecte.point else ','}{quarts * 25:02d}"


def cellule(valeur: Cellule, dialecte: Dialecte) -> str:
    """Text of one cell; None is the empty cell (not stated)."""
    match valeur:
        case None:
            return ""
        case Heures():
            return duree(valeur, dialecte)
        case Pourcentage():
            return f"{nombre(valeur.valeur, dialecte)} %"
        case Decimal():
            return nombre(valeur, dialecte)
        case date():
            return valeur.isoformat() if dialecte.date_iso else valeur.strftime("%d/%m/%Y")
        case _:
            return str(valeur)
