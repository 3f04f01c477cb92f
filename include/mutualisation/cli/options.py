"""Options of the commands: names, French help, usage lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token

CHIFFRES_MAX = 9


def entiers(type_: Any, jetons: Sequence[Token]) -> Any:
    """ASCII digits and nothing else: cyclopts would round « 2021.5 », and take a sign or figures of another width."""
    for jeton in jetons:
        if not (jeton.value.isascii() and jeton.value.isdigit() and len(jeton.value) <= CHIFFRES_MAX):
            raise CoercionError(token=jeton, target_type=int)
    nombres = [int(jeton.value) for jeton in jetons]
    return nombres if str(type_).startswith("list") else nombres[0]


DEPOT = "--depot DOSSIER"
EXERCICE = "--exercice AAAA [--exercice AAAA …]"
SORTIE = "--sortie DOSSIER"

Depot = Annotated[
    str, Parameter(name="--depot", metavar="DOSSIER", help="Dossier (ou URL) du dépôt, un sous-dossier par source.")
]
Exercices = Annotated[
    list[int],
    Parameter(name="--exercice", metavar="AAAA", help="Exercice, année sur quatre chiffres (à répéter).",
              consume_multiple=False, converter=entiers),
]  # fmt: skip
Exercice = Annotated[int, Parameter(name="--exercice", metavar="AAAA", help="Exercice publié.", converter=entiers)]
Sortie = Annotated[
    Path, Parameter(name="--sortie", metavar="DOSSIER", help="Dossier où écrire les extraits bilan_AAAA/.")
]
Preparateur = Annotated[
    str | None,
    Parameter(name="--prepare-par", metavar="NOM", help="Préparateur du bilan (par défaut : le compte connecté)."),
]
Approbateur = Annotated[
    str,
    Parameter(
        name="--approuve-par",
        metavar="NOM",
        help="Qui approuve le bilan : une autre personne que celle qui l'a préparé.",
    ),
]
ExtraitEcrit = Annotated[
    Path | None,
    Parameter(name="--sortie", metavar="DOSSIER", help="Dossier où est l'extrait (par défaut : là où il a été écrit)."),
]
Sources = Annotated[
    list[str] | None,
    Parameter(name="--source", metavar="NOM", help="Source à charger (à répéter ; par défaut : toutes).",
              consume_multiple=False),
]  # fmt: skip
Version = Annotated[
    int | None,
    Parameter(
        name="--version", metavar="N", help="Version à relire (par défaut : la version publiée).", converter=entiers
    ),
]
Semestre = Annotated[
    int, Parameter(name="--semestre", metavar="S", help="Semestre facturé, 1 ou 2.", converter=entiers)
]
ExtraitsGardes = Annotated[
    list[Path] | None,
    Parameter(name="--extrait", metavar="DOSSIER", help="Dossier bilan_AAAA/ à relire fichier par fichier (à répéter).",
              consume_multiple=False),
]  # fmt: skip
ExercicesVerifies = Annotated[
    list[int] | None,
    Parameter(name="--exercice", metavar="AAAA", help="Exercice à vérifier (à répéter ; par défaut : tous).",
              consume_multiple=False, converter=entiers),
]  # fmt: skip
Adherent = Annotated[
    str | None, Parameter(name="--adherent", metavar="SIRET", help="Cet adhérent seul (par défaut : tous).")
]
Essai = Annotated[
    Path | None,
    Parameter(metavar="FICHIER", help="Fichier du référentiel à essayer à la place de celui qui est chargé."),
]
Fichier = Annotated[Path, Parameter(metavar="FICHIER", help="Fichier à essayer, de toute forme.")]
JeuEssaye = Annotated[
    str | None, Parameter(name="--jeu", metavar="NOM", help="Jeu à essayer (par défaut : celui auquel il ressemble).")
]
Ecrire = Annotated[bool, Parameter(name="--ecrire", help="Ajoute à correspondances les lignes proposées.")]
TableEssayee = Annotated[
    Path | None,
    Parameter(
        name="--correspondances",
        metavar="CHEMIN",
        help="Table correspondances à employer et compléter (par défaut : celle du dépôt où est le fichier).",
    ),
]
Corrige = Annotated[Path | None, Parameter(metavar="FICHIER", help="Classeur corrigé, à reprendre.")]
ACorriger = Annotated[
    Path | None,
    Parameter(
        name="--sortie", metavar="DOSSIER", help="Dossier où écrire les lignes à corriger, un classeur par source."
    ),
]
Garder = Annotated[
    int | None,
    Parameter(name="--garder", metavar="N", help="Dernières versions à garder, identiques ou non (par défaut : 10).",
              converter=entiers),
]  # fmt: skip
Remplacees = Annotated[
    bool, Parameter(name="--remplacees", help="Aussi les versions remplacées par d'autres chiffres.")
]
JusquA = Annotated[
    int,
    Parameter(name="--jusqu-a", metavar="AAAA", help="Dernier exercice dont les lignes s'effacent.",
              converter=entiers),
]  # fmt: skip
Airflow = Annotated[
    str | None,
    Parameter(name="--airflow", metavar="BASE", help="Base des métadonnées d'Airflow, sur le serveur de l'entrepôt."),
]
Attente = Annotated[
    int,
    Parameter(
        name="--attente", metavar="MINUTES", help="Ce que dure au plus l'attente d'un traitement.", converter=entiers
    ),
]
Sauvegarde = Annotated[Path, Parameter(metavar="DOSSIER", help="Dossier de la sauvegarde.")]
Json = Annotated[bool, Parameter(name="--json", help="Résultat en JSON sur la sortie standard.")]
Bavard = Annotated[bool, Parameter(name="--bavard", help="Une ligne par fichier sur la sortie d'erreur.")]


def utilisation(commande: str, *options: str) -> str:
    """The usage line of a command, with the options it can't do without."""
    return " ".join([f"Utilisation : mutualisation {commande}", *options, "[OPTIONS]"])
