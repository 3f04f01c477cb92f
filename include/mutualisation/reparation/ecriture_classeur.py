"""One workbook per source: a sheet per jeu, a row per rejected or held row, its cell at fault coloured, what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.francais.formats import plusieurs
from mutualisation.francais.neutralisation import neutraliser
from mutualisation.francais.remedes import regle_citee, remede_du_motif
from mutualisation.mise_en_forme.xlsx_styles import style
from mutualisation.reparation import feuilles
from mutualisation.reparation.a_corriger import NON_REPARABLES, LigneFautive, lignes_fautives
from mutualisation.reparation.classeur_intact import ATTENTE, PROPRIETE, est_intact, sceller
from mutualisation.sources.jeux import Jeu, Registre
from mutualisation.sources.registre import registre

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
_LARGEURS = {feuilles.FICHIER: 30, feuilles.CAUSE: 48, feuilles.REMEDE: 44, feuilles.EN_FAUTE: 20, feuilles.CORRIGE: 20}
_LARGEUR = 15
_FAUTE = {"bg_color": "#F8D7DA", "font_color": "#842029", "bold": True}
_SAISIE = {"bg_color": "#FFF8E1"}
_CACHEE = {"bg_color": "#E9ECEF"}
# header, after a title and a mention
_ENTETE = 3
Formats = Callable[..., Any]


def ecrire_classeurs(conn: Any, dossier: Path, reg: Registre | None = None) -> list[tuple[Path, int]]:
    """Write `<source>.xlsx` for each source that has rows to correct; (path, rows that can be corrected there).

    ErreurMutualisation before the first build, when the folder can't be written, or when a workbook there holds what
    somebody typed: nothing is replaced then.
    """
    reg = reg or registre()
    par_source = {
        source: list(lignes) for source, lignes in groupby(lignes_fautives(conn, reg), key=lambda f: f.fichier.source)
    }
    ecrits = []
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        _exiger_remplacables([dossier / f"{source}.xlsx" for source in par_source])
        for source, lignes in par_source.items():
            chemin = dossier / f"{source}.xlsx"
            _mettre_en_place(chemin, reg, source, lignes)
            ecrits.append((chemin, sum(f.fichier.jeu not in NON_REPARABLES for f in lignes)))
    except OSError as e:
        raise ErreurMutualisation(f"Le dossier {dossier} ne peut pas être écrit ({raison_systeme(e)}).") from None
    return ecrits


def _exiger_remplacables(chemins: Sequence[Path]) -> None:
    pris = [chemin for chemin in chemins if os.path.lexists(chemin) and not est_intact(chemin)]
    if pris:
        raise ErreurMutualisation(
            f"{', '.join(map(str, pris))} : ce n'est plus ce que la commande a écrit, une correction y serait perdue ; "
            "rien n'a été remplacé. Reprenez-la par « mutualisation reparer FICHIER », puis mettez ce fichier "
            "ailleurs, ou donnez un autre dossier à --sortie."
        )


def _mettre_en_place(chemin: Path, reg: Registre, source: str, lignes: Sequence[LigneFautive]) -> None:
    """Whole or absent, readable by its owner only: rows of a source are nobody else's."""
    descripteur, provisoire = tempfile.mkstemp(dir=chemin.parent, prefix=f".{chemin.stem}_", suffix=".xlsx")
    os.close(descripteur)
    try:
        ecrire_classeur(Path(provisoire), reg, source, lignes)
        Path(provisoire).replace(chemin)
    finally:
        Path(provisoire).unlink(missing_ok=True)


def ecrire_classeur(chemin: Path, reg: Registre, source: str, lignes: Sequence[LigneFautive]) -> None:
    """Write one workbook; rows in the order given, a sheet per jeu that can be repaired, one for the others."""
    livre = xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False, "strings_to_urls": False})
    livre.set_properties({"title": f"Lignes à corriger : {source}"})
    livre.set_custom_property(PROPRIETE, ATTENTE, "text")
    formats = _formats(livre)
    _notice(livre, formats, source, len(lignes))
    for jeu in reg.source(source).jeux:
        siennes = [f for f in lignes if f.fichier.jeu == jeu.nom]
        if siennes and jeu.nom not in NON_REPARABLES:
            _Feuille(livre, formats, jeu).ecrire(siennes)
    _autres(livre, formats, [f for f in lignes if f.fichier.jeu in NON_REPARABLES])
    livre.close()
    sceller(chemin)


def _formats(livre: Any) -> Formats:
    connus: dict[Any, Any] = {}

    def formats(role: str, **plus: Any) -> Any:
        cle = (role, tuple(sorted(plus.items())))
        if cle not in connus:
            connus[cle] = livre.add_format({**style("texte", role), **plus})
        return connus[cle]

    return formats


