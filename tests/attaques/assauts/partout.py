"""The same slips in CSV and in XLSX, on a jeu of persons and on one that may be about some (F5, F6, F8, G1).

The readers are the same for every jeu: what differs is declared.
"""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from tests.atelier.assaut import Assaut, en_csv, remplir

# its file, without an extension
JEUX = {"temps": "rh/temps_2023-03", "mandats": "compta/mandats_2023-03"}


def classeur(rangees: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of one sheet."""
    livre = Workbook()
    for rangee in rangees:
        livre.active.append(rangee)
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


def _sur(jeu: str, tige: str) -> Iterator[Assaut]:
    rangees = remplir(jeu)
    texte, entete = en_csv(rangees), rangees[0]
    csv, xlsx = f"{tige}.csv", f"{tige}.xlsx"
    # a name of the header that is required, and has a letter that another alphabet draws the same
    exige = next(n for n in entete if "a" in n or "e" in n)
    cyrillique = exige.replace("a", "а").replace("e", "е")

    def lu(nom: str, contenu: str | bytes, lignes: int = 2, fichier: str = csv) -> Assaut:
        return Assaut(f"{jeu} : {nom}", {fichier: contenu}, lignes={fichier: lignes})

    def refuse(nom: str, contenu: str | bytes, *mots: str, fichier: str = csv) -> Assaut:
        return Assaut(f"{jeu} : {nom}", {fichier: contenu}, {fichier: mots})

    yield lu("BOM, CRLF et tabulations", b"\xef\xbb\xbf" + en_csv(rangees, "\t", "\r\n").encode())
    yield lu("fins de ligne mêlées", texte.replace("\n", "\r\n", 1))
    yield lu("en-tête décomposé (NFD)", unicodedata.normalize("NFD", texte))
    yield lu("en-tête seul", en_csv(rangees[:1]), 0)
    yield lu("rangées de blancs insécables", texte + ";".join("\u00a0" for _ in entete) + "\n \t\n")
    yield refuse("UTF-16 à marque", texte.encode("utf-16"), "UTF-16", "F8")
    yield refuse("UTF-16 sans marque", texte.encode("utf-16-be"), "octet nul", "F8")
    yield refuse("octet nul au milieu", texte.replace(";", ";\0", 3), "octet nul", "F8")
    yield refuse("zéro octet", b"", "vide", "F6")
    yield refuse("en-tête doublé", en_csv([[*r, r[0]] for r in rangees]), "deux fois", "G1")
    yield refuse(
        "en-tête à lettre cyrillique", texte.replace(exige, cyrillique, 1) if exige != cyrillique else texte,
        "obligatoire", exige, "F5",
    )  # fmt: skip
    yield refuse("guillemet jamais fermé", texte + '"' + ";" * (len(entete) - 1) + "\n", "guillemet", "G1")
    yield refuse("classeur nommé .csv", classeur(rangees), ".xlsx sous le nom d'un .csv", "G1")
    yield refuse("archive gzip nommée .csv", b"\x1f\x8b\x08\0" + b"x" * 64, "compressé", "G1")
    yield lu("classeur", classeur(rangees), fichier=xlsx)
    yield refuse("classeur coupé", classeur(rangees)[:1500], "abîmé", "G1", fichier=xlsx)
    yield refuse("classeur à colonne en moins", classeur([[c for n, c in zip(entete, r, strict=True) if n != exige]
                                                         for r in rangees]), exige, "F11", fichier=xlsx)  # fmt: skip
    yield refuse("CSV nommé .xlsx", texte, "n'est pas un classeur", "G1", fichier=xlsx)


PARTOUT = tuple(a for jeu, tige in JEUX.items() for a in _sur(jeu, tige))
