"""Text files: encoding, separator, banner, header, rows (F3 to F9)."""

import os
from pathlib import Path

from tests.atelier.verrues import Avertissement, Contenu, Ignore, Lu, Refus, Rejet, Verrue, tableau

MANDATS = "compta/mandats_AAAA-MM.csv"
TEXTE = tableau("mandats", {"Objet": "Été"})
ENTETE, LIGNE, _ = TEXTE.split("\n")
UNE = Lu(({"Objet": "Été", "Montant TTC": "10"},))
BANNIERES = ("CIRIL Finances;;", "Édition du 05/01/2021", "Budget principal", "", '"Page ""1"""', "-----", "=====")


def _lu(nom: str, contenu: Contenu, sort: Lu = UNE) -> Verrue:
    return Verrue(nom, MANDATS, contenu, sort)


def _refuse(nom: str, contenu: Contenu, *motif: str) -> Verrue:
    return Verrue(nom, MANDATS, contenu, Refus(motif))


def _controle(nom: str, controle: Contenu, *motif: str) -> Verrue:
    return Verrue(f"contrôle {nom}", MANDATS, TEXTE, Refus(motif), controle)


def _tube(chemin: Path) -> None:
    os.mkfifo(chemin)


def _lien(chemin: Path) -> None:
    ailleurs = chemin.with_name(".ailleurs")
    ailleurs.write_text("{}")
    chemin.symlink_to(ailleurs)


def _avec(colonne: str, autre: str) -> str:
    return TEXTE.replace(colonne, autre, 1)


FICHIERS = (
    _lu("UTF-8 avec BOM (Excel)", b"\xef\xbb\xbf" + TEXTE.encode()),
    _lu("cp1252, CRLF (Astre)", TEXTE.replace("\n", "\r\n").encode("cp1252")),
    _lu("tabulations", TEXTE.replace(";", "\t")),
    _lu("virgules et guillemets", TEXTE.replace("10,00", '"10,00"').replace(";", ",")),
    _lu("cinq lignes de bannière", "\n".join(BANNIERES[:6]) + "\n" + TEXTE),
    _lu("en-tête en capitales sans accent", TEXTE.replace(ENTETE, ENTETE.upper().replace("É", "E").replace("È", "E"))),
    _lu("en-tête à espaces insécables", _avec("Montant TTC", "Montant\u00a0\u00a0TTC ")),
    _lu("colonnes dans un autre ordre", "\n".join(";".join(reversed(x.split(";"))) for x in (ENTETE, LIGNE)) + "\n"),
    _lu("colonnes en plus, deux fois la même", TEXTE.replace(ENTETE, ENTETE + ";Divers;Divers") ),
    _lu("lignes vides et de points-virgules", TEXTE + "\n;;;;;;;\n"),
    _lu("ligne Total juste", TEXTE + ";;TOTAL" + ";" * 6 + "10,00;;\n"),
    _lu("cellules en moins à la fin", TEXTE + ";".join([*LIGNE.split(";")[:-1]]).replace("7;1", "8;1") + "\n",
        Lu(({"Objet": "Été"}, {"Objet": ""}))),
    Verrue(
        "colonne facultative d'un autre nom", MANDATS, _avec("Objet", "Objet de la d\u00e9pense"),
        Avertissement(("colonnes facultatives absentes", "Objet", "F5")),
    ),
    Verrue("en-tête seul", MANDATS, ENTETE + "\n", Lu(())),
    Verrue(
        "cellules en trop", MANDATS, TEXTE.replace(LIGNE, LIGNE + ";x"),
        Rejet(None, None, ("12 cellules pour 11 colonnes", "F6")),
    ),
    Verrue(
        "cellule de plus de 32 767 caractères", MANDATS, tableau("mandats", {"Objet": "x" * 32_768}),
        Rejet("Objet", None, ("32 767 au plus", "F9")),
    ),
    Verrue(
        "ligne répétée", "compta/titres_AAAA-MM.csv", tableau("titres", {}, {}),
        Rejet(None, None, ("déjà présente", "R3f"), ligne=3, statut="doublon"),
    ),
    _refuse("six lignes de bannière", "\n".join(BANNIERES) + "\n" + TEXTE, "6 lignes de bannière", "5 au plus", "F5"),
    _refuse("en-tête doublé", _avec("Statut", "Statut;STATUT").replace("Payé", "Payé;Payé"),
            "« Statut » et « STATUT »", "n'en garder qu'une", "F5"),
    _refuse(
        "colonne obligatoire absente", _avec("Montant TTC", "Mt TTC"),
        "« Montant TTC »", "le plus proche dans le fichier : « Mt TTC »", "correspondances", "F5",
    ),
    _refuse("autre export", "Compte;Débit;Crédit\n611;1;2\n", "colonnes obligatoires", "Montant TTC", "F5"),
    _refuse("UTF-16 (« Texte Unicode » d'Excel)", TEXTE.encode("utf-16"), "UTF-16", "UTF-8", "F8"),
    _refuse("octet nul", TEXTE.encode() + b"x\0", "octet nul", "F8"),
    _refuse("octet sans caractère", TEXTE.encode("cp1252") + b"\x81\n", "octet", "ni de l'UTF-8 ni du cp1252", "F8"),
    _refuse("cp850 (MS-DOS)", TEXTE.encode("cp850"), "cp850", "F8"),
    _refuse("UTF-8 encodé deux fois", TEXTE.encode().decode("cp1252").encode(), "deux fois", "F8"),
    _refuse("zéro octet", b"", "vide", "F6"),
    _refuse("guillemet jamais fermé", TEXTE.replace("P;1MM", 'P;"1MM'), "ligne 2", "guillemet", "jamais fermé", "G1"),
    _refuse("classeur nommé .csv", b"PK\x03\x04\x14\x00\x06\x00", "sous le nom d'un .csv", ".xlsx", "G1"),
    _refuse("ancien classeur nommé .csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
            "ancien classeur (.xls)", "mot de passe", "G1"),
    _refuse("page HTML nommée .csv", "<html><body><table><tr><td>Exercice</td></tr></table>", "tableau HTML", "G1"),
    _refuse("ligne Total fausse", TEXTE + "Total" + ";" * 8 + "10,01;;\n", "Total", "10,01", "F4"),
    _controle("de lignes faux", '{"lignes": 2}', "2", "1", "F3"),
    _controle("de total faux", '{"colonne": "montant ttc", "total": "10.01"}', "10,01", "Montant TTC", "F3"),
    _controle("d'empreinte fausse", '{"sha256": "00"}', "sha256", "F3"),
    _controle("de colonne inconnue", '{"colonne": "Montant", "total": "1"}', "colonne", "Montant TTC", "F3"),
    _controle("à clé double", '{"lignes": 1, "lignes": 2}', "deux fois la clé « lignes »", "F3"),
    _controle("à exposant", '{"colonne": "Montant TTC", "total": 1e1}', "sans exposant", "F3"),
    _controle("de plus de 64 ko", "{}" + " " * 65_536, "64 ko", "F3"),
    _controle("illisible", '{"lignes": 1,', "JSON lisible", "F3"),
    _controle("qui est un tube", _tube, "fichier ordinaire", "F3"),
    _controle("qui est un lien", _lien, "fichier ordinaire", "F3"),
    Verrue("contrôle juste", MANDATS, TEXTE, UNE, '{"lignes": "1", "colonne": "MONTANT  TTC", "total": "10.00"}'),
    Verrue("contrôle sans son fichier", "compta/mandats_2019-01.csv.controle.json", "{", Ignore()),
)  # fmt: skip
