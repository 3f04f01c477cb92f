"""`cloturer`: the published version of an exercice is approved by another person, and its extract written as closed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.comptes import au_nom_de
from mutualisation.erreurs import ControleEchoue
from mutualisation.extrait import place
from mutualisation.extrait.annuel import MANIFESTE
from mutualisation.francais.formats import plusieurs
from mutualisation.operations.livraison import extraire
from mutualisation.operations.session import Session
from mutualisation.operations.signature import signataire as signataire_de
from mutualisation.operations.verifications import verifier_exercices
from mutualisation.publication.clotures import approuver, emplacements, lire_cloture
from mutualisation.publication.manifeste import A_APPROUVER

VERSION = "select version from journal.publications where exercice = %s"
ECARTS = """
select controle, coalesce(cle, '')
  from versions.controles
 where exercice = %s and version = %s and statut = 'ecart' and justification is null
 order by 1, 2
"""
LIMITE_NOMS = 10


@dataclass(frozen=True)
class ExerciceClos:
    """An exercice that is closed: version, approver, folder of its closed extract (empty when it can't be written);
    `deja`: it was closed before this command."""

    exercice: int
    version: int
    approuve_par: str
    dossier: str
    deja: bool


def cloturer(
    session: Session, exercice: int, approuve_par: str | None = None, sortie: str | None = None
) -> ExerciceClos:
    """Approve the published version of an exercice, then write its extract as closed; again, only what is missing.

    `sortie`: where its extract is, by default where it was last written. Raises `ControleEchoue` (2) when K4 refuses,
    `ErreurMutualisation` (1) when the login is no approver or the extract cannot be written.
    """
    (annee,) = verifier_exercices([exercice])
    with session.connexion() as conn:
        version = _version_publiee(conn, annee)
        deja = lire_cloture(conn, annee, version) is not None
        dossier = _dossier(conn, annee, version, sortie)
        if not deja:
            _approuver(session, conn, annee, version, dossier, approuve_par)
        par = _approbateur(conn, annee, version)
        conn.commit()
        parent = dossier.parent if dossier is not None else None
        # a closed extract whose folder was taken away is written again by `extraire`, where one wishes
        ecrit = extraire(session, annee, str(parent), version) if parent is not None and parent.is_dir() else ""
    return ExerciceClos(annee, version, par, ecrit, deja)


def _approbateur(conn: psycopg.Connection[Any], exercice: int, version: int) -> str:
    cloture = lire_cloture(conn, exercice, version)
    if cloture is None:
        raise _refus(f"l'exercice {exercice} n'a pas été clos")
    return cloture.approuve_par


def _version_publiee(conn: psycopg.Connection[Any], exercice: int) -> int:
    ligne = conn.execute(VERSION, (exercice,)).fetchone()
    if ligne is None:
        raise _refus(f"l'exercice {exercice} n'est pas publié : il n'a pas d'extrait à approuver")
    return int(ligne[0])


def _dossier(conn: psycopg.Connection[Any], exercice: int, version: int, sortie: str | None) -> Path | None:
    """Where the extract of the version is: in the folder given, else where it was last put."""
    if sortie is not None:
        return place.dossier_ecrit(Path(sortie), exercice, version)
    lieux = [e.dossier for e in emplacements(conn, exercice, version)]
    return next((lieu for lieu in lieux if lieu.is_dir()), lieux[0] if lieux else None)


def _approuver(
    session: Session,
    conn: psycopg.Connection[Any],
    exercice: int,
    version: int,
    dossier: Path | None,
    nom: str | None,
) -> None:
    """The checks of K4, then `journal.approuver` in the name of who approves."""
    signataire = signataire_de(session, conn, nom, "--approuve-par", "l'approbateur")
    _exiger_justifications(conn, exercice, version)
    empreinte = _exiger_extrait(conn, exercice, version, dossier)
    conn.commit()
    session.suivi(f"Clôture de l'exercice {exercice}, version {version}")
    with (
        conn.transaction(),
        au_nom_de(conn, signataire, "approbateur") if session.embarque else nullcontext(),
    ):
        approuver(conn, exercice, version, empreinte)


def _exiger_justifications(conn: psycopg.Connection[Any], exercice: int, version: int) -> None:
    """G4: no gap without a reason."""
    sans = conn.execute(ECARTS, (exercice, version)).fetchall()
    if sans:
        noms = [f"{controle} ({cle})" if cle else controle for controle, cle in sans]
        raise _refus(
            f"l'exercice {exercice} a {plusieurs(len(noms), 'écart')} sans justification : "
            f"{_noms(noms)} ; corrigez les fichiers ou ajoutez des lignes à "
            "referentiel/justifications, puis relancez « mutualisation bilan »"
        )


def _exiger_extrait(conn: psycopg.Connection[Any], exercice: int, version: int, dossier: Path | None) -> str:
    """sha256 of the manifest of the extract to approve, once each of its files is the one that was written."""
    remede = "réécrivez-le par « mutualisation extraire »"
    if dossier is None or not (dossier / MANIFESTE).is_file():
        lieu = f" dans {dossier}" if dossier else ""
        raise _refus(
            f"l'extrait de l'exercice {exercice}, version {version}, ne se trouve pas{lieu} : {remede}, ou dites son "
            "dossier par --sortie"
        )
    empreinte = place.sha256_manifeste(dossier)
    connus = {e.manifeste_sha256 for e in emplacements(conn, exercice, version) if e.statut == A_APPROUVER}
    if empreinte is None or empreinte not in connus:
        raise _refus(_pourquoi(dossier, exercice, version, remede))
    if ecarts := place.ecarts(dossier):
        raise _refus(f"l'extrait {dossier} n'est plus celui qui a été écrit : {_noms(ecarts)} ; {remede}")
    return empreinte


def _pourquoi(dossier: Path, exercice: int, version: int, remede: str) -> str:
    """Why the manifest of a folder is not the one to approve."""
    try:
        lu = json.loads((dossier / MANIFESTE).read_bytes())
        statut, sienne = lu["statut"], lu["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"l'extrait {dossier} n'a pas de manifeste lisible : {remede}"
    if statut != A_APPROUVER:
        return f"l'extrait {dossier} n'est pas à approuver (statut « {statut} ») : {remede}"
    if sienne != version:
        return (
            f"l'extrait {dossier} est celui de la version {sienne}, et l'exercice {exercice} publie la version "
            f"{version} : {remede}"
        )
    return f"le manifeste de l'extrait {dossier} n'est pas celui qui a été écrit : {remede}"


def _noms(noms: list[str]) -> str:
    reste = len(noms) - LIMITE_NOMS
    return ", ".join(noms[:LIMITE_NOMS]) + (f" et {reste} autres" if reste > 0 else "")


def _refus(phrase: str) -> ControleEchoue:
    return ControleEchoue([f"clôture : {phrase}."])
