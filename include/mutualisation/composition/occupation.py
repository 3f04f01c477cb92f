"""What stands where a folder of documents goes: ours, which may be replaced, or somebody's work, which may not.

Ours is what its `manifeste.json` names, with the same bytes: a document that was edited since is a person's work too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from mutualisation.erreurs import ErreurMutualisation, raison_systeme

MANIFESTE = "manifeste.json"
# a file browser leaves these where it has only looked
DU_SYSTEME = (".DS_Store", "Thumbs.db", "desktop.ini")
NOMMES = 5


def verifier_place(dossier: Path) -> None:
    """Raise `ErreurMutualisation` when a folder of documents cannot be replaced without losing what is not ours.

    Nothing there, an empty folder, a folder of ours from which files are missing: it can.
    """
    if not os.path.lexists(dossier):
        return
    if dossier.is_symlink() or not dossier.is_dir():
        raise ErreurMutualisation(
            f"{dossier} est {'un lien' if dossier.is_symlink() else 'un fichier'}, et non un dossier que la commande a "
            "écrit : rien n'a été remplacé ; déplacez-le, ou donnez un autre dossier à --sortie."
        )
    try:
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


def empreintes_declarees(dossier: Path) -> dict[str, str]:
    """{address: sha256} of what the manifest of a folder names; nothing when it can't be read."""
    try:
        contenu = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
        return {str(sortie["fichier"]): str(sortie["sha256"]) for sortie in contenu["sorties"]}
    except (FileNotFoundError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _etrangers(dossier: Path) -> Iterator[tuple[str, str]]:
    """(address, why) of each thing that would be lost."""
    declares = empreintes_declarees(dossier)
    # the manifest says nothing of itself nor of its signature
    sans_empreinte = (MANIFESTE, f"{MANIFESTE}.sig") if declares else ()
    for racine, sous_dossiers, fichiers in os.walk(dossier, onerror=_lever):
        liens = [nom for nom in sous_dossiers if (Path(racine) / nom).is_symlink()]
        for chemin in sorted(Path(racine) / nom for nom in (*fichiers, *liens)):
            adresse = chemin.relative_to(dossier).as_posix()
            if adresse in sans_empreinte or chemin.name in DU_SYSTEME:
                continue
            if adresse not in declares or chemin.is_symlink():
                yield adresse, "n'est pas de la commande"
            elif hashlib.sha256(chemin.read_bytes()).hexdigest() != declares[adresse]:
                yield adresse, "a été modifié depuis que la commande l'a écrit"


def _lever(erreur: OSError) -> None:
    raise erreur
