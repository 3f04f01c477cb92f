"""Write to one workbook per source the rows that the last build rejects or holds, and read which cells were corrected.
Each jeu has its sheet, each row says what is wrong and what to do; its cell at fault is coloured."""

import hashlib
import os
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from psycopg import sql

from mutualisation.documents.mise_en_forme.xlsx import style
from mutualisation.entree.ingestion.correspondances import JEU_CORRESPONDANCES
from mutualisation.entree.lecteurs.bloc import BLANCS
from mutualisation.entree.lecteurs.entete import epurer
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.lecteurs.tabulaire_xlsx import tetes_des_feuilles
from mutualisation.entree.sources.brut import cellules_delivrees, table
from mutualisation.entree.sources.jeux import TYPES_LIBRES, Colonne, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.chemins import PAQUET
from mutualisation.socle.disque import ecrire
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.socle.francais.libelles import regle_citee, remede_du_motif
from mutualisation.socle.francais.neutralisation import neutraliser

SANS_CONSTRUCTION = (
    "Aucune construction ne dit quelles lignes sont à corriger : lancez « mutualisation bilan » ou "
    "« mutualisation controler »."
)
# a file delivered again since the build has other lines: its rows wait for the next build
SQL_FAUTES = """
select distinct f.fichier_id, f.source, f.jeu, f.periode_ecrite, f.version, f.nom, f.chemin, f.sha256,
       j.correspondances, j.extension, j.controle is not null and j.controle <> '{}'
         or exists (select from journal.totaux as t where t.fichier_id = f.fichier_id),
       r.ligne, coalesce(j.dialecte -> 'lignes_de_total' @> to_jsonb(r.ligne), false), r.colonne, r.motif, r.statut
  from construction.mart_rejets as r
  join journal.fichiers_courants as f on f.source = r.source and f.chemin = r.fichier
  join journal.fichiers as j using (fichier_id)
 where r.statut in ('rejete', 'retenu', 'a_affecter') and r.ligne is not null
 order by f.source, f.jeu, f.chemin, r.ligne, r.motif
"""
# {jeu: why its rows are not repaired one by one}
NON_REPARABLES = {
    "pes": "un flux PES se redemande au logiciel comptable : ses totaux de bordereau sont ceux de ses lignes",
    "decp": "les données essentielles se republient : elles ne font que recouper les marchés",
    JEU_CORRESPONDANCES: "cette table décide de la lecture des autres fichiers : corriger le fichier et le redéposer",
}
FICHIER, LIGNE, SITUATION = "Fichier livré", "Ligne livrée", "Situation"
CAUSE, REGLE, REMEDE = "Cause", "Règle citée", "Remède"
EN_FAUTE, CORRIGE = "En faute", "Corrigé"
REPERE = "Repère"
AVANT = (FICHIER, LIGNE, SITUATION, CAUSE, REGLE, REMEDE, EN_FAUTE, CORRIGE)
SANS_COLONNE = "toute la ligne"
# nothing is to fill in a row that the reading found to be a total (F4)
REMEDE_D_UN_TOTAL = "ôter la ligne de l'export, puis redéposer le fichier : un total n'est pas une donnée (F4)"
SITUATIONS = {"rejete": "rejetée", "retenu": "retenue", "a_affecter": "à affecter"}
NOTICE: dict[str, str] = tomllib.loads((PAQUET / "usage" / "reparation" / "notice.toml").read_text(encoding="utf-8"))
MENTION = "Écrire dans « Corrigé » ou dans les cellules de la ligne ; laisser le reste tel quel."
_LARGEURS = {FICHIER: 30, CAUSE: 48, REMEDE: 44, EN_FAUTE: 20, CORRIGE: 20}
_LARGEUR = 15
# {aspect of a cell: (role, properties of XlsxWriter)}
_ASPECTS: dict[str, tuple[str, dict[str, Any]]] = {
    **{role: (role, {}) for role in ("titre", "note", "entete", "libelle", "paragraphe", "corps")},
    "saisie": ("corps", {"locked": False, "bg_color": "#FFF8E1"}),
    "montree": ("corps", {"locked": False}),
    "cachee": ("corps", {"locked": False, "bg_color": "#E9ECEF"}),
    "en_faute": ("corps", {"locked": False, "bg_color": "#F8D7DA", "font_color": "#842029", "bold": True}),
}
# the header comes after a title and a mention
_ENTETE = 3
# our archive bears this comment: whoever saves the workbook writes an archive of their own, without it
_INTACT = b"mutualisation reparer"
Formats = Mapping[str, Any]
REECRIRE = "écrire un nouveau classeur par « mutualisation reparer --sortie DOSSIER » et y reporter les corrections"


