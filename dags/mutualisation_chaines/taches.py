"""Each task of the chains calls one use case of `mutualisation.usage.operations` and passes keys on. Params of the run
and events of Airflow come by name; the imports of a use case wait until its task runs."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, FichierRefuse, SansReprise, en_ligne
from mutualisation.usage.ordonnancement import DEPOT, nommer
from mutualisation_chaines.actifs import candidate, depot_charge, depot_complet, sources, sources_chargees
from mutualisation_chaines.alertes import envoyer
from mutualisation_chaines.echecs import (
    AGENDA,
    DEPASSEMENT,
    DIFFERENTES,
    INCOMPLET,
    REALISE,
    RECONSTRUIRE,
    REMETTRE,
    REMPLACEE,
    REVERIFIER,
    TARDIFS,
    Depassee,
    DepotPerdu,
    Echec,
    definitif,
    en_francais,
)
from mutualisation_chaines.entites import entite_en_cours, entites, nom_en_cours
from mutualisation_chaines.lignage import BRUT, PUBLICATION, emettre_modeles, jeux
from mutualisation_chaines.reglages import APRES_REPONSE

if TYPE_CHECKING:
    from mutualisation.usage.operations import Session

journal = logging.getLogger(__name__)
PARIS = ZoneInfo("Europe/Paris")
# days before a date of the calendar on which an alert says it
RAPPELS = (30, 7)
# a late bilan is told on its day, then every so many days; who asks is told at once
RELANCE = 7
PUBLIEE = "Ce qui est publié déjà le reste, à l'identique."
OUVERT = "L'exercice n'est pas clos."
# at a desk, the folder `bilans/` opens by this address, where a share or a server shows it
ADRESSE = "MUTUALISATION_ADRESSE_BILANS"


@contextmanager
def entrepot() -> Iterator[Session]:
    """Open the warehouse that the environment or a Connection names. The log of the task gets each step and each file,
    the run ledger gets the outcome."""
    from mutualisation.usage.operations import Demande, Session
    from mutualisation.usage.ordonnancement.connexions import poste_de

    contexte = get_current_context()
    ti = contexte["ti"]
    lieu = f"Airflow, chaîne {ti.dag_id}, exécution {ti.run_id}, essai {ti.try_number}"
    demande = Demande(ti.task_id, lieu, contexte["params"])
    with Session.depuis_environnement(noter, noter, demande, poste_de(nom_en_cours())) as session:
        try:
            yield session
        finally:
            mesurer(session)


def mesurer(session: Session) -> None:
    """Send the measures of the ledger, where StatsD or OpenTelemetry is on. Raises nothing."""
    from airflow.sdk.observability.stats import Stats

    from mutualisation.usage.operations import mesures

    try:
        for nom, valeur in mesures(session.dsn).items():
            Stats.gauge(".".join(filter(None, ["mutualisation", nom_en_cours(), nom])), valeur)
    except Exception as erreur:  # noqa: BLE001 - the work is done, or failed for its own reason
        journal.warning("Les mesures n'ont pas pu être envoyées (%s).", type(erreur).__name__)


def noter(message: str) -> None:
    """Write a step in the log of the task, on one line."""
    journal.info(en_ligne(message))


def dire(reste: str) -> None:
    """Write last in the log what a step left out; nothing when everything counts."""
    if reste:
        journal.warning(en_ligne(reste))


@task(
    on_failure_callback=Echec(
        "porte « fichier »",
        "Une source est chargée en entier, ou garde son état précédent ; rien n'est annoncé.",
        "corrigez le fichier nommé et déposez-le de nouveau, sous le même nom ou en « _v2 » ; si le dépôt n'est pas "
        "surveillé, effacez ensuite l'état de la tâche « {tache} » (« Clear »)",
    )
)
@en_francais
def charger(
    params: Any = None, triggering_asset_events: Any = None, outlet_events: Any = None, dag_run: Any = None
) -> int:
    """Load what is new in the drop, or in the sources asked for; announce it once with the exercices to build, and each
    source of which this run landed a file, whichever of its attempts; return the rows landed. It is
    skipped when all that is loaded is published: the journal decides, not what this attempt loaded, for a worker may
    die between a load and its announcement. A run that the watch has started because it can't read the drop fails."""
    from mutualisation.usage.operations import charger
    from mutualisation.usage.operations.etat import reste_a_construire, sources_arrivees
    from mutualisation.usage.ordonnancement.connexions import emplacement
    from mutualisation.usage.ordonnancement.guet import phrase_de_panne

    nom = nom_en_cours()
    # an event made by the API has no payload
    pannes = [(e.extra.get("payload") or {}).get("panne") for e in triggering_asset_events[depot_complet(nom)]]
    if pannes and all(pannes):
        raise DepotPerdu(phrase_de_panne(pannes[-1], nommer(DEPOT, nom)))
    with entrepot() as session:
        try:
            chargements = charger(session, emplacement(depot_demande(params), nom), params["sources"] or None)
        except FichierRefuse as refus:
            raconter(session, refus.charges)
            raise
        raconter(session, chargements)
        reste, arrivees = reste_a_construire(session.dsn), sources_arrivees(session.dsn, dag_run.run_after)
    if not reste:
        raise AirflowSkipException("Rien de nouveau depuis la dernière publication.")
    outlet_events[depot_charge(nom)].extra = {"exercices": params["exercices"]}
    for source in arrivees:
        outlet_events[sources_chargees(nom)].add(sources(nom)[source])
    journal.info("Le dépôt est chargé : un bilan peut partir.")
    return sum(c.lignes for c in chargements)


