"""The *extract* gate reads back an extract, before it replaces the former one, and compares it with the publication."""

import csv
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import openpyxl
import psycopg
from psycopg import sql

from mutualisation.publication.portes.execution import executer, retenir
from mutualisation.publication.portes.resultat import ResultatPorte
from mutualisation.publication.portes.suites import echec
from mutualisation.publication.versions.manifeste import ETRANGER, MANIFESTE, MANQUE, DossierLu
from mutualisation.publication.versions.relations import Relation
from mutualisation.socle.erreurs import ControleEchoue

PORTE = "extrait"
SYNTHESE = "synthese_financiere"
NUMERIQUES = ("numeric", "decimal", "integer", "bigint", "smallint")
MONTANT = "numeric(15,2)"
COLONNES = {
    "fichiers": ("fichier", "presence", "empreinte"),
    "relations": ("relation", "colonnes", "lignes_publiees", "lignes_ecrites", "cles_doubles", "sommes"),
    "pages": ("page", "poids", "ancres_doubles", "liens_perdus", "lien"),
    "classeur": ("feuille", "erreurs", "montants_absents"),
}
# a lookbehind checks last the space before: twenty times as fast as a pattern that begins with it
LIEN, ANCRE = re.compile(r'href="(?<=\shref=")([^"]+)"'), re.compile(r'id="(?<=\sid=")([^"]+)"')
AILLEURS = ("http://", "https://", "mailto:", "data:")
BLOC = 1 << 20
Lignes = list[dict[str, Any]]


def exiger_extrait(
    dsn: str,
    conn: psycopg.Connection[Any],
    dossier: Path,
    exercice: int,
    version: int,
    relations: Mapping[str, Relation],
) -> ResultatPorte:
    """Read back the extract of `dossier`, compare it with the stored version and return the result. Raises
    `ControleEchoue` with every sentence when a file, count, key or sum is not the published one, or was not checked."""
    try:
        lots = _relire(conn, dossier, exercice, version, relations)
    except (OSError, ValueError, KeyError, ArithmeticError, zipfile.BadZipFile, psycopg.DataError) as faute:
        raison = f"l'extrait {exercice} ne se relit pas ({type(faute).__name__}) — relancer l'extrait"
        raise echec(PORTE, raison) from faute
    constats = [
        constat
        for nom, lignes in lots.items()
        for constat in executer(PORTE, dsn, f"{PORTE}.{nom}", lignes, COLONNES[nom])
    ]
    retenir(PORTE, "Extrait écrit", constats)
    if echecs := [f"{PORTE} {exercice} : {phrase}" for c in constats if c.bloque for phrase in c.phrases()]:
        raise ControleEchoue(echecs)
    return ResultatPorte(PORTE, constats, [])


def _relire(
    conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, relations: Mapping[str, Relation]
) -> dict[str, Lignes]:
    """Return the rows of each checkpoint of the gate, none of which holds a cell of the extract."""
    return {
        "fichiers": _relire_fichiers(dossier),
        "relations": [_relire_relation(conn, dossier, exercice, version, relation) for relation in relations.values()],
        "pages": _pages(dossier),
        "classeur": _classeur(dossier, relations.get(SYNTHESE)),
    }


def _relire_fichiers(dossier: Path) -> Lignes:
    """Compare the files of the folder with the manifest: rows of fichier, presence, empreinte."""
    dossier_lu = DossierLu.lire(dossier)
    if dossier_lu is None:
        raise ValueError(MANIFESTE)
    autres = dict(dossier_lu.differences())
    return [
        {
            "fichier": nom,
            "presence": "d'un seul côté" if autres.get(nom) in (MANQUE, ETRANGER) else "écrit et déclaré",
            "empreinte": "autre" if nom in autres else "conforme",
        }
        for nom in sorted(dossier_lu.declares.keys() | autres.keys())
    ]


def _relire_relation(
    conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int, relation: Relation
) -> dict[str, Any]:
    """Compare a CSV with its relation: relation, colonnes, lignes_publiees, lignes_ecrites, cles_doubles, sommes."""
    colonnes = [c for c in relation.colonnes if not c.est_horodatage]
    nombres = [c.nom for c in colonnes if c.type.startswith(NUMERIQUES)]
    attendues = [c.nom for c in colonnes]
    cle = [nom for nom in relation.cle if nom in attendues]
    publie, sommes_publiees = _lignes_publiees(conn, exercice, version, relation, nombres)
    ecrites = _lignes_ecrites(conn, dossier / f"{relation.nom}.csv", attendues, cle, nombres)
    comptes = {"relation": relation.nom, "lignes_publiees": publie}
    if ecrites is None:
        return comptes | {"colonnes": "autres"}
    lignes, *sommes, cles = ecrites
    return comptes | {
        "colonnes": "conformes",
        "lignes_ecrites": int(lignes),
        "cles_doubles": int(lignes) - cles if cle else 0,
        "sommes": "égales" if sommes == sommes_publiees else "différentes",
    }


