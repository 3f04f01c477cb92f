"""Reading what a run left: every table of a warehouse as text, every file of a folder, archives unpacked."""

import csv
import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from psycopg import sql

from mutualisation.entrepot.base.connexion import connecter

_TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'm') and n.nspname not in ('information_schema', 'pg_toast') order by 1, 2
"""
_COLONNES = """
select table_schema, table_name, column_name from information_schema.columns
 where table_schema = any(%s) and data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY') order by 1, 2, 3
"""


def vider(dsn: str) -> Iterator[tuple[str, bytes]]:
    """Every table of the database, as text: (schema.table, its rows)."""
    with connecter(dsn, role=None) as conn:
        for schema, nom in conn.execute(_TABLES).fetchall():
            ordre = sql.SQL("copy {} to stdout").format(sql.Identifier(schema, nom))
            with conn.cursor() as curseur, curseur.copy(ordre) as copie:
                yield f"{schema}.{nom}", b"".join(bytes(bloc) for bloc in copie)


def colonnes_qui_disent(dsn: str, secrets: Iterable[str], schemas: Iterable[str]) -> set[tuple[str, str]]:
    """(schema.table.column, secret) of the text columns where a secret is, whatever its case."""
    trouves = set()
    with connecter(dsn) as conn:
        for schema, table, colonne in conn.execute(_COLONNES, (list(schemas),)).fetchall():
            requete = sql.SQL("select string_agg({}::text, E'\\n') from {}").format(
                sql.Identifier(colonne), sql.Identifier(schema, table)
            )
            ligne = conn.execute(requete).fetchone()
            texte = (ligne[0] if ligne and ligne[0] else "").casefold()
            trouves |= {(f"{schema}.{table}.{colonne}", s) for s in secrets if s.casefold() in texte}
    return trouves


def fichiers(*dossiers: Path) -> Iterator[Path]:
    """Every file under folders."""
    for dossier in dossiers:
        for racine, _, noms in os.walk(dossier):
            yield from (c for nom in noms if (c := Path(racine) / nom).is_file())


def contenu(chemin: Path) -> bytes:
    """Bytes of a file; what a workbook or a draft packs, unpacked."""
    if chemin.suffix not in {".xlsx", ".docx", ".pptx"}:
        return chemin.read_bytes()
    with zipfile.ZipFile(chemin) as paquet:
        return b"\n".join(paquet.read(nom) for nom in paquet.namelist())


def octets(dossier: Path) -> dict[str, bytes]:
    """Every file under a folder: {path in it: bytes}."""
    return {c.relative_to(dossier).as_posix(): c.read_bytes() for c in sorted(dossier.rglob("*")) if c.is_file()}


def empreintes(dossier: Path) -> dict[str, str]:
    """Every file under a folder: {path in it: sha256}."""
    return {nom: hashlib.sha256(lus).hexdigest() for nom, lus in octets(dossier).items()}


def texte_du_pdf(pdf: Path, *choix: str) -> str:
    """The words of a PDF, as pdftotext reads them with these options, one space between two."""
    lu = subprocess.run(["pdftotext", *choix, str(pdf), "-"], capture_output=True, text=True, check=True)
    return " ".join(lu.stdout.split())


def lignes_csv(fichier: Path, separateur: str = ";") -> list[dict[str, str]]:
    """The rows of a CSV, by the names of its columns."""
    with fichier.open(encoding="utf-8-sig", newline="") as lus:
        return list(csv.DictReader(lus, delimiter=separateur))


def manifeste(extrait: Path) -> dict[str, Any]:
    """The manifest of an extract."""
    lu: dict[str, Any] = json.loads((extrait / "manifeste.json").read_text(encoding="utf-8"))
    return lu