def raconter(session: Session, chargements: Iterable[Any]) -> None:
    """Write what the loaded files leave out, their warnings, and the exercices that are to be built with them."""
    from mutualisation.usage.operations import fichiers_tardifs, laisse_de_cote_par_la_lecture

    dire(laisse_de_cote_par_la_lecture(session, chargements))
    dire(" ".join(fichiers_tardifs(session).values()))
    for avertissement in (a for c in chargements for a in c.avertissements):
        dire(avertissement)


def depot_demande(params: Any) -> str:
    """Return the drop asked for, else the one that is watched; an entity has no other than its own. Raises
    `ErreurMutualisation`."""
    entite = entite_en_cours()
    depot = str(params["depot"] or entite.depot)
    if not depot:
        raise ErreurMutualisation(
            "Aucun dépôt : donnez son adresse à l'exécution, ou par la variable MUTUALISATION_DEPOT."
        )
    if entite.nom and entite.depot:
        exiger_chez_elle("depot", depot, entite.depot)
    return depot


def exiger_chez_elle(parametre: str, adresse: str, racine: str) -> None:
    """Raise `ErreurMutualisation` when an entity would read or write outside its own folders."""
    if ".." in adresse.split("/") or not f"{adresse}/".startswith(f"{racine}/"):
        raise ErreurMutualisation(
            f"« {parametre} » vaut {adresse}, qui n'est pas à cette entité : laissez-le vide, ou donnez {racine} ou un "
            "de ses dossiers."
        )


def demandee(dag_run: Any, params: Any) -> bool:
    """Say whether a person asked for the run, and for its publication."""
    return dag_run.run_type == "manual" and not params["relecture"]


@task
@en_francais
def choisir_exercices(params: Any = None, triggering_asset_events: Any = None, dag_run: Any = None) -> list[int]:
    """Return the exercices asked for or announced, else the open ones, published or complete (S3, G6). An alert says
    each one that is left out, a published one that lacks files arrived since too. A publication that follows at once
    finds the places of its extracts free."""
    from mutualisation.usage.operations import fichiers_tardifs, verifier_extraits
    from mutualisation.usage.operations.echeance import exercices_a_construire
    from mutualisation.usage.operations.etat import reste_a_construire

    annonces = [e.extra.get("exercices") for e in triggering_asset_events[depot_charge(nom_en_cours())]]
    with entrepot() as session:
        # two loads may have announced the same files before the first build began
        if annonces and not any(annonces) and not reste_a_construire(session.dsn):
            raise AirflowSkipException("Ce qui est chargé est déjà construit.")
        demandes = annonces or [params["exercices"]]
        ouverts, incomplets = ([], {}) if all(demandes) else exercices_a_construire(session.dsn)
        exercices = exercices_voulus(demandes, ouverts)
        if exercices and demandee(dag_run, params):
            verifier_extraits(session, exercices, _sortie(session, params))
        avis = [(incomplets, INCOMPLET), (fichiers_tardifs(session), TARDIFS)]
    for phrase, remede in ((dit[e], remede) for dit, remede in avis for e in dit if e not in exercices):
        journal.warning(phrase)
        envoyer(entite_en_cours().dire(phrase), remede, get_current_context())
    if not exercices:
        raise AirflowSkipException("Aucun exercice demandé, publié ou complet qui soit ouvert : rien à construire.")
    journal.info("Exercices du bilan : %s", ", ".join(map(str, exercices)))
    return exercices


