"""Corrected rows make a new version of their file; its other rows are copied from `brut`, and history keeps both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import sql
from upath import UPath

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.atterrissage import envoyer
from mutualisation.entree.ingestion.chargement import accepter, munir_de_correspondances, refuser
from mutualisation.entree.ingestion.confidentialite import Confidentialite
from mutualisation.entree.ingestion.correspondances import traducteur
from mutualisation.entree.ingestion.depot import Depot, FichierDepose, version_suivante
from mutualisation.entree.ingestion.travail import Chargement, Travail, transaction
from mutualisation.entree.ingestion.typage import Typage
from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.entete import Traduction, entete_du_registre, normaliser
from mutualisation.entree.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.entree.lecteurs.noms import montrable
from mutualisation.entree.lecteurs.octets import Empreinte
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.jeux import COLONNES_TECHNIQUES, Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.chemins import page_controles
from mutualisation.socle.erreurs import FichierRefuse
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.usage.operations import Session, porte_fichier
from mutualisation.usage.reparation.classeur import Correction, FichierCourant, lignes_fautives, lire_corrections

SQL_DEJA = """
select exists (select from journal.fichiers
                where statut = 'accepte' and dialecte -> 'reparation' ->> 'classeur_sha256' = %s)
"""
# columns absent from the file are still absent (G14)
SQL_DIALECTE = "select dialecte from journal.fichiers where fichier_id = %s"
SUITE = "lancez « mutualisation bilan » ou « mutualisation controler » pour que les chiffres en tiennent compte"
_AUTRES = "réparation refusée avec les autres fichiers du classeur"


@dataclass(frozen=True)
class FichierRepare:
    """A file was repaired: path, version made, version repaired, rows taken back; `atteste` is that of the former."""

    chemin: str
    version: int
    repare: int
    lignes: int
    atteste: bool

    def __str__(self) -> str:
        reprises = plusieurs(self.lignes, "ligne reprise", "lignes reprises")
        perdu = " ; son .controle.json ou sa ligne Total ne vaut plus" if self.atteste else ""
        return f"{self.chemin} : version {self.version}, qui répare la version {self.repare} : {reprises}{perdu}"


@dataclass
class Reparation:
    """A workbook repaired these files; `deja_charge` says that it was taken back before."""

    classeur: str
    fichiers: list[FichierRepare] = field(default_factory=list)
    deja_charge: bool = False

    @property
    def lignes(self) -> list[str]:
        """Return a line per file, then what to do next."""
        if self.deja_charge:
            return [f"{self.classeur} : déjà chargé."]
        return [*map(str, self.fichiers), SUITE]


def reparer(session: Session, classeur: Path) -> Reparation:
    """Take back the corrected rows of a workbook, under the checks of a load. Raises `FichierRefuse` when the workbook,
    a row or the file gate refuses, `ErreurMutualisation` before the first build: nothing changes."""
    with session.connexion() as conn:
        porte = partial(porte_fichier, suivi=session.suivi, page=page_controles(session.var))
        with Travail.ouvrir(conn, porte, session.poste, session.suivi, session.detail) as travail:
            try:
                # a copy is hashed and read, so that both see the same bytes; a killed run leaves it to be swept
                ici = UPath(classeur.absolute())
                jeu = registre().source("rh").jeux[0]
                copie = travail.copies.de(FichierDepose(jeu, ici.name, f"classeur/{ici.name}", ici, "", 1, "xlsx"))
                if _lire_cellule(travail, SQL_DEJA, copie.empreinte.sha256):
                    return Reparation(classeur.name, deja_charge=True)
                fautives = lignes_fautives(conn)
                corrections = lire_corrections(copie.chemin, fautives, travail.limites)
                if not corrections:
                    raise LectureRefusee("aucune cellule n'a été corrigée : rien n'est repris.")
                return Reparation(classeur.name, _reprendre(travail, classeur, copie.empreinte, corrections))
            except (LectureRefusee, OSError) as faute:
                raise FichierRefuse([(classeur.name, motif_refus(faute))]) from None


def _lire_cellule(travail: Travail, requete: str, *parametres: Any) -> Any:
    (valeur,) = travail.conn.execute(requete, parametres).fetchone() or (None,)
    return valeur


def _reprendre(
    travail: Travail, classeur: Path, empreinte_lue: Empreinte, corrections: Sequence[Correction]
) -> list[FichierRepare]:
    """Land the new versions, pass the file gate, make them count together."""
    conn = travail.conn
    par_fichier: dict[FichierCourant, list[Correction]] = defaultdict(list)
    for c in corrections:
        par_fichier[c.ligne.fichier].append(c)
    noms = sorted({f.source for f in par_fichier})
    if len(noms) > 1:
        # the files of one source become visible together
        raise LectureRefusee(f"le classeur mêle les sources {', '.join(noms)} : un classeur par source.")
    source = registre().source(noms[0])
    munir_de_correspondances(travail, Depot(UPath(classeur.parent)))
    with transaction(conn):
        synchroniser_brut(conn)
        journal.nettoyer(conn, source)
        chargement_id = journal.ouvrir_chargement(conn, source.nom)
        repares = [
            _atterrir(travail, chargement_id, classeur, empreinte_lue, du_fichier)
            for du_fichier in par_fichier.values()
        ]
    if refus := dict(travail.porte(conn, chargement_id)()):
        refuser(travail, source, chargement_id, refus, _AUTRES)
        raise FichierRefuse(list(refus.items()))
    charge = Chargement(source.nom, [f.chemin for f in repares], lignes=sum(f.lignes for f in repares))
    accepter(travail, source, chargement_id, charge)
    for avertissement in charge.avertissements:
        travail.suivi(avertissement)
    return repares


def _atterrir(
    travail: Travail, chargement_id: int, classeur: Path, empreinte_lue: Empreinte, corrections: Sequence[Correction]
) -> FichierRepare:
    """Land one file: its row of the journal, the rows it keeps, the rows that were corrected."""
    fichier = corrections[0].ligne.fichier
    conn, jeu = travail.conn, registre().jeu(fichier.jeu)
    # the file of the highest version counts (F2)
    version = version_suivante(fichier.version)
    depose = FichierDepose(
        jeu, fichier.nom, fichier.chemin, UPath(classeur), fichier.periode, version, fichier.extension
    )
    contenu = Empreinte(empreinte_lue.octets, empreinte_reparee(fichier.sha256, empreinte_lue.sha256))
    fichier_id = journal.inserer_fichier(conn, chargement_id, depose, contenu, correspondances=fichier.correspondances)
    corrigees = [c.ligne.ligne for c in corrections]
    gardees = _reporter(travail, jeu, fichier, fichier_id, corrigees)
    traduction, confidentialite = travail.traduction(jeu), travail.confidentialite(jeu)
    envoyer(conn, jeu, [relire(jeu, traduction, confidentialite, fichier_id, corrections).encode()])
    dialecte = _lire_cellule(travail, SQL_DIALECTE, fichier.fichier_id)
    dialecte |= {
        "reparation": {
            "origine": dialecte.get("reparation", {}).get("origine", fichier.fichier_id),
            "repare": fichier.fichier_id,
            "version": fichier.version,
            "sha256": fichier.sha256,
            "classeur": montrable(classeur.name),
            "classeur_sha256": empreinte_lue.sha256,
            "lignes": sorted(corrigees),
        }
    }
    journal.noter_lecture(conn, fichier_id, gardees + len(corrigees), dialecte, None, {})
    return FichierRepare(fichier.chemin, version, fichier.version, len(corrigees), fichier.atteste)


def empreinte_reparee(fichier_sha256: str, classeur_sha256: str) -> str:
    """Return the sha256 of a repaired version: that of two lines, the sha256 of the file and of the workbook."""
    return sha256(f"{fichier_sha256}\n{classeur_sha256}\n".encode()).hexdigest()


def _reporter(travail: Travail, jeu: Jeu, fichier: FichierCourant, fichier_id: int, corrigees: Sequence[int]) -> int:
    """Copy the rows that stay, with their lines, and return how many."""
    colonnes = [c for c in COLONNES_TECHNIQUES if c != "fichier_id"] + [c.nom for c in jeu.colonnes_lues]
    liste = sql.SQL(", ").join(map(sql.Identifier, colonnes))
    requete = sql.SQL(
        "insert into {brut} (fichier_id, {colonnes}) select %s, {colonnes} from {brut}"
        " where fichier_id = %s and ligne <> all (%s)"
    ).format(brut=table(jeu), colonnes=liste)
    return int(travail.conn.execute(requete, (fichier_id, fichier.fichier_id, list(corrigees))).rowcount)


def relire(
    jeu: Jeu,
    traduction: Traduction,
    confidentialite: Confidentialite,
    fichier_id: int,
    corrections: Sequence[Correction],
) -> str:
    """Return the COPY text of the corrected rows, read as a file with every column in the order of the registry. What
    was typed is read by `correspondances`, what is carried over stays as it landed. Raises `LectureRefusee` when a code
    that was never kept would be needed."""
    traducteurs = {nom: traducteur(valeurs) for nom, valeurs in traduction.valeurs.items()}
    rangees = []
    for c in corrections:
        apres = c.ligne.cellules | {n: traducteurs[n][v] if n in traducteurs else v for n, v in c.valeurs.items()}
        _exiger_les_codes(jeu, c, apres)
        rangees.append([apres.get(colonne.nom, "") for colonne in jeu.colonnes_entrepot])
    typage = Typage(jeu, entete_du_registre(jeu), replace(confidentialite, deja_masquees=True))
    return typage.texte(fichier_id, Bloc([c.ligne.ligne for c in corrections], rangees))


def _exiger_les_codes(jeu: Jeu, correction: Correction, apres: Mapping[str, str]) -> None:
    """Refuse a day that becomes worked without its code, of which a digest alone was kept (S2)."""
    ligne = correction.ligne
    for colonne in jeu.colonnes_entrepot:
        if not colonne.clair_si or colonne.nom in correction.valeurs:
            continue
        temoin, permise = colonne.clair_si
        if normaliser(apres.get(temoin, "")) == normaliser(permise) != normaliser(ligne.cellules.get(temoin, "")):
            raise LectureRefusee(
                f"{ligne.fichier.chemin}, ligne {ligne.ligne} : « {colonne.entete} » n'a pas été "
                f"gardé tant que « {jeu.colonne(temoin).entete} » n'était pas {permise} : l'écrire aussi dans le "
                "classeur."
            )
