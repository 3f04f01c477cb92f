"""A small reader of the reference drop for the oracle: no code shared with the generator nor the pipeline."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import openpyxl
from defusedxml.ElementTree import parse

Ligne = dict[str, object]


def texte(valeur: object) -> str:
    """Cell as text, a whole number without its decimals."""
    if valeur is None:
        return ""
    return str(int(valeur)) if isinstance(valeur, float) and valeur.is_integer() else str(valeur).strip()


def nombre(valeur: object) -> Fraction:
    """Exact number; thousands by any space, comma or point, a `%` after a percentage."""
    propre = re.sub(r"[\s\u00a0\u202f€%]", "", texte(valeur)).replace(",", ".")
    return Fraction(propre or 0)


def heures(valeur: object) -> Fraction:
    """Hours: `7h30`, `07:30` or hundredths."""
    sexagesimal = re.fullmatch(r"(\d+)[:h](\d\d)", texte(valeur))
    return Fraction(int(sexagesimal[1]) * 60 + int(sexagesimal[2]), 60) if sexagesimal else nombre(valeur)


def jour(valeur: object) -> date | None:
    """French or ISO date."""
    if isinstance(valeur, datetime):
        return valeur.date()
    brut = texte(valeur)
    if not brut:
        return None
    return date.fromisoformat(brut) if "-" in brut else datetime.strptime(brut, "%d/%m/%Y").date()


def lignes(depot: Path, source: str, jeu: str, periode: str = "") -> Iterator[Ligne]:
    """Rows of a jeu, all its periods or one; a `_v2` replaces its first version; rows carry `_fichier`."""
    motif = f"{jeu}_{periode}*" if periode else f"{jeu}*"
    fichiers = sorted(p for p in (depot / source).glob(motif) if p.suffix in (".csv", ".xlsx"))
    remplaces = {p.stem.removesuffix("_v2") for p in fichiers if p.stem.endswith("_v2")}
    correspondances = [r for r in _table(depot / "referentiel" / "correspondances.csv") if r["Jeu"] == jeu]
    for chemin in fichiers:
        if chemin.stem not in remplaces:
            for ligne in _table(chemin):
                yield _traduite(ligne, correspondances) | {"_fichier": chemin.name}


def _traduite(ligne: Ligne, correspondances: list[Ligne]) -> Ligne:
    """The row under the names of the contract: headers, then cells, then the value of a column that is missing."""
    noms = {texte(r["Lu"]): texte(r["Colonne"]) for r in correspondances if not texte(r["Vaut"])}
    cellules = {(texte(r["Colonne"]), texte(r["Lu"])): texte(r["Vaut"]) for r in correspondances if texte(r["Vaut"])}
    nommee = {noms.get(colonne, colonne): valeur for colonne, valeur in ligne.items()}
    traduite = {colonne: cellules.get((colonne, texte(valeur)), valeur) for colonne, valeur in nommee.items()}
    return {colonne: vaut for (colonne, lu), vaut in cellules.items() if not lu} | traduite


def _table(chemin: Path) -> Iterator[Ligne]:
    rangees = _feuille(chemin) if chemin.suffix == ".xlsx" else _csv(chemin.read_bytes())
    entetes = next(r for r in rangees if len([v for v in r if texte(v)]) > 1)
    for rangee in rangees:
        if texte(rangee[0]) != "Total":
            yield dict(zip((texte(e) for e in entetes), rangee, strict=False))


def _feuille(chemin: Path) -> Iterator[list[object]]:
    """Rows of the last sheet: a cover may stand before it; a cell in percent as what it shows."""
    feuille = openpyxl.load_workbook(io.BytesIO(chemin.read_bytes())).worksheets[-1]
    return iter([[_montre(c.value, c.number_format) for c in rangee] for rangee in feuille.iter_rows()])


def _montre(valeur: object, format_: str) -> object:
    return f"{round(valeur * 100, 9)} %" if isinstance(valeur, (int, float)) and "%" in format_ else valeur


def _csv(octets: bytes) -> Iterator[list[object]]:
    try:
        contenu = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        contenu = octets.decode("cp1252")
    entete = contenu.splitlines()[2]
    separateur = max(";,\t", key=entete.count)
    return iter([list(r) for r in csv.reader(io.StringIO(contenu), delimiter=separateur)])


def ecritures(depot: Path, sens: str) -> list[Ligne]:
    """Ledger lines of `mandat` or `titre`, CSV and PES, one per identity."""
    vues: dict[tuple[str, ...], Ligne] = {}
    for ligne in [*lignes(depot, "compta", f"{sens}s"), *_pes(depot, sens)]:
        cle = tuple(texte(ligne[c]) for c in ("Exercice", "Bordereau", "Pièce", "Ligne"))
        vues.setdefault((*cle, str(texte(ligne["Type pièce"]) == "02")), ligne)
    return list(vues.values())


def _pes(depot: Path, sens: str) -> Iterator[Ligne]:
    for chemin in sorted((depot / "compta").glob(f"*_{'D' if sens == 'mandat' else 'R'}.xml")):
        racine = parse(chemin).getroot()
        for bordereau in racine.iter("Bordereau"):
            signe = -1 if next(bordereau.iter("TypBord")).get("V") == "02" else 1
            for piece in bordereau.iter("Piece"):
                for ligne in piece.iter("LigneDePiece"):

                    def v(nom: str, noeud: object = ligne) -> str:
                        trouve = next(noeud.iter(nom), None)  # type: ignore[attr-defined]
                        return "" if trouve is None else str(trouve.get("V"))

                    yield {
                        "Exercice": v("Exer", bordereau),
                        "Bordereau": v("IdBord", bordereau).lstrip("0"),
                        "Pièce": v("IdPce", piece).lstrip("0"),
                        "Ligne": v("IdLigne").lstrip("0"),
                        "Type pièce": v("TypBord", bordereau),
                        "Nature": v("Nature"),
                        "Axe analytique": v("CptAna"),
                        "Service gestionnaire": v("CodServ", piece),
                        "Produit": v("CodProdLoc"),
                        "Exercice origine": v("ExerRat"),
                        "Montant TTC": str(signe * float(nombre(v("MtHT")) + nombre(v("MtTVA")))),
                        "Statut": "Pris en charge",
                    }