def exercices_voulus(demandes: list[list[int] | None], ouverts: list[int]) -> list[int]:
    """Put together in order what each request names, else what is open."""
    return sorted({e for demande in demandes for e in demande or ouverts})


@task(
    on_failure_callback=Echec(
        "portes « modèle » et « bilan »",
        remede="corrigez la source nommée et déposez-la, ou versez une ligne dans referentiel/justifications ; si le "
        "dépôt n'est pas surveillé, lancez « chargement_depot »",
        depassee=REMPLACEE,
    )
)
@en_francais
def construire(exercices: list[int], dag_run: Any = None) -> int:
    """Build the exercices, pass the gates « modèle » and « bilan », and return the version. The account that started
    the run is also a preparer (K2)."""
    from mutualisation.usage.operations import construire, controler
    from mutualisation.usage.ordonnancement.connexions import noms_de

    with entrepot() as session:
        session.precharger()
        demande_par = noms_de(dag_run.triggering_user_name, nom_en_cours())
        # no other build takes what was built before it is checked and stored
        with session.connexion():
            version = construire(session, exercices, demande_par=demande_par)
            dire(controler(session, version))
        emettre_modeles(session.var / "dbt", nom_en_cours(), get_current_context())
    return version


@task(on_failure_callback=Echec("documents du bilan", remede=RECONSTRUIRE, depassee=REMPLACEE))
@en_francais
def composer(version: int, params: Any = None) -> list[str]:
    """Compose the documents of the version aside, read back by the gate « extrait »; return their folders."""
    from mutualisation.usage.operations import composer

    with entrepot() as session:
        documents = composer(session, version, _sortie(session, params))
    for dossier in documents:
        journal.info("Documents de la version %s : %s", version, dossier)
    return documents


@task.branch
@en_francais
def aiguiller(version: int, params: Any = None, dag_run: Any = None) -> str:
    """Publish what a person asked for; propose a run that nobody asked for, or that is to be read first."""
    suite = demandee(dag_run, params)
    journal.info("Version %s : %s", version, "publiée à la suite" if suite else "une personne la publiera")
    return "publier" if suite else "proposer"


@task(on_failure_callback=Echec(depassee=REMPLACEE))
@en_francais
def proposer(version: int, outlet_events: Any = None) -> None:
    """Tell that a version waits for somebody to publish it; skipped when it changes nothing."""
    from mutualisation.usage import operations

    with entrepot() as session:
        proposee = operations.candidate(session, version)
    if not proposee.exercices:
        raise AirflowSkipException(proposee.phrase)
    outlet_events[candidate(nom_en_cours())].extra = {"version": version}
    journal.info(proposee.phrase)


@task(multiple_outputs=False, on_failure_callback=Echec("publication"))
@en_francais
def presenter(params: Any = None, triggering_asset_events: Any = None) -> dict[str, Any]:
    """Return the fields of the `Candidate` to publish (default: the last version), and where it is read."""
    from mutualisation.usage import operations

    proposees = [e.extra["version"] for e in triggering_asset_events[candidate(nom_en_cours())]]
    with entrepot() as session:
        presentee = operations.candidate(session, max(proposees, default=params["version"]))
        if presentee.exercices and not presentee.documents:
            # a command built this version: its documents are still to be composed
            operations.composer(session, presentee.version)
            presentee = operations.candidate(session, presentee.version)
        exiger_places(session, presentee.exercices, presentee.documents)
        lieu = ou_lire(session, presentee.documents)
    if not presentee.exercices:
        raise AirflowSkipException(presentee.phrase)
    journal.info("%s\n%s", presentee.phrase, presentee.tableau)
    return vars(presentee) | {"lieu": lieu}


def encore_demandee(contexte: Any) -> None:
    """Fail when another version has replaced the one that a request shows; called before each request and answer. When
    the warehouse doesn't answer, the task goes on: the next one says so, and keeps the answer."""
    from mutualisation.usage.operations.cloture import exiger_publiee
    from mutualisation.usage.operations.publication_candidate import exiger_la_derniere

    exercice = contexte["params"].get("exercice")
    montree = contexte["ti"].xcom_pull(task_ids="verifier" if exercice else "presenter")
    try:
        with entrepot() as session, session.lecture() as conn:
            if exercice:
                exiger_publiee(conn, exercice, montree["version"])
            else:
                exiger_la_derniere(conn, montree["version"])
    except ControleEchoue as erreur:
        # another version is published than the one to close
        raise Depassee(str(erreur)) from None
    except SansReprise as erreur:
        raise definitif(erreur) from None
    except Exception as erreur:  # noqa: BLE001 - its text may hold a cell
        journal.warning("La demande n'a pas pu être comparée à l'entrepôt (%s).", type(erreur).__name__)


