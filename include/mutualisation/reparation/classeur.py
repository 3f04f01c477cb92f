"""The workbook of rows to correct, one per source: what it shows, and, once corrected, which cells changed.

A sheet per jeu, a row per rejected or held row, its cell at fault coloured, and what to do about it.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from mutualisation.disque import ecrire
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.francais.formats import plusieurs
from mutualisation.francais.libelles import regle_citee, remede_du_motif
from mutualisation.francais.neutralisation import neutraliser
from mutualisation.lecteurs.bloc import BLANCS
from mutualisation.lecteurs.entete import epurer
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites
from mutualisation.lecteurs.tabulaire_xlsx import tetes_des_feuilles
from mutualisation.mise_en_forme.xlsx import style
from mutualisation.reparation.a_corriger import NON_REPARABLES, LigneFautive, lignes_fautives
from mutualisation.sources.jeux import Colonne, Jeu, Registre
from mutualisation.sources.registre import registre

FICHIER, LIGNE, SITUATION = "Fichier livré", "Ligne livrée", "Situation"
CAUSE, REGLE, REMEDE = "Cause", "Règle citée", "Remède"
EN_FAUTE, CORRIGE = "En faute", "Corrigé"
REPERE = "Repère"
AVANT = (FICHIER, LIGNE, SITUATION, CAUSE, REGLE, REMEDE, EN_FAUTE, CORRIGE)
SANS_COLONNE = "toute la ligne"
SITUATIONS = {"rejete": "rejetée", "retenu": "retenue", "a_affecter": "à affecter"}
NOTICE = (
    ("À quoi sert ce classeur", "Chaque ligne d'une feuille est une ligne d'un fichier livré que les règles rejettent, "
     "retiennent ou ne savent pas affecter. La cellule en faute est colorée, et nommée dans « En faute »."),
    ("Comment corriger", "Écrire la bonne valeur dans « Corrigé », ou directement dans les cellules de la ligne. Une "
     "ligne laissée telle quelle reste rejetée. Ne changer ni « Fichier livré », ni « Ligne livrée », ni « Repère »."),
    ("Cellules grises", "Elles ne sont pas montrées (données personnelles, textes libres) : vides, elles restent ce "
     "qu'elles sont. N'y écrire que pour changer la valeur. Une cellule blanche vidée devient vide."),
    ("Et ensuite", "Enregistrer, puis « mutualisation reparer CE_FICHIER » : les lignes corrigées passent les mêmes "
     "contrôles et font une nouvelle version de leur fichier ; les autres sont reprises de la version qui compte."),
    ("Ce qui ne s'applique plus", "Le .controle.json et la ligne Total de la version d'origine ne valent pas pour une "
     "version réparée. Un fichier refusé en entier se corrige et se redépose : aucune de ses lignes n'est ici."),
    ("Diffusion", "Ce classeur contient des lignes de travail : le garder entre les mains de qui tient la source."),
)  # fmt: skip
POURQUOI = "Pourquoi pas ici"
_LARGEURS = {
    FICHIER: 30, CAUSE: 48, REMEDE: 44, EN_FAUTE: 20, CORRIGE: 20,
    POURQUOI: 60,
}  # fmt: skip
_LARGEUR = 15
# (role, properties) of the cells
_ASPECTS: dict[str, tuple[str, dict[str, Any]]] = {
    **{role: (role, {}) for role in ("titre", "note", "entete", "libelle", "paragraphe", "corps")},
    "saisie": ("corps", {"locked": False, "bg_color": "#FFF8E1"}),
    "montree": ("corps", {"locked": False}),
    "cachee": ("corps", {"locked": False, "bg_color": "#E9ECEF"}),
    "en_faute": ("corps", {"locked": False, "bg_color": "#F8D7DA", "font_color": "#842029", "bold": True}),
}
# header, after a title and a mention
_ENTETE = 3
# comment of the archive: whoever saves the workbook writes an archive of their own, without it
_INTACT = b"mutualisation reparer"
Formats = Mapping[str, Any]
REECRIRE = "écrire un nouveau classeur par « mutualisation reparer --sortie DOSSIER » et y reporter les corrections"


def ecrire_classeurs(conn: Any, dossier: Path) -> list[tuple[Path, int]]:
    """Write `<source>.xlsx` for each source that has rows to correct; (path, rows that can be corrected there).

    ErreurMutualisation before the first build, when the folder can't be written, or when a workbook there holds what
    somebody typed: nothing is replaced then.
    """
    reg = registre()
    par_source = {
        source: list(lignes) for source, lignes in groupby(lignes_fautives(conn, reg), key=lambda f: f.fichier.source)
    }
    ecrits = []
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        _exiger_remplacables([dossier / f"{source}.xlsx" for source in par_source])
        for source, lignes in par_source.items():
            chemin = dossier / f"{source}.xlsx"
            # whole or absent, readable by its owner only: rows of a source are nobody else's
            ecrire(chemin, classeur(reg, source, lignes))
            ecrits.append((chemin, sum(f.fichier.jeu not in NON_REPARABLES for f in lignes)))
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
    """False when somebody saved it since, or when it is nothing that we wrote."""
    try:
        with zipfile.ZipFile(chemin) as archive:
            return archive.comment == _INTACT
    except (OSError, zipfile.BadZipFile):
        return False


def classeur(reg: Registre, source: str, lignes: Sequence[LigneFautive]) -> bytes:
    """One workbook; rows in the order given, a sheet per jeu that can be repaired, one for the others."""
    tampon = BytesIO()
    livre = xlsxwriter.Workbook(tampon, {"strings_to_formulas": False, "strings_to_urls": False})
    livre.set_properties({"title": f"Lignes à corriger : {source}"})
    formats = {
        nom: livre.add_format({**style("texte", role), **proprietes}) for nom, (role, proprietes) in _ASPECTS.items()
    }
    _notice(livre, formats, source, len(lignes))
    for jeu in reg.source(source).jeux:
        siennes = [f for f in lignes if f.fichier.jeu == jeu.nom]
        if siennes and jeu.nom not in NON_REPARABLES:
            _jeu(livre, formats, jeu, siennes)
    if autres := [f for f in lignes if f.fichier.jeu in NON_REPARABLES]:
        _autres(livre, formats, autres)
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
    for rang, (intitule, texte) in enumerate(NOTICE, start=3):
        feuille.set_row(rang, 33)
        feuille.write_string(rang, 0, intitule, formats["libelle"])
        feuille.write_string(rang, 1, texte, formats["paragraphe"])


def _jeu(livre: Any, formats: Formats, jeu: Jeu, lignes: Sequence[LigneFautive]) -> None:
    """The sheet of a jeu. What designates a row is locked, its cells are not."""
    colonnes = jeu.colonnes_entrepot
    entetes = [*AVANT, *(c.entete or c.nom for c in colonnes), entete_repere(jeu)]
    mention = "Écrire dans « Corrigé » ou dans les cellules de la ligne ; laisser le reste tel quel."
    feuille = _feuille(livre, formats, jeu.nom, jeu.libelle, mention, entetes)
    feuille.set_row(_ENTETE, 33)
    for rang, ligne in enumerate(lignes, start=_ENTETE + 1):
        en_faute = {f.colonne for f in ligne.fautes if f.colonne}
        cellules = [(neutraliser(texte), "corps") for texte in _designation(ligne, en_faute)] + [("", "saisie")]
        for c in colonnes:
            aspect = "cachee" if cachee(jeu, c) else "montree"
            texte = montree(jeu, c, ligne.cellules.get(c.nom, ""))
            cellules.append((texte, "en_faute" if (c.entete or c.nom) in en_faute else aspect))
        _rangee(feuille, formats, rang, [*cellules, (ligne.repere, "note")])
    feuille.freeze_panes(_ENTETE + 1, 2)
    feuille.autofilter(_ENTETE, 0, _ENTETE + len(lignes), len(entetes) - 1)
    feuille.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def _designation(ligne: LigneFautive, en_faute: set[str]) -> list[str]:
    """The cells of `AVANT`, « Corrigé » apart."""
    motifs = list(dict.fromkeys(f.motif for f in ligne.fautes))
    return [
        ligne.fichier.chemin,
        str(ligne.ligne),
        " ; ".join(dict.fromkeys(SITUATIONS[f.statut] for f in ligne.fautes)),
        " ; ".join(motifs),
        ", ".join(dict.fromkeys(filter(None, map(regle_citee, motifs)))),
        " ; ".join(dict.fromkeys(map(remede_du_motif, motifs))),
        " ; ".join(sorted(en_faute)) or SANS_COLONNE,
    ]


def _autres(livre: Any, formats: Formats, lignes: Sequence[LigneFautive]) -> None:
    """The rows that no workbook repairs, and why."""
    entetes = (FICHIER, LIGNE, SITUATION, CAUSE, POURQUOI)
    feuille = _feuille(livre, formats, "Non réparables ici", "Lignes à corriger à leur source", "", entetes)
    rangees = [
        (f.fichier.chemin, str(f.ligne), SITUATIONS[faute.statut], faute.motif, NON_REPARABLES[f.fichier.jeu])
        for f in lignes
        for faute in f.fautes
    ]
    for rang, rangee in enumerate(rangees, start=_ENTETE + 1):
        _rangee(feuille, formats, rang, [(neutraliser(texte), "corps") for texte in rangee])


def _feuille(livre: Any, formats: Formats, nom: str, titre: str, mention: str, entetes: Sequence[str]) -> Any:
    feuille = livre.add_worksheet(nom)
    feuille.write_string(0, 0, titre, formats["titre"])
    feuille.write_string(1, 0, mention, formats["note"])
    for i, entete in enumerate(entetes):
        feuille.set_column(i, i, _LARGEURS.get(entete, _LARGEUR))
        feuille.write_string(_ENTETE, i, entete, formats["entete"])
    return feuille


def _rangee(feuille: Any, formats: Formats, rang: int, cellules: Iterable[tuple[str, str]]) -> None:
    """A row of (text, aspect); a cell without text is blank."""
    for i, (texte, aspect) in enumerate(cellules):
        feuille.write(rang, i, texte or None, formats[aspect])


# ---------------------------------------------------------------- a sheet, as it is laid and as it is found
def entete_repere(jeu: Jeu) -> str:
    """Header of the last column, which says of which jeu the sheet is: mandats and titres have the same others."""
    return f"{REPERE} {jeu.nom}"


def jeu_de_la_feuille(jeu: Jeu) -> Jeu:
    """The sheet as the reader of XLSX files wants it: what designates a row is mandatory, its cells are not."""
    designation = (
        Colonne("fichier_livre", "texte", FICHIER, obligatoire=True),
        Colonne("ligne_livree", "texte", LIGNE, obligatoire=True),
        Colonne("en_faute", "texte", EN_FAUTE, obligatoire=True),
        Colonne("corrige", "texte", CORRIGE, obligatoire=True),
        Colonne("repere", "texte", entete_repere(jeu), obligatoire=True),
    )
    return replace(jeu, colonnes=designation + tuple(replace(c, obligatoire=False) for c in jeu.colonnes_entrepot))


def cachee(jeu: Jeu, colonne: Colonne) -> bool:
    """True for a column whose cells are not shown: personal data, and a free text that may name a person (K7)."""
    return colonne.confidentielle or (colonne.type == "texte" and jeu.personnes)


def montree(jeu: Jeu, colonne: Colonne, cellule: str) -> str:
    """A cell as the workbook shows it."""
    return "" if cachee(jeu, colonne) else neutraliser(cellule)


def tapee(cellule: str) -> str:
    """A cell as it was typed: the apostrophe that keeps a text from being a formula is no part of it (F10)."""
    return cellule[1:] if cellule[:1] == "'" and cellule[1:2] in ("=", "+", "-", "@", "\t") else cellule


# ---------------------------------------------------------------- read again
@dataclass(frozen=True)
class Correction:
    """A row of the workbook that changed: ASCII column → the cell as it was typed."""

    ligne: LigneFautive
    valeurs: Mapping[str, str]


def lire_corrections(
    chemin: Path, fautives: Sequence[LigneFautive], reg: Registre, limites: Limites
) -> list[Correction]:
    """Rows that were corrected, in the order of the sheets.

    LectureRefusee, naming sheet and row, when the file is no workbook to correct, or when a row does not designate one
    that is still to correct: changed designation, file delivered again since, same row twice.
    """
    jeux = _jeux(chemin, reg, limites)
    attendues = {(f.fichier.chemin, str(f.ligne)): f for f in fautives}
    corrections = []
    for jeu in jeux:
        vues: set[tuple[str, str]] = set()
        for rang, cellules in _rangees(chemin, jeu, limites):
            cle = (cellules["fichier_livre"].strip(BLANCS), cellules["ligne_livree"].strip(BLANCS))
            ou = f"feuille « {jeu.nom} », rangée {rang}"
            ligne = _designee(attendues.get(cle), cellules["repere"].strip(BLANCS), jeu, ou)
            if cle in vues:
                raise LectureRefusee(f"{ou} : cette ligne du fichier est déjà plus haut, n'en garder qu'une.")
            vues.add(cle)
            if valeurs := _changees(jeu, ligne, cellules, ou):
                corrections.append(Correction(ligne, valeurs))
    return corrections


def _jeux(chemin: Path, reg: Registre, limites: Limites) -> list[Jeu]:
    """The jeux that have a sheet."""
    try:
        presentes = {epurer(c) for tete in tetes_des_feuilles(chemin, limites) for rangee in tete for c in rangee}
        if jeux := [j for j in reg.jeux if entete_repere(j) in presentes]:
            return jeux
        raison = f"aucune feuille n'a sa colonne « {REPERE} »"
    except LectureRefusee as refus:
        raison = str(refus)
    raise LectureRefusee(
        "ce n'est pas un classeur de lignes à corriger, ou il ne se lit pas ; donner un de ceux qu'écrit "
        f"« mutualisation reparer --sortie DOSSIER » ({raison})"
    )


def _rangees(chemin: Path, jeu: Jeu, limites: Limites) -> Iterator[tuple[int, dict[str, str]]]:
    """(row of the sheet, cells by ASCII column) of the sheet of a jeu."""
    lecteur = ouvrir(chemin, jeu_de_la_feuille(jeu), "xlsx", limites)
    positions = lecteur.entete.positions
    for bloc in lecteur.blocs():
        for i, (numero, rangee) in enumerate(zip(bloc.lignes, bloc.rangees, strict=True)):
            if i in bloc.defauts:
                raise LectureRefusee(f"feuille « {jeu.nom} », rangée {numero} : {bloc.defauts[i][1]}.")
            yield numero, {n: rangee[p] if p < len(rangee) else "" for n, p in positions.items()}


def _designee(ligne: LigneFautive | None, repere: str, jeu: Jeu, ou: str) -> LigneFautive:
    if ligne is None or ligne.fichier.jeu != jeu.nom:
        raise LectureRefusee(f"{ou} : le fichier qui compte n'a pas, ou n'a plus, cette ligne à corriger ; {REECRIRE}.")
    if ligne.repere != repere:
        raise LectureRefusee(
            f"{ou} : « {FICHIER} », « {LIGNE} » ou « {REPERE} » a été modifié, ou le "
            f"fichier a été livré de nouveau depuis ; {REECRIRE}."
        )
    return ligne


def _changees(jeu: Jeu, ligne: LigneFautive, cellules: dict[str, str], ou: str) -> dict[str, str]:
    """Cells that are not as they were shown; « Corrigé » is that of the column at fault, when there is one."""
    valeurs = {
        c.nom: tapee(cellules[c.nom])
        for c in jeu.colonnes_entrepot
        if c.nom in cellules and cellules[c.nom] != montree(jeu, c, ligne.cellules.get(c.nom, ""))
    }
    corrige = cellules["corrige"]
    if corrige.strip(BLANCS):
        valeurs[_colonne_en_faute(jeu, ligne, ou)] = tapee(corrige)
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
