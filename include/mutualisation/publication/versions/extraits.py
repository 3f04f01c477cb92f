"""The extracts that were given out: noted when they are written, their manifests signed (S8); verified (K4, K10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, est_signe, publique
from mutualisation.publication.versions.clotures import lire_cloture
from mutualisation.publication.versions.contexte import lire_contexte, relations_ecrites
from mutualisation.publication.versions.extraits_csv import ecrire_csv, lire_pointeurs
from mutualisation.publication.versions.manifeste import CLOS, MANIFESTE, SIGNATURE, condenser_manifeste, ecrire
from mutualisation.publication.versions.sceaux import PUBLICATION, cles_connues, lire_sceaux
from mutualisation.socle.erreurs import raison_systeme
from mutualisation.socle.poste import Poste

REMEDE = "réécrivez l'extrait par « mutualisation extraire »"
ANTERIEURE = (
    "elle en a été effacée, ou il vient d'une sauvegarde antérieure — gardez ce dossier, et restaurez dans une base "
    "neuve une sauvegarde plus récente ; un extrait clos avant la version 0.1.0 ne se vérifie que par sa signature"
)
# what is wrong with a file
MANQUE, CHANGE, ETRANGER = "manque", "n'est plus celui qui a été écrit", "n'est pas de l'extrait"
SIGNATURES = """
select signature, cle_publique from journal.extraits
 where exercice = %s and version = %s and manifeste_sha256 = %s order by numero
"""
NOTER = "select journal.noter_extrait(%s, %s, %s, %s, %s, %s, %s)"
# where an extract was put, the newest first: a help to find it again, never a proof
DOSSIERS = """
select dossier from journal.extraits where exercice = %s and version = %s
 group by dossier order by max(numero) desc
"""
# its rows are there to be compared
CONSERVEE = "select version from journal.constructions where version = %s and statut = 'publiee' and purgee_le is null"


@dataclass(frozen=True)
class ExtraitLu:
    """A folder of extract: the bytes of its manifest, what it says, its signature (empty when its file is missing);
    `statut`: `a_approuver` or `clos`, as it says."""

    dossier: Path
    octets: bytes
    manifeste: dict[str, Any]
    signature: bytes
    exercice: int
    version: int
    statut: str

    @classmethod
    def lire(cls, dossier: Path) -> ExtraitLu | None:
        """The extract of a folder; None where no manifest can be read."""
        try:
            octets, signature = (dossier / MANIFESTE).read_bytes(), dossier / SIGNATURE
            signe = signature.read_bytes() if signature.is_file() else b""
            lu = json.loads(octets)
            exercice, version, statut = lu["exercice"], lu["version"], lu["statut"]
            entier = isinstance(exercice, int) and isinstance(version, int) and statut and lu["sceau"]
            _ = _declares(lu), {**lu["sceau"], **lu.get("cloture", {})}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not entier:
            return None
        return cls(dossier, octets, lu, signe, exercice, version, str(statut))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def differences(self) -> Iterator[tuple[str, str]]:
        """(name, what is wrong with it in French) per file that is not the one of the manifest. OSError."""
        return differences(self.dossier, self.manifeste)


def differences(dossier: Path, manifeste: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, what is wrong with it in French) per file of a folder that is not the one of its manifest. OSError."""
    declares = _declares(manifeste)
    fichiers = (c for c in dossier.rglob("*") if c.is_symlink() or not c.is_dir())
    presents = {c.relative_to(dossier).as_posix(): c for c in fichiers}
    for nom in sorted((presents.keys() | declares.keys()) - {MANIFESTE, SIGNATURE}):
        chemin = presents.get(nom)
        if chemin is None:
            yield nom, MANQUE
        elif nom not in declares:
            yield nom, ETRANGER
        elif chemin.is_symlink() or not chemin.is_file() or empreinte(chemin).sha256 != declares[nom]:
            yield nom, CHANGE


def _declares(manifeste: dict[str, Any]) -> dict[str, str]:
    """{address: sha256} of the files that a manifest names."""
    return {s["fichier"]: s["sha256"] for s in manifeste["sorties"]}


def ecarts_extrait(conn: psycopg.Connection[Any], dossier: Path, var: Path | None = None) -> list[str]:
    """A French sentence per file that is not the one written, then for the manifest, its signature and its seal; a key
    says who signed it: what it says is compared with what the statement of its publication, or of its closing, holds,
    and its CSV with the rows of its version.

    `var`: the folder of the keys. An unreadable folder is a difference too: nothing is raised.
    """
    return [f"extrait {dossier} : {ecart}." for ecart in _ecarts(conn, dossier, var)]