def accorder(contexte: Any, reponse: dict[str, Any]) -> None:
    """Have the warehouse keep the version that somebody said yes to; called after each answer. Where it doesn't answer,
    Airflow keeps the answer all the same."""
    from mutualisation.usage import operations

    try:
        if "Approve" in reponse["chosen_options"]:
            with entrepot() as session:
                operations.accorder(session, contexte["ti"].xcom_pull(task_ids="presenter")["version"])
    except Exception as erreur:  # noqa: BLE001 - its text may hold a cell
        journal.warning("La réponse n'a pas pu être notée dans l'entrepôt (%s).", type(erreur).__name__)


@task(on_failure_callback=Echec("publication", PUBLIEE, depassee=REMPLACEE))
@en_francais
def publier(version: int, exercices: list[int], params: Any = None) -> str:
    """Promote the version, put its documents in place, and return its `publication_sha256` (S7)."""
    from mutualisation.usage.operations import extraire_ensemble, laisse_de_cote, publier

    with entrepot() as session:
        empreinte = publier(session, version)
        # an extract that the build doesn't change may be missing there
        extraire_ensemble(session, exercices, _sortie(session, params))
        dire(laisse_de_cote(session))
        dire_ce_qu_elles_sont_devenues(session, version)
    return empreinte


@task(priority_weight=APRES_REPONSE, on_failure_callback=Echec("publication", PUBLIEE))
@en_francais
def publier_au_nom(presentee: dict[str, Any], reponse: dict[str, Any]) -> str:
    """Promote the version that was read, under the login of who answered, and return `publication_sha256`. The
    documents that were read take their places."""
    from mutualisation.entrepot.base.roles import TRAITEMENT
    from mutualisation.usage.operations import laisse_de_cote, publier

    with entrepot() as session:
        personne, compte = qui_repond(session, reponse, "publication", TRAITEMENT)
        # days may have gone by since the documents were read
        exiger_places(session, presentee["exercices"], presentee["documents"])
        empreinte = publier(session, presentee["version"], personne, compte)
        dire(laisse_de_cote(session))
        dire_ce_qu_elles_sont_devenues(session, presentee["version"])
    journal.info("Version %s publiée par %s : %s", presentee["version"], personne, empreinte)
    return empreinte


def dire_ce_qu_elles_sont_devenues(session: Session, version: int) -> None:
    """Alert of what each year just published became, beside where its last situation said that it would land."""
    from mutualisation.usage.operations import dire_realises

    with session.lecture() as conn:
        phrases = dire_realises(conn, version)
    for phrase in phrases:
        envoyer(entite_en_cours().dire(phrase), REALISE, get_current_context())


def qui_repond(
    session: Session, reponse: dict[str, Any], acte: str, groupe: str, exercice: int | None = None
) -> tuple[str, str | None]:
    """Return who answered, and the warehouse under its login where the server has logins. Raises `SansReprise`."""
    from mutualisation.publication.versions.clotures import qui_peut
    from mutualisation.usage.ordonnancement.connexions import compte_de

    personne = reponse["responded_by_user"]["name"]
    if session.embarque:
        return personne, None
    with session.lecture() as conn:
        autres = entite_en_cours().repondent or qui_peut(conn, groupe, exercice)
    return personne, compte_de(session.dsn, acte, personne, nom_en_cours(), autres)


def exiger_places(session: Session, exercices: list[int], documents: list[str]) -> None:
    """Check that the documents that wait can take their places. Raises `ErreurMutualisation`."""
    from mutualisation.usage.operations import verifier_extraits

    for sortie in {str(Path(dossier).parents[1]) for dossier in documents}:
        verifier_extraits(session, exercices, sortie)


