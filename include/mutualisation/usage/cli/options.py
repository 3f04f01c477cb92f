"""Options of the commands, named after their parameters: form and French help."""

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


Depot = Annotated[str, Parameter(metavar="DOSSIER", help="Dossier (ou URL) du dépôt, un sous-dossier par source.")]
DepotNeuf = Annotated[
    Path,
    Parameter(metavar="DOSSIER", help="Dossier du dépôt à écrire, nouveau ou vide ; la notice va dans DOSSIER_notice."),
]
SourcesPropres = Annotated[
    Path, Parameter(metavar="SOURCES", help="Dossier des exports et de leurs déclarations (*.toml), à côté du dépôt.")
]
DepotAssemble = Annotated[Path, Parameter(metavar="DOSSIER", help="Dossier du dépôt où écrire.")]
Depuis = Annotated[
    Path | None,
    Parameter(
        metavar="FICHIER", help="Réponses en TOML (par défaut : posées sur le terminal) ; docs/initier.md en montre."
    ),
]
NomDeRegle = Annotated[str, Parameter(metavar="NOM", help="Règle ou contrôle, comme le message le cite : C5.")]
Exercices = Annotated[
    list[int], Parameter(metavar="AAAA", help="Exercice, année sur quatre chiffres (à répéter).", converter=entiers)
]
Exercice = Annotated[int, Parameter(metavar="AAAA", help="Exercice publié.", converter=entiers)]
Sortie = Annotated[Path, Parameter(metavar="DOSSIER", help="Dossier où écrire les extraits bilan_AAAA/.")]
SortieControlee = Annotated[
    Path | None,
    Parameter(metavar="DOSSIER", help="Dossier où seront les extraits publiés (par défaut : bilans/ de l'entrepôt)."),
]
SortieFactures = Annotated[Path, Parameter(metavar="DOSSIER", help="Dossier où écrire factures_AAAA-SN/.")]
Preparateur = Annotated[
    str | None, Parameter(metavar="NOM", help="Préparateur du bilan (par défaut : le compte connecté).")
]
Approbateur = Annotated[
    str, Parameter(metavar="NOM", help="Qui approuve le bilan : une autre personne que celle qui l'a préparé.")
]
ExtraitEcrit = Annotated[
    Path | None, Parameter(metavar="DOSSIER", help="Dossier où est l'extrait (par défaut : là où il a été écrit).")
]
Reprend = Annotated[
    Path | None,
    Parameter(metavar="DOSSIER", help="Extrait clos par un logiciel antérieur, que cette clôture reprend."),
]
Sources = Annotated[
    list[str] | None, Parameter(metavar="NOM", help="Source à charger (à répéter ; par défaut : toutes).")
]
Version = Annotated[
    int | None, Parameter(metavar="N", help="Version à relire (par défaut : la version publiée).", converter=entiers)
]
Semestre = Annotated[int, Parameter(metavar="S", help="Semestre facturé, 1 ou 2.", converter=entiers)]
ExtraitsGardes = Annotated[
    list[Path] | None,
    Parameter(
        metavar="DOSSIER",
        help="Dossier bilan_AAAA/ à relire fichier par fichier (à répéter).",
    ),
]
ExercicesVerifies = Annotated[
    list[int] | None,
    Parameter(metavar="AAAA", help="Exercice à vérifier (à répéter ; par défaut : tous).", converter=entiers),
]
Adherent = Annotated[str | None, Parameter(metavar="SIRET", help="Cet adhérent seul (par défaut : tous).")]
Essai = Annotated[
    Path | None,
    Parameter(metavar="FICHIER", help="Fichier du référentiel à essayer à la place de celui qui est chargé."),
]
Fichier = Annotated[Path, Parameter(metavar="FICHIER", help="Fichier à essayer, de toute forme, ou dossier.")]
JeuEssaye = Annotated[
    str | None, Parameter(metavar="NOM", help="Jeu à essayer (par défaut : celui auquel il ressemble).")
]
Ecrire = Annotated[bool, Parameter(help="Ajoute à correspondances les lignes proposées.")]
TableEssayee = Annotated[
    Path | None,
    Parameter(
        metavar="CHEMIN",
        help="Table correspondances à employer et compléter (par défaut : celle du dépôt où est le fichier).",
    ),
]
Corrige = Annotated[Path | None, Parameter(metavar="FICHIER", help="Classeur corrigé, à reprendre.")]
ACorriger = Annotated[
    Path | None, Parameter(metavar="DOSSIER", help="Dossier où écrire les lignes à corriger, un classeur par source.")
]
Garder = Annotated[
    int | None,
    Parameter(metavar="N", help="Dernières versions à garder, identiques ou non (par défaut : 10).", converter=entiers),
]
Remplacees = Annotated[bool, Parameter(help="Aussi les versions remplacées par d'autres chiffres.")]
JusquA = Annotated[
    int, Parameter(metavar="AAAA", help="Dernier exercice dont les lignes s'effacent.", converter=entiers)
]
Airflow = Annotated[
    str | None, Parameter(metavar="BASE", help="Base des métadonnées d'Airflow, sur le serveur de l'entrepôt.")
]
Attente = Annotated[
    int, Parameter(metavar="MINUTES", help="Ce que dure au plus l'attente d'un traitement.", converter=entiers)
]
Sauvegarde = Annotated[Path, Parameter(metavar="DOSSIER", help="Dossier de la sauvegarde.")]
Copie = Annotated[
    Path | None,
    Parameter(
        metavar="DOSSIER",
        help="Sauvegarde à faire d'abord (par défaut : avant_migration_NNNN, à côté de l'entrepôt embarqué).",
    ),
]
Port = Annotated[int, Parameter(metavar="N", help="Port de cette machine (par défaut : 5432).", converter=entiers)]
Json = Annotated[bool, Parameter(help="Résultat en JSON sur la sortie standard.")]
Refaire = Annotated[bool, Parameter(help="Construit, publie et écrit tout, même ce qui n'a pas changé.")]
Bavard = Annotated[bool, Parameter(help="Une ligne par fichier, modèle et document sur la sortie d'erreur.")]