def _ecarts(conn: psycopg.Connection[Any], dossier: Path, var: Path | None) -> Iterator[str]:
    extrait = ExtraitLu.lire(dossier)
    if extrait is None or not extrait.signature:
        yield f"{MANIFESTE} ou {SIGNATURE} manque, ou n'est pas d'un extrait — {REMEDE}"
        return
    try:
        differences = list(extrait.differences())
    except OSError as erreur:
        yield f"il ne peut pas être lu ({raison_systeme(erreur)}) — {REMEDE}"
        return
    for nom, quoi in differences:
        yield f"le fichier {nom} {quoi} — {'retirez-le' if quoi == ETRANGER else REMEDE}"
    signe = est_signe(extrait.octets, extrait.signature, cles_connues(conn, var))
    publications = (s for s in lire_sceaux(conn, PUBLICATION, extrait.version) if s.tient)
    sceau = next((s for s in publications if extrait.exercice in s.dit["exercices"]), None)
    cloture = lire_cloture(conn, extrait.exercice, extrait.version)
    if sceau is None or (extrait.statut == CLOS and cloture is None):
        quoi = "la clôture qu'il porte" if sceau else f"la version {extrait.version}"
        yield f"l'entrepôt n'a pas {quoi} : {ANTERIEURE}"
        return
    dits = sceau.dit, cloture.enonce if cloture else None
    if not signe:
        yield f"{SIGNATURE} n'est pas la signature de {MANIFESTE} — {REMEDE}"
    if (extrait.manifeste["sceau"], extrait.manifeste.get("cloture")) != dits:
        close = ", close depuis" if cloture and extrait.statut != CLOS else ""
        yield f"le sceau ou la clôture qu'il porte n'est pas de la version {extrait.version}{close} — {REMEDE}"
    elif signe:
        yield from _ecarts_au_scelle(conn, extrait, (cloture.enonce if cloture else sceau.dit).get("extraits"))


def _ecarts_au_scelle(conn: psycopg.Connection[Any], extrait: ExtraitLu, scelles: list[str] | None) -> Iterator[str]:
    """What a signed extract says otherwise than what was sealed: each figure, then anything else. A publication that
    holds it holds its figures; a closing says what an approver has made of them."""
    entier = ecrire(extrait.manifeste) == extrait.octets
    tenu = entier and condenser_manifeste(extrait.manifeste) in (scelles or ())
    if not tenu or extrait.statut == CLOS:
        for nom in _autres_chiffres(conn, extrait):
            yield f"le fichier {nom} n'a pas les chiffres scellés de la version {extrait.version} — {REMEDE}"
    if scelles and not tenu:
        yield (
            f"{MANIFESTE} n'est pas celui qui a été scellé avec la version {extrait.version} : un fichier a été refait "
            "et signé de nouveau, ou un autre logiciel l'a écrit — reprenez l'extrait remis alors, qui fait foi"
        )


def _autres_chiffres(conn: psycopg.Connection[Any], extrait: ExtraitLu) -> Iterator[str]:
    """The CSV of an extract that its version does not write, whoever signed it; none where the rows were purged."""
    if conn.execute(CONSERVEE, (extrait.version,)).fetchone() is None:
        return
    declares = _declares(extrait.manifeste)
    with TemporaryDirectory() as dossier:
        for relation in relations_ecrites(conn, lire_contexte(conn, extrait.exercice, extrait.version)).values():
            nom, ecrit = f"{relation.nom}.csv", Path(dossier) / f"{relation.nom}.csv"
            ecrire_csv(conn, relation, extrait.exercice, extrait.version, ecrit)
            if empreinte(ecrit).sha256 != declares.get(nom):
                yield nom
            ecrit.unlink()


def versions_remises(conn: psycopg.Connection[Any], dossiers: Iterable[Path]) -> set[int]:
    """The versions of these extracts whose rows are there."""
    lus = {extrait.version for extrait in map(ExtraitLu.lire, dossiers) if extrait is not None}
    return {v for v in lus if conn.execute(CONSERVEE, (v,)).fetchone() is not None}


def remarques_extrait(conn: psycopg.Connection[Any], dossier: Path) -> Iterator[str]:
    """A French sentence when a folder is of a version that its exercice no longer publishes, or was sealed by software
    that did not seal documents. What was given out then is true of its version: it is no difference."""
    extrait = ExtraitLu.lire(dossier)
    if extrait is None:
        return
    acte = extrait.manifeste.get("cloture") or extrait.manifeste["sceau"]
    if not acte.get("extraits"):
        yield (
            f"extrait {dossier} : le logiciel qui a scellé la version {extrait.version} ne scellait pas les documents. "
            "Ses CSV sont comparés aux lignes scellées ; ses pages, PDF et classeurs ne peuvent pas l'être."
        )
    publiee = lire_pointeurs(conn).get(extrait.exercice)
    if publiee not in (extrait.version, None):
        yield (
            f"extrait {dossier} : il est de la version {extrait.version}, et l'exercice {extrait.exercice} publie la "
            f"version {publiee}."
        )


def signer_et_noter(
    conn: psycopg.Connection[Any],
    extrait: tuple[int, int, str],
    manifeste: bytes,
    dossier: Path,
    poste: Poste,
) -> bytes:
    """The signature of the manifest of an extract (exercice, version, status): the one that is noted already, whoever
    made it, else a new one; noted with the folder where it goes. `poste`: who has the key."""
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
    """Where the extracts of a version were put, the newest first."""
    return [Path(dossier) for (dossier,) in conn.execute(DOSSIERS, (exercice, version)).fetchall()]
