"""Each option of a command is a type named after its parameter, with its form and its French help."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token

CHIFFRES_MAX = 9


def entiers(type_: Any, jetons: Sequence[Token]) -> Any:
    """Accept ASCII digits and nothing else: cyclopts would round « 2021.5 », and take a sign or wide figures."""
    for jeton in jetons:
        if not (jeton.value.isascii() and jeton.value.isdigit() and len(jeton.value) <= CHIFFRES_MAX):
            raise CoercionError(token=jeton, target_type=int)
    nombres = [int(jeton.value) for jeton in jetons]
    return nombres if str(type_).startswith("list") else nombres[0]


def _option(metavar: str, aide: str) -> Parameter:
    return Parameter(metavar=metavar, help=aide)


_dossier, _fichier = partial(_option, "DOSSIER"), partial(_option, "FICHIER")


def _nombre(metavar: str, aide: str) -> Parameter:
    return Parameter(metavar=metavar, help=aide, converter=entiers)


Depot = Annotated[str, _dossier("Dossier (ou URL) du dépôt, un sous-dossier par source.")]
DepotNeuf = Annotated[Path, _dossier("Dossier du dépôt à écrire, nouveau ou vide ; la notice va dans DOSSIER_notice.")]
Depuis = Annotated[
    Path | None, _fichier("Réponses en TOML (par défaut : posées sur le terminal) ; docs/initier.md en montre.")
]
NomDeRegle = Annotated[str, _option("NOM", "Règle ou contrôle, comme le message le cite : C5.")]
Exercices = Annotated[list[int], _nombre("AAAA", "Exercice, année sur quatre chiffres (à répéter).")]
Exercice = Annotated[int, _nombre("AAAA", "Exercice publié.")]
Sortie = Annotated[Path, _dossier("Dossier où écrire les extraits bilan_AAAA/.")]
SortieControlee = Annotated[
    Path | None, _dossier("Dossier où seront les extraits publiés (par défaut : bilans/ de l'entrepôt).")
]
SortieSituation = Annotated[Path, _dossier("Dossier où écrire situation_AAAA-MM/.")]
SortieFactures = Annotated[Path, _dossier("Dossier où écrire factures_AAAA-SN/.")]
SortieRemises = Annotated[Path, _dossier("Dossier de l'extrait et des factures, où écrire remises_AAAA/.")]
Preparateur = Annotated[str | None, _option("NOM", "Préparateur du bilan (par défaut : le compte connecté).")]
Approbateur = Annotated[str, _option("NOM", "Qui approuve le bilan : une autre personne que celle qui l'a préparé.")]
ExtraitEcrit = Annotated[Path | None, _dossier("Dossier où est l'extrait (par défaut : là où il a été écrit).")]
Sources = Annotated[list[str] | None, _option("NOM", "Source à charger (à répéter ; par défaut : toutes).")]
Version = Annotated[int | None, _nombre("N", "Version à relire (par défaut : la version publiée).")]
Semestre = Annotated[int, _nombre("S", "Semestre facturé, 1 ou 2.")]
Mois = Annotated[int, _nombre("M", "Dernier mois de la situation, 1 à 12.")]
ExtraitsGardes = Annotated[
    list[Path] | None, _dossier("Dossier bilan_AAAA/, factures_AAAA-SN/ ou situation_AAAA-MM/ à relire (à répéter).")
]
ExercicesVerifies = Annotated[list[int] | None, _nombre("AAAA", "Exercice à vérifier (à répéter ; par défaut : tous).")]
Adherent = Annotated[str | None, _option("SIRET", "Cet adhérent seul (par défaut : tous).")]
Essai = Annotated[Path | None, _fichier("Fichier du référentiel à essayer à la place de celui qui est chargé.")]
Couvrir = Annotated[
    str, _option("CODE=PART", "Essaie la grille de ce dispositif qui couvrirait cette part, en %, de sa base : ADS=60.")
]
Fichier = Annotated[Path, _fichier("Fichier à essayer, de toute forme, ou dossier.")]
JeuEssaye = Annotated[str | None, _option("NOM", "Jeu à essayer (par défaut : celui auquel il ressemble).")]
Ecrire = Annotated[bool, Parameter(help="Ajoute à correspondances les lignes proposées.")]
TableEssayee = Annotated[
    Path | None,
    _option("CHEMIN", "Table correspondances à employer et compléter (par défaut : celle du dépôt où est le fichier)."),
]
Corrige = Annotated[Path | None, _fichier("Classeur corrigé, à reprendre.")]
ACorriger = Annotated[Path | None, _dossier("Dossier où écrire les lignes à corriger, un classeur par source.")]
Garder = Annotated[int | None, _nombre("N", "Dernières versions à garder, identiques ou non (par défaut : 10).")]
Remplacees = Annotated[bool, Parameter(help="Aussi les versions remplacées par d'autres chiffres.")]
JusquA = Annotated[int, _nombre("AAAA", "Dernier exercice dont les lignes s'effacent.")]
Airflow = Annotated[str | None, _option("BASE", "Base des métadonnées d'Airflow, sur le serveur de l'entrepôt.")]
Attente = Annotated[int, _nombre("MINUTES", "Ce que dure au plus l'attente d'un traitement.")]
Sauvegarde = Annotated[Path, _dossier("Dossier de la sauvegarde.")]
Copie = Annotated[
    Path | None,
    _dossier("Sauvegarde à faire d'abord (par défaut : avant_migration_NNNN, à côté de l'entrepôt embarqué)."),
]
Port = Annotated[int, _nombre("N", "Port de cette machine (par défaut : 5432).")]
Ouvert = Annotated[bool, Parameter(help="Écrit aussi « ouvert_AAAA », ce que le public peut avoir d'un exercice clos.")]
Json = Annotated[bool, Parameter(help="Résultat en JSON sur la sortie standard.")]
Refaire = Annotated[bool, Parameter(help="Construit, publie et écrit tout, même ce qui n'a pas changé.")]
Bavard = Annotated[bool, Parameter(help="Une ligne par fichier, modèle et document sur la sortie d'erreur.")]
