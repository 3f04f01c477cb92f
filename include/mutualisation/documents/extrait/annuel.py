"""The annual extract `bilan_AAAA/` is written aside, then renamed; a closed folder is never touched (S9, K11)."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import MiseEnPlace, verifier_place
from mutualisation.documents.extrait import produits
from mutualisation.documents.extrait.reprises import Reprises
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.publication.versions import catalogue, manifeste
from mutualisation.publication.versions.clotures import Cloture, lire_cloture
from mutualisation.publication.versions.contexte import lire_contexte, relations_ecrites
from mutualisation.publication.versions.extraits import ExtraitLu, ecarts_extrait
from mutualisation.publication.versions.extraits_csv import ecrire_csv
from mutualisation.publication.versions.manifeste import A_APPROUVER, CLOS
from mutualisation.publication.versions.relations import Relation
from mutualisation.socle.erreurs import ErreurMutualisation

REFUS = "L'extrait ne peut pas être écrit"
CLOSE_LA = """
select max(version) from journal.extraits inner join journal.clotures using (exercice, version)
 where exercice = %s and dossier = %s
"""
Porte = Callable[[psycopg.Connection[Any], Path, int, int, Mapping[str, Relation]], Any]


def verifier_places(
    conn: psycopg.Connection[Any], sortie: Path, exercices: Iterable[int], version: int | None = None
) -> None:
    """Look at each place, before hours of work. `version` is the stored one that is to be written; by default one that
    is not closed. Raises `ErreurMutualisation` when a folder there holds a file that is not ours, or may not be
    replaced (K11)."""
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
    """An extract is being written in `dossier`; each document is to be waited for, some of communes are copied."""

    bilan: Bilan
    relations: Mapping[str, Relation]
    dossier: Path
    imprimes: list[Future[None]]
    reprises: Reprises

    def finir(self, conn: psycopg.Connection[Any], porte: Porte, detail: Suivi = muet) -> str:
        """Wait for the documents, write the manifest, then have `porte` compare the folder with the version, and raise
        when they differ. Returns the digest of the manifest, to which the statements are added later."""
        exercice = self.bilan.contexte.exercice
        for rang, imprime in enumerate(self.imprimes, start=1):
            imprime.result()
            detail(f"Extrait de l'exercice {exercice} : document {rang} sur {len(self.imprimes)}")
        contexte, restreinte = self.bilan.contexte, ouverture.est_restreinte(self.bilan)
        dit = manifeste.decrire(contexte, avec_reserves=self.bilan.avec_reserves, restreinte=restreinte)
        ecrit = manifeste.poser(self.dossier, dit | self.reprises.anciens)
        self.reprises.noter(conn, exercice, ecrit.declares)
        porte(conn, self.dossier, exercice, contexte.construction.version, self.relations)
        return manifeste.condenser_manifeste(ecrit.manifeste)


def composer_extrait(
    conn: psycopg.Connection[Any],
    exercice: int,
    version: int,
    pose: MiseEnPlace,
    imprimer: produits.Imprimer,
    cloture: Cloture | None = None,
    *,
    refaire: bool = False,
) -> Extrait:
    """Begin to write the extract of a version whose rows are there, published or not, in an empty folder of `pose`.
    `cloture` is about to be signed; `refaire` copies no document. The same version gives the same bytes (S8)."""
    place = dossier_de(conn, pose.sortie, exercice, version)
    dossier, contexte = pose.preparer(place.name), lire_contexte(conn, exercice, version)
    if cloture is not None:
        contexte = replace(contexte, cloture=cloture)
    relations = relations_ecrites(conn, contexte)
    bilan = Bilan(conn, contexte, relations)
    reprises = Reprises.lire(conn, exercice, version, None if refaire else place)
    imprimes = _ecrire_fichiers(conn, bilan, relations, dossier, reprises, imprimer)
    return Extrait(bilan, relations, dossier, imprimes, reprises)


def est_en_place(conn: psycopg.Connection[Any], exercice: int, version: int, sortie: Path, var: Path) -> Path | None:
    """Return the folder where the extract of a version stands whole (S9); None where it is to be written."""
    place = dossier_de(conn, sortie, exercice, version)
    ecrit, statut = ExtraitLu.lire(place), CLOS if lire_cloture(conn, exercice, version) else A_APPROUVER
    attendu = ecrit is not None and (ecrit.exercice, ecrit.version, ecrit.statut) == (exercice, version, statut)
    return place if attendu and not ecarts_extrait(conn, place, var) else None


def page_de(dossier: Path) -> Path:
    """Return the HTML page of an extract folder (`bilan_2021/` or `bilan_2021_v2/`)."""
    return next(iter(sorted(dossier.glob("bilan_etape_*.html"))), dossier)


def _ecrire_fichiers(
    conn: psycopg.Connection[Any],
    bilan: Bilan,
    relations: Mapping[str, Relation],
    dossier: Path,
    reprises: Reprises,
    imprimer: produits.Imprimer,
) -> list[Future[None]]:
    """Write the CSV and the data package; return the documents under way, each to be waited for."""
    contexte = bilan.contexte
    exercice, version = contexte.exercice, contexte.construction.version
    for relation in relations.values():
        ecrire_csv(conn, relation, exercice, version, dossier / f"{relation.nom}.csv")
    paquet = catalogue.decrire(contexte, relations.values(), dossier, restreinte=ouverture.est_restreinte(bilan))
    (dossier / "datapackage.json").write_bytes(manifeste.ecrire(paquet))
    dates = map(reprises.dater, produits.documents(bilan))
    return [imprimer(document, dossier) for document in dates if not reprises.copier(document, dossier)]


# ---------------------------------------------------------------- where it goes
def dossier_de(conn: psycopg.Connection[Any], sortie: Path, exercice: int, version: int | None) -> Path:
    """Return `bilan_AAAA`, or the first `bilan_AAAA_vN` that no other closed version holds (S9)."""
    candidat, rang = sortie / f"bilan_{exercice}", 1
    while _tenu_par_une_autre(conn, candidat, exercice, version):
        rang += 1
        candidat = sortie / f"bilan_{exercice}_v{rang}"
    return candidat


def dossier_ecrit(sortie: Path, exercice: int, version: int) -> Path | None:
    """Return the folder of `sortie` that holds the extract of a version."""
    candidats = [sortie / f"bilan_{exercice}", *sorted(sortie.glob(f"bilan_{exercice}_v*"))]
    return next((c for c in candidats if _version_de(c, exercice) == version), None)


def _tenu_par_une_autre(conn: psycopg.Connection[Any], dossier: Path, exercice: int, version: int | None) -> bool:
    """Say whether the folder is another closed version's, by the journal or by its manifest."""
    if not dossier.exists():
        return False
    (notee,) = conn.execute(CLOSE_LA, (exercice, str(dossier.absolute()))).fetchone() or (None,)
    versions = {v for v in (notee, _version_de(dossier, exercice)) if v is not None}
    return any(v != version and lire_cloture(conn, exercice, v) is not None for v in versions)


def _version_de(dossier: Path, exercice: int) -> int | None:
    """Return the version that the manifest of a folder names."""
    extrait = ExtraitLu.lire(dossier)
    return extrait.version if extrait is not None and extrait.exercice == exercice else None
