"""Command line `mutualisation`: the same functions as the Airflow tasks, exit codes of `sorties.md`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from mutualisation.erreurs import ErreurMutualisation

app = App(
    name="mutualisation",
    help="Coûts, recettes, contrôles et bilan d'étape des services mutualisés d'une intercommunalité.",
    help_flags=["--help", "-h"],
    version_flags=["--version"],
    result_action="return_value",
)
app["--help"].help = "Affiche cette aide."
app["--version"].help = "Affiche la version."
journal = Console(stderr=True, highlight=False, soft_wrap=True)

Depot = Annotated[str, Parameter(name="--depot", help="Dossier (ou URL) du dépôt, un sous-dossier par source.")]
Exercices = Annotated[
    list[int], Parameter(name="--exercice", help="Exercice à publier (à répéter).", negative="", consume_multiple=False)
]
Sortie = Annotated[Path, Parameter(name="--sortie", help="Dossier où écrire les extraits bilan_AAAA/.")]
Preparateur = Annotated[
    str | None, Parameter(name="--prepare-par", help="Préparateur du bilan (par défaut : le compte connecté).")
]
Json = Annotated[bool, Parameter(name="--json", help="Résultat en JSON sur la sortie standard.", negative="")]


def suivre(message: str) -> None:
    """Progress goes to stderr, so that stdout can be read by a program."""
    journal.print(f"· {message}", markup=False)


@app.command
def bilan(
    *,
    depot: Depot,
    exercice: Exercices,
    sortie: Sortie,
    prepare_par: Preparateur = None,
    json_: Json = False,
) -> None:
    """Charge ce qui est nouveau, construit, contrôle, publie et écrit l'extrait de chaque exercice."""
    from mutualisation import operations as op
    from mutualisation.publication.extrait import page_de

    with op.Contexte.depuis_environnement(suivre) as contexte:
        contexte.precharger()
        charges = op.charger(contexte, depot)
        version = op.construire(contexte, exercice, prepare_par)
        op.controler(contexte, version)
        empreinte = op.publier(contexte, version)
        dossiers = [op.extraire(contexte, e, str(sortie)) for e in sorted(set(exercice))]
    if json_:
        fichiers = sum(len(c.fichiers) for c in charges)
        print(
            json.dumps(
                {"version": version, "publication_sha256": empreinte, "fichiers": fichiers, "extraits": dossiers},
                ensure_ascii=False,
            )
        )
        return
    print(f"publication {empreinte}")
    for dossier in dossiers:
        print(page_de(Path(dossier)))


@app.command
def charger(*, depot: Depot, source: Annotated[list[str] | None, Parameter(name="--source", help="Source à charger (à répéter ; par défaut toutes).", negative="")] = None, json_: Json = False) -> None:
    """Charge ce qui est nouveau dans le dépôt, sans rien publier."""
    from mutualisation import operations as op

    with op.Contexte.depuis_environnement(suivre) as contexte:
        charges = op.charger(contexte, depot, source)
    if json_:
        print(json.dumps([vars(c) for c in charges], ensure_ascii=False))
        return
    for c in charges:
        print(f"{c.source} : {len(c.fichiers)} fichier(s) chargé(s), {len(c.deja_charges)} déjà chargé(s), {c.lignes} ligne(s)")


@app.command
def controler(*, exercice: Exercices, prepare_par: Preparateur = None, json_: Json = False) -> None:
    """Construit les exercices et passe toutes les portes, sans rien publier."""
    from mutualisation import operations as op

    with op.Contexte.depuis_environnement(suivre) as contexte:
        contexte.precharger()
        version = op.construire(contexte, exercice, prepare_par)
        op.controler(contexte, version)
    print(json.dumps({"version": version}) if json_ else f"version {version} validée, prête à publier")


@app.command
def publier(*, json_: Json = False) -> None:
    """Publie la dernière construction qui a passé toutes les portes."""
    from mutualisation import operations as op

    with op.Contexte.depuis_environnement(suivre) as contexte:
        empreinte = op.publier(contexte)
    print(json.dumps({"publication_sha256": empreinte}) if json_ else f"publication {empreinte}")


@app.command
def extraire(
    *,
    exercice: Exercices,
    sortie: Sortie,
    version: Annotated[int | None, Parameter(name="--version", help="Version à relire (par défaut : la publiée).")] = None,
    json_: Json = False,
) -> None:
    """Réécrit l'extrait de ce qui est publié, aux mêmes octets."""
    from mutualisation import operations as op

    with op.Contexte.depuis_environnement(suivre) as contexte:
        dossiers = [op.extraire(contexte, e, str(sortie), version) for e in sorted(set(exercice))]
    print(json.dumps({"extraits": dossiers}, ensure_ascii=False) if json_ else "\n".join(dossiers))


@app.command
def etat(*, json_: Json = False) -> None:
    """Dit ce qui est chargé, retenu, rejeté et publié."""
    from mutualisation import operations as op

    with op.Contexte.depuis_environnement(suivre) as contexte:
        contenu = op.etat(contexte)
    if json_:
        print(json.dumps(contenu, ensure_ascii=False))
        return
    print(f"publication {contenu['publication_sha256'] or 'aucune'}")
    for p in contenu["exercices"]:
        print(f"exercice {p['exercice']} : version {p['version']}, préparée par {p['prepare_par']}")
    for f in contenu["fichiers"]:
        print(f"{f['source']}/{f['jeu']} : {f['fichiers']} fichier(s), {f['lignes']} ligne(s)")
    for r in contenu["rejets"]:
        print(f"{r['source']} : {r['lignes']} ligne(s) au statut {r['statut']}")
    for r in contenu["refuses"]:
        print(f"refusé {r['fichier']} : {r['motif']}")


@app.command
def echantillon(*, sortie: Sortie) -> None:
    """Écrit le dépôt de référence, synthétique, de la Métropole Européenne de Lille (2019-2021)."""
    from mutualisation.echantillon import ecrire_echantillon

    ecrire_echantillon(sortie)
    print(sortie)


def main() -> None:
    """Entry point: 0 published, 2 a control failed, 3 a file was refused, 1 anything else; never a traceback."""
    try:
        app(exit_on_error=False, print_error=False)
    except CycloptsError as erreur:
        journal.print(f"Commande incomprise : {erreur}\nVoir « mutualisation --help ».", markup=False)
        sys.exit(1)
    except ErreurMutualisation as erreur:
        journal.print(str(erreur), markup=False)
        sys.exit(erreur.code_sortie)
    except KeyboardInterrupt:
        journal.print("Interrompu : rien n'a été publié.", markup=False)
        sys.exit(1)
    except Exception as erreur:  # noqa: BLE001 - a user never sees a traceback
        journal.print(f"Erreur imprévue ({type(erreur).__name__}) : {erreur}", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
