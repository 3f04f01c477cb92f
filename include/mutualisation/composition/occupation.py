"""What stands where a folder of documents goes: ours, which may be replaced, or somebody's work, which may not.

Ours is what its `manifeste.json` (of a backup, `sauvegarde.json`) names, with the same bytes: a document that was
edited since is a person's work too.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutualisation.erreurs import ErreurMutualisation, raison_systeme

MANIFESTE = "manifeste.json"
# a backup is described by its own
SAUVEGARDE = "sauvegarde.json"
# what describes says nothing of itself nor of its signature
SANS_EMPREINTE = {MANIFESTE: (MANIFESTE, f"{MANIFESTE}.sig"), SAUVEGARDE: (SAUVEGARDE,)}
# a file browser leaves these where it has only looked
DU_SYSTEME = (".DS_Store", "Thumbs.db", "desktop.ini")
NOMMES = 5
ECRITURE = os.W_OK | os.X_OK


def verifier_place(dossier: Path) -> None:
    """Raise `ErreurMutualisation` when a folder of documents cannot be replaced without losing what is not ours.

    Nothing there, an empty folder, a folder of ours from which files are missing: it can.
    """
    try:
        if not os.path.lexists(dossier):
            return
        _verifier_dossier(dossier)
        trouves = list(_etrangers(dossier))
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Le dossier {dossier} ne peut pas être lu ({raison_systeme(erreur)}) : rien n'a été remplacé ; vérifiez "
            "les droits, puis recommencez."
        ) from erreur
    if trouves:
        nommes = " ; ".join(f"« {nom} » {pourquoi}" for nom, pourquoi in trouves[:NOMMES])
        autres = f" ; et {len(trouves) - NOMMES} de plus" if len(trouves) > NOMMES else ""
        raise ErreurMutualisation(
            f"Le dossier {dossier} contient ce qui n'est pas à remplacer : {nommes}{autres}. Rien n'a été remplacé : "
            "mettez ces fichiers ailleurs, ou déplacez le dossier, puis recommencez."
        )


def est_a_nous(dossier: Path) -> bool:
    """True when nothing in it would be lost."""
    try:
        return next(_etrangers(dossier), None) is None
    except OSError:
        return False


def _verifier_dossier(dossier: Path) -> None:
    etat = dossier.lstat()
    if not stat.S_ISDIR(etat.st_mode):
        nature = "un lien" if stat.S_ISLNK(etat.st_mode) else "un fichier"
        raise ErreurMutualisation(
            f"{dossier} est {nature}, et non un dossier que la commande a écrit : rien n'a été remplacé ; déplacez-le, "
            "ou donnez un autre dossier à --sortie."
        )
    collant = dossier.parent.stat().st_mode & stat.S_ISVTX
    fermes = [d for d in _dossiers(dossier) if not os.access(d, ECRITURE)]
    if fermes or (collant and etat.st_uid != os.geteuid() and os.geteuid() != 0):
        raise ErreurMutualisation(
            f"Le dossier {fermes[0] if fermes else dossier} ne peut pas être remplacé par ce compte : rien n'a été "
            "remplacé ; vérifiez son propriétaire et ses droits, ou donnez un autre dossier à --sortie."
        )


def _dossiers(dossier: Path) -> Iterator[Path]:
    return (Path(racine) for racine, _, _ in os.walk(dossier))


def _etrangers(dossier: Path) -> Iterator[tuple[str, str]]:
    """(address, why) of each thing that would be lost."""
    description = MANIFESTE if os.path.lexists(dossier / MANIFESTE) else SAUVEGARDE
    declares = _declares(dossier / description)
    for racine, sous_dossiers, fichiers in os.walk(dossier, onerror=_lever):
        liens = [nom for nom in sous_dossiers if (Path(racine) / nom).is_symlink()]
        for nom in sorted([*fichiers, *liens]):
            chemin = Path(racine) / nom
            adresse = chemin.relative_to(dossier).as_posix()
            if (adresse in SANS_EMPREINTE[description] and declares) or nom in DU_SYSTEME:
                continue
            if adresse not in declares or not stat.S_ISREG(chemin.lstat().st_mode):
                yield adresse, "n'est pas de la commande"
            elif _sha256(chemin) != declares[adresse]:
                yield adresse, "a été modifié depuis que la commande l'a écrit"


def _lever(erreur: OSError) -> None:
    raise erreur


def _declares(description: Path) -> dict[str, Any]:
    """{address: sha256} of what describes the folder; nothing when it can't be read."""
    try:
        contenu = json.loads(description.read_text(encoding="utf-8"))
        if description.name == SAUVEGARDE:
            return dict(contenu["fichiers"])
        return {str(sortie["fichier"]): sortie["sha256"] for sortie in contenu["sorties"]}
    except (FileNotFoundError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _sha256(chemin: Path) -> str:
    with chemin.open("rb") as fichier:
        return hashlib.file_digest(fichier, "sha256").hexdigest()
