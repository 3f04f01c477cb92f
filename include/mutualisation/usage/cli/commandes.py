"""The commands call the same functions as the Airflow tasks, and exit by the codes of `sorties.md`."""

from __future__ import annotations

import importlib.util
import inspect
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.text import Text

from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, NonPublie, en_ligne
from mutualisation.socle.francais.formats import euros, majuscule, nombre, plusieurs
from mutualisation.socle.francais.libelles import page_des_regles
from mutualisation.usage.cli import options
from mutualisation.usage.cli.phrases import COMMANDES, MISE_EN_FORME, OPTIONS, phrase_de_l_erreur

if TYPE_CHECKING:
    from mutualisation.usage import examen
    from mutualisation.usage import operations as op


def _a_l_emploi(nom: str) -> Any:
    """Import a module at its first use: help and misuse wait for none."""
    if nom in sys.modules or (spec := importlib.util.find_spec(nom)) is None or spec.loader is None:
        return importlib.import_module(nom)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[nom] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    examen, op = map(_a_l_emploi, ("mutualisation.usage.examen", "mutualisation.usage.operations"))
app = App(
    name="mutualisation",
    help="Coûts, recettes, contrôles et bilan d'étape des services mutualisés d'une intercommunalité.",
    usage="mutualisation COMMANDE [OPTIONS]",
    help_flags=["--help", "-h"],
    help_format="plaintext",
    help_formatter=MISE_EN_FORME,
    version_flags=["--version"],
    group_commands=COMMANDES,
    group_parameters=OPTIONS,
    default_parameter=Parameter(negative="", consume_multiple=False),
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
app["--help"].help = "Affiche cette aide."
app["--version"].help = "Affiche la version."


def lacher(flux: Any) -> None:
    """Send nowhere the rest of a stream that takes nothing more: the interpreter would fail on it at its end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), flux.fileno())


class _Journal(Console):
    """A command tells here how it works; a reader who left, or a full disk, stops no work."""

    def print(self, *objets: Any, **choix: Any) -> None:
        try:
            super().print(*objets, **choix)
        except OSError:
            lacher(sys.stderr)

    def on_broken_pipe(self) -> None:
        lacher(sys.stderr)


journal = _Journal(stderr=True, markup=False, highlight=False, soft_wrap=True)
# these commands fill a warehouse, and make the embedded one
ENTREES = ("bilan", "charger")


def suivre(message: str) -> None:
    """Print progress on stderr, so that a program can read stdout."""
    journal.print(f"· {en_ligne(message)}")


@contextmanager
def _session(commande: str = "", *, bavard: bool = False, **parametres: Any) -> Iterator[op.Session]:
    """Open the warehouse and tell each step; tell details as lines when `bavard`, else where a terminal shows them. The
    run ledger keeps `commande` and its `parametres`; a command that only says what is there gives none."""
    demande = op.Demande(commande, parametres=parametres) if commande else None
    with ExitStack() as pile:
        detail = suivre if bavard else op.muet
        if journal.is_terminal and not bavard:
            statut = pile.enter_context(journal.status(""))
            detail = lambda message: statut.update(Text(en_ligne(message)))  # noqa: E731
        creer = commande in ENTREES
        session = pile.enter_context(op.Session.depuis_environnement(suivre, detail, demande, creer=creer))
        try:
            yield session
        except NonPublie as erreur:
            raise NonPublie(f"{erreur} {_ou_rien(session)}".rstrip()) from erreur
        except ErreurMutualisation:
            # who finds nothing here may have filled another warehouse
            if not creer and (ou := _ou_rien(session)):
                suivre(ou)
            raise


def _ou_rien(session: op.Session) -> str:
    return op.rien_de_publie(session.dsn, session.var if session.embarque else None)


class Dit(NamedTuple):
    """A command says `contenu` (JSON) to a program; to a reader `lignes`, `reste` (what was left out), `fin`."""

    contenu: Any
    lignes: Iterable[Any]
    reste: str = ""
    fin: Iterable[str] = ()


Commande: TypeAlias = "Callable[..., Iterator[Dit]]"


def commande(**choix: Any) -> Callable[[Commande], Commande]:
    """Make a command of a function that yields what it says, rendered as lines or, under `--json`, as JSON."""

    def inscrire(fonction: Commande) -> Commande:
        @wraps(fonction)
        def lancer(*valeurs: Any, json_: bool = False, **nommees: Any) -> None:
            for resultat in fonction(*valeurs, **nommees):
                _rendre(json_, *resultat)

        signature = inspect.signature(fonction)
        en_json = inspect.Parameter("json_", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=options.Json)
        lancer.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*signature.parameters.values(), en_json]
        )
        lancer.__annotations__ = fonction.__annotations__ | {"json_": options.Json}
        app.command(lancer, **choix)
        return fonction

    return inscrire


@commande()
def bilan(
    *,
    depot: options.Depot,
    exercice: options.Exercices,
    sortie: options.Sortie,
    prepare_par: options.Preparateur = None,
    refaire: options.Refaire = False,
    bavard: options.Bavard = False,
) -> Iterator[Dit]:
    """Charge ce qui est nouveau, construit, contrôle, publie et écrit l'extrait de chaque exercice."""
    op.verifier_exercices(exercice)
    with _session("bilan", bavard=bavard, exercices=exercice, refaire=refaire) as session:
        fait = op.bilan(session, depot, exercice, str(sortie), prepare_par, refaire=refaire)
        reste, fin = op.laisse_de_cote(session, exercice), op.fichiers_tardifs(session).values()
    _avertir(fait.chargements)
    suivre(" · ".join(f"{nom} {nombre(Decimal(duree), 1)} s" for nom, duree in session.durees.items()))
    yield Dit(fait.contenu, fait.lignes, reste, fin)


@commande()
def initier(dossier: options.DepotNeuf, /, *, depuis: options.Depuis = None) -> Iterator[Dit]:
    """Écrit le premier dépôt d'un EPCI d'après ses réponses : référentiel, paramètres, et ce qui reste à exporter."""
    from mutualisation.usage.initiation import ecrire_squelette, interroger, lire_reponses

    if depuis is None and not sys.stdin.isatty():
        raise ErreurMutualisation(
            "« initier » pose ses questions sur un terminal : sans terminal, donner les réponses par --depuis FICHIER."
        )
    reponses = interroger(_saisir, journal.print) if depuis is None else lire_reponses(depuis)
    ecrit = ecrire_squelette(dossier, reponses)
    yield Dit(asdict(ecrit), ecrit.lignes)


def _saisir(demande: str) -> str:
    try:
        return journal.input(demande)
    except (EOFError, KeyboardInterrupt):
        raise ErreurMutualisation("Réponses interrompues : rien n'a été écrit.") from None


@commande()
def essayer(
    fichier: options.Fichier,
    /,
    *,
    jeu: options.JeuEssaye = None,
    ecrire: options.Ecrire = False,
    correspondances: options.TableEssayee = None,
) -> Iterator[Dit]:
    """Dit ce qu'est un fichier, ou chacun d'un dossier, et ce qui manque pour qu'il passe ; ne charge rien."""
    if fichier.is_dir():
        if jeu is not None:
            raise ErreurMutualisation(f"{fichier} est un dossier : --jeu se donne avec un seul fichier.")
        essai: Any = examen.essayer_dossier(fichier, correspondances, ecrire=ecrire)
    else:
        essai = examen.essayer(fichier, jeu, correspondances, ecrire=ecrire)
    yield Dit(examen.en_dict(essai), examen.lignes(essai))
    if essai.code:
        sys.exit(essai.code)


@commande()
def charger(*, depot: options.Depot, source: options.Sources = None, bavard: options.Bavard = False) -> Iterator[Dit]:
    """Charge ce qui est nouveau dans le dépôt, sans rien publier."""
    with _session("charger", bavard=bavard, sources=source) as session:
        charges = op.charger(session, depot, source)
        reste, fin = op.laisse_de_cote_par_la_lecture(session, charges), op.fichiers_tardifs(session).values()
    _avertir(charges)
    yield Dit([vars(c) for c in charges], charges, reste, fin)


@commande()
def controler(
    *, exercice: options.Exercices, sortie: options.SortieControlee = None, prepare_par: options.Preparateur = None
) -> Iterator[Dit]:
    """Construit les exercices, passe toutes les portes et compose leurs extraits, sans rien publier."""
    op.verifier_exercices(exercice)
    with _session("controler", exercices=exercice) as session:
        session.precharger()
        with session.connexion():
            version = op.construire(session, exercice, prepare_par)
            session.congedier_dbt()
            reste = op.controler(session, version)
            documents = op.composer(session, version, None if sortie is None else str(sortie))
    suite = "prête à publier" if documents else "qui ne change rien à ce qui est publié"
    lignes = [f"version {version} validée, {suite}", *documents]
    yield Dit({"version": version, "documents": documents}, lignes, reste)


@commande()
def publier() -> Iterator[Dit]:
    """Publie la dernière construction qui a passé toutes les portes, et met ses extraits à leur place."""
    with _session("publier") as session:
        empreinte = op.publier(session)
        reste = op.laisse_de_cote(session)
    yield Dit({"publication_sha256": empreinte}, [f"publication {empreinte}"], reste)


@commande()
def cloturer(
    *,
    exercice: options.Exercice,
    approuve_par: options.Approbateur,
    sortie: options.ExtraitEcrit = None,
) -> Iterator[Dit]:
    """Clôt un exercice publié : l'extrait à approuver est approuvé par une autre personne, et figé."""
    with _session("cloturer", exercice=exercice) as session:
        clos = op.cloturer(session, exercice, approuve_par, None if sortie is None else str(sortie))
        reste = op.laisse_de_cote(session, [exercice], clos.version)
    yield Dit(vars(clos), clos.lignes, reste)


@commande(version_flags=[])
def extraire(
    *,
    exercice: options.Exercices,
    sortie: options.Sortie,
    version: options.Version = None,
    ouvert: options.Ouvert = False,
) -> Iterator[Dit]:
    """Réécrit l'extrait de ce qui est publié, aux mêmes octets."""
    annees = op.verifier_exercices(exercice)
    op.verifier_sortie(sortie)
    with _session("extraire", exercices=annees, version=version) as session:
        dossiers = op.extraire_ensemble(session, annees, str(sortie), version)
        ouverts = [str(op.ouvrir_au_public(Path(d), session.poste)) for d in dossiers] if ouvert else []
        reste = op.laisse_de_cote(session, annees, version)
    yield Dit({"extraits": dossiers, "ouverts": ouverts}, [*dossiers, *ouverts], reste)


@commande()
def verifier(*, exercice: options.ExercicesVerifies = None, extrait: options.ExtraitsGardes = None) -> Iterator[Dit]:
    """Recalcule les sceaux de ce qui est publié et relit les extraits donnés ; dit chaque écart."""
    annees = op.verifier_exercices(exercice) if exercice else []
    with _session("verifier", exercices=annees) as session:
        ecarts, remarques = op.verifier(session, annees, extrait or [])
        remarques += op.serveur_depasse(session)
        contenu = {"conforme": not ecarts, "ecarts": ecarts, "remarques": remarques}
        yield Dit(contenu, [*remarques, *([] if ecarts else ["conforme"])], _ou_rien(session))
        if ecarts:
            raise ControleEchoue(ecarts)


@commande()
def facturer(
    *,
    exercice: options.Exercice,
    semestre: options.Semestre,
    sortie: options.SortieFactures,
    adherent: options.Adherent = None,
) -> Iterator[Dit]:
    """Écrit les factures d'un semestre, publié ou non, le projet de PES et, de l'année publiée, les états annuels."""
    with _session("facturer", exercice=exercice, semestre=semestre) as session:
        dossier, reste, _ = op.facturer(session, exercice, semestre, str(sortie), adherent)
    yield Dit({"dossier": dossier, "fichiers": sorted(f.name for f in Path(dossier).iterdir())}, [dossier], reste)


@commande()
def remettre(*, exercice: options.Exercice, sortie: options.SortieRemises) -> Iterator[Dit]:
    """Met dans une enveloppe, par adhérent d'un exercice publié, ses documents et ses factures ; n'envoie rien."""
    with _session("remettre", exercice=exercice) as session:
        dossier = op.remettre(session, exercice, str(sortie))
        reste, presentee = op.laisse_de_cote(session, [exercice]), op.presenter_remises(session, dossier)
    yield Dit(vars(presentee), [presentee.phrase, presentee.liste, dossier], reste)


@commande()
def situation(*, exercice: options.Exercice, mois: options.Mois, sortie: options.SortieSituation) -> Iterator[Dit]:
    """Écrit où en est l'exercice à la fin d'un mois : dépensé, employé, titré, où il finirait ; ne publie rien."""
    with _session("situation", exercice=exercice, mois=mois) as session:
        dossier, reste, _ = op.situer(session, exercice, mois, str(sortie))
    yield Dit({"dossier": dossier, "fichiers": sorted(f.name for f in Path(dossier).iterdir())}, [dossier], reste)


@commande()
def simuler(
    *,
    exercice: options.Exercices,
    sortie: options.Sortie,
    tarifs: options.Essai = None,
    cles: options.Essai = None,
    adhesions: options.Essai = None,
    parametres: options.Essai = None,
    couvrir: options.Couvrir = "",
) -> Iterator[Dit]:
    """Montre, par adhérent, ce que d'autres tarifs, clés, adhésions ou paramètres changeraient ; ne publie rien."""
    from mutualisation.usage.simulation.comparaison import ecrire_simulation
    from mutualisation.usage.simulation.comparaison import simuler as calculer

    essais = {"tarifs": tarifs, "cles_analytiques": cles, "adhesions": adhesions, "parametres": parametres}
    op.verifier_sortie(sortie)
    with _session("simuler", exercices=exercice) as session:
        simulation = calculer(session, exercice, {jeu: f for jeu, f in essais.items() if f is not None}, couvrir)
        reste = op.laisse_de_cote(session, exercice)
    fichiers = [str(f) for f in ecrire_simulation(simulation, sortie)]
    lignes, ecart = len(simulation.adherents), simulation.ecart_total
    pages = [f for f in fichiers if f.endswith(".html")]
    yield Dit(
        {"lignes": lignes, "ecart_total": str(ecart), "fichiers": fichiers, "pages": pages},
        [
            *filter(None, [majuscule(simulation.couverture)]),
            f"{plusieurs(lignes, 'montant dû change', 'montants dus changent')}, écart total {euros(ecart, 2)}",
            *(f for f in fichiers if f not in pages),
        ],
        reste,
        pages,
    )


@commande(usage="mutualisation reparer [FICHIER] [OPTIONS]")
def reparer(fichier: options.Corrige = None, /, *, sortie: options.ACorriger = None) -> Iterator[Dit]:
    """Écrit les lignes rejetées ou retenues, un classeur par source (--sortie), ou reprend le classeur corrigé."""
    from mutualisation.usage.reparation import ecrire_classeurs
    from mutualisation.usage.reparation import reparer as reprendre

    if (fichier is None) == (sortie is None):
        raise ErreurMutualisation(
            "Donner un classeur corrigé, ou --sortie DOSSIER pour écrire les lignes à corriger : l'un ou l'autre."
        )
    with _session("reparer") as session:
        if sortie is not None:
            with session.connexion() as conn:
                ecrits = ecrire_classeurs(conn, sortie)
            lignes = [f"{c} : {plusieurs(n, 'ligne')} à corriger" for c, n in ecrits] or ["aucune ligne à corriger"]
            resultat = Dit([{"classeur": str(c), "lignes": n} for c, n in ecrits], lignes)
        else:
            reparation = reprendre(session, Path(str(fichier)))
            resultat = Dit(asdict(reparation), reparation.lignes)
    yield resultat


@commande()
def migrer(*, copie: options.Copie = None) -> Iterator[Dit]:
    """Met l'entrepôt au schéma de ce logiciel ; sur un serveur nommé, sous un compte de mutualisation_migration."""
    faite = op.migrer_l_entrepot(copie)
    yield Dit(vars(faite), faite.lignes)


@commande()
def purger(*, garder: options.Garder = None, remplacees: options.Remplacees = False) -> Iterator[Dit]:
    """Efface les lignes des versions remplacées ; ce qui est publié, clos ou parmi les dernières reste."""
    with _session("purger", garder=garder, remplacees=remplacees) as session:
        purgees = op.purger(session, op.GARDER if garder is None else garder, remplacees=remplacees)
        ou = _ou_rien(session)
    yield Dit({"versions_purgees": purgees}, [plusieurs(len(purgees), "version purgée", "versions purgées")], ou)


@commande()
def sauvegarder(
    dossier: options.Sauvegarde, /, *, airflow: options.Airflow = None, attente: options.Attente = 60
) -> Iterator[Dit]:
    """Copie l'entrepôt, ses comptes et ses sceaux dans un dossier ; dit où sont les clés, qui n'y vont pas."""
    with _session("sauvegarder") as session:
        faite = op.sauvegarder(session, dossier, airflow=airflow, attente_min=attente)
    fichiers = plusieurs(len(faite.fichiers), "fichier sauvegardé", "fichiers sauvegardés")
    yield Dit({"dossier": str(dossier), **asdict(faite)}, [fichiers, dossier, *faite.phrases])


@commande()
def restaurer(dossier: options.Sauvegarde, /, *, airflow: options.Airflow = None) -> Iterator[Dit]:
    """Remet une sauvegarde dans un entrepôt vide, puis vérifie ses sceaux."""
    faite = op.restaurer(dossier, airflow=airflow)
    if faite.ecarts:
        raise ControleEchoue(faite.ecarts)
    yield Dit({"sceaux": faite.sceaux, "remarques": faite.remarques, "airflow": faite.airflow}, faite.lignes)


@commande()
def effacer(*, jusqu_a: options.JusquA) -> Iterator[Dit]:
    """Efface les lignes sur des personnes dont la conservation est échue ; ce qui est publié ne change pas."""
    (annee,) = op.verifier_exercices([jusqu_a])
    with _session("effacer", jusqu_a=annee) as session:
        fait = op.effacer(session, annee)
    lignes = plusieurs(fait["lignes"], "ligne effacée", "lignes effacées")
    yield Dit(fait, [f"{lignes}, {plusieurs(fait['fichiers'], 'fichier')}"])


@commande()
def etat() -> Iterator[Dit]:
    """Dit ce qui est chargé, retenu, rejeté et publié, les dernières exécutions et la suite."""
    with _session() as session:
        contenu = op.etat(session)
        reste = op.laisse_de_cote(session)
    yield Dit(contenu, op.dire_etat(contenu), reste)


@commande()
def regle(nom: options.NomDeRegle, /) -> Iterator[Dit]:
    """Dit une règle ou un contrôle que cite un message."""
    if not (texte := page_des_regles().get(nom.strip("()").lower())):
        raise ErreurMutualisation(f"« {nom} » n'est le nom d'aucune règle, ni d'aucun contrôle.")
    yield Dit({"nom": nom, "dit": texte}, [texte])


@commande()
def ouvrir(*, port: options.Port = 5432) -> Iterator[Dit]:
    """Ouvre l'entrepôt embarqué aux outils de cette machine, en lecture seule, jusqu'à Ctrl-C."""
    # a shell that starts the command behind (`&`) ignores SIGINT, and nothing else would end it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt), op.ouvrir(port, suivre) as adresse:
        # who reads the address may end us before we wait
        fini = threading.Event()
        for arret in (signal.SIGINT, signal.SIGTERM):
            signal.signal(arret, lambda *_: fini.set())
        yield Dit({"adresse": adresse}, [adresse])
        suivre("Ouvert en lecture seule à qui tient cette adresse, jusqu'à Ctrl-C.")
        fini.wait()


def _rendre(json_: bool, contenu: Any, lignes: Iterable[Any], reste: str = "", fin: Iterable[str] = ()) -> None:
    """Print the result: JSON for a program, else lines for a reader, with what was left out, which JSON has not."""
    try:
        ascii_ = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
        pour_lecteur = [en_ligne(str(ligne)) for ligne in [*lignes, *filter(None, [reste]), *fin]]
        for ligne in [json.dumps(contenu, ensure_ascii=ascii_)] if json_ else pour_lecteur:
            print(ligne)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has read enough (`| head`), and the work is done: the rest goes nowhere
        lacher(sys.stdout)
    if json_ and reste:
        journal.print(reste)


def _avertir(charges: list[Any]) -> None:
    for charge in charges:
        for avertissement in charge.avertissements:
            journal.print(f"! {en_ligne(avertissement)}")


def main() -> None:
    """Run a command and exit: 0 published, 2 a control failed, 3 a file was refused, 1 anything else; no traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for flux in (sys.stdout, sys.stderr):
        if isinstance(flux, io.TextIOWrapper):
            flux.reconfigure(errors="replace")  # a terminal that is not UTF-8 lacks some of our signs
    try:
        app(sys.argv[1:], exit_on_error=False, print_error=False)
    except CycloptsError as erreur:
        journal.print(f"Commande incomprise : {phrase_de_l_erreur(erreur)}\nVoir « mutualisation --help ».")
        sys.exit(1)
    except (Exception, KeyboardInterrupt) as erreur:  # noqa: BLE001 - a user never sees a traceback
        from mutualisation.usage.operations.executions import issue_de

        code, message = issue_de(erreur)
        for ligne in filter(None, (*message.split("\n"), getattr(erreur, "laisse_de_cote", ""))):
            journal.print(en_ligne(ligne))
        sys.exit(code)
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            lacher(sys.stdout)