@dataclass(frozen=True)
class FichierCourant:
    """A file counts now; `atteste` says that a `.controle.json` or a row `Total` says what it holds."""

    fichier_id: int
    source: str
    jeu: str
    periode: str
    version: int
    nom: str
    chemin: str
    sha256: str
    correspondances: str | None
    extension: str
    atteste: bool


@dataclass(frozen=True)
class Faute:
    """A row is rejected or held: header of the cell at fault (None for the whole row), reason, statut."""

    colonne: str | None
    motif: str
    statut: str


@dataclass(frozen=True)
class LigneFautive:
    """A row is to correct: its file, its line, its faults, its cells as they landed (ASCII column → text), and whether
    the reading found it to be a total or a subtotal."""

    fichier: FichierCourant
    ligne: int
    fautes: tuple[Faute, ...]
    cellules: dict[str, str]
    est_un_total: bool = False

    @property
    def repere(self) -> str:
        """Return 16 hex characters that tie a row of the workbook to that line of those bytes."""
        designation = f"{self.fichier.chemin}|{self.fichier.sha256}|{self.ligne}"
        return hashlib.sha256(designation.encode()).hexdigest()[:16]


def lignes_fautives(conn: psycopg.Connection[Any]) -> list[LigneFautive]:
    """Return the rows rejected, held or « à affecter » in the last build, by source, jeu, file, line. Raises
    `ErreurMutualisation` before the first build."""
    (construite,) = conn.execute("select to_regclass('construction.mart_rejets') is not null").fetchone() or (False,)
    if not construite:
        raise ErreurMutualisation(SANS_CONSTRUCTION)
    fautes: dict[tuple[FichierCourant, int], list[Faute]] = defaultdict(list)
    totaux = set()
    for *fichier, ligne, total, colonne, motif, statut in conn.execute(SQL_FAUTES).fetchall():
        cle = FichierCourant(*fichier), ligne
        fautes[cle].append(Faute(colonne, motif, statut))
        totaux |= {cle} if total else set()
    cellules = _cellules(conn, fautes)
    return [
        LigneFautive(*cle, tuple(de_la_ligne), cellules.get((cle[0].fichier_id, cle[1]), {}), cle in totaux)
        for cle, de_la_ligne in fautes.items()
    ]


def _cellules(
    conn: psycopg.Connection[Any], cles: Iterable[tuple[FichierCourant, int]]
) -> dict[tuple[int, int], dict[str, str]]:
    """Return {(file, line): cells as landed} of the jeux that a workbook may repair."""
    par_jeu: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for fichier, ligne in cles:
        if fichier.jeu not in NON_REPARABLES:
            par_jeu[fichier.jeu].append((fichier.fichier_id, ligne))
    trouvees = {}
    for jeu, couples in par_jeu.items():
        noms = [c.nom for c in registre().jeu(jeu).colonnes_entrepot]
        requete = sql.SQL(
            "select b.fichier_id, b.ligne, {} from {} as b"
            " join unnest(%s::bigint[], %s::int[]) as v (fichier_id, ligne) using (fichier_id, ligne)"
        ).format(cellules_delivrees(registre().jeu(jeu)), table(registre().jeu(jeu)))
        fichiers, lignes = zip(*couples, strict=True)
        for fichier_id, ligne, cellules in conn.execute(requete, (list(fichiers), list(lignes))):
            trouvees[fichier_id, ligne] = dict(zip(noms, cellules, strict=True))
    return trouvees