def _lignes_ecrites(
    conn: psycopg.Connection[Any], chemin: Path, attendues: list[str], cle: Sequence[str], nombres: Sequence[str]
) -> Sequence[Any] | None:
    """Return the rows, the sum of each column of numbers, and the keys of a CSV; None when its columns are others. The
    server reads it back, so that a million rows take no memory of ours."""
    if _lire_csv(chemin, lignes=False)[0] != attendues:
        return None
    noms = {nom: sql.Identifier(nom) for nom in attendues}
    virgule = sql.SQL(", ").join
    with conn.transaction(force_rollback=True), conn.cursor() as curseur, chemin.open("rb") as fichier:
        champs = virgule(sql.SQL("{} text").format(nom) for nom in noms.values())
        curseur.execute(sql.SQL("create temporary table relue ({})").format(champs))
        try:
            with curseur.copy("copy relue from stdin (format csv, header, delimiter ';', encoding 'UTF8')") as copie:
                while bloc := fichier.read(BLOC):
                    copie.write(bloc)
        except psycopg.errors.BadCopyFileFormat:
            return None
        sommes = [sql.SQL("sum({}::numeric)").format(noms[nom]) for nom in nombres]
        rangs = [sql.Identifier(f"c{rang}") for rang in range(1 + len(sommes))]
        comptees = sql.SQL(
            "select {totaux}, count(*) from (select {comptes} from relue group by {cle}) as cles"
        ).format(
            totaux=virgule(sql.SQL("coalesce(sum({}), 0)").format(rang) for rang in rangs),
            comptes=virgule(
                sql.SQL("{} as {}").format(*compte)
                for compte in zip([sql.SQL("count(*)"), *sommes], rangs, strict=True)
            ),
            cle=virgule(noms[nom] for nom in cle) if cle else sql.SQL("()"),
        )
        return curseur.execute(comptees).fetchone()


def _lignes_publiees(
    conn: psycopg.Connection[Any], exercice: int, version: int, relation: Relation, nombres: Sequence[str]
) -> tuple[int, list[Decimal]]:
    """Return the rows of the stored version, and the sum of each column of numbers."""
    sommes = [sql.SQL("coalesce(sum({}), 0)").format(sql.Identifier(nom)) for nom in nombres]
    ligne = conn.execute(
        sql.SQL("select {} from {} where {} = %s and version = %s").format(
            sql.SQL(", ").join([sql.SQL("count(*)"), *sommes]),
            sql.Identifier("versions", relation.nom),
            sql.Identifier(relation.pointeur),
        ),
        [exercice, version],
    ).fetchone() or (0,)
    return int(ligne[0]), [Decimal(somme) for somme in ligne[1:]]


def _lire_csv(chemin: Path, *, lignes: bool = True) -> tuple[list[str], list[list[str]]]:
    """Return the header and rows (`lignes`) of a CSV of the extract; no header when it is missing or empty."""
    if not chemin.is_file():
        return [], []
    with chemin.open(encoding="utf-8", newline="") as fichier:
        lecteur = csv.reader(fichier, delimiter=";")
        return next(lecteur, []), list(lecteur) if lignes else []


def _classeur(dossier: Path, synthese: Relation | None) -> Lignes:
    """Read the values written in the workbook, as rows of feuille, erreurs, montants_absents (of all its sheets)."""
    chemins = sorted(dossier.glob("*.xlsx"))
    if not chemins:
        return []
    feuilles: Lignes = []
    montants_lus: set[Decimal] = set()
    with closing(openpyxl.load_workbook(chemins[0], read_only=True, data_only=True)) as livre:
        for feuille in livre:
            erreurs = 0
            for ligne in feuille.iter_rows():
                erreurs += sum(cellule.data_type == "e" for cellule in ligne)
                montants_lus.update(Decimal(repr(c.value)) for c in ligne if c.data_type == "n" and c.value is not None)
            feuilles.append({"feuille": feuille.title, "erreurs": erreurs, "montants_absents": 0})
    if feuilles and synthese is not None:
        feuilles[0]["montants_absents"] = len(_montants(dossier, synthese) - montants_lus)
    return feuilles


def _montants(dossier: Path, synthese: Relation) -> set[Decimal]:
    """Return the amounts of the synthèse that was written."""
    entete, lignes = _lire_csv(dossier / f"{synthese.nom}.csv")
    rangs = [entete.index(c.nom) for c in synthese.colonnes if c.type == MONTANT and c.nom in entete]
    return {Decimal(ligne[rang]) for ligne in lignes for rang in rangs if ligne[rang]}


def _pages(dossier: Path) -> Lignes:
    """Read each page as a row of page, poids (bytes), ancres_doubles, liens_perdus, lien (the first that is lost)."""
    racine = dossier.resolve()
    textes = {page: page.read_text(encoding="utf-8") for page in sorted(racine.rglob("*.html"))}
    ancres = {page: ANCRE.findall(texte) for page, texte in textes.items()}
    presents = {chemin for chemin in racine.rglob("*") if chemin.is_file()}
    perdus = {
        page: [lien for lien in LIEN.findall(texte) if not _lien_mene(page, lien, presents, ancres)]
        for page, texte in textes.items()
    }
    return [
        {
            "page": page.relative_to(racine).as_posix(),
            "poids": page.stat().st_size,
            "ancres_doubles": len(ancres[page]) - len(set(ancres[page])),
            "liens_perdus": len(perdus[page]),
            "lien": next(iter(perdus[page]), ""),
        }
        for page in textes
    ]


def _lien_mene(page: Path, lien: str, presents: set[Path], ancres: dict[Path, list[str]]) -> bool:
    """Say whether a link leads elsewhere, to a file of the extract, or to an anchor of one of its pages."""
    if lien.startswith(AILLEURS):
        return True
    adresse, ancre = urldefrag(unquote(lien.replace("&amp;", "&")))
    cible = (page.parent / adresse).resolve() if adresse else page
    return cible in presents and (not ancre or ancre in ancres.get(cible, ()))
