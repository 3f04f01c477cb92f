"""`manifeste.json` says what a folder that a command wrote is, and the digest of each of its files. It is written and
read here alone; that of an extract says the method in force, the gates, who prepared and who approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

MANIFESTE, SIGNATURE = "manifeste.json", "manifeste.json.sig"
A_APPROUVER = "a_approuver"
CLOS = "clos"
# this key says that the software has changed since the extract was sealed, and writes it otherwise
AUTREMENT_RENDU = "autrement_rendu"
# these are known once what was composed is signed
ENONCES = {"sceau", "cloture", AUTREMENT_RENDU}
# what is wrong with a file
MANQUE, CHANGE, ETRANGER = "manque", "n'est plus celui qui a été écrit", "n'est pas de ceux qui ont été écrits"


@dataclass(frozen=True)
class DossierLu:
    """A folder that a command wrote has a manifest: its bytes, what it says, its signature (empty when its file is
    missing)."""

    dossier: Path
    octets: bytes
    manifeste: dict[str, Any]
    signature: bytes

    @classmethod
    def lire(cls, dossier: Path) -> Self | None:
        """Read a folder; return None where no manifest of this kind can be read."""
        try:
            octets, signature = (dossier / MANIFESTE).read_bytes(), dossier / SIGNATURE
            signe = signature.read_bytes() if signature.is_file() else b""
            lu = cls(dossier, octets, dict(json.loads(octets)), signe)
            return lu if lu.declares is not None and lu.se_lit() else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def se_lit(self) -> bool:
        """Say whether it holds what a folder of this kind holds; KeyError and TypeError say no too."""
        return True

    @cached_property
    def declares(self) -> dict[str, str]:
        """Return {address: sha256} of the files that it names."""
        return {str(s["fichier"]): str(s["sha256"]) for s in self.manifeste["sorties"]}

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def lire_piece(self, nom: str) -> bytes:
        """Return the bytes of a file, which are those that the manifest says. Raises `ErreurMutualisation`."""
        octets = (self.dossier / nom).read_bytes()
        if hashlib.sha256(octets).hexdigest() != self.declares[nom]:
            raise ErreurMutualisation(f"{self.dossier / nom} {CHANGE} : relancez, il sera vérifié et écrit de nouveau.")
        return octets

    def differences(self) -> Iterator[tuple[str, str]]:
        """Yield (name, what is wrong with it in French) per file that is not the one written. Raises OSError."""
        fichiers = (c for c in self.dossier.rglob("*") if c.is_symlink() or not c.is_dir())
        presents = {c.relative_to(self.dossier).as_posix(): c for c in fichiers}
        for nom in sorted((presents.keys() | self.declares.keys()) - {MANIFESTE, SIGNATURE}):
            chemin = presents.get(nom)
            if chemin is None:
                yield nom, MANQUE
            elif nom not in self.declares:
                yield nom, ETRANGER
            elif chemin.is_symlink() or not chemin.is_file() or empreinte(chemin).sha256 != self.declares[nom]:
                yield nom, CHANGE


def poser(dossier: Path, dit: Mapping[str, Any], poste: Poste | None = None) -> DossierLu:
    """Write the manifest of a folder whose other files are written: what it says, then the digest of each. `poste`
    has the key that signs it."""
    fichiers = {c.relative_to(dossier).as_posix(): empreinte(c) for c in sorted(dossier.rglob("*")) if c.is_file()}
    sorties = [{"fichier": nom, "sha256": e.sha256, "octets": e.octets} for nom, e in fichiers.items()]
    contenu, signature = {**dit, "sorties": sorties}, b""
    octets = ecrire(contenu)
    (dossier / MANIFESTE).write_bytes(octets)
    if poste is not None:
        cle = cle_signature(poste)
        Ancres(poste.var).connaitre(publique(cle))
        signature = cle.sign(octets)
        (dossier / SIGNATURE).write_bytes(signature)
    return DossierLu(dossier, octets, contenu, signature)


def ecrire(contenu: object) -> bytes:
    """Return the JSON of a manifest, or of what is written beside it."""
    return (json.dumps(contenu, ensure_ascii=False, indent=2) + "\n").encode()


def condenser_manifeste(contenu: Mapping[str, Any]) -> str:
    """Return the sha256 of what a manifest says, but for the statements that it carries: they hold it (K10)."""
    return hashlib.sha256(ecrire({nom: valeur for nom, valeur in contenu.items() if nom not in ENONCES})).hexdigest()


def statut_de(contexte: Contexte) -> str:
    """Return `clos` when the database says so (K11), else `a_approuver`."""
    return CLOS if contexte.cloture else A_APPROUVER


def dire_diffusion(restreinte: bool) -> str:
    """Say in one word to whom a folder may be given (R2i)."""
    return "restreinte" if restreinte else "ouverte"


def decrire(contexte: Contexte, *, avec_reserves: bool, restreinte: bool = False) -> dict[str, Any]:
    """Return what the manifest of an extract says (K3, G4, S7), but for its files and the seal of its version, which
    its publication adds. Its only clocks are the end of the build and the approval, as the warehouse keeps them."""
    construction, cloture = contexte.construction, contexte.cloture
    return {
        "exercice": contexte.exercice,
        "epci": {"siren": contexte.siren, "nom": contexte.epci},
        "statut": statut_de(contexte),
        "avec_reserves": avec_reserves,
        "diffusion": dire_diffusion(restreinte),
        "donnees_synthetiques": contexte.est_synthetique,
        "version": construction.version,
        "publication": construction.rang,
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
        # a version that a former software published has none: its manifest stays as it was
        **({"chiffres_sha256": x} if (x := construction.chiffres_sha256) else {}),
        "projet_dbt_sha256": construction.portes.get("modele", {}).get("projet_dbt_sha256"),
        "exercices_presentes": {str(e): v for e, v in contexte.presentes.items()},
        "parametres": contexte.parametres,
        "portes": construction.portes,
        "entrees": contexte.fichiers,
    }
