"""The annual extract `bilan_AAAA/`: written aside, then renamed; a closed folder is never touched (S9, K11)."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import verifier_place
from mutualisation.documents.extrait import produits
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.versions import catalogue, manifeste
from mutualisation.publication.versions.clotures import lire_cloture
from mutualisation.publication.versions.contexte import Contexte, lire_contexte
from mutualisation.publication.versions.extraits import (
    ExtraitLu,
    differences,
    ecarts_extrait,
    premier_clos,
    signer_et_noter,
)
from mutualisation.publication.versions.extraits_csv import ecrire_csv, lire_lignes
from mutualisation.publication.versions.manifeste import A_APPROUVER, CLOS, MANIFESTE, SIGNATURE
from mutualisation.publication.versions.relations import Relation, lire_relations, relations_internes
from mutualisation.publication.versions.sceaux import lire_sceau
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

LIMITE_ECARTS = 10
REDRESSEMENT = "redressement"
REFUS = "L'extrait ne peut pas être écrit"
CLOSE_LA = """
select max(version) from journal.extraits inner join journal.clotures using (exercice, version)
 where exercice = %s and dossier = %s
"""
Porte = Callable[[psycopg.Connection[Any], Path, int, int, Mapping[str, Relation]], Any]


def verifier_places(
    conn: psycopg.Connection[Any], sortie: Path, exercices: Iterable[int], version: int | None = None
) -> None:
    """Look at each place, before hours of work. `version`: the stored one that is to be written; by default one that is
    not closed.

    Raises `ErreurMutualisation` when a folder there holds a file that is not ours, or may not be replaced (K11).
    """
    for exercice in exercices:
        place = dossier_de(conn, sortie, exercice, version)
        verifier_place(place)
        en_place = ExtraitLu.lire(place)
        if en_place and en_place.statut == CLOS and lire_cloture(conn, en_place.exercice, en_place.version) is None:
            raise ErreurMutualisation(
                f"{place} se dit clos, et l'entrepôt ne connaît pas cette clôture : il vient d'une sauvegarde "
                "antérieure, ou ce dossier est d'un autre entrepôt. Rien n'a été remplacé : renommez ce dossier, qui "
                "en est peut-être la seule trace, puis relancez."
            )


@dataclass(frozen=True)
class Extrait:
    """An extract under way in the folder `dossier`: its contents, its relations, and its documents, each to be waited
    for."""

    bilan: Bilan
    relations: Mapping[str, Relation]
    dossier: Path
    imprimes: list[Future[None]]

    def finir(self, conn: psycopg.Connection[Any], porte: Porte, detail: Suivi = muet) -> str:
        """Wait for the documents, write the manifest, then have `porte` compare the folder with the version, and raise
        when they differ. Gives back the sha256 of the manifest, to which the seal is added later."""
        exercice = self.bilan.contexte.exercice
        for rang, imprime in enumerate(self.imprimes, start=1):
            imprime.result()
            detail(f"Extrait de l'exercice {exercice} : document {rang} sur {len(self.imprimes)}")
        ecrit = _json(_manifeste(self.bilan, self.dossier))
        (self.dossier / MANIFESTE).write_bytes(ecrit)
        porte(conn, self.dossier, exercice, self.bilan.contexte.construction.version, self.relations)
        return hashlib.sha256(ecrit).hexdigest()


def composer_extrait(
    conn: psycopg.Connection[Any], exercice: int, version: int, dossier: Path, imprimer: produits.Imprimer
) -> Extrait:
    """Begin to write the extract of a version whose rows are there, published or not, in an empty folder.

    The same version gives the same bytes (S8).
    """
    contexte = lire_contexte(conn, exercice, version)
    # the relations and columns that the contract had when the rows were stored: later ones are not in this extract (S8)
    connues = lire_relations()
    relations = {nom: connues[nom].limitee(colonnes) for nom, colonnes in contexte.relations.items() if nom in connues}
    relations |= _redressement(conn, contexte)
    bilan = Bilan(conn, contexte, relations)
    return Extrait(bilan, relations, dossier, _ecrire_fichiers(conn, bilan, relations, dossier, imprimer))


def signer_extrait(conn: psycopg.Connection[Any], dossier: Path, sortie: Path, lu: str, poste: Poste) -> Path:
    """Add to the manifest of a composed extract the seal of its version, published in this transaction or before; sign
    it, and note it with its place under `sortie`, which is given back.

    `lu`: sha256 of the manifest that the gate read; `poste`: who has the key. Software that changed since a closing
    may write the closed extract with other bytes: the manifest then names the sha256 of the first one, and no folder is
    replaced. Raises `ErreurMutualisation` where one would be, or when a file is no longer the one that was read.
    """
    octets = (dossier / MANIFESTE).read_bytes() if (dossier / MANIFESTE).is_file() else b""
    if hashlib.sha256(octets).hexdigest() != lu:
        raise _autres_documents(dossier, MANIFESTE)
    contenu = json.loads(octets)
    if changes := [f"{nom} {quoi}" for nom, quoi in differences(dossier, contenu)]:
        raise _autres_documents(dossier, ", ".join(changes[:LIMITE_ECARTS]))
    exercice, version, statut = contenu["exercice"], contenu["version"], contenu["statut"]
    destination = dossier_de(conn, sortie, exercice, version)
    contenu["sceau"] = lire_sceau(conn, version).dit
    clos = premier_clos(conn, exercice, version) if statut == CLOS else None
    if clos is not None and hashlib.sha256(_json(contenu)).hexdigest() != clos:
        if destination.exists():
            raise ErreurMutualisation(
                f"L'extrait clos {destination} n'est plus entier et ce logiciel ne le réécrit pas aux mêmes octets : "
                "reprenez-le d'une sauvegarde, ou donnez un autre dossier à --sortie."
            )
        contenu["manifeste_clos"] = clos
    ecrit = _json(contenu)
    (dossier / MANIFESTE).write_bytes(ecrit)
    (dossier / SIGNATURE).write_bytes(signer_et_noter(conn, (exercice, version, statut), ecrit, destination, poste))
    return destination


def _autres_documents(dossier: Path, quoi: str) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"Les documents de {dossier} ne sont plus ceux qui ont été relus ({quoi}) : rien n'a été remplacé ; lancez "
        "« mutualisation controler » de nouveau."
    )


def est_en_place(conn: psycopg.Connection[Any], exercice: int, version: int, sortie: Path, var: Path) -> Path | None:
    """The folder where the extract of a version stands whole (S9); None where it is to be written."""
    place = dossier_de(conn, sortie, exercice, version)
    lu, statut = ExtraitLu.lire(place), CLOS if lire_cloture(conn, exercice, version) else A_APPROUVER
    attendu = lu is not None and (lu.exercice, lu.version, lu.statut) == (exercice, version, statut)
    return place if attendu and not ecarts_extrait(conn, place, var) else None


def page_de(dossier: Path) -> Path:
    """The HTML page of an extract folder (`bilan_2021/` or `bilan_2021_v2/`)."""
    return next(iter(sorted(dossier.glob("bilan_etape_*.html"))), dossier)


def est_autrement_rendu(dossier: Path) -> bool:
    """True for a closed extract that this software no longer writes as it was approved."""
    return "manifeste_clos" in json.loads((dossier / MANIFESTE).read_bytes())


def _redressement(conn: psycopg.Connection[Any], contexte: Contexte) -> dict[str, Relation]:
    """`redressement.csv` of a closed exercice that was built again (K6); nothing otherwise."""
    relation, colonnes = relations_internes().get(REDRESSEMENT), contexte.relations.get(REDRESSEMENT)
    if relation is None or colonnes is None:
        return {}
    limitee = relation.limitee(colonnes)
    vide = next(iter(lire_lignes(conn, limitee, contexte.exercice, contexte.construction.version)), None) is None
    return {} if vide else {REDRESSEMENT: limitee}


def _ecrire_fichiers(
    conn: psycopg.Connection[Any],
    bilan: Bilan,
    relations: Mapping[str, Relation],
    dossier: Path,
    imprimer: produits.Imprimer,
) -> list[Future[None]]:
    """Write the CSV and the data package; give back the documents under way, each to be waited for."""
    contexte = bilan.contexte
    exercice, version = contexte.exercice, contexte.construction.version
    for relation in relations.values():
        ecrire_csv(conn, relation, exercice, version, dossier / f"{relation.nom}.csv")
    paquet = catalogue.decrire(contexte, relations.values(), dossier, restreinte=ouverture.est_restreinte(bilan))
    (dossier / "datapackage.json").write_bytes(_json(paquet))
    return [imprimer(document, dossier) for document in produits.documents(bilan)]


def _manifeste(bilan: Bilan, dossier: Path) -> dict[str, Any]:
    """The manifest, over the sha256 of the other files; the seal of its version comes last."""
    fichiers = (chemin for chemin in sorted(dossier.rglob("*")) if chemin.is_file())
    return manifeste.decrire(
        bilan.contexte,
        {chemin.relative_to(dossier).as_posix(): empreinte(chemin) for chemin in fichiers},
        avec_reserves=bilan.avec_reserves,
        restreinte=ouverture.est_restreinte(bilan),
    )


def _json(contenu: dict[str, Any]) -> bytes:
    return (json.dumps(contenu, ensure_ascii=False, indent=2) + "\n").encode()


# ---------------------------------------------------------------- where it goes
def dossier_de(conn: psycopg.Connection[Any], sortie: Path, exercice: int, version: int | None) -> Path:
    """`bilan_AAAA`, or the first `bilan_AAAA_vN` that no other closed version holds (S9)."""
    candidat, rang = sortie / f"bilan_{exercice}", 1
    while _tenu_par_une_autre(conn, candidat, exercice, version):
        rang += 1
        candidat = sortie / f"bilan_{exercice}_v{rang}"
    return candidat


def dossier_ecrit(sortie: Path, exercice: int, version: int) -> Path | None:
    """The folder of `sortie` that holds the extract of a version."""
    candidats = [sortie / f"bilan_{exercice}", *sorted(sortie.glob(f"bilan_{exercice}_v*"))]
    return next((c for c in candidats if _version_de(c, exercice) == version), None)


def _tenu_par_une_autre(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int | None) -> bool:
    """Whether the folder is another closed version's: the one noted as put there, or the one its manifest names."""
    if not dossier.exists():
        return False
    (notee,) = conn.execute(CLOSE_LA, (exercice, str(dossier.absolute()))).fetchone() or (None,)
    versions = {v for v in (notee, _version_de(dossier, exercice)) if v is not None}
    return any(v != version and lire_cloture(conn, exercice, v) is not None for v in versions)


def _version_de(dossier: Path, exercice: int) -> int | None:
    """The version that the manifest of a folder names."""
    extrait = ExtraitLu.lire(dossier)
    return extrait.version if extrait is not None and extrait.exercice == exercice else None
