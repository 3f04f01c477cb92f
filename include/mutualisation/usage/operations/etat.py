"""Say what is loaded, held, rejected, published and run, and what to do next."""

import shlex
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from mutualisation.documents.situation.calendrier import calendrier
from mutualisation.entree.ingestion.journal import INGESTION_REFUSEE
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.programmes import dossier_binaires, mineure_depassee
from mutualisation.publication.versions.inchange import empreintes_en_vigueur
from mutualisation.socle.francais.formats import enumerer, jour, nombre, plusieurs
from mutualisation.usage.operations.echeance import fichiers_tardifs, semestres_a_facturer
from mutualisation.usage.operations.en_attente import en_attente
from mutualisation.usage.operations.laisse_de_cote import laisse_de_cote_par_la_construction
from mutualisation.usage.operations.ouverture_en_lecture import rien_de_publie
from mutualisation.usage.operations.session import Session

PARIS = ZoneInfo("Europe/Paris")
SQL_ETAT = {
    "exercices": "select p.exercice, p.version, journal.rang_publie(p.exercice, p.version) as rang, "
    "c.prepare_par, p.publie_le, f.approuve_par, (select"
    " s.enonce::jsonb ->> 'publie_par' from journal.sceaux s where s.acte = 'publication' and s.version = p.version)"
    " as publie_par, array(select distinct"
    " k.controle from publication.controles k where k.exercice = p.exercice"
    " and k.statut = 'ecart' and k.justification is null order by 1) as ecarts"
    " from journal.publications p join journal.constructions c using (version)"
    " left join journal.clotures f using (exercice, version) order by p.exercice",
    "fichiers": "select source, jeu, count(*) as fichiers, coalesce(sum(lignes), 0)::bigint as lignes"
    " from journal.fichiers_courants group by source, jeu order by 1, 2",
    # a file mended and loaded since is no longer refused
    "refuses": "select chemin as fichier, motif from (select distinct on (chemin) chemin, motif, statut"
    " from journal.fichiers order by chemin, fichier_id desc) as derniers where statut = 'refuse' order by 1",
    "rejets": "select source, statut, count(*) as lignes from publication.rejets group by source, statut order by 1, 2",
    # only the last runs are shown
    "executions": "select execution, commande, declencheur, compte, debut, secondes, statut, code, phrase, etape,"
    " versions from exploitation.registre order by execution desc limit 5",
}
# this is the build that a person asked for last (published, when nothing was left to publish), and what it rejects
SQL_CANDIDATE = """
select version, case when exercices = '{}' then 'publiee' else statut end as statut from journal.constructions
 where version = journal.derniere_a_publier()
"""
SQL_REJETS = """
select source, statut, count(*) as lignes from exploitation.rejets where version = %s
 group by source, statut order by 1, 2
"""
ISSUES = {"reussie": "réussie", "en_cours": "en cours", "interrompue": "interrompue"}
# a line shows this much of the sentence that ended a run; `--json` has it whole
LARGEUR_PHRASE = 160
SQL_SCEAU = "select max(numero) as sceau from journal.sceaux"
# a version that waits for who publishes it has seen its files too, and so has one that changed nothing
SQL_RESTE = """
select exists (select from journal.fichiers where statut = 'accepte' and charge_le > coalesce(
  (select max(debut) from journal.constructions where statut in ('validee', 'publiee')), '-infinity'))
  as reste
"""


