"""Extracts that were given out are noted when they are written, their manifests signed (S8), and verified (K4, K10)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, est_signe, publique
from mutualisation.publication.versions.clotures import Cloture, lire_cloture
from mutualisation.publication.versions.contexte import lire_contexte, relations_ecrites
from mutualisation.publication.versions.extraits_csv import ecrire_csv, lire_pointeurs
from mutualisation.publication.versions.manifeste import (
    CLOS,
    ETRANGER,
    MANIFESTE,
    SIGNATURE,
    DossierLu,
    condenser_manifeste,
    ecrire,
)
from mutualisation.publication.versions.sceaux import PUBLICATION, cles_connues, factures_scellees, lire_sceaux
from mutualisation.socle.erreurs import raison_systeme
from mutualisation.socle.poste import Poste

ILLISIBLE = (
    f"{MANIFESTE} ou {SIGNATURE} manque, ou n'est pas d'un extrait, de factures ni d'une situation — réécrivez-les par "
    "« mutualisation extraire », « facturer » ou « situation »"
)
ANTERIEURE = (
    "elle en a été effacée, ou il vient d'une sauvegarde antérieure — gardez ce dossier, et restaurez dans une base "
    "neuve une sauvegarde plus récente ; un extrait clos avant la version 0.1.0 ne se vérifie que par sa signature"
)
SIGNATURES = """
select signature, cle_publique from journal.extraits
 where exercice = %s and version = %s and manifeste_sha256 = %s order by numero
"""
NOTER = "select journal.noter_extrait(%s, %s, %s, %s, %s, %s, %s)"
# an extract was put in these folders, the newest first: a help to find it again, never a proof
DOSSIERS = """
select dossier from journal.extraits where exercice = %s and version = %s
 group by dossier order by max(numero) desc
