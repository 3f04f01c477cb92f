"""What must hold after any fault, and after the run that follows it: read from the disk and from the database."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from outils.epreuve.plan import ENTIERE, LECTRICES, PENDANT, Tir
from outils.epreuve.terrain import A_MOI, DEPOSE, Execution, Terrain
from psycopg import sql
from tests.atelier.petit_depot import EXERCICE, SECRETS

from mutualisation.composition.dossier import INTENTION, TRAVAIL
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.publication.extraits_csv import publication_sha256

CODES_PERMIS = (0, 1, -9)
# what a command says once it has published, whatever stops it then (K11)
DITE = "est publiée, mais"
ABSENT, ABIME = "absent", "abîmé"


@dataclass(frozen=True)
class Attendu:
    """`publication_sha256` before and after, and what the CSV of the extract hold then, by name."""

    avant: str
    apres: str
    csv_avant: dict[str, str]
    csv_apres: dict[str, str]

    def csv(self, empreinte: str) -> dict[str, str]:
        """The CSV that an extract of this publication holds."""
        return self.csv_avant if empreinte == self.avant else self.csv_apres


def csv_de(dossier: Path) -> dict[str, str]:
    """{name: sha256} of the CSV of an extract."""
    return {c.name: _sha256(c) for c in sorted(dossier.glob("*.csv"))}


def apres_la_faute(
    terrain: Terrain, execution: Execution, attendu: Attendu, commande: str = ENTIERE
) -> tuple[list[str], str]:
    """What does not hold after a run that a fault struck; what is published then. Only the whole job publishes."""
    torts = _de_l_execution(execution) + _de_ce_qui_fut_depose(terrain, execution)
    publiee, des_donnees = _de_l_entrepot(terrain, attendu)
    torts += des_donnees
    extrait = _empreinte_de_l_extrait(terrain.extrait)
    notee = any((d / INTENTION).exists() for d in terrain.bilans.glob(f"{TRAVAIL}*"))
    torts += _de_l_extrait(extrait, publiee, notee, terrain, attendu)
    if execution.code == 0 and commande == ENTIERE:
        if (publiee, extrait) != (attendu.apres, attendu.apres):
            torts.append(f"sortie 0, mais publication {publiee[:8]}, extrait {extrait[:8]}")
        if execution.empreinte != attendu.apres:
            torts.append("sortie 0, mais l'empreinte dite n'est pas celle d'une exécution tranquille")
    if DITE in execution.erreurs and publiee != attendu.apres:
        torts.append("la commande dit publié ce qui ne l'est pas")
    if commande != ENTIERE and execution.autre is None and publiee == attendu.apres:
        torts.append(f"« {commande} » a changé la publication")
    facturees = {d.name: _empreinte_de_l_extrait(d) for d in terrain.bilans.glob("factures_*")}
    if execution.code == 0 and commande == "facturer" and set(facturees.values()) != {publiee}:
        torts.append("sortie 0, mais les factures ne sont pas de la publication")
    if abimees := [nom for nom, empreinte in facturees.items() if empreinte == ABIME]:
        torts.append(f"factures qui ne sont pas entières : {', '.join(abimees)}")
    if not (terrain.bilans / A_MOI).exists():
        torts.append("un fichier d'une personne a disparu")
    return torts, publiee


def apres_la_suivante(terrain: Terrain, execution: Execution, attendu: Attendu) -> list[str]:
    """What does not hold after the run that nothing disturbed."""
    torts, _ = apres_la_faute(terrain, execution, attendu)
    if execution.code != 0:
        torts.append(f"l'exécution suivante sort {execution.code} : {execution.erreurs.strip()[-300:]}")
    if restes := sorted(d.name for d in terrain.bilans.glob(".*")):
        torts.append(f"restes dans les extraits : {', '.join(restes)}")
    if noms := _textes_rh(terrain):
        torts.append(f"données de personnes dans {', '.join(noms)}")
    return torts


def ensemble(execution: Execution, tir: Tir) -> list[str]:
    """A whole job does not pass while another command that writes stands still: it holds the lock."""
    passe = execution.autre is not None and execution.autre[0] == 0
    return ["deux traitements à la fois"] if passe and tir.faute == PENDANT and tir.commande not in LECTRICES else []


def _de_l_execution(execution: Execution) -> list[str]:
    torts = []
    if execution.code not in CODES_PERMIS:
        torts.append(f"code de sortie {execution.code} : {execution.erreurs.strip()[-300:]}")
    if "Traceback" in execution.erreurs + execution.texte:
        torts.append("une trace Python est montrée")
    if execution.trop_long:
        torts.append("la commande ne finit pas")
    torts += sorted(set(execution.desordre))
    if execution.survivants:
        torts.append(f"processus orphelins : {', '.join(execution.survivants)}")
    if execution.autre is not None and (execution.autre[0] not in CODES_PERMIS or "Traceback" in execution.autre[1]):
        torts.append(f"la seconde exécution sort {execution.autre[0]} : {execution.autre[1].strip()[-300:]}")
    return torts


def _de_ce_qui_fut_depose(terrain: Terrain, execution: Execution) -> list[str]:
    """A file that somebody saved among the extracts is still there, somewhere; it is then taken away."""
    trouves = list(terrain.bilans.rglob(DEPOSE))
    for trouve in trouves:
        trouve.unlink()
        if trouve.parent != terrain.extrait:
            shutil.rmtree(trouve.parent)
    return [] if trouves or not execution.depose else ["le fichier déposé parmi les extraits a disparu"]


def _de_l_entrepot(terrain: Terrain, attendu: Attendu) -> tuple[str, list[str]]:
    """`publication_sha256` computed anew, and what is wrong with the journal."""
    with serveur_entrepot(terrain.var) as dsn, connecter(dsn) as conn:
        publiee = publication_sha256(conn)
        torts = (
            [] if publiee in (attendu.avant, attendu.apres) else [f"publication {publiee[:8]} : ni l'une ni l'autre"]
        )
        ligne = conn.execute(
            "select c.publication_sha256, c.statut from journal.publications p"
            " join journal.constructions c on c.version = p.version where p.exercice = %s",
            (EXERCICE,),
        ).fetchone()
        if ligne != (publiee, "publiee"):
            torts.append(f"le journal dit {ligne}, la publication est {publiee[:8]}")
        return publiee, torts + _des_fichiers(conn)


def _des_fichiers(conn: psycopg.Connection[Any]) -> list[str]:
    """Every accepted file has the rows that it counts, and no load is accepted without its end."""
    torts = []
    for fichier, jeu, annoncees in conn.execute(
        "select fichier_id, jeu, lignes from journal.fichiers where statut = 'accepte'"
    ).fetchall():
        requete = sql.SQL("select count(*) from {} where fichier_id = %s").format(sql.Identifier("brut", jeu))
        comptees = (conn.execute(requete, (fichier,)).fetchone() or (0,))[0]
        if comptees != annoncees:
            torts.append(f"{jeu} : {comptees} lignes pour {annoncees} annoncées")
    ouverts = conn.execute("select count(*) from journal.chargements where statut = 'accepte' and fin is null")
    if (ouverts.fetchone() or (0,))[0]:
        torts.append("un chargement accepté n'a pas de fin")
    return torts


def _empreinte_de_l_extrait(dossier: Path) -> str:
    """The publication that a whole extract is of; `ABSENT`, or `ABIME` when a file is not as its manifest says."""
    if not dossier.exists():
        return ABSENT
    try:
        manifeste = json.loads((dossier / "manifeste.json").read_text(encoding="utf-8"))
        declares = {s["fichier"]: s["sha256"] for s in manifeste["sorties"]}
        ecrits = {c.relative_to(dossier).as_posix(): _sha256(c) for c in dossier.rglob("*") if c.is_file()}
    except (OSError, ValueError, KeyError):
        return ABIME
    ecrits = {nom: sha for nom, sha in ecrits.items() if not nom.startswith("manifeste.json")}
    return str(manifeste["publication_sha256"]) if ecrits == declares else ABIME


def _de_l_extrait(extrait: str, publiee: str, notee: bool, terrain: Terrain, attendu: Attendu) -> list[str]:
    if extrait == ABIME:
        return ["l'extrait n'est pas entier"]
    if extrait == ABSENT:
        # between the two renames: the next command ends it
        return [] if notee else ["l'extrait a disparu, et rien n'est noté pour le remettre"]
    if csv_de(terrain.extrait) != attendu.csv(extrait):
        return ["les CSV de l'extrait ne sont pas ceux de sa publication"]
    if extrait == publiee:
        return []
    if extrait == attendu.apres:
        return ["l'extrait est nouveau, la publication ne l'est pas"]
    return [] if notee else ["la publication est nouvelle, l'extrait ancien, et rien n'est noté pour le remplacer"]


def _textes_rh(terrain: Terrain) -> list[str]:
    """Files outside the database where a name, a matricule or an IBAN of the drop can be read."""
    secrets = [s.encode() for s in SECRETS if len(s) > 5]
    trouves = []
    for dossier in (terrain.tmp, terrain.bilans, terrain.var):
        for chemin in dossier.rglob("*"):
            if not chemin.is_file() or chemin.is_relative_to(terrain.var / "pg"):
                continue
            contenu = chemin.read_bytes()
            if any(secret in contenu for secret in secrets):
                trouves.append(str(chemin.relative_to(terrain.dossier)))
    return trouves


def _sha256(chemin: Path) -> str:
    return hashlib.sha256(chemin.read_bytes()).hexdigest()