def etat(session: Session) -> dict[str, Any]:
    """Return what is loaded, held, rejected, published and run, the last runs first, and what to do next (a_faire).

    Keys: publication_sha256, chiffres_sha256, sceau, exercices, fichiers, refuses, rejets, executions, candidate,
    calendrier (what the next three months ask), a_faire. `candidate` holds version, statut, rejets, laisse_de_cote (a
    sentence) and documents (folders) of the last
    build when it is not published."""
    with connecter(session.dsn) as conn, conn.cursor(row_factory=dict_row) as curseur:
        publication, chiffres = empreintes_en_vigueur(conn)
        contenu: dict[str, Any] = {"publication_sha256": publication or None, "chiffres_sha256": chiffres}
        contenu |= curseur.execute(SQL_SCEAU).fetchone() or {}
        for nom, requete in SQL_ETAT.items():
            contenu[nom] = curseur.execute(requete).fetchall()
        candidate = curseur.execute(SQL_CANDIDATE).fetchone()
        if candidate is not None and candidate["statut"] != "publiee":
            contenu["candidate"] = candidate | {
                "rejets": curseur.execute(SQL_REJETS, (candidate["version"],)).fetchall()
            }
            contenu["candidate"]["laisse_de_cote"] = laisse_de_cote_par_la_construction(conn, candidate["version"])
            attente = en_attente(conn, candidate["version"])
            contenu["candidate"]["documents"] = [str(extrait) for extrait in attente.extraits] if attente else []
        reste = curseur.execute(SQL_RESTE).fetchone() == {"reste": True}
        suites = [*fichiers_tardifs(session).values(), *semestres_a_facturer(conn)]
        dus = calendrier(conn, datetime.now(PARIS).date())
        contenu["calendrier"] = [{"le": le.isoformat(), "quoi": quoi} for le, quoi in dus]
    for publie in contenu["exercices"]:
        publie["publie_le"] = publie["publie_le"].isoformat()
    for execution in contenu["executions"]:
        execution["debut"] = execution["debut"].isoformat()
        execution["secondes"] = float(execution["secondes"] or 0)
    # who finds nothing here may have filled another warehouse
    ou = rien_de_publie(session.dsn, session.var if session.embarque else None) if not contenu["fichiers"] else ""
    contenu["a_faire"] = [*_a_faire(contenu, reste=reste), *suites, *serveur_depasse(session), *filter(None, [ou])]
    return contenu


def dire_etat(contenu: Mapping[str, Any]) -> Iterator[str]:
    """Say the same in French, a line each."""
    yield from dire_empreintes(contenu)
    for e in contenu["exercices"]:
        suite = f"close, approuvée par {e['approuve_par']}" if e["approuve_par"] else "à approuver"
        publiee = f"version {e['version']} (publication n° {e['rang']})"
        yield f"exercice {e['exercice']} : {publiee}, préparée par {e['prepare_par']}, {suite}"
    for f in contenu["fichiers"]:
        yield f"{f['source']}/{f['jeu']} : {plusieurs(f['fichiers'], 'fichier')}, {plusieurs(f['lignes'], 'ligne')}"
    yield from map(_dire_rejets, contenu["rejets"])
    yield from (f"refusé {r['fichier']} : {r['motif']}" for r in contenu["refuses"])
    if candidate := contenu.get("candidate"):
        yield from (f"version {candidate['version']}, non publiée, {_dire_rejets(r)}" for r in candidate["rejets"])
    yield from map(dire_execution, contenu["executions"])
    yield from (f"au calendrier, le {jour(date.fromisoformat(d['le']))} : {d['quoi']}" for d in contenu["calendrier"])
    yield from (f"à faire : {phrase}" for phrase in contenu["a_faire"])


def _dire_rejets(r: Mapping[str, Any]) -> str:
    return f"{r['source']} : {plusieurs(r['lignes'], 'ligne')} au statut {r['statut']}"


def dire_empreintes(contenu: Mapping[str, Any]) -> list[str]:
    """Give the digest of what is published, and that of its figures alone, which no key changes."""
    chiffres = contenu["chiffres_sha256"]
    return [f"publication {contenu['publication_sha256'] or 'aucune'}", *([f"chiffres {chiffres}"] if chiffres else [])]


def dire_execution(e: Mapping[str, Any]) -> str:
    """Describe one run of the ledger: number, command, start, stages, outcome."""
    fin = f"sortie {e['code']}, {shorten(str(e['phrase']), LARGEUR_PHRASE, placeholder=' …')}"
    debut = datetime.fromisoformat(e["debut"]).astimezone()
    return (
        f"exécution {e['execution']} : {e['commande']} par {e['compte']}, le {debut:%d/%m/%Y à %H:%M}, "
        f"{nombre(Decimal(e['secondes']), 1)} s{''.join(f', version {v}' for v in e['versions'])} : "
        f"{ISSUES.get(e['statut'], fin)}"
    )


