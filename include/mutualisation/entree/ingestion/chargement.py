"""Load a drop: each source whole or not at all (F1, F2, G2). `correspondances` (F15, F16) and the EPCI of `adherents`
(G10) are read before any other file."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import sql
from upath import UPath

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.atterrissage import Atterri, atterrir
from mutualisation.entree.ingestion.codes_connus import codes_semblables, nommer_les_codes
from mutualisation.entree.ingestion.controle import controle_de
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.correspondances import (
    COLONNES,
    JEU_CORRESPONDANCES,
    Correspondance,
    compiler,
    noter_defauts,
)
from mutualisation.entree.ingestion.depot import Depot, FichierDepose, decouvrir
from mutualisation.entree.ingestion.journal import INGESTION_REFUSEE, Connexion
from mutualisation.entree.ingestion.nouveautes import fichiers_nouveaux
from mutualisation.entree.ingestion.travail import Chargement, Porte, Refus, Suivi, Travail, muet, transaction
from mutualisation.entree.ingestion.typage import Typage
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.lecture import ouvrir, prechauffer
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.jeux import Source
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.socle.erreurs import FichierRefuse, affichable
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.socle.francais.libelles import PARAMETRES
from mutualisation.socle.poste import Poste

REFERENTIEL = "referentiel"
JEU_ADHERENTS = "adherents"
JEU_PARAMETRES = "parametres"
# such a name may be shown; anything else is a cell of another column
_NOM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_SQL_PARAMETRES = """
select f.chemin, split_part(p.parametre, ':', 1) as nom
  from brut.parametres as p
 inner join journal.fichiers as f using (fichier_id)
 where f.chargement_id = %s and p.parametre is not null
 group by 1, 2
 order by 1, min(p.ligne)
