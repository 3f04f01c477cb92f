"""`essayer`: a file as it is, then with the rows of `correspondances` that would make it pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from upath import UPath

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.examen.jugement import Periode, Verdict, brouillon, juger
from mutualisation.examen.propositions import Proposition, des_defauts, des_en_tetes, des_valeurs, nouvelles
from mutualisation.examen.reconnaissance import RECONNU, Reconnaissance, reconnaitre, tetes
from mutualisation.examen.table import Table, completer, lire_table
from mutualisation.ingestion.controle import SUFFIXE_CONTROLE, lire_controle, octets_controle
from mutualisation.ingestion.correspondances import Correspondance, compiler
from mutualisation.ingestion.depot import FichierDepose, lire_nom
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.lecteurs.octets import Nature, empreinte, nature
from mutualisation.sources.jeux import Jeu, Registre
from mutualisation.sources.registre import registre

_JEUX_DE_FORME = {"xml": "pes", "json": "decp"}


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
    reg = registre()
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
            return _de_forme(fichier, forme, reg.jeu(_JEUX_DE_FORME[forme.genre]))
        return _tableau(Essai(fichier, forme, Verdict(), voulu), reg, correspondances, ecrire=ecrire)
    except (LectureRefusee, OSError) as e:
        return Essai(fichier, Nature("illisible"), Verdict(motif_refus(e)), voulu)


def _de_forme(fichier: Path, forme: Nature, jeu: Jeu) -> Essai:
    """A PES or a DECP: read by its own reader, which no `correspondances` touches."""
    try:
        lecteur = ouvrir(fichier, jeu, forme.genre, Limites.de_l_environnement())
        verdict = Verdict(lignes=sum(map(len, lecteur.blocs())))
    except LectureRefusee as e:
        return Essai(fichier, forme, Verdict(str(e)), jeu)
    avis = [str(lecteur.dialecte["ignore"]).removesuffix(".")] if "ignore" in lecteur.dialecte else []
    return Essai(fichier, forme, verdict, jeu, avis=avis)


def _tableau(essai: Essai, reg: Registre, correspondances: Path | None, *, ecrire: bool) -> Essai:
    essai.table = lire_table(essai.fichier, correspondances, reg)
    jeux = [essai.jeu] if essai.jeu else [j for j in reg.jeux if j.format == "tabulaire"]
    lus = tetes(essai.fichier, essai.nature.genre, Limites.de_l_environnement())
    trouve = reconnaitre(jeux, lus, compiler(essai.table.lignes, reg), essai.fichier.name.lower())
    if trouve is None or (essai.jeu is None and trouve.certitude < RECONNU):
        proche = f" ; le moins éloigné est « {trouve.jeu.nom} »" if trouve else ""
        raison = f"aucun jeu ne ressemble à ce fichier{proche} : vérifier son en-tête, ou donner --jeu (F5)."
        essai.tel_quel = Verdict(raison)
        return essai
    essai.jeu, essai.trouve = trouve.jeu, trouve
    essai.avis = _avis(essai.fichier, essai.nature.genre, trouve.jeu, essai.table)
    with brouillon() as conn:
        _proposer(essai, trouve, essai.table.lignes, partial(_verdict, conn, essai, trouve.jeu, reg))
    if ecrire and essai.propositions:
        essai.ecrit = completer(essai.table, [p.ligne for p in essai.propositions], reg)
    return essai


def _proposer(
    essai: Essai,
    trouve: Reconnaissance,
    lignes: list[Correspondance],
    lire_avec: Callable[[list[Correspondance]], Verdict],
) -> None:
    """The file as it is; headers and defaults; then, on the file read with them, the values of its enumerations."""
    essai.tel_quel = lu = lire_avec(lignes)
    essai.propositions = nouvelles([*des_en_tetes(trouve), *des_defauts(trouve)], lignes)
    if essai.propositions:
        lu = lire_avec([*lignes, *(p.ligne for p in essai.propositions)])
    valeurs = nouvelles(des_valeurs(trouve.jeu, lu.inconnues), lignes)
    essai.propositions += valeurs
    if essai.propositions:
        essai.propose = lire_avec([*lignes, *(p.ligne for p in essai.propositions)]) if valeurs else lu


def _verdict(
    conn: psycopg.Connection[Any], essai: Essai, jeu: Jeu, reg: Registre, lignes: list[Correspondance]
) -> Verdict:
    """Read the whole file with those rows."""
    fichier, genre = essai.fichier, essai.nature.genre
    traduction = compiler(lignes, reg).pour(jeu)
    controle = Path(f"{fichier}{SUFFIXE_CONTROLE}")
    try:
        annonce = {}
        if controle.exists():
            annonce = lire_controle(octets_controle(controle), jeu, empreinte(fichier).sha256, traduction)
        lecteur = ouvrir(fichier, jeu, genre, Limites.de_l_environnement(), traduction)
        return juger(conn, lecteur, jeu, traduction, _periode(jeu, fichier), annonce)
    except LectureRefusee as e:
        return Verdict(str(e))


def _periode(jeu: Jeu, fichier: Path) -> Periode:
    """What the name says, when it is one that the drop takes."""
    if (lu := lire_nom(jeu, fichier.name)) is None:
        return None, None, None
    depose = FichierDepose(jeu, fichier.name, fichier.name, UPath(fichier), *lu)
    return depose.exercice, depose.mois, depose.semestre


def _avis(fichier: Path, genre: str, jeu: Jeu, table: Table) -> list[str]:
    """What is to be known of the name and of the table, before the file is dropped."""
    avis = []
    if fichier.suffix.lower() != f".{genre}":
        avis.append(f"le contenu est du {genre.upper()} : nommer le fichier .{genre}")
    if not fichier.name.startswith(jeu.nom):
        sans = " ; sans période dans le nom, les règles de date ne sont pas jugées" if jeu.periode != "aucune" else ""
        avis.append(f"à déposer sous le nom {jeu.source}/{jeu.forme_du_nom}.{genre}{sans}")
    if table.refus:
        avis.append(f"{table.chemin} ne se lit pas, il est laissé de côté : {table.refus}")
    return avis