"""
# the rows of such a version are there to be compared
CONSERVEE = "select version from journal.constructions where version = %s and statut = 'publiee' and purgee_le is null"


class ExtraitLu(DossierLu):
    """An extract is read from its folder; `statut` is `a_approuver` or `clos`, as its manifest says."""

    nom, est = "extrait", "il est"
    remede = "réécrivez l'extrait par « mutualisation extraire »"

    def se_lit(self) -> bool:
        dit = self.manifeste
        _ = {**dit["sceau"], **dit.get("cloture", {})}
        return all(isinstance(dit[c], int) for c in ("exercice", "version")) and bool(dit["statut"] and dit["sceau"])

    @property
    def exercice(self) -> int:
        return int(self.manifeste["exercice"])

    @property
    def version(self) -> int:
        return int(self.manifeste["version"])

    @property
    def statut(self) -> str:
        return str(self.manifeste["statut"])


class FacturesLues(DossierLu):
    """Invoices are read from their folder; `version` is None where they were written before the publication (R18)."""

    nom, est = "factures", "elles sont"
    remede = "réécrivez les factures par « mutualisation facturer »"

    def se_lit(self) -> bool:
        dit = self.manifeste
        entiers = all(isinstance(dit[c], int) for c in ("exercice", "semestre"))
        return entiers and isinstance(dit["version"], int | None) and "publication_sha256" in dit

    @property
    def exercice(self) -> int:
        return int(self.manifeste["exercice"])

    @property
    def version(self) -> int | None:
        version: int | None = self.manifeste["version"]
        return version


class SituationLue(FacturesLues):
    """A situation is read from its folder (R22b): it is of no version."""

    nom, est = "situation", "elle est"
    remede = "réécrivez la situation par « mutualisation situation »"

    def se_lit(self) -> bool:
        return all(isinstance(self.manifeste[c], int) for c in ("exercice", "mois")) and self.version is None


def lire_remis(dossier: Path) -> ExtraitLu | FacturesLues | None:
    """Read an extract, invoices or a situation; return None where a folder is none of them."""
    return ExtraitLu.lire(dossier) or FacturesLues.lire(dossier) or SituationLue.lire(dossier)


def ecarts_extrait(conn: psycopg.Connection[Any], dossier: Path, var: Path | None = None) -> list[str]:
    """Return a sentence per file of an extract, or of invoices, that is not the one written, then for what signs it.

    The manifest, its signature and its seal are checked; a key says who signed. What an extract says is compared with
    what the statement of its publication, or of its closing, holds, and its CSV with the rows of its version. `var` is
    the folder of the keys. An unreadable folder is a difference too: nothing is raised."""
    remis = lire_remis(dossier)
    return ecarts_lus(conn, remis, var) if remis else [f"extrait {dossier} : {ILLISIBLE}."]


def ecarts_lus(conn: psycopg.Connection[Any], remis: ExtraitLu | FacturesLues, var: Path | None = None) -> list[str]:
    """Say the same of what was read: where nothing is said, `lire_piece` gives the bytes that were verified."""
    ecarts = _ecarts(conn, remis, var) if remis.signature else [ILLISIBLE]
    return [f"{remis.nom} {remis.dossier} : {ecart}." for ecart in ecarts]


def _ecarts(conn: psycopg.Connection[Any], remis: ExtraitLu | FacturesLues, var: Path | None) -> Iterator[str]:
    try:
        differences = list(remis.differences())
    except OSError as erreur:
        yield f"le dossier ne peut pas être lu ({raison_systeme(erreur)}) — {remis.remede}"
        return
    for nom, quoi in differences:
        yield f"le fichier {nom} {quoi} — {'retirez-le' if quoi == ETRANGER else remis.remede}"
    sceau, cloture = None, None
    if remis.version is not None:
        publications = (s for s in lire_sceaux(conn, PUBLICATION, remis.version) if s.tient)
        sceau = next((s for s in publications if remis.exercice in s.dit["exercices"]), None)
        cloture = lire_cloture(conn, remis.exercice, remis.version)
        if sceau is None or (remis.manifeste.get("statut") == CLOS and cloture is None):
            quoi = "la clôture qu'il porte" if sceau else f"la version {remis.version}"
            yield f"l'entrepôt n'a pas {quoi} : {ANTERIEURE}"
            return
    signe = est_signe(remis.octets, remis.signature, cles_connues(conn, var))
    if not signe:
        yield f"{SIGNATURE} n'est pas la signature de {MANIFESTE} — {remis.remede}"
    if isinstance(remis, ExtraitLu) and sceau:
        yield from _ecarts_aux_enonces(conn, remis, sceau.dit, cloture, signe=signe)
    elif sceau and remis.manifeste["publication_sha256"] != sceau.dit["publication_sha256"]:
        yield f"{MANIFESTE} n'a pas le publication_sha256 de la version {remis.version} — {remis.remede}"
    elif signe and isinstance(remis, FacturesLues):
        scellees = factures_scellees(conn, remis.manifeste)
        if remis.sha256 not in scellees and (scellees or (sceau and sceau.dit.get("factures_scellees"))):
            yield (
                f"{MANIFESTE} n'est pas celui qui a été scellé quand ces factures ont été écrites : un fichier a été "
                f"refait et signé de nouveau — reprenez celles remises alors, ou {remis.remede}"
            )


def _ecarts_aux_enonces(
    conn: psycopg.Connection[Any], extrait: ExtraitLu, publie: dict[str, Any], cloture: Cloture | None, *, signe: bool
) -> Iterator[str]:
    clos = cloture.enonce if cloture else None
    if (extrait.manifeste["sceau"], extrait.manifeste.get("cloture")) != (publie, clos):
        close = ", close depuis" if cloture and extrait.statut != CLOS else ""
        yield f"le sceau ou la clôture qu'il porte n'est pas de la version {extrait.version}{close} — {extrait.remede}"
    elif signe:
        yield from _ecarts_au_scelle(conn, extrait, (clos or publie).get("extraits"))


def _ecarts_au_scelle(conn: psycopg.Connection[Any], extrait: ExtraitLu, scelles: list[str] | None) -> Iterator[str]:
    """Yield what a signed extract says otherwise than what was sealed: each figure, then anything else. A publication
    that holds it holds its figures; a closing says what an approver has made of them."""
    entier = ecrire(extrait.manifeste) == extrait.octets
    tenu = entier and condenser_manifeste(extrait.manifeste) in (scelles or ())
    if not tenu or extrait.statut == CLOS:
        for nom in _autres_chiffres(conn, extrait):
            yield f"le fichier {nom} n'a pas les chiffres scellés de la version {extrait.version} — {extrait.remede}"
    if scelles and not tenu:
        yield (
            f"{MANIFESTE} n'est pas celui qui a été scellé avec la version {extrait.version} : un fichier a été refait "
            "et signé de nouveau, ou un autre logiciel l'a écrit — reprenez l'extrait remis alors, qui fait foi"
        )


def _autres_chiffres(conn: psycopg.Connection[Any], extrait: ExtraitLu) -> Iterator[str]:
    """Yield the CSV that the version does not write, whoever signed it; none where its rows were purged."""
    if conn.execute(CONSERVEE, (extrait.version,)).fetchone() is None:
        return
    with TemporaryDirectory() as dossier:
        for relation in relations_ecrites(conn, lire_contexte(conn, extrait.exercice, extrait.version)).values():
            nom, ecrit = f"{relation.nom}.csv", Path(dossier) / f"{relation.nom}.csv"
            ecrire_csv(conn, relation, extrait.exercice, extrait.version, ecrit)
            if empreinte(ecrit).sha256 != extrait.declares.get(nom):
                yield nom
            ecrit.unlink()


def versions_remises(conn: psycopg.Connection[Any], dossiers: Iterable[Path]) -> set[int]:
    """Return the versions of these extracts and invoices whose rows are there."""
    versions = {remis.version for remis in map(lire_remis, dossiers) if remis is not None}
    return {v for v in versions if v is not None and conn.execute(CONSERVEE, (v,)).fetchone() is not None}


def remarques_extrait(conn: psycopg.Connection[Any], dossier: Path) -> Iterator[str]:
    """Say that a folder is of a version no longer published, or was sealed without its documents. What was given out
    then is true of its version: it is no difference."""
    remis = lire_remis(dossier)
    if remis is None:
        return
    acte = remis.manifeste.get("cloture") or remis.manifeste.get("sceau")
    if acte is not None and not acte.get("extraits"):
        yield (
            f"extrait {dossier} : le logiciel qui a scellé la version {remis.version} ne scellait pas les documents. "
            "Ses CSV sont comparés aux lignes scellées ; ses pages, PDF et classeurs ne peuvent pas l'être."
        )
    scellees = factures_scellees(conn, remis.manifeste)
    if isinstance(remis, FacturesLues) and not scellees:
        yield (
            f"{remis.nom} {dossier} : fichiers et signature sont vérifiés, non les chiffres : nul énoncé ne tient une "
            "situation, ni ce qu'écrivait la 0.3.0 ou avant."
        )
    if remis.version is not None and remis.sha256 in scellees[1:]:
        yield f"{remis.nom} {dossier} : un autre logiciel les a récrites ; les premières sont celles remises alors."
    publiee = lire_pointeurs(conn).get(remis.exercice)
    if publiee not in (remis.version, None):
        de = f"de la version {remis.version}" if remis.version is not None else "d'avant la publication"
        yield f"{remis.nom} {dossier} : {remis.est} {de}, et l'exercice {remis.exercice} publie la version {publiee}."


def signer_et_noter(
    conn: psycopg.Connection[Any],
    extrait: tuple[int, int, str],
    manifeste: bytes,
    dossier: Path,
    poste: Poste,
) -> bytes:
    """Sign the manifest of an extract (exercice, version, status) with the key of `poste`, and note its folder. A
    manifest that was signed before, on any workstation, keeps that signature. Return the signature."""
    exercice, version, statut = extrait
    empreinte = hashlib.sha256(manifeste).hexdigest()
    for notee in conn.execute(SIGNATURES, (exercice, version, empreinte)).fetchall():
        signature, cle_publique = bytes(notee[0]), bytes(notee[1])
        if est_signe(manifeste, signature, [cle_publique]):
            break
    else:
        cle = cle_signature(poste)
        signature, cle_publique = cle.sign(manifeste), publique(cle)
        Ancres(poste.var).connaitre(cle_publique)
    lieu = str(dossier.absolute())
    conn.execute(NOTER, (exercice, version, statut, empreinte, signature, cle_publique, lieu))
    return signature


def dossiers_ecrits(conn: psycopg.Connection[Any], exercice: int, version: int) -> list[Path]:
    """Return where the extracts of a version were put, the newest first."""
    return [Path(dossier) for (dossier,) in conn.execute(DOSSIERS, (exercice, version)).fetchall()]
