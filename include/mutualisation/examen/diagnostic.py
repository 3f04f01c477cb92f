"""`essayer`: a file as it is, then with the rows of `correspondances` that would make it pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.examen.jugement import Constat, Periode, brouillon, juger
from mutualisation.examen.propositions import Proposition, des_defauts, des_en_tetes, des_valeurs, nouvelles
from mutualisation.examen.reconnaissance import RECONNU, Reconnaissance, reconnaitre
from mutualisation.examen.table import Table, completer, table
from mutualisation.examen.tetes import tetes
from mutualisation.ingestion.controle import SUFFIXE_CONTROLE, lire_controle, octets_controle
from mutualisation.ingestion.correspondances import Correspondance, compiler
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.lecteurs.octets import Nature, empreinte, nature
from mutualisation.sources.jeux import Jeu, Registre
from mutualisation.sources.registre import registre

ACCEPTE, REJETS, REFUSE = 0, 2, 3
_PERIODES = {
    "annee": re.compile(r"_(?P<exercice>\d{4})\b"),
    "mois": re.compile(r"_(?P<exercice>\d{4})-(?P<mois>\d\d)(?!\d)"),
    "semestre": re.compile(r"_(?P<exercice>\d{4})-S(?P<semestre>[12])"),
}
_JEUX_DE_FORME = {"xml": "pes", "json": "decp"}


@dataclass
class Verdict:
    """What would become of the file: refused, with the reason, or read, with what the pass saw."""

    refus: str | None = None
    constat: Constat | None = None
    lignes: int = 0

    @property
    def code(self) -> int:
        """Exit code of the command: 0 accepted whole, 2 with rejected rows, 3 refused."""
        if self.refus is not None:
            return REFUSE
        return REJETS if self.constat is not None and self.constat.rejetees else ACCEPTE


@dataclass
class Essai:
    """All that was found about a file: `tel_quel` with the table in force, `propose` with the rows proposed too."""

    fichier: Path
    nature: Nature
    tel_quel: Verdict
    jeu: Jeu | None = None
    trouve: Reconnaissance | None = None
    table: Table | None = None
    propositions: list[Proposition] = field(default_factory=list)
    propose: Verdict | None = None
    ecrit: Path | None = None
    avis: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """Exit code: of the file as it is, or as the rows just written make it read."""
        return (self.propose if self.ecrit and self.propose else self.tel_quel).code


def essayer(
    fichier: Path, jeu: str | None = None, correspondances: Path | None = None, *, ecrire: bool = False
) -> Essai:
    """Look at a file of any form; write the rows proposed when asked to. Loads nothing, needs no warehouse.

    ErreurMutualisation when the file is missing, the jeu unknown, or the rows can't be written.
    """
    reg, limites = registre(), Limites.de_l_environnement()
    voulu = reg.jeu(jeu) if jeu else None
    if not fichier.is_file():
        raise ErreurMutualisation(f"Le fichier {fichier} n'existe pas, ou n'est pas un fichier ordinaire.")
    if fichier.name.endswith(SUFFIXE_CONTROLE):
        donnees = fichier.name.removesuffix(SUFFIXE_CONTROLE)
        return Essai(fichier, Nature("controle"), Verdict(f"c'est le contrôle de {donnees} : essayer {donnees} (F3)."))
    try:
        forme = nature(fichier)
        if forme.conseil is not None:
            return Essai(fichier, forme, Verdict(f"{forme.conseil}."), voulu)
        if fichier.stat().st_size == 0:
            raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
        if forme.genre in _JEUX_DE_FORME:
            return _de_forme(fichier, forme, reg.jeu(_JEUX_DE_FORME[forme.genre]), limites)
        return _tableau(Essai(fichier, forme, Verdict(), voulu), reg, limites, correspondances, ecrire=ecrire)
    except (LectureRefusee, OSError) as e:
        return Essai(fichier, Nature("illisible"), Verdict(motif_refus(e)), voulu)


def _de_forme(fichier: Path, forme: Nature, jeu: Jeu, limites: Limites) -> Essai:
    """A PES or a DECP: read by its own reader, which no `correspondances` touches."""
    essai = Essai(fichier, forme, Verdict(), jeu)
    try:
        lecteur = ouvrir(fichier, jeu, forme.genre, limites)
        essai.tel_quel.lignes = sum(map(len, lecteur.blocs()))
        if "ignore" in lecteur.dialecte:
            essai.avis.append(str(lecteur.dialecte["ignore"]).removesuffix("."))
    except LectureRefusee as e:
        essai.tel_quel.refus = str(e)
    return essai


def _tableau(essai: Essai, reg: Registre, limites: Limites, correspondances: Path | None, *, ecrire: bool) -> Essai:
    essai.table = table(essai.fichier, correspondances, reg, limites)
    en_vigueur = compiler(essai.table.lignes, reg)
    jeux = [essai.jeu] if essai.jeu else [j for j in reg.jeux if j.format == "tabulaire"]
    lus = tetes(essai.fichier, essai.nature.genre, limites)
    trouve = reconnaitre(jeux, lus, en_vigueur, essai.fichier.name.lower())
    if trouve is None or (essai.jeu is None and trouve.certitude < RECONNU):
        proche = f" ; le moins éloigné est « {trouve.jeu.nom} »" if trouve else ""
        raison = f"aucun jeu ne ressemble à ce fichier{proche} : vérifier son en-tête, ou donner --jeu (F5)."
        essai.tel_quel = Verdict(raison)
        return essai
    essai.jeu, essai.trouve = trouve.jeu, trouve
    essai.avis = _avis(essai)
    with brouillon() as conn:
        lire_avec = partial(_verdict, conn, essai, reg, limites)
        essai.tel_quel = lire_avec(essai.table.lignes)
        _proposer(essai, reg, lire_avec)
    if ecrire and essai.propositions:
        essai.ecrit = completer(essai.table, [p.ligne for p in essai.propositions], reg, limites)
    return essai


def _proposer(essai: Essai, reg: Registre, lire_avec: Callable[[list[Correspondance]], Verdict]) -> None:
    """Headers and defaults first; then, on the file read with them, the values of its enumerations."""
    trouve, lignes = essai.trouve, essai.table.lignes if essai.table else []
    if trouve is None:
        return
    donnees = compiler(lignes, reg).pour(trouve.jeu).defauts
    essai.propositions = nouvelles([*des_en_tetes(trouve), *des_defauts(trouve, donnees)], lignes)
    lu = lire_avec([*lignes, *(p.ligne for p in essai.propositions)]) if essai.propositions else essai.tel_quel
    valeurs = nouvelles(des_valeurs(trouve.jeu, lu.constat.inconnues if lu.constat else {}), lignes)
    essai.propositions += valeurs
    if essai.propositions:
        essai.propose = lire_avec([*lignes, *(p.ligne for p in essai.propositions)]) if valeurs else lu


def _verdict(
    conn: psycopg.Connection[Any], essai: Essai, reg: Registre, limites: Limites, lignes: list[Correspondance]
) -> Verdict:
    """Read the whole file with those rows."""
    if essai.jeu is None:
        return Verdict("aucun jeu reconnu.")
    traduction = compiler(lignes, reg).pour(essai.jeu)
    try:
        controle = Path(f"{essai.fichier}{SUFFIXE_CONTROLE}")
        annonce = (
            lire_controle(octets_controle(controle), essai.jeu, empreinte(essai.fichier).sha256, traduction)
            if controle.exists()
            else {}
        )
        lecteur = ouvrir(essai.fichier, essai.jeu, essai.nature.genre, limites, traduction)
        constat = juger(conn, lecteur, essai.jeu, traduction, _periode(essai), annonce)
    except LectureRefusee as e:
        return Verdict(str(e))
    return Verdict(constat=constat, lignes=constat.lignes)


def _periode(essai: Essai) -> Periode:
    """What the name says, when it is one that the drop takes."""
    jeu, nom = essai.jeu, essai.fichier.name
    motif = _PERIODES.get(jeu.periode) if jeu and nom.startswith(f"{jeu.nom}_") else None
    trouve = motif.search(nom) if motif else None
    return Periode(**{k: int(v) for k, v in trouve.groupdict().items()}) if trouve else Periode()


def _avis(essai: Essai) -> list[str]:
    """What is to be known of the name and of the table, before the file is dropped."""
    jeu, fichier = essai.jeu, essai.fichier
    if jeu is None:
        return []
    avis = []
    if fichier.suffix.lower() != f".{essai.nature.genre}":
        avis.append(f"le contenu est du {essai.nature.genre.upper()} : nommer le fichier .{essai.nature.genre}")
    if not fichier.name.startswith(jeu.nom):
        forme = f"{jeu.source}/{jeu.forme_du_nom}.{essai.nature.genre}"
        sans = " ; sans période dans le nom, les règles de date ne sont pas jugées" if jeu.periode != "aucune" else ""
        avis.append(f"à déposer sous le nom {forme}{sans}")
    if essai.table and essai.table.refus:
        avis.append(f"{essai.table.chemin} ne se lit pas, il est laissé de côté : {essai.table.refus}")
    return avis