# ---------------------------------------------------------------- written
def ecrire_classeurs(conn: Any, dossier: Path) -> list[tuple[Path, int]]:
    """Write `<source>.xlsx` for each source that has rows to correct; return (path, rows to correct there). Raises
    `ErreurMutualisation` before the first build, when the folder can't be written, or when a workbook there holds what
    somebody typed: nothing is replaced then."""
    par_source = {
        source: list(lignes) for source, lignes in groupby(lignes_fautives(conn), key=lambda f: f.fichier.source)
    }
    ecrits = []
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        _exiger_remplacables([dossier / f"{source}.xlsx" for source in par_source])
        for source, lignes in par_source.items():
            chemin = dossier / f"{source}.xlsx"
            # only its owner may read it: rows of a source are nobody else's
            ecrire(chemin, classeur(source, lignes))
            ecrits.append((chemin, sum(f.fichier.jeu not in NON_REPARABLES and not f.est_un_total for f in lignes)))
    except OSError as e:
        raise ErreurMutualisation(f"Le dossier {dossier} ne peut pas être écrit ({raison_systeme(e)}).") from None
    return ecrits


def _exiger_remplacables(chemins: Sequence[Path]) -> None:
    pris = [chemin for chemin in chemins if os.path.lexists(chemin) and not _est_intact(chemin)]
    if pris:
        raise ErreurMutualisation(
            f"{', '.join(map(str, pris))} : ce n'est plus ce que la commande a écrit, une correction y serait perdue ; "
            "rien n'a été remplacé. Reprenez-la par « mutualisation reparer FICHIER », puis mettez ce fichier "
            "ailleurs, ou donnez un autre dossier à --sortie."
        )


def _est_intact(chemin: Path) -> bool:
    """Say whether the workbook is ours and nobody saved it since."""
    try:
        with zipfile.ZipFile(chemin) as archive:
            return archive.comment == _INTACT
    except (OSError, zipfile.BadZipFile):
        return False