def ou_lire(session: Session, dossiers: list[str]) -> str:
    """Say where a reviewer opens folders: links where an address shows those of the bilans, else paths."""
    bilans, adresse = session.var / "bilans", os.environ.get(ADRESSE, "").rstrip("/")

    def lien(dossier: Path) -> str:
        if not adresse or not dossier.is_relative_to(bilans):
            return f"`{dossier}`, sur le serveur"
        return f"[{dossier}]({nommer(adresse, nom_en_cours(), '/')}/{quote(dossier.relative_to(bilans).as_posix())}/)"

    return " ; ".join(lien(Path(dossier)) for dossier in dossiers)


@task(
    on_failure_callback=Echec(
        "échéance", remede="déposez les fichiers nommés ; s'il n'en manque aucun, lancez « bilan_etape »"
    )
)
@en_francais
def exiger_bilan(params: Any = None, dag_run: Any = None) -> None:
    """Fail when the exercice is due and not published on the day of the run, in Paris, then once a week; skipped
    before. An alert says what the calendar asks in a month, and in a week."""
    from mutualisation.documents.situation.calendrier import calendrier
    from mutualisation.usage.operations import exiger_bilan

    jour = dag_run.run_after.astimezone(PARIS).date()
    exercice = params["exercice"] or jour.year - 1
    echeance = dt.date.fromisoformat(params["date"]) if params["date"] else None
    # the warehouse is measured each morning, before the day too
    with entrepot() as session:
        with session.lecture() as conn:
            dus = [f"{quoi}, le {le:%d/%m/%Y}" for le, quoi in calendrier(conn, jour) if (le - jour).days in RAPPELS]
        if dus:
            envoyer(entite_en_cours().dire(f"À venir : {' ; '.join(dus)}."), AGENDA, get_current_context())
        tous_les = 1 if dag_run.run_type == "manual" else RELANCE
        constat = exiger_bilan(session, exercice, jour, echeance, tous_les)
    if not constat:
        raise AirflowSkipException(f"Bilan {exercice} : rien d'échu au {jour:%d/%m/%Y}.")
    journal.info(constat)


@task(on_failure_callback=Echec("factures", "Aucune facture n'a été écrite ; celles d'avant restent en place."))
@en_francais
def facturer(params: Any = None, dag_run: Any = None) -> str:
    """Write the invoices of one semestre, by default the one that has ended; return the folder."""
    from mutualisation.publication.versions.extraits_csv import lire_pointeurs
    from mutualisation.usage.operations import facturer

    exercice, semestre = semestre_voulu(params, dag_run.run_after.astimezone(PARIS).date())
    with entrepot() as session:
        # invoices come from what is loaded until the year is published
        with session.lecture() as conn:
            publie = exercice in lire_pointeurs(conn)
        get_current_context()["task"].inlets = jeux(PUBLICATION if publie else BRUT, nom_en_cours())
        dossier, reste, ecarts = facturer(session, exercice, semestre, _sortie(session, params), params["adherent"])
        dire(reste)
    if ecarts:
        journal.warning(ecarts)
        envoyer(entite_en_cours().dire(ecarts), DIFFERENTES, get_current_context())
    return dossier


@task(on_failure_callback=Echec("situation", "Aucune situation n'a été écrite ; celles d'avant restent en place."))
@en_francais
def situer(params: Any = None) -> list[str]:
    """Write where years stand: at the month asked, else at each that a load completed; skipped where there is none."""
    from mutualisation.usage.operations import mois_a_situer, situer

    demande = params["exercice"], params["mois"]
    if any(demande) and not all(demande):
        raise ErreurMutualisation("Donnez l'exercice et le mois, ou aucun des deux : les mois devenus complets.")
    dossiers = []
    with entrepot() as session:
        for exercice, mois in [demande] if all(demande) else mois_a_situer(session):
            dossier, reste, depassements = situer(session, exercice, mois, _sortie(session, params))
            dossiers.append(dossier)
            dire(reste)
            # at once: a month that is told is not told again, whatever becomes of the next
            if depassements:
                envoyer(entite_en_cours().dire(depassements), DEPASSEMENT, get_current_context())
    if not dossiers:
        raise AirflowSkipException("Aucun mois n'est devenu complet.")
    return dossiers


def semestre_voulu(params: Any, jour: dt.date) -> tuple[int, int]:
    """Return the exercice and semestre asked for, else the last that has ended on a day. Raises `ErreurMutualisation`
    for one without the other."""
    match params["exercice"], params["semestre"]:
        case None, None:
            return (jour.year, 1) if jour.month > 6 else (jour.year - 1, 2)
        case int(exercice), int(semestre):
            return exercice, semestre
    raise ErreurMutualisation("Donnez l'exercice et le semestre, ou aucun des deux : le dernier semestre échu.")


