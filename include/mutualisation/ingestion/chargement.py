"""Loading of a drop: each source whole or not at all (F1, F2, G2, G10)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from upath import UPath

from mutualisation.erreurs import ErreurMutualisation, FichierRefuse
from mutualisation.ingestion import journal
from mutualisation.ingestion.commun import BLANCS, LectureRefusee, Limites
from mutualisation.ingestion.controle import lire_controle
from mutualisation.ingestion.depot import Depot, FichierDepose, affichable, decouvrir
from mutualisation.ingestion.lecture import Lecture, ouvrir
from mutualisation.ingestion.octets import Empreinte, empreinte
from mutualisation.ingestion.pseudonymes import Pseudonymes, cle_pseudonymes
from mutualisation.sources.brut import synchroniser_brut, table
from mutualisation.sources.registre import COLONNES_TECHNIQUES, Jeu, Registre, Source, registre

Connexion = psycopg.Connection[Any]
Refus = list[tuple[str, str]]
Porte = Callable[[Connexion, int], Refus]
Suivi = Callable[[str], None]

_JEU_ADHERENTS = "adherents"
# bytes sent at once: fewer exchanges with the server than blocks read
_ENVOI = 1 << 16
_INGESTION_REFUSEE = "ingestion refusée avec les autres fichiers de la source"


@dataclass
class Chargement:
    """What one load did for one source. `fichiers` and `deja_charges` are paths relative to the drop."""

    source: str
    fichiers: list[str] = field(default_factory=list)
    deja_charges: list[str] = field(default_factory=list)
    lignes: int = 0
    avertissements: list[str] = field(default_factory=list)


@dataclass
class _Candidat:
    """A file to load, on this machine: its bytes are those that were hashed."""

    fichier: FichierDepose
    local: Path
    empreinte: Empreinte
    horodatage: int


@dataclass
class _Contexte:
    conn: Connexion
    pseudonymes: Pseudonymes
    limites: Limites
    porte: Porte
    suivi: Suivi
    detail: Suivi
    dossier: Path
    reg: Registre


def charger_depot(
    conn: Connexion,
    depot: str | Path | UPath,
    sources: Iterable[str] | None = None,
    var: str | Path | None = None,
    suivi: Suivi | None = None,
    *,
    detail: Suivi | None = None,
    reg: Registre | None = None,
    porte: Porte | None = None,
) -> list[Chargement]:
    """Load what is new in a drop, one `Chargement` per source that has a folder.

    `sources` limits the load; `var` holds the key of the pseudonyms; `suivi` receives a line per source, `detail`
    a line per file; `porte` is the file gate
    (default: `mutualisation.portes.fichier.refus_et_resultat`, kept with the load).

    FichierRefuse, with every refused file, once every source was tried: a refused source keeps its former state,
    the others are loaded (G2). ErreurMutualisation when the drop is missing or empty.
    """
    reg = reg or registre()
    voulues = [reg.source(s).nom for s in sources] if sources is not None else list(reg.noms)
    contenu = decouvrir(depot, reg)
    refus: Refus = list(contenu.refus.get("", []))
    charges: list[Chargement] = []
    with tempfile.TemporaryDirectory(prefix="mutualisation-") as dossier:
        ctx = _Contexte(
            conn=conn,
            pseudonymes=Pseudonymes(cle_pseudonymes(var)),
            limites=Limites.de_l_environnement(),
            porte=porte or _porte_par_defaut(suivi or _muet),
            suivi=suivi or _muet,
            detail=detail or _muet,
            dossier=Path(dossier),
            reg=reg,
        )
        with _transaction(conn):
            synchroniser_brut(conn, reg)
        _verifier_epci(ctx, contenu)
        for source in reg:
            noms_refuses = contenu.refus.get(source.nom, [])
            fichiers = contenu.de(source.nom)
            if source.nom not in voulues or not (fichiers or noms_refuses):
                continue
            charge, refuses = _charger_source(ctx, source, fichiers, noms_refuses)
            refus += refuses
            if charge is not None:
                charges.append(charge)
    if refus:
        raise FichierRefuse(refus)
    return charges


def _muet(_: str) -> None:
    pass


def _porte_par_defaut(suivi: Suivi) -> Porte:
    """Great Expectations takes seconds to import: only when files are really checked. Its result joins the load."""

    def porte(conn: Connexion, chargement_id: int) -> Refus:
        from mutualisation.portes.fichier import refus_et_resultat

        refus, resultat = refus_et_resultat(conn, chargement_id)
        with _transaction(conn):
            journal.noter_porte(conn, chargement_id, resultat.en_dict())
        if phrase := resultat.phrase_avertissements():
            suivi(phrase)
        return list(refus)

    return porte


@contextmanager
def _transaction(conn: Connexion) -> Iterator[None]:
    """A transaction of its own, whatever a former SELECT left open."""
    conn.commit()
    with conn.transaction():
        yield


def _verifier_epci(ctx: _Contexte, contenu: Depot) -> None:
    """G10: a warehouse belongs to the EPCI first loaded."""
    connus = journal.epci_connus(ctx.conn)
    adherents = [f for f in contenu.fichiers if f.jeu.nom == _JEU_ADHERENTS]
    if not connus or not adherents:
        return
    fichier = max(adherents, key=lambda f: f.version)
    try:
        nommes = _sirens_epci(_rapatrier(ctx, fichier), fichier, ctx.limites)
    except (LectureRefusee, OSError):
        return  # the load itself refuses it, with its reason
    if not nommes & connus:
        motif = (
            "aucun SIREN de type epci de ce fichier n'est celui de l'EPCI à qui l'entrepôt appartient "
            f"({', '.join(sorted(connus))}) : vérifier le dépôt, ou charger dans un autre entrepôt (G10)."
        )
        raise FichierRefuse([(fichier.chemin, motif)])


def _sirens_epci(local: Path, fichier: FichierDepose, limites: Limites) -> set[str]:
    lecteur = ouvrir(local, fichier.jeu, fichier.extension, limites)
    positions = lecteur.entete.positions if lecteur.entete else {}
    type_, siren = positions["type"], positions["siren"]
    trouves = set()
    for bloc in lecteur.blocs():
        for rangee in bloc.decouper():
            if len(rangee) > max(type_, siren) and rangee[type_].strip(BLANCS) == "epci":
                trouves.add(rangee[siren].strip(BLANCS))
    return trouves


def _charger_source(
    ctx: _Contexte, source: Source, fichiers: Sequence[FichierDepose], noms_refuses: Refus
) -> tuple[Chargement | None, Refus]:
    charge = Chargement(source.nom)
    refus: dict[str, str] = dict(noms_refuses)
    with _transaction(ctx.conn):
        journal.nettoyer(ctx.conn, source)
    candidats = _nouveaux(ctx, source, fichiers, charge, refus)
    if not candidats and not refus:
        ctx.suivi(f"{source.nom} : rien de nouveau, {len(charge.deja_charges)} fichier(s) déjà chargé(s).")
        return charge, []
    with _transaction(ctx.conn):
        chargement_id = journal.ouvrir_chargement(ctx.conn, source.nom)
    for candidat in candidats:
        _atterrir(ctx, chargement_id, candidat, charge, refus)
    if len(charge.fichiers) > 0:
        refus |= {affichable(chemin): motif for chemin, motif in ctx.porte(ctx.conn, chargement_id)}
    if refus:
        _refuser(ctx, source, chargement_id, refus)
        return None, list(refus.items())
    with _transaction(ctx.conn):
        journal.accepter(ctx.conn, chargement_id)
        journal.fermer_chargement(ctx.conn, chargement_id, "accepte", len(charge.fichiers), charge.lignes, None)
        if any(j.nom == _JEU_ADHERENTS for j in source.jeux):
            journal.retenir_epci(ctx.conn, ctx.reg.jeu(_JEU_ADHERENTS))
    deja = f", {len(charge.deja_charges)} déjà chargé(s)" if charge.deja_charges else ""
    ctx.suivi(f"{source.nom} : {len(charge.fichiers)} fichier(s) chargé(s), {charge.lignes} lignes{deja}.")
    return charge, []


def atterrir_essai(conn: Connexion, contenu: Depot, nom_source: str, var: str | Path) -> list[int]:
    """Land the files of one source and pass the file gate, without accepting them; numbers of `journal.fichiers`.

    FichierRefuse, once their rows are gone, when one does not follow the contract.
    """
    reg = registre()
    source = reg.source(nom_source)
    refus: dict[str, str] = dict(contenu.refus.get(nom_source, []))
    charge = Chargement(nom_source)
    with tempfile.TemporaryDirectory(prefix="mutualisation-") as dossier:
        pseudonymes = Pseudonymes(cle_pseudonymes(var))
        limites = Limites.de_l_environnement()
        ctx = _Contexte(conn, pseudonymes, limites, _porte_par_defaut(_muet), _muet, _muet, Path(dossier), reg)
        with _transaction(conn):
            journal.nettoyer(conn, source)
            chargement_id = journal.ouvrir_chargement(conn, nom_source)
        for f in contenu.de(nom_source):
            local = _rapatrier(ctx, f)
            _atterrir(
                ctx, chargement_id, _Candidat(f, local, empreinte(local), local.stat().st_mtime_ns), charge, refus
            )
        if charge.fichiers:
            refus |= dict(ctx.porte(conn, chargement_id))
        if refus:
            _refuser(ctx, source, chargement_id, refus)
            raise FichierRefuse(list(refus.items()))
    return [
        numero
        for (numero,) in conn.execute(
            "select fichier_id from journal.fichiers where chargement_id = %s", (chargement_id,)
        )
    ]


def _refuser(ctx: _Contexte, source: Source, chargement_id: int, refus: dict[str, str]) -> None:
    motif = " ".join(f"{chemin} : {m}" for chemin, m in refus.items())
    with _transaction(ctx.conn):
        journal.refuser(ctx.conn, source, chargement_id, refus, _INGESTION_REFUSEE)
        journal.fermer_chargement(ctx.conn, chargement_id, "refuse", 0, 0, motif)
    ctx.suivi(f"{source.nom} : {len(refus)} fichier(s) refusé(s), la source garde son état.")


def _nouveaux(
    ctx: _Contexte, source: Source, fichiers: Sequence[FichierDepose], charge: Chargement, refus: dict[str, str]
) -> list[_Candidat]:
    """Files whose bytes are not those already loaded (F2)."""
    derniers = journal.derniers_charges(ctx.conn, source.nom)
    candidats = []
    for f in fichiers:
        try:
            local = _rapatrier(ctx, f)
            e = empreinte(local)
            candidat = _Candidat(f, local, e, local.stat().st_mtime_ns)
        except LectureRefusee as faute:
            refus[f.chemin] = str(faute)
            continue
        except OSError as faute:
            refus[f.chemin] = f"le fichier ne peut pas être lu ({faute.strerror or type(faute).__name__})."
            continue
        if derniers.get((f.jeu.nom, f.periode, f.version)) == e.sha256:
            charge.deja_charges.append(f.chemin)
            ctx.detail(f"{f.chemin} : déjà chargé.")
        else:
            candidats.append(candidat)
    return _sans_periodes_usurpees(ctx, source, candidats, charge)


def _rapatrier(ctx: _Contexte, f: FichierDepose) -> Path:
    """The file on this machine; one of an object store is copied once, so that what is read is what was hashed."""
    local = Path(str(f.emplacement))
    if f.emplacement.protocol in ("", "file", "local"):
        return Path(f.emplacement.path)
    local = ctx.dossier / f.source / f.nom
    if local.exists():
        return local
    local.parent.mkdir(parents=True, exist_ok=True)
    try:
        with f.emplacement.open("rb") as origine, local.open("wb") as copie:
            while tranche := origine.read(1 << 20):
                copie.write(tranche)
    except Exception as e:  # noqa: BLE001 - each store has its own family of errors
        local.unlink(missing_ok=True)
        raise LectureRefusee(f"le fichier ne peut pas être lu dans le dépôt distant ({type(e).__name__}).") from None
    return local


def _sans_periodes_usurpees(
    ctx: _Contexte, source: Source, candidats: list[_Candidat], charge: Chargement
) -> list[_Candidat]:
    """F2: the same bytes under another periode are already loaded; the periode they claim stays missing."""
    courants = journal.courants(ctx.conn, source.nom)
    restants = list(candidats)
    while (ecarte := _premiere_usurpation(ctx, restants, courants)) is not None:
        candidat, periode = ecarte
        restants.remove(candidat)
        f = candidat.fichier
        charge.deja_charges.append(f.chemin)
        charge.avertissements.append(
            f"{f.chemin} : mêmes octets que {f.jeu.nom} de la période {periode}, déjà chargé ; "
            f"la période {f.periode} reste manquante (F2)."
        )
    return restants


def _premiere_usurpation(
    ctx: _Contexte, candidats: list[_Candidat], courants: dict[tuple[str, str], tuple[int, str, int]]
) -> tuple[_Candidat, str] | None:
    # what would count once everything is loaded: (jeu, periode) → (version, sha256, candidate or None)
    futurs: dict[tuple[str, str], tuple[int, str, _Candidat | None]] = {
        cle: (version, sha, None) for cle, (version, sha, _) in courants.items()
    }
    for c in candidats:
        cle = (c.fichier.jeu.nom, c.fichier.periode)
        if cle not in futurs or c.fichier.version >= futurs[cle][0]:
            futurs[cle] = (c.fichier.version, c.empreinte.sha256, c)
    porteurs: dict[tuple[str, str], list[tuple[bool, str, _Candidat | None]]] = {}
    for (jeu, periode), (_, sha, candidat) in futurs.items():
        porteurs.setdefault((jeu, sha), []).append((candidat is not None, periode, candidat))
    for groupe in porteurs.values():
        # what is in the warehouse stands before what comes, then the earliest periode
        groupe.sort(key=lambda g: (g[0], g[1]))
        for _, _, candidat in groupe[1:]:
            if candidat is not None and not _repetition_permise(ctx, candidat):
                return candidat, groupe[0][1]
    return None


def _repetition_permise(ctx: _Contexte, candidat: _Candidat) -> bool:
    """Yearly files and files without a data row may repeat (F2)."""
    f = candidat.fichier
    if f.jeu.periode == "annee":
        return True
    try:
        lecture = Lecture(candidat.local, f.jeu, f.extension, ctx.pseudonymes, ctx.limites)
        return next(lecture.copie(0), None) is None
    except LectureRefusee:
        return True  # refused by the load, with its reason


def _atterrir(
    ctx: _Contexte, chargement_id: int, candidat: _Candidat, charge: Chargement, refus: dict[str, str]
) -> None:
    """Land one file, in a transaction of its own; a file that can't be read is noted as refused."""
    f = candidat.fichier
    try:
        with _transaction(ctx.conn):
            controle = _controle(f, candidat.empreinte)
            fichier_id = journal.inserer_fichier(ctx.conn, chargement_id, f, candidat.empreinte)
            lecture = Lecture(candidat.local, f.jeu, f.extension, ctx.pseudonymes, ctx.limites)
            _copier(ctx.conn, f.jeu, lecture.copie(fichier_id))
            _verifier_inchange(candidat)
            journal.noter_lecture(ctx.conn, fichier_id, lecture.lignes, lecture.dialecte, controle, lecture.totaux)
    except (LectureRefusee, OSError, psycopg.DataError) as faute:
        motif = _motif(faute)
        refus[f.chemin] = motif
        with _transaction(ctx.conn):
            journal.inserer_fichier(ctx.conn, chargement_id, f, candidat.empreinte, motif)
        return
    charge.fichiers.append(f.chemin)
    charge.lignes += lecture.lignes
    absentes = lecture.dialecte.get("colonnes_absentes")
    if absentes:
        charge.avertissements.append(f"{f.chemin} : colonnes facultatives absentes : {', '.join(absentes)} (F5).")
    ctx.detail(f"{f.chemin} : {lecture.lignes} lignes.")


