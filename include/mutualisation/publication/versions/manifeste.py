"""`manifeste.json`: every input and output by sha256, the method in force, the gates, who prepared and who approved."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mutualisation.entree.lecteurs.octets import Empreinte
from mutualisation.publication.versions.contexte import Contexte

MANIFESTE, SIGNATURE = "manifeste.json", "manifeste.json.sig"
A_APPROUVER = "a_approuver"
CLOS = "clos"
# says that the software has changed since the extract was sealed, and writes it otherwise
AUTREMENT_RENDU = "autrement_rendu"
# known once what was composed is signed
ENONCES = {"sceau", "cloture", AUTREMENT_RENDU}


def ecrire(contenu: Mapping[str, Any]) -> bytes:
    """The JSON of a manifest, or of what is written beside it."""
    return (json.dumps(contenu, ensure_ascii=False, indent=2) + "\n").encode()


def condenser_manifeste(contenu: Mapping[str, Any]) -> str:
    """sha256 of what a manifest says, but for the statements that it carries: they hold it (K10)."""
    return hashlib.sha256(ecrire({nom: dit for nom, dit in contenu.items() if nom not in ENONCES})).hexdigest()


def statut_de(contexte: Contexte) -> str:
    """`clos` when the database says so (K11), else `a_approuver`."""
    return CLOS if contexte.cloture else A_APPROUVER


def decrire(
    contexte: Contexte,
    sorties: Mapping[str, Empreinte],
    *,
    avec_reserves: bool,
    restreinte: bool = False,
) -> dict[str, Any]:
    """The manifest of one extract (K3, G4, S7), but for the seal of its version, which its publication adds; `sorties`
    gives the digest of each file.

    Its only clocks are the end of the build and the approval, as the warehouse keeps them.
    """
    construction, cloture = contexte.construction, contexte.cloture
    return {
        "exercice": contexte.exercice,
        "epci": {"siren": contexte.siren, "nom": contexte.epci},
        "statut": statut_de(contexte),
        "avec_reserves": avec_reserves,
        "diffusion": "restreinte" if restreinte else "ouverte",
        "donnees_synthetiques": contexte.est_synthetique,
        "version": construction.version,
        "construit_le": construction.construit_le,
        "code_version": construction.code_version,
        "prepare_par": construction.prepare_par,
        "approuve_par": cloture.approuve_par if cloture else None,
        **(
            {
                "approuve_le": cloture.approuve_le,
                "manifeste_approuve": cloture.manifeste_sha256,
                "cloture": cloture.enonce,
            }
            if cloture
            else {}
        ),
        "identite": contexte.identite,
        "publication_sha256": construction.publication_sha256,
        # none of a version that a former software published: its manifest stays as it was
        **({"chiffres_sha256": x} if (x := construction.chiffres_sha256) else {}),
        "projet_dbt_sha256": construction.portes.get("modele", {}).get("projet_dbt_sha256"),
        "exercices_presentes": {str(e): v for e, v in contexte.presentes.items()},
        "parametres": contexte.parametres,
        "portes": construction.portes,
        "entrees": contexte.fichiers,
        "sorties": [{"fichier": nom, "sha256": e.sha256, "octets": e.octets} for nom, e in sorties.items()],
    }