"""


@dataclass
class SourceLue:
    """The new files of a source have landed; `chargement_id` is 0 when it has nothing new. `refus` is {path: reason};
    `verdict` waits for what the file gate says of the files."""

    source: Source
    charge: Chargement
    refus: dict[str, str]
    chargement_id: int = 0
    verdict: Callable[[], Refus] = field(default=list)


def charger_depot(
    conn: Connexion,
    depot: str | Path | UPath,
    sources: Iterable[str] | None = None,
    poste: Poste | None = None,
    suivi: Suivi = muet,
    *,
    porte: Porte,
    detail: Suivi = muet,
    annoncer: Callable[[], None] = lambda: None,
) -> list[Chargement]:
    """Load what is new in a drop, one `Chargement` per source that has a folder.

    `sources` limits the load; `poste` has the key of the pseudonyms; `suivi` receives a line per source, `detail` a
    line per file; `porte` is the file gate: the files of a load to refuse, with the reason; `annoncer` is called when
    there is something to load.

    Raises `FichierRefuse`, with every refused file, once every source was tried: a refused source keeps its former
    state, the others are loaded (G2); `ErreurMutualisation` when the drop is missing or empty."""
    reg = registre()
    voulues = [reg.source(s).nom for s in sources] if sources is not None else list(reg.noms)
    contenu = decouvrir(depot)
    refus: Refus = list(contenu.refus.get("", []))
    charges: list[Chargement] = []
    with Travail.ouvrir(conn, porte, poste or Poste.ici(), suivi, detail, annoncer) as travail:
        with transaction(conn):
            synchroniser_brut(conn)
        munir_de_correspondances(travail, contenu)
        verifier_epci(travail, contenu)
        en_jugement: SourceLue | None = None
        for source in sorted(reg, key=lambda s: s.rang):
            noms_refuses = contenu.refus.get(source.nom, [])
            fichiers = contenu.de(source.nom)
            if source.nom not in voulues or not (fichiers or noms_refuses):
                continue
            source_lue = _lire_source(travail, source, fichiers, noms_refuses)
            # the gate judges a source while the next one is read
            if en_jugement:
                _conclure(travail, en_jugement, charges, refus)
            _juger(travail, source_lue)
            en_jugement = source_lue
            if source.nom == REFERENTIEL:
                # it names the codes of the others (K9)
                _conclure(travail, source_lue, charges, refus)
                en_jugement = None
        if en_jugement:
            _conclure(travail, en_jugement, charges, refus)
    if refus:
        raise FichierRefuse(refus, charges)
    return charges


def atterrir_essai(conn: Connexion, contenu: Depot, nom_source: str, poste: Poste, porte: Porte) -> list[int]:
    """Land the files of one source and pass the file gate, without accepting them; return their numbers. Raises
    `FichierRefuse`, once their rows are gone, when one does not follow the contract."""
    source = registre().source(nom_source)
    source_lue = SourceLue(source, Chargement(source.nom), dict(contenu.refus.get(source.nom, [])))
    with Travail.ouvrir(conn, porte, poste) as travail:
        with transaction(conn):
            journal.nettoyer(conn, source)
        munir_de_correspondances(travail, contenu)
        _faire_atterrir(travail, source_lue, [travail.copies.de(f) for f in contenu.de(source.nom)])
        _juger(travail, source_lue)
        _attendre_verdict(travail, source_lue)
    if source_lue.refus:
        raise FichierRefuse(list(source_lue.refus.items()))
    return journal.fichiers_du_chargement(conn, source_lue.chargement_id)


def munir_de_correspondances(travail: Travail, contenu: Depot) -> None:
    """Give the load its `correspondances`, before any other file is read. The drop gives them (highest version), unless
    the warehouse holds a higher version; the former state stays where the file of the drop is refused."""
    courant = journal.fichiers_courants(travail.conn, REFERENTIEL).get((JEU_CORRESPONDANCES, ""))
    deposes = [f for f in contenu.fichiers if f.jeu.nom == JEU_CORRESPONDANCES]
    depose = max(deposes, key=lambda f: f.version, default=None)
    if depose is not None and (courant is None or depose.version >= courant.version):
        with suppress(LectureRefusee, OSError):  # its own load refuses it, with its reason
            travail.traductions = compiler(_du_fichier(travail, depose))
            return
    travail.traductions = {} if courant is None else compiler(_de_l_entrepot(travail))


def _du_fichier(travail: Travail, depose: FichierDepose) -> list[Correspondance]:
    """Return the sound rows of a file. Raises `LectureRefusee` or `OSError` when its load will refuse it."""
    copie = travail.copies.de(depose)
    controle = controle_de(depose.controle, depose.jeu, copie.empreinte.sha256)
    lecteur = ouvrir(copie.chemin, depose.jeu, depose.extension, travail.limites)
    blocs = list(sans_total(lecteur.blocs()))
    if controle and controle.get("lignes", total := sum(map(len, blocs))) != total:
        raise LectureRefusee("le nombre de lignes annoncé n'est pas celui du fichier (F3).")
    return noter_defauts(blocs, lecteur.entete, travail.limites)


def _de_l_entrepot(travail: Travail) -> list[Correspondance]:
    """Return the rows without a defect of the file that counts."""
    colonnes = sql.SQL(", ").join(sql.SQL("coalesce({}, '')").format(sql.Identifier("b", c)) for c in COLONNES)
    requete = sql.SQL(
        "select {} from {} b join journal.fichiers_courants f using (fichier_id) where b.defauts is null"
    ).format(colonnes, table(registre().jeu(JEU_CORRESPONDANCES)))
    return [Correspondance.de_cellules(cellules) for cellules in travail.conn.execute(requete).fetchall()]


def verifier_epci(travail: Travail, contenu: Depot) -> None:
    """Refuse a drop of another EPCI: a warehouse belongs to the EPCI first loaded (G10)."""
    connus = journal.epci_connus(travail.conn)
    adherents = [f for f in contenu.fichiers if f.jeu.nom == JEU_ADHERENTS]
    if not connus or not adherents:
        return
    fichier = max(adherents, key=lambda f: f.version)
    try:
        nommes = _sirens_epci(travail, fichier)
    except (LectureRefusee, OSError):
        return  # the load itself refuses it, with its reason
    if not nommes & connus:
        motif = (
            "aucun SIREN de type epci de ce fichier n'est celui de l'EPCI à qui l'entrepôt appartient "
            f"({', '.join(sorted(connus))}) : vérifier le dépôt, ou charger dans un autre entrepôt (G10)."
        )
        raise FichierRefuse([(fichier.chemin, motif)])


def _sirens_epci(travail: Travail, fichier: FichierDepose) -> set[str]:
    jeu, chemin, traduction = fichier.jeu, travail.copies.de(fichier).chemin, travail.traduction(fichier.jeu)
    lecteur = ouvrir(chemin, jeu, fichier.extension, travail.limites, traduction)
    typage = Typage(jeu, lecteur.entete, travail.confidentialite(jeu), traduction)
    trouves: set[str] = set()
    for bloc in lecteur.blocs():
        cellules = typage.lire_bloc(bloc).valeurs
        trouves.update(
            siren for type_, siren in zip(cellules["type"], cellules["siren"], strict=True) if type_ == "epci"
        )
    return trouves


# ---------------------------------------------------------------- one source: landed, judged, then accepted or refused
def _lire_source(travail: Travail, source: Source, fichiers: Sequence[FichierDepose], noms_refuses: Refus) -> SourceLue:
    source_lue = SourceLue(source, Chargement(source.nom), dict(noms_refuses))
    with transaction(travail.conn):
        journal.nettoyer(travail.conn, source)
    candidats = fichiers_nouveaux(travail, source, fichiers, source_lue.charge, source_lue.refus)
    if candidats or source_lue.refus:
        _faire_atterrir(travail, source_lue, candidats)
    return source_lue


def _faire_atterrir(travail: Travail, source_lue: SourceLue, candidats: Sequence[Copie]) -> None:
    if candidats:
        travail.annoncer()
    if any(c.de_loin for c in candidats):
        prechauffer(travail.limites)
    with transaction(travail.conn):
        source_lue.chargement_id = journal.ouvrir_chargement(travail.conn, source_lue.source.nom)
    for candidat in candidats:
        f = candidat.fichier
        try:
            moyens = travail.confidentialite(f.jeu), travail.limites, travail.traduction(f.jeu)
            _noter_fichier(
                travail, source_lue, f.chemin, atterrir(travail.conn, source_lue.chargement_id, candidat, *moyens)
            )
        finally:
            travail.copies.oublier(f)


def _noter_fichier(travail: Travail, source_lue: SourceLue, chemin: str, atterri: Atterri) -> None:
    charge, dialecte = source_lue.charge, atterri.dialecte
    if atterri.refus is not None:
        source_lue.refus[chemin] = atterri.refus
    elif "ignore" in dialecte:
        # it is accepted without a row, so that a second load knows it (G7)
        charge.avertissements.append(f"{chemin} : {dialecte['ignore']}")
        travail.suivi(charge.avertissements[-1])
    else:
        charge.fichiers.append(chemin)
        charge.lignes += atterri.lignes
        charge.avertissements += [f"{chemin} : {note}" for note in dialecte.get("avertissements", ())]
        if absentes := dialecte.get("colonnes_absentes"):
            charge.avertissements.append(f"{chemin} : colonnes facultatives absentes : {', '.join(absentes)} (F5).")
        travail.detail(f"{chemin} : {atterri.lignes} lignes.")


def _juger(travail: Travail, source_lue: SourceLue) -> None:
    if source_lue.charge.fichiers:
        source_lue.verdict = travail.porte(travail.conn, source_lue.chargement_id)


def _attendre_verdict(travail: Travail, source_lue: SourceLue) -> None:
    """Wait for the gate, and add what it refuses; when a file is refused, the rows of all go."""
    source_lue.refus |= {affichable(chemin): motif for chemin, motif in source_lue.verdict()}
    if source_lue.refus:
        refuser(travail, source_lue.source, source_lue.chargement_id, source_lue.refus)


def _conclure(travail: Travail, source_lue: SourceLue, charges: list[Chargement], refuses: Refus) -> None:
    """Add a source to those that are loaded, or its files to those that are refused."""
    source, charge = source_lue.source, source_lue.charge
    if source_lue.chargement_id:
        _attendre_verdict(travail, source_lue)
    if source_lue.refus:
        refuses += source_lue.refus.items()
        return
    charges.append(charge)
    deja = plusieurs(len(charge.deja_charges), "fichier déjà chargé", "fichiers déjà chargés")
    if not source_lue.chargement_id:
        travail.suivi(f"{source.nom} : rien de nouveau, {deja}.")
        return
    accepter(travail, source, source_lue.chargement_id, charge)
    deja = f", {plusieurs(len(charge.deja_charges), 'déjà chargé', 'déjà chargés')}" if charge.deja_charges else ""
    poses = plusieurs(len(charge.fichiers), "fichier chargé", "fichiers chargés")
    travail.suivi(f"{source.nom} : {poses}, {plusieurs(charge.lignes, 'ligne')}{deja}.")


def accepter(travail: Travail, source: Source, chargement_id: int, charge: Chargement) -> None:
    """Make the files of a load count, together with what follows from them."""
    with transaction(travail.conn):
        journal.accepter(travail.conn, chargement_id)
        journal.fermer_chargement(travail.conn, chargement_id, "accepte", len(charge.fichiers), charge.lignes, None)
        if any(j.nom == JEU_ADHERENTS for j in source.jeux):
            journal.retenir_epci(travail.conn, registre().jeu(JEU_ADHERENTS))
            nommer_les_codes(travail.conn, travail.pseudonymes)
        if any(j.nom == JEU_PARAMETRES for j in source.jeux):
            charge.avertissements += _parametres_inconnus(travail.conn, chargement_id)
        if source.nom == REFERENTIEL:
            charge.avertissements += codes_semblables(travail.conn, source)


def refuser(
    travail: Travail, source: Source, chargement_id: int, refus: dict[str, str], autres: str = INGESTION_REFUSEE
) -> None:
    """Remove the rows of a load, whose files are refused together; `autres` is said of those without a fault."""
    motif = " ".join(f"{chemin} : {m}" for chemin, m in refus.items())
    with transaction(travail.conn):
        journal.refuser(travail.conn, source, chargement_id, refus, autres)
        journal.fermer_chargement(travail.conn, chargement_id, "refuse", 0, 0, motif)
    refuses = plusieurs(len(refus), "fichier refusé", "fichiers refusés")
    travail.suivi(f"{source.nom} : {refuses}, la source garde son état.")


def _parametres_inconnus(conn: Connexion, chargement_id: int) -> list[str]:
    inconnus: dict[str, list[str]] = {}
    for chemin, nom in conn.execute(_SQL_PARAMETRES, (chargement_id,)).fetchall():
        if nom not in PARAMETRES:
            inconnus.setdefault(chemin, []).append(_dire_parametre(nom))
    return [
        f"{chemin} : parametre_inconnu : gardés, lus par aucune règle : {', '.join(dict.fromkeys(noms))} (F18)."
        for chemin, noms in inconnus.items()
    ]


def _dire_parametre(nom: str) -> str:
    if not _NOM.fullmatch(nom):
        return "un nom qui n'a pas la forme d'un paramètre"
    if mesure := vocabulaire().remplaces.get(nom):
        return f"« {nom} », que remplace une ligne de hypotheses de Mesure {mesure} (R19)"
    proche = difflib.get_close_matches(nom.lower(), list(PARAMETRES), 1, 0.6)
    return f"« {nom} »" + (f", le plus proche est « {proche[0]} »" if proche else "")
