"""An extract of a warehouse published by hand, put in place as `extraire` does, without its gate."""

from pathlib import Path
from typing import Any

import psycopg

from mutualisation.documents.composition.dossier import mise_en_place
from mutualisation.documents.extrait.annuel import (
    REFUS,
    Porte,
    composer_extrait,
    dossier_de,
    est_en_place,
    signer_extrait,
    verifier_places,
)
from mutualisation.documents.extrait.produits import presses
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
            dossier = pose.preparer(dossier_de(conn, sortie, exercice, choisie).name)
            lu = composer_extrait(conn, exercice, choisie, dossier, imprimer).finir(conn, porte)
        destination = signer_extrait(conn, dossier, sortie, lu, Poste.ici())
        conn.commit()
        pose.mettre_sur_disque()
        pose.poser()
    return destination
