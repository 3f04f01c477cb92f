"""Sign extracts and put them in place: the journal says what they are, then the disk does (K11). Nothing signed lies on
the disk before the commit; after a kill, the next command does the same from what the journal says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import MiseEnPlace, verifier_place
from mutualisation.documents.extrait.annuel import dossier_de
from mutualisation.publication.versions.clotures import lire_cloture
from mutualisation.publication.versions.extraits import ExtraitLu, signer_et_noter
from mutualisation.publication.versions.manifeste import (
    AUTREMENT_RENDU,
    CLOS,
    MANIFESTE,
    SIGNATURE,
    DossierLu,
    condenser_manifeste,
    ecrire,
)
from mutualisation.publication.versions.sceaux import lire_sceau
from mutualisation.socle.disque import synchroniser
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

LIMITE_ECARTS = 10


@dataclass(frozen=True)
class Signe:
    """The journal knows a composed extract: its folder, its place, its manifest and the signature of it."""

    exercice: int
    dossier: Path
    place: Path
    manifeste: bytes
    signature: bytes

    @property
    def est_autrement_rendu(self) -> bool:
        """Say whether this software no longer writes the extract as it was sealed."""
        return AUTREMENT_RENDU in json.loads(self.manifeste)


def signer_ensemble(
    conn: psycopg.Connection[Any], pose: MiseEnPlace, manifestes: Mapping[str, str], poste: Poste
) -> list[Signe]:
    """Sign the composed extracts of {folder: digest of the manifest that the gate read}, and note each with its place.

    The transaction may be that of the publication. An extract that has its place already is left. `poste` has the key.
    Raises `ErreurMutualisation` when a file is no longer the one that was read, or a place is not to be replaced."""
    return [_signer(conn, d, pose.sortie, manifestes[d.name], poste) for d in pose.a_placer() if d.name in manifestes]


def mettre_en_place(
    conn: psycopg.Connection[Any], pose: MiseEnPlace, manifestes: Mapping[str, str], poste: Poste
) -> list[Signe]:
    """Sign the composed extracts of a version that is published, commit, then rename them into their places."""
    signes = signer_ensemble(conn, pose, manifestes, poste)
    conn.commit()
    for signe in signes:
        for nom, octets in ((MANIFESTE, signe.manifeste), (SIGNATURE, signe.signature)):
            # the file is whole or absent, and never a stranger among the files of the extract
            provisoire = pose.travail / f".{nom}"
            provisoire.write_bytes(octets)
            synchroniser(provisoire)
            provisoire.replace(signe.dossier / nom)
        synchroniser(signe.dossier)
        # a former version closed since this was composed keeps its place
        signe.dossier.rename(pose.travail / signe.place.name)
    pose.poser()
    return signes


def _signer(conn: psycopg.Connection[Any], dossier: Path, sortie: Path, empreinte_lue: str, poste: Poste) -> Signe:
    """Add to the manifest of a composed extract the statements that hold it. Software that changed since may write an
    extract with other bytes: the manifest then says so, and no closed folder is replaced."""
    compose = DossierLu.lire(dossier)
    if (
        compose is None
        or compose.octets != ecrire(compose.manifeste)
        or condenser_manifeste(compose.manifeste) != empreinte_lue
    ):
        raise _autres_documents(dossier, MANIFESTE)
    contenu = compose.manifeste
    contenu.pop(AUTREMENT_RENDU, None)
    if changes := [f"{nom} {quoi}" for nom, quoi in compose.differences()]:
        raise _autres_documents(dossier, ", ".join(changes[:LIMITE_ECARTS]))
    exercice, version, statut = contenu["exercice"], contenu["version"], contenu["statut"]
    place = dossier_de(conn, sortie, exercice, version)
    verifier_place(place)
    acte = contenu["sceau"] = lire_sceau(conn, version).dit
    cloture = lire_cloture(conn, exercice, version) if statut == CLOS else None
    if cloture is not None:
        acte = contenu["cloture"] = cloture.enonce
    if empreinte_lue not in acte.get("extraits", ()) and (cloture or acte.get("extraits")):
        contenu[AUTREMENT_RENDU] = True
        en_place = ExtraitLu.lire(place)
        if cloture and en_place and en_place.statut == CLOS and en_place.octets != ecrire(contenu):
            raise ErreurMutualisation(
                f"L'extrait clos {place} n'est plus entier et ce logiciel ne le réécrit pas aux mêmes octets : "
                "reprenez-le d'une sauvegarde, ou donnez un autre dossier à --sortie."
            )
    ecrit = ecrire(contenu)
    signature = signer_et_noter(conn, (exercice, version, statut), ecrit, place, poste)
    return Signe(exercice, dossier, place, ecrit, signature)


def _autres_documents(dossier: Path, quoi: str) -> ErreurMutualisation:
    return ErreurMutualisation(
        f"Les documents de {dossier} ne sont plus ceux qui ont été relus ({quoi}) : rien n'a été remplacé ; déplacez "
        "ce dossier, et lancez « mutualisation controler » de nouveau, ou « extraire » si la version est publiée."
    )