def serveur_depasse(session: Session) -> list[str]:
    """Say in a sentence each that the server of the warehouse lacks a security release, and page checksums."""
    with connecter(session.dsn) as conn:
        dits = mineure_depassee(conn.info.server_version, datetime.now(PARIS).date())
        sans_sommes = conn.execute("show data_checksums").fetchone() == ("off",)
    if sans_sommes:
        ou = [str(dossier_binaires() / "pg_checksums"), f"--pgdata={session.var / 'pg'}"]
        commande = shlex.join([*(ou if session.embarque else ["pg_checksums"]), "--enable"])
        dits.append(
            "Les pages de l'entrepôt n'ont pas de somme de contrôle : une page que le disque abîme se lirait sans "
            f"erreur. Serveur arrêté, « {commande} » les ajoute."
        )
    return dits


def _a_faire(etat_lu: Mapping[str, Any], *, reste: bool) -> Iterator[str]:
    """Say each thing to do next in a sentence with its command, the most urgent first."""
    derniere = etat_lu["executions"][0] if etat_lu["executions"] else {"statut": ""}
    if derniere["statut"] == "interrompue":
        yield (
            f"L'exécution {derniere['execution']} ({derniere['commande']}) n'a jamais fini"
            f"{_pendant(derniere['etape'])} : rien n'est à réparer, relancez la même commande."
        )
    if derniere["statut"] == "en_cours":
        yield (
            f"L'exécution {derniere['execution']} ({derniere['commande']}) travaille encore"
            f"{_pendant(derniere['etape'])} : attendez qu'elle finisse."
        )
        return
    fautifs = [r for r in etat_lu["refuses"] if r["motif"] != INGESTION_REFUSEE]
    if fautifs:
        yield "Corrigez les fichiers refusés et redéposez-les (même nom, ou « _v2 »), puis relancez."
    elif etat_lu["refuses"]:
        yield (
            "Les fichiers refusés le sont avec d'autres de leur source, et n'ont rien à corriger : faites ce que dit "
            "la dernière exécution en échec, puis relancez."
        )
    if not etat_lu["fichiers"]:
        yield "Rien n'est chargé : « mutualisation bilan --depot DOSSIER --exercice AAAA --sortie DOSSIER »."
        return
    candidate = etat_lu.get("candidate", {"statut": ""})
    if candidate["statut"] == "validee":
        annonce = f"La version {candidate['version']} a passé les portes : « mutualisation publier » la publie."
        lire = [
            f"Ses documents sont à lire dans {', '.join(documents)}."
            for documents in [candidate["documents"]]
            if documents
        ]
        yield " ".join(filter(None, [annonce, *lire, candidate.get("laisse_de_cote")]))
    elif candidate["statut"] == "echouee":
        rejets = (
            " « mutualisation reparer --sortie DOSSIER » écrit les lignes rejetées ;" if candidate["rejets"] else ""
        )
        yield (
            f"La version {candidate['version']} n'a pas passé les portes :{rejets} corrigez ce qu'elles nomment, puis "
            "relancez « mutualisation bilan »."
        )
    elif reste:
        yield "Des fichiers chargés ne comptent pas encore : « mutualisation bilan » les prend."
    yield from (_vers_la_cloture(e) for e in etat_lu["exercices"] if not e["approuve_par"])


def _vers_la_cloture(e: Mapping[str, Any]) -> str:
    """Say first the gaps without a reason: the approval would be refused (G4)."""
    if e["ecarts"]:
        return (
            f"L'exercice {e['exercice']} ne se clôt pas encore, des écarts attendent une correction ou une ligne de "
            f"referentiel/justifications ({enumerer(e['ecarts'])}), puis « mutualisation bilan »."
        )
    return (
        f"L'exercice {e['exercice']} est à approuver par une autre personne que {e['prepare_par']} : « mutualisation "
        f"cloturer --exercice {e['exercice']} --approuve-par NOM »."
    )


def _pendant(etape: str | None) -> str:
    return f", étape « {etape} »" if etape else ""


def reste_a_construire(dsn: str) -> bool:
    """Say whether files were accepted that no build has seen to its end: an announcement may have been lost."""
    with connecter(dsn) as conn:
        return conn.execute(SQL_RESTE).fetchone() == (True,)


def sources_arrivees(dsn: str, depuis: datetime) -> list[str]:
    """Return the sources of which a file was accepted since a moment."""
    requete = "select distinct source from journal.fichiers where statut = 'accepte' and charge_le >= %s order by 1"
    with connecter(dsn) as conn:
        return [source for (source,) in conn.execute(requete, (depuis,)).fetchall()]
