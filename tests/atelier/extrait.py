"""An extract of a warehouse published by hand, put in place as `extraire` does, without its gate; one signed anew."""

import json
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.atelier.fouille import empreintes, manifeste

from mutualisation.documents.composition.dossier import mise_en_place
from mutualisation.documents.extrait.annuel import (
    REFUS,
    Porte,
    composer_extrait,
    est_en_place,
    verifier_places,
)
from mutualisation.documents.extrait.produits import presses
from mutualisation.documents.extrait.remise import mettre_en_place
from mutualisation.publication.versions.contexte import version_publiee
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.poste import Poste


def ecrire_extrait(
    conn: psycopg.Connection[Any],
    exercice: int,
    sortie: Path,
    *,
    version: int | None = None,
    porte: Porte = lambda *_: None,
) -> Path:
    """Write `bilan_AAAA/` of an exercice under `sortie` and give back its path; `version`: by default the published."""
    verifier_places(conn, sortie, [exercice], version)
    choisie = version if version is not None else version_publiee(conn, exercice)
    if entier := est_en_place(conn, exercice, choisie, sortie, dossier_var()):
        return entier
    with mise_en_place(sortie, REFUS) as pose:
        with presses() as imprimer:
            extrait = composer_extrait(conn, exercice, choisie, pose, imprimer)
            lu = extrait.finir(conn, porte)
        pose.mettre_sur_disque()
        (ecrit,) = mettre_en_place(conn, pose, {extrait.dossier.name: lu}, Poste.ici())
    return ecrit.place


def signer_de_nouveau(extrait: Path, cle: Ed25519PrivateKey, **dit: Any) -> None:
    """Make the manifest of an extract over the files that are there, what it says changed, and sign it with a key."""
    lus = {nom: e for nom, e in empreintes(extrait).items() if not nom.startswith("manifeste.json")}
    lu = manifeste(extrait) | dit | {"sorties": [{"fichier": nom, "sha256": e} for nom, e in lus.items()]}
    ecrit = (json.dumps(lu, ensure_ascii=False, indent=2) + "\n").encode()
    (extrait / "manifeste.json").write_bytes(ecrit)
    (extrait / "manifeste.json.sig").write_bytes(cle.sign(ecrit))
