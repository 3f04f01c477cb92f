"""The annual extract `bilan_AAAA/`: written aside, then renamed; a closed folder is never touched (S9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.composition.dossier import MiseEnPlace, mise_en_place, reprendre
from mutualisation.composition.occupation import verifier_place
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.extrait import place, produits
from mutualisation.ingestion.octets import empreinte
from mutualisation.publication import catalogue, manifeste
from mutualisation.publication.clotures import noter_emplacement
from mutualisation.publication.contexte import Contexte, condition_de, est_publiee, lire_contexte, version_publiee
from mutualisation.publication.extraits_csv import ecrire_csv, lignes, publication_sha256
from mutualisation.publication.extraits_lus import ecarts_extrait
from mutualisation.publication.manifeste import MANIFESTE, SIGNATURE
from mutualisation.publication.manifestes_signes import signer_manifeste
from mutualisation.publication.relations import Relation, lire_relations, relations_internes
from mutualisation.publication.sceaux import lire_sceau
from mutualisation.rapport import diffusion
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau

REDRESSEMENT = "redressement"
LIMITE_DIFFERENCES = 10
REFUS = "L'extrait ne peut pas être écrit"
Porte = Callable[[psycopg.Connection[Any], Path, int, int, Mapping[str, Relation]], Any]


def ecrire_extrait(
    conn: psycopg.Connection[Any],
    exercice: int,
    sortie: Path,
    *,
    version: int | None = None,
    identite: str = "declaree",
    porte: Porte | None = None,
    var: Path | None = None,
) -> Path:
    """Write `bilan_AAAA/` of an exercice under `sortie` and give back its path.

    `version`: a stored version, by default the published one; `identite`: `declaree` or `authentifiee`, of a version
    that was prepared before it was kept (K3); `porte` reads the extract back before it takes its place, and raises when
    it is not the publication; `var`: the folder of the key that signs.
    The same version gives the same bytes (S8); a closed extract that stands whole is left as it is (S9). Raises
    `ErreurMutualisation` when the exercice is not published, the folder cannot be written, or the former one holds a
    file that is not ours (K11).
    """
    preparer_sortie(conn, sortie, [exercice], version)
    with mise_en_place(sortie, REFUS) as pose:
        destination = composer_extrait(conn, exercice, pose, version=version, identite=identite, porte=porte, var=var)
        # noted before it takes its place: what is found there is known, and was signed
        conn.commit()
        pose.decider(condition_de(conn, [exercice], version))
        pose.poser()
    return destination


def composer_extrait(
    conn: psycopg.Connection[Any],
    exercice: int,
    pose: MiseEnPlace,
    *,
    version: int | None = None,
    identite: str = "declaree",
    porte: Porte | None = None,
    var: Path | None = None,
) -> Path:
    """Write and read back the extract of an exercice beside its place, where `pose` will put it; give back that place.

    Its signature is noted in this transaction, to be committed before it takes its place. A closed extract that stands
    whole is left as it is.
    """
    contexte = lire_contexte(conn, exercice, version if version is not None else version_publiee(conn, exercice))
    choisie = contexte.construction.version
    destination = place.dossier_de(conn, pose.sortie, exercice, choisie)
    if place.est_clos_et_entier(conn, destination, exercice, choisie, var):
        return destination
    relations = _relations_de(contexte) | _redressement(conn, contexte)
    dossier = pose.preparer(destination.name)
    _remplir(conn, contexte, relations, dossier, contexte.identite(identite))
    _avouer(conn, contexte, dossier, destination, var)
    _signer(conn, contexte, dossier, var)
    if porte is not None:
        porte(conn, dossier, exercice, choisie, relations)
    ecrit = place.sha256_manifeste(dossier) or ""
    noter_emplacement(conn, exercice, choisie, manifeste.statut_de(contexte), ecrit, destination)
    if contexte.cloture is not None:
        place.ancrer_clos(dossier, exercice, choisie, var)
    return destination


def preparer_sortie(
    conn: psycopg.Connection[Any], sortie: Path, exercices: Iterable[int], version: int | None = None
) -> None:
    """Before hours of work, the lock held: end or sweep what a killed run left in `sortie`, then look at each place.

    As `verifier_places`.
    """
    reprendre(sortie, REFUS, partial(est_publiee, conn))
    verifier_places(conn, sortie, exercices, version)


def verifier_places(
    conn: psycopg.Connection[Any], sortie: Path, exercices: Iterable[int], version: int | None = None
) -> None:
    """Look at each place. `version`: the stored one that is to be written; by default one that is not closed.

    Raises `ErreurMutualisation` when a folder there holds a file that is not ours, or may not be replaced (K11).
    """
    for exercice in exercices:
        verifier_place(place.dossier_de(conn, sortie, exercice, version))


def page_de(dossier: Path) -> Path:
    """The HTML page of an extract folder (`bilan_2021/` or `bilan_2021_v2/`)."""
    return next(iter(sorted(dossier.glob("bilan_etape_*.html"))), dossier)


def est_autrement_rendu(dossier: Path) -> bool:
    """True for a closed extract that this software no longer writes as it was approved."""
    contenu = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    return "manifeste_clos" in contenu


def _avouer(
    conn: psycopg.Connection[Any], contexte: Contexte, dossier: Path, destination: Path, var: Path | None
) -> None:
    """A closed extract that is written otherwise than it was closed says so in its manifest, and never takes the
    place of a folder (the software has changed since)."""
    if contexte.cloture is None:
        return
    clos = place.manifeste_clos(conn, destination, contexte.exercice, contexte.construction.version, var)
    if clos is None or place.sha256_manifeste(dossier) == clos:
        return
    if destination.exists():
        raise ErreurMutualisation(
            f"L'extrait clos {destination} n'est plus entier ({_differences(conn, destination, var)}) et ce "
            "logiciel ne le réécrit pas aux mêmes octets : reprenez-le d'une sauvegarde, ou donnez un autre dossier "
            "à --sortie."
        )
    chemin = dossier / MANIFESTE
    _ecrire_json(chemin, json.loads(chemin.read_text(encoding="utf-8")) | {"manifeste_clos": clos})


def _differences(conn: psycopg.Connection[Any], dossier: Path, var: Path | None) -> str:
    lues = place.ecarts(dossier) or ecarts_extrait(conn, dossier, var) or [f"{MANIFESTE} n'est pas celui de la clôture"]
    return ", ".join(lues[:LIMITE_DIFFERENCES]) + (", …" if len(lues) > LIMITE_DIFFERENCES else "")


def _relations_de(contexte: Contexte) -> dict[str, Relation]:
    """Relations and columns of the contract at publication: one added since is in no former extract (S8)."""
    connues = lire_relations()
    return {nom: connues[nom].limitee(colonnes) for nom, colonnes in contexte.relations.items() if nom in connues}


def _redressement(conn: psycopg.Connection[Any], contexte: Contexte) -> dict[str, Relation]:
    """`redressement.csv` of a closed exercice that was built again (K6); nothing otherwise."""
    relation, colonnes = relations_internes().get(REDRESSEMENT), contexte.relations.get(REDRESSEMENT)
    if relation is None or colonnes is None:
        return {}
    limitee = relation.limitee(colonnes)
    vide = next(iter(lignes(conn, limitee, contexte.exercice, contexte.construction.version)), None) is None
    return {} if vide else {REDRESSEMENT: limitee}


def _remplir(
    conn: psycopg.Connection[Any], contexte: Contexte, relations: Mapping[str, Relation], dossier: Path, identite: str
) -> None:
    """Write every file of the extract; the manifest last, over the sha256 of the others."""
    exercice, version = contexte.exercice, contexte.construction.version
    publie = contexte.construction.publication_sha256 or publication_sha256(conn)
    bilan = Bilan(conn, contexte, relations)
    restreinte = diffusion.est_restreinte(bilan)
    for relation in relations.values():
        ecrire_csv(conn, relation, exercice, version, dossier / f"{relation.nom}.csv")
    _ecrire_json(
        dossier / "datapackage.json", catalogue.decrire(contexte, relations.values(), dossier, restreinte=restreinte)
    )
    produits.ecrire_tout(produits.documents(bilan, Sceau(publie, identite)), dossier)
    ecrits = (chemin for chemin in sorted(dossier.rglob("*")) if chemin.is_file())
    lues = {chemin.relative_to(dossier).as_posix(): empreinte(chemin) for chemin in ecrits}
    _ecrire_json(
        dossier / MANIFESTE,
        manifeste.decrire(
            contexte,
            lues,
            identite=identite,
            publication_sha256=publie,
            avec_reserves=bilan.avec_reserves,
            sceau=json.loads(lire_sceau(conn, version).enonce),
            restreinte=restreinte,
        ),
    )


def _signer(conn: psycopg.Connection[Any], contexte: Contexte, dossier: Path, var: Path | None) -> None:
    """The detached signature beside the manifest."""
    ecrit = (dossier / MANIFESTE).read_bytes()
    signature = signer_manifeste(conn, contexte.exercice, contexte.construction.version, ecrit, var)
    (dossier / SIGNATURE).write_bytes(signature)


def _ecrire_json(chemin: Path, contenu: dict[str, Any]) -> None:
    chemin.write_text(json.dumps(contenu, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