def _notice(livre: Any, formats: Formats, source: str, nombre: int) -> None:
    feuille = livre.add_worksheet("Lisez-moi")
    feuille.set_column(0, 0, 28)
    feuille.set_column(1, 1, 110)
    feuille.write_string(0, 0, f"Lignes à corriger : {source}", formats("titre"))
    feuille.write_string(1, 0, plusieurs(nombre, "ligne"), formats("note"))
    for rang, (intitule, texte) in enumerate(NOTICE, start=3):
        feuille.set_row(rang, 33)
        feuille.write_string(rang, 0, intitule, formats("libelle"))
        feuille.write_string(rang, 1, texte, formats("paragraphe"))


class _Feuille:
    """The sheet of a jeu. What designates a row is locked, its cells are not."""

    def __init__(self, livre: Any, formats: Formats, jeu: Jeu) -> None:
        self.feuille, self.formats, self.jeu = livre.add_worksheet(jeu.nom), formats, jeu
        self.colonnes = jeu.colonnes_entrepot
        self.entetes = [*feuilles.AVANT, *(c.entete or c.nom for c in self.colonnes), feuilles.entete_repere(jeu)]

    def ecrire(self, lignes: Sequence[LigneFautive]) -> None:
        """Everything, from the title down."""
        self.feuille.write_string(0, 0, self.jeu.libelle, self.formats("titre"))
        mention = "Écrire dans « Corrigé » ou dans les cellules de la ligne ; laisser le reste tel quel."
        self.feuille.write_string(1, 0, mention, self.formats("note"))
        for i, entete in enumerate(self.entetes):
            self.feuille.set_column(i, i, _LARGEURS.get(entete, _LARGEUR))
            self.feuille.write_string(_ENTETE, i, entete, self.formats("entete"))
        self.feuille.set_row(_ENTETE, 33)
        for rang, ligne in enumerate(lignes, start=_ENTETE + 1):
            self._ligne(rang, ligne)
        self.feuille.freeze_panes(_ENTETE + 1, 2)
        self.feuille.autofilter(_ENTETE, 0, _ENTETE + len(lignes), len(self.entetes) - 1)
        self.feuille.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})

    def _ligne(self, rang: int, ligne: LigneFautive) -> None:
        en_faute = {f.colonne for f in ligne.fautes if f.colonne}
        motifs = list(dict.fromkeys(f.motif for f in ligne.fautes))
        avant = (
            ligne.fichier.chemin,
            str(ligne.ligne),
            " ; ".join(dict.fromkeys(SITUATIONS[f.statut] for f in ligne.fautes)),
            " ; ".join(motifs),
            ", ".join(dict.fromkeys(filter(None, map(regle_citee, motifs)))),
            " ; ".join(dict.fromkeys(map(remede_du_motif, motifs))),
            " ; ".join(sorted(en_faute)) or feuilles.SANS_COLONNE,
        )
        for i, texte in enumerate(avant):
            self.feuille.write_string(rang, i, neutraliser(texte), self.formats("corps"))
        self.feuille.write_blank(rang, len(avant), None, self.formats("corps", locked=False, **_SAISIE))
        for i, c in enumerate(self.colonnes, start=len(avant) + 1):
            texte = feuilles.montree(self.jeu, c, ligne.cellules.get(c.nom, ""))
            self._cellule(rang, i, texte, self._aspect(c, en_faute))
        self.feuille.write_string(rang, len(self.entetes) - 1, ligne.repere, self.formats("note"))

    def _aspect(self, colonne: Any, en_faute: set[str]) -> Any:
        if (colonne.entete or colonne.nom) in en_faute:
            return self.formats("corps", locked=False, **_FAUTE)
        return self.formats("corps", locked=False, **(_CACHEE if feuilles.cachee(self.jeu, colonne) else {}))

    def _cellule(self, rang: int, i: int, texte: str, aspect: Any) -> None:
        if texte:
            self.feuille.write_string(rang, i, texte, aspect)
        else:
            self.feuille.write_blank(rang, i, None, aspect)


def _autres(livre: Any, formats: Formats, lignes: Sequence[LigneFautive]) -> None:
    """The rows that no workbook repairs, and why."""
    if not lignes:
        return
    feuille = livre.add_worksheet("Non réparables ici")
    feuille.write_string(0, 0, "Lignes à corriger à leur source", formats("titre"))
    entetes = (feuilles.FICHIER, feuilles.LIGNE, feuilles.SITUATION, feuilles.CAUSE, "Pourquoi pas ici")
    for i, entete in enumerate(entetes):
        feuille.set_column(i, i, 60 if i == 4 else _LARGEURS.get(entete, _LARGEUR))
        feuille.write_string(_ENTETE, i, entete, formats("entete"))
    rangees = [
        (f.fichier.chemin, str(f.ligne), SITUATIONS[faute.statut], faute.motif, NON_REPARABLES[f.fichier.jeu])
        for f in lignes
        for faute in f.fautes
    ]
    for rang, rangee in enumerate(rangees, start=_ENTETE + 1):
        for i, texte in enumerate(rangee):
            feuille.write_string(rang, i, neutraliser(texte), formats("corps"))
