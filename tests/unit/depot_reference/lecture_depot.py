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
    """Exact number; thousands by any space, comma or point."""
    propre = re.sub(r"[\s\u00a0\u202f€]", "", texte(valeur)).replace(",", ".")
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
    for chemin in fichiers:
        if chemin.stem not in remplaces:
            for ligne in _table(chemin):
                yield ligne | {"_fichier": chemin.name}


def _table(chemin: Path) -> Iterator[Ligne]:
    rangees = _feuille(chemin) if chemin.suffix == ".xlsx" else _csv(chemin.read_bytes())
    entetes = next(r for r in rangees if len([v for v in r if texte(v)]) > 1)
    for rangee in rangees:
        if texte(rangee[0]) != "Total":
            yield dict(zip((texte(e) for e in entetes), rangee, strict=False))


def _feuille(chemin: Path) -> Iterator[list[object]]:
    feuille = openpyxl.load_workbook(io.BytesIO(chemin.read_bytes())).worksheets[0]
    return iter([list(r) for r in feuille.iter_rows(values_only=True)])


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
            for piece in bordereau.iter("Piece"):
                for ligne in piece.iter("LigneDePiece"):

                    def v(nom: str, noeud: object = ligne) -> str:
                        trouve = next(noeud.iter(nom), None)  # type: ignore[attr-defined]
                        return "" if trouve is None else str(trouve.get("V"))

                    yield {
                        "Exercice": v("Exer", bordereau),
                        "Bordereau": v("IdBord", bordereau),
                        "Pièce": v("IdPce", piece),
                        "Ligne": v("IdLigne"),
                        "Type pièce": v("TypBord", bordereau),
                        "Nature": v("Nature"),
                        "Axe analytique": v("CptAna"),
                        "Montant TTC": str(float(nombre(v("MtHT")) + nombre(v("MtTVA")))),
                        "Statut": "Pris en charge",
                    }