def _motif(faute: Exception) -> str:
    if isinstance(faute, LectureRefusee):
        return str(faute)
    if isinstance(faute, OSError):
        return f"le fichier ne peut pas être lu ({faute.strerror or type(faute).__name__})."
    # the server's message could quote a cell
    return "l'entrepôt refuse une cellule de ce fichier : vérifier ses caractères."


def _copier(conn: Connexion, jeu: Jeu, blocs: Iterator[bytes]) -> None:
    colonnes = [*COLONNES_TECHNIQUES, *(c.nom for c in jeu.colonnes_entrepot)]
    ordre = sql.SQL("copy {} ({}) from stdin with (format text, null '', encoding 'UTF8')").format(
        table(jeu), sql.SQL(", ").join(map(sql.Identifier, colonnes))
    )
    with conn.cursor() as curseur, curseur.copy(ordre) as copie:
        tampon: list[bytes] = []
        taille = 0
        for bloc in blocs:
            tampon.append(bloc)
            taille += len(bloc)
            if taille >= _ENVOI:
                copie.write(b"".join(tampon))
                tampon, taille = [], 0
        if tampon:
            copie.write(b"".join(tampon))


def _controle(f: FichierDepose, e: Empreinte) -> dict[str, Any] | None:
    if f.controle is None:
        return None
    try:
        octets = f.controle.read_bytes()
    except OSError:
        raise LectureRefusee("son .controle.json ne peut pas être lu (F3).") from None
    return lire_controle(octets, f.jeu, e.sha256)


def _verifier_inchange(candidat: _Candidat) -> None:
    etat = candidat.local.stat()
    if (etat.st_size, etat.st_mtime_ns) != (candidat.empreinte.octets, candidat.horodatage):
        raise LectureRefusee("le fichier a changé pendant sa lecture : le redéposer une fois complet.")


__all__ = ["Chargement", "ErreurMutualisation", "FichierRefuse", "charger_depot"]