def classeur(source: str, lignes: Sequence[LigneFautive]) -> bytes:
    """Return the bytes of one workbook: a sheet per jeu, rows in the order given."""
    tampon = BytesIO()
    livre = xlsxwriter.Workbook(tampon, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    livre.set_properties({"title": f"Lignes à corriger : {source}"})
    formats = {
        nom: livre.add_format({**style("texte", role), **proprietes}) for nom, (role, proprietes) in _ASPECTS.items()
    }
    _notice(livre, formats, source, len(lignes))
    for jeu in registre().source(source).jeux:
        if du_jeu := [f for f in lignes if f.fichier.jeu == jeu.nom]:
            _jeu(livre, formats, jeu, du_jeu)
    livre.close()
    with zipfile.ZipFile(tampon, "a") as archive:
        archive.comment = _INTACT
    return tampon.getvalue()


def _notice(livre: Any, formats: Formats, source: str, nombre: int) -> None:
    feuille = livre.add_worksheet("Lisez-moi")
    feuille.set_column(0, 0, 28)
    feuille.set_column(1, 1, 110)
    feuille.write_string(0, 0, f"Lignes à corriger : {source}", formats["titre"])
    feuille.write_string(1, 0, plusieurs(nombre, "ligne"), formats["note"])
    for rang, (intitule, texte) in enumerate(NOTICE.items(), start=3):
        feuille.set_row(rang, 33)
        feuille.write_string(rang, 0, intitule, formats["libelle"])
        feuille.write_string(rang, 1, texte, formats["paragraphe"])


def _jeu(livre: Any, formats: Formats, jeu: Jeu, lignes: Sequence[LigneFautive]) -> None:
    """Write the sheet of a jeu: cells may be typed, designations are locked; a jeu not repaired shows no cell."""
    pourquoi = NON_REPARABLES.get(jeu.nom)
    colonnes = () if pourquoi else jeu.colonnes_entrepot
    entetes = list(AVANT[:-1] if pourquoi else (*AVANT, *(c.entete or c.nom for c in colonnes), entete_repere(jeu)))
    feuille = livre.add_worksheet(jeu.nom)
    feuille.write_string(0, 0, jeu.libelle, formats["titre"])
    feuille.write_string(1, 0, f"Non réparable ici : {pourquoi}." if pourquoi else MENTION, formats["note"])
    feuille.set_row(_ENTETE, 33)
    for i, entete in enumerate(entetes):
        feuille.set_column(i, i, _LARGEURS.get(entete, _LARGEUR))
        feuille.write_string(_ENTETE, i, entete, formats["entete"])
    for rang, ligne in enumerate(lignes, start=_ENTETE + 1):
        ote = ligne.est_un_total
        en_faute = set() if ote else {f.colonne for f in ligne.fautes if f.colonne}
        cellules = [(neutraliser(texte), "corps") for texte in _designation(ligne, en_faute)]
        cellules.append(("", "corps" if ote else "saisie"))
        for c in colonnes:
            aspect = "corps" if ote else "cachee" if est_cachee(jeu, c) else "montree"
            texte = cellule_montree(jeu, c, ligne.cellules.get(c.nom, ""))
            cellules.append((texte, "en_faute" if (c.entete or c.nom) in en_faute else aspect))
        for i, (texte, aspect) in enumerate([*cellules, (ligne.repere, "note")][: len(entetes)]):
            feuille.write(rang, i, texte or None, formats[aspect])
    feuille.freeze_panes(_ENTETE + 1, 2)
    feuille.autofilter(_ENTETE, 0, _ENTETE + len(lignes), len(entetes) - 1)
    feuille.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def _designation(ligne: LigneFautive, en_faute: set[str]) -> list[str]:
    """Return the cells of `AVANT`, « Corrigé » apart."""
    motifs = list(dict.fromkeys(f.motif for f in ligne.fautes))
    return [
        ligne.fichier.chemin,
        str(ligne.ligne),
        " ; ".join(dict.fromkeys(SITUATIONS[f.statut] for f in ligne.fautes)),
        " ; ".join(motifs),
        ", ".join(dict.fromkeys(filter(None, map(regle_citee, motifs)))),
        REMEDE_D_UN_TOTAL if ligne.est_un_total else " ; ".join(dict.fromkeys(map(remede_du_motif, motifs))),
        " ; ".join(sorted(en_faute)) or SANS_COLONNE,
    ]


# ---------------------------------------------------------------- a sheet, as it is laid and as it is found
def entete_repere(jeu: Jeu) -> str:
    """Return the header of the last column, which names the jeu: mandats and titres have the same others."""
    return f"{REPERE} {jeu.nom}"


def jeu_de_la_feuille(jeu: Jeu) -> Jeu:
    """Describe the sheet to the reader of XLSX files: designations are mandatory, cells are not."""
    designation = (
        Colonne("fichier_livre", "texte", FICHIER, obligatoire=True),
        Colonne("ligne_livree", "texte", LIGNE, obligatoire=True),
        Colonne("en_faute", "texte", EN_FAUTE, obligatoire=True),
        Colonne("corrige", "texte", CORRIGE, obligatoire=True),
        Colonne("repere", "texte", entete_repere(jeu), obligatoire=True),
    )
    return replace(jeu, colonnes=designation + tuple(replace(c, obligatoire=False) for c in jeu.colonnes_entrepot))


def est_cachee(jeu: Jeu, colonne: Colonne) -> bool:
    """Say whether the cells of a column are hidden: personal data, or a free text that may name a person (K7)."""
    return colonne.confidentielle or (colonne.type in TYPES_LIBRES and jeu.personnes)


def cellule_montree(jeu: Jeu, colonne: Colonne, cellule: str) -> str:
    """Return a cell as the workbook shows it."""
    return "" if est_cachee(jeu, colonne) else neutraliser(cellule)


def cellule_tapee(cellule: str) -> str:
    """Return a cell as it was typed: the apostrophe that keeps it from being a formula is no part of it (F10)."""
    return cellule[1:] if cellule[:1] == "'" and cellule[1:2] in ("=", "+", "-", "@", "\t") else cellule


# ---------------------------------------------------------------- read again
@dataclass(frozen=True)
class Correction:
    """A row of the workbook changed: ASCII column → the cell as it was typed."""

    ligne: LigneFautive
    valeurs: Mapping[str, str]


def lire_corrections(chemin: Path, fautives: Sequence[LigneFautive], limites: Limites) -> list[Correction]:
    """Return the rows that were corrected, in the order of the sheets. Raises `LectureRefusee`, naming sheet and row,
    when the file is no workbook to correct, or when a row does not designate one that is still to correct: changed
    designation, file delivered again since, same row twice."""
    jeux = _jeux(chemin, limites)
    attendues = {(f.fichier.chemin, str(f.ligne)): f for f in fautives}
    corrections = []
    for jeu in jeux:
        cellules_vues: set[tuple[str, str]] = set()
        for rang, cellules in _rangees_de_la_feuille(chemin, jeu, limites):
            cle = (cellules["fichier_livre"].strip(BLANCS), cellules["ligne_livree"].strip(BLANCS))
            ou = f"feuille « {jeu.nom} », rangée {rang}"
            ligne = _verifier_ligne(attendues.get(cle), cellules["repere"].strip(BLANCS), jeu, ou)
            if cle in cellules_vues:
                raise LectureRefusee(f"{ou} : cette ligne du fichier est déjà plus haut, n'en garder qu'une.")
            cellules_vues.add(cle)
            if valeurs := _cellules_changees(jeu, ligne, cellules, ou):
                corrections.append(Correction(ligne, valeurs))
    return corrections


def _jeux(chemin: Path, limites: Limites) -> list[Jeu]:
    try:
        presentes = {epurer(c) for tete in tetes_des_feuilles(chemin, limites) for rangee in tete for c in rangee}
        if jeux := [j for j in registre().jeux if entete_repere(j) in presentes]:
            return jeux
        raison = f"aucune feuille n'a sa colonne « {REPERE} »"
    except LectureRefusee as refus:
        raison = str(refus)
    raise LectureRefusee(
        "ce n'est pas un classeur de lignes à corriger, ou il ne se lit pas ; donner un de ceux qu'écrit "
        f"« mutualisation reparer --sortie DOSSIER » ({raison})"
    )


def _rangees_de_la_feuille(chemin: Path, jeu: Jeu, limites: Limites) -> Iterator[tuple[int, dict[str, str]]]:
    lecteur = ouvrir(chemin, jeu_de_la_feuille(jeu), "xlsx", limites)
    positions = lecteur.entete.positions
    for bloc in lecteur.blocs():
        for i, (numero, rangee) in enumerate(zip(bloc.lignes, bloc.rangees, strict=True)):
            if i in bloc.defauts:
                raise LectureRefusee(f"feuille « {jeu.nom} », rangée {numero} : {bloc.defauts[i][1]}.")
            yield numero, {n: rangee[p] if p < len(rangee) else "" for n, p in positions.items()}


def _verifier_ligne(ligne: LigneFautive | None, repere: str, jeu: Jeu, ou: str) -> LigneFautive:
    if ligne is None or ligne.fichier.jeu != jeu.nom:
        raise LectureRefusee(f"{ou} : le fichier qui compte n'a pas, ou n'a plus, cette ligne à corriger ; {REECRIRE}.")
    if ligne.repere != repere:
        raise LectureRefusee(
            f"{ou} : « {FICHIER} », « {LIGNE} » ou « {REPERE} » a été modifié, ou le "
            f"fichier a été livré de nouveau depuis ; {REECRIRE}."
        )
    return ligne


def _cellules_changees(jeu: Jeu, ligne: LigneFautive, cellules: dict[str, str], ou: str) -> dict[str, str]:
    """Return the cells that differ from those shown; « Corrigé » fills the column at fault, if there is one."""
    valeurs = {
        c.nom: cellule_tapee(cellules[c.nom])
        for c in jeu.colonnes_entrepot
        if c.nom in cellules and cellules[c.nom] != cellule_montree(jeu, c, ligne.cellules.get(c.nom, ""))
    }
    corrige = cellules["corrige"]
    if corrige.strip(BLANCS):
        valeurs[_colonne_en_faute(jeu, ligne, ou)] = cellule_tapee(corrige)
    return valeurs


def _colonne_en_faute(jeu: Jeu, ligne: LigneFautive, ou: str) -> str:
    en_faute = {f.colonne for f in ligne.fautes if f.colonne}
    noms = [c.nom for c in jeu.colonnes_entrepot if (c.entete or c.nom) in en_faute]
    if len(noms) != 1:
        raise LectureRefusee(
            f"{ou} : « {CORRIGE} » ne dit pas de quelle colonne (en faute : "
            f"{' ; '.join(sorted(en_faute)) or SANS_COLONNE}) : écrire dans les cellules de la ligne."
        )
    return noms[0]