@task(multiple_outputs=False, on_failure_callback=Echec("clôture", OUVERT))
@en_francais
def verifier(params: Any = None) -> dict[str, Any]:
    """Return the fields of `AClore`, once all but who approves is right, and where the extract is opened."""
    from mutualisation.usage.operations import verifier_cloture

    with entrepot() as session:
        sortie = _sortie(session, params) if params["sortie"] else None
        a_clore = verifier_cloture(session, params["exercice"], sortie)
        return vars(a_clore) | {"lieu": ou_lire(session, [a_clore.dossier])}


@task(
    priority_weight=APRES_REPONSE,
    on_failure_callback=Echec(
        "clôture", "Si l'exercice est déjà clos, la tâche relancée n'écrit que ce qui manque.", REVERIFIER, REVERIFIER
    ),
)
@en_francais
def clore(a_clore: dict[str, Any], reponse: dict[str, Any]) -> str:
    """Close what was approved, under the login of who answered; return the folder of the closed extract."""
    from mutualisation.entrepot.base.roles import APPROBATEUR
    from mutualisation.usage.operations import cloturer

    with entrepot() as session:
        approbateur, compte = qui_repond(session, reponse, "approbation", APPROBATEUR, a_clore["exercice"])
        clos = cloturer(
            session,
            a_clore["exercice"],
            approbateur,
            str(Path(a_clore["dossier"]).parent),
            version=a_clore["version"],
            manifeste_sha256=a_clore["manifeste_sha256"],
            compte=compte,
        )
    journal.info("Exercice %s, version %s, approuvé par %s.", clos.exercice, clos.version, clos.approuve_par)
    return clos.dossier


@task(multiple_outputs=False, on_failure_callback=Echec("remise", "Rien n'est envoyé."))
@en_francais
def preparer(params: Any = None) -> dict[str, Any]:
    """Write the envelopes of a published exercice; return the fields of `Presentees`, and where they are read."""
    from mutualisation.usage import operations

    with entrepot() as session:
        dossier = operations.remettre(session, params["exercice"], _sortie(session, params))
        return vars(operations.presenter_remises(session, dossier)) | {"lieu": ou_lire(session, [dossier])}


@task(
    priority_weight=APRES_REPONSE,
    on_failure_callback=Echec("remise", "Ce qui est parti ne repartira pas.", depassee=REMETTRE),
)
@en_francais
def remettre_a_chacun(
    preparee: dict[str, Any], reponse: dict[str, Any], params: Any = None, dag_run: Any = None
) -> str:
    """Send each envelope that was granted, once; say what went. Skipped without a Connection to send by."""
    from mutualisation.usage.operations import Presentees, envoyer_remises
    from mutualisation.usage.ordonnancement.connexions import connexion
    from mutualisation_chaines.courrier import REMISE, poster

    par = nommer(REMISE, nom_en_cours())
    montrees = Presentees(**{nom: valeur for nom, valeur in preparee.items() if nom != "lieu"})
    if connexion(par) is None:
        raise AirflowSkipException(f"Sans connexion Airflow « {par} », les enveloppes sont à porter : {montrees.liste}")
    personne = reponse["responded_by_user"]["name"]
    with entrepot() as session:
        # what this run has begun is not what somebody asked it to send again
        dit = envoyer_remises(
            session,
            montrees,
            personne,
            lambda envoi, octets: poster(envoi, octets, montrees.exercice, par),
            params["renvoyer"],
            dag_run.run_after,
        )
    journal.info(dit)
    return dit


def _sortie(session: Session, params: Any) -> str:
    sortie = str(params["sortie"] or session.var / "bilans")
    if nom_en_cours():
        exiger_chez_elle("sortie", sortie, str(session.var))
    return sortie


@task(on_failure_callback=Echec("comparaison", "La comparaison d'avant reste en place."))
@en_francais
def comparer(params: Any = None) -> str:
    """Write the comparison of the unit costs of every entity; return the file."""
    from mutualisation.usage.operations.federation import comparer

    sortie = Path(params["sortie"] or dossier_var()) / f"comparaison_{params['exercice']}.csv"
    for absent in comparer({nom: dossier_var() / nom for nom in entites()}, params["exercice"], sortie):
        journal.warning(absent)
    return str(sortie)
