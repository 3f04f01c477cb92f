"""Loading of a drop: each source whole or not at all (F1, F2, G2); before any other file is read, `correspondances`
(F15, F16) and the EPCI of `adherents` (G10)."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from psycopg import sql
from upath import UPath

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.atterrissage import atterrir
from mutualisation.entree.ingestion.codes_semblables import codes_semblables
from mutualisation.entree.ingestion.confidentialite import nommer_les_codes
from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.correspondances import (
    COLONNES,
    JEU_CORRESPONDANCES,
    Correspondance,
    compiler,
    noter_defauts,
)
from mutualisation.entree.ingestion.depot import (
    Depot,
    FichierDepose,
    affichable,
    decouvrir,
    mois_couverts,
    rang_de_periode,
    se_recouvrent,
    version_suivante,
)
from mutualisation.entree.ingestion.journal import INGESTION_REFUSEE, Connexion
from mutualisation.entree.ingestion.travail import Chargement, Porte, Refus, Suivi, Travail, muet, transaction
from mutualisation.entree.ingestion.typage import Typage
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.lecture import ouvrir, prechauffer
from mutualisation.entree.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.jeux import Source
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import FichierRefuse
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.socle.francais.libelles import PARAMETRES

REFERENTIEL = "referentiel"
JEU_ADHERENTS = "adherents"
JEU_PARAMETRES = "parametres"
# a name that may be shown; anything else is a cell of another column
_NOM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_SQL_PARAMETRES = """
select f.chemin, split_part(p.parametre, ':', 1) as nom
  from brut.parametres as p
 inner join journal.fichiers as f using (fichier_id)
 where f.chargement_id = %s and p.parametre is not null
 group by 1, 2
 order by 1, min(p.ligne)
"""
Identite = tuple[str, str]
# the files that count, by jeu and periode
Courants = Mapping[Identite, journal.Courant]


def charger_depot(
    conn: Connexion,
    depot: str | Path | UPath,
    sources: Iterable[str] | None = None,
    var: str | Path | None = None,
    suivi: Suivi = muet,
    *,
    porte: Porte,
    detail: Suivi = muet,
    annoncer: Callable[[], None] = lambda: None,
) -> list[Chargement]:
    """Load what is new in a drop, one `Chargement` per source that has a folder.

    `sources` limits the load; `var` holds the key of the pseudonyms; `suivi` receives a line per source, `detail`
    a line per file; `porte` is the file gate: the files of a load to refuse, with the reason; `annoncer` is called when
    there is something to load.

    FichierRefuse, with every refused file, once every source was tried: a refused source keeps its former state,
    the others are loaded (G2). ErreurMutualisation when the drop is missing or empty.
    """
    reg = registre()
    voulues = [reg.source(s).nom for s in sources] if sources is not None else list(reg.noms)
    contenu = decouvrir(depot)
    refus: Refus = list(contenu.refus.get("", []))
    charges: list[Chargement] = []
    with Travail.ouvrir(conn, porte, var, suivi, detail, annoncer) as travail:
        with transaction(conn):
            synchroniser_brut(conn)
        munir(travail, contenu)
        verifier_epci(travail, contenu)
        jugee: Iterator[None] = iter(())
        for source in sorted(reg, key=lambda s: s.rang):
            noms_refuses = contenu.refus.get(source.nom, [])
            fichiers = contenu.de(source.nom)
            if source.nom not in voulues or not (fichiers or noms_refuses):
                continue
            posee = _charger_source(travail, source, fichiers, noms_refuses, charges, refus)
            next(posee)
            list(jugee)
            next(posee)
            jugee = posee
            if source.nom == REFERENTIEL:
                # the codes that it names are those of the others (K9)
                list(jugee)
        list(jugee)
    if refus:
        raise FichierRefuse(refus)
    return charges


def atterrir_essai(conn: Connexion, contenu: Depot, nom_source: str, var: str | Path, porte: Porte) -> list[int]:
    """Land the files of one source and pass the file gate, without accepting them; numbers of `journal.fichiers`.

    FichierRefuse, once their rows are gone, when one does not follow the contract.
    """
    source = registre().source(nom_source)
    charge, refus = Chargement(source.nom), dict(contenu.refus.get(source.nom, []))
    with Travail.ouvrir(conn, porte, var) as travail:
        with transaction(conn):
            journal.nettoyer(conn, source)
        munir(travail, contenu)
        candidats = [travail.copies.de(f) for f in contenu.de(source.nom)]
        chargement_id = _faire_atterrir(travail, source, candidats, charge, refus)
        verdict = porte(conn, chargement_id)() if charge.fichiers else []
        _conclure(travail, source, chargement_id, verdict, refus)
    if refus:
        raise FichierRefuse(list(refus.items()))
    return journal.fichiers_du_chargement(conn, chargement_id)


def munir(travail: Travail, contenu: Depot) -> None:
    """Give the load its `correspondances`, before any other file is read.

    That of the drop (highest version), unless the warehouse holds a higher version; the former state where the file
    of the drop is refused, which its own load says.
    """
    courant = journal.courants(travail.conn, REFERENTIEL).get((JEU_CORRESPONDANCES, ""))
    deposes = [f for f in contenu.fichiers if f.jeu.nom == JEU_CORRESPONDANCES]
    depose = max(deposes, key=lambda f: f.version, default=None)
    if depose is not None and (courant is None or depose.version >= courant.version):
        with suppress(LectureRefusee, OSError):  # refused by its own load, with its reason
            travail.traductions = compiler(_du_fichier(travail, depose))
            return
    travail.traductions = {} if courant is None else compiler(_de_l_entrepot(travail))


def _du_fichier(travail: Travail, depose: FichierDepose) -> list[Correspondance]:
    """The sound rows of a file. LectureRefusee or OSError when its load will refuse it."""
    copie = travail.copies.de(depose)
    controle = (
        lire_controle(octets_controle(depose.controle), depose.jeu, copie.empreinte.sha256) if depose.controle else None
    )
    lecteur = ouvrir(copie.chemin, depose.jeu, depose.extension, travail.limites)
    blocs = list(sans_total(lecteur.blocs()))
    if controle and controle.get("lignes", total := sum(map(len, blocs))) != total:
        raise LectureRefusee("le nombre de lignes annoncé n'est pas celui du fichier (F3).")
    return noter_defauts(blocs, lecteur.entete, travail.limites)


def _de_l_entrepot(travail: Travail) -> list[Correspondance]:
    """The rows without a defect of the file that counts."""
    colonnes = sql.SQL(", ").join(sql.SQL("coalesce({}, '')").format(sql.Identifier("b", c)) for c in COLONNES)
    requete = sql.SQL(
        "select {} from {} b join journal.fichiers_courants f using (fichier_id) where b.defauts is null"
    ).format(colonnes, table(registre().jeu(JEU_CORRESPONDANCES)))
    return [Correspondance.lue(cellules) for cellules in travail.conn.execute(requete).fetchall()]


def verifier_epci(travail: Travail, contenu: Depot) -> None:
    """G10: a warehouse belongs to the EPCI first loaded."""
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
        lues = typage.lire(bloc).lues
        trouves.update(siren for type_, siren in zip(lues["type"], lues["siren"], strict=True) if type_ == "epci")
    return trouves


def _charger_source(
    travail: Travail,
    source: Source,
    fichiers: Sequence[FichierDepose],
    noms_refuses: Refus,
    charges: list[Chargement],
    refuses: Refus,
) -> Iterator[None]:
    """Load what is new of a source, in three steps: its files landed, the gate asked, then `charges` or `refuses`."""
    charge = Chargement(source.nom)
    refus: dict[str, str] = dict(noms_refuses)
    with transaction(travail.conn):
        journal.nettoyer(travail.conn, source)
    candidats = _nouveaux(travail, source, fichiers, charge, refus)
    nouveau = bool(candidats or refus)
    chargement_id = _faire_atterrir(travail, source, candidats, charge, refus) if nouveau else 0
    yield
    verdict = travail.porte(travail.conn, chargement_id) if charge.fichiers else list
    yield
    if nouveau:
        _conclure(travail, source, chargement_id, verdict(), refus)
    refuses += refus.items()
    if refus:
        return
    charges.append(charge)
    deja = plusieurs(len(charge.deja_charges), "fichier déjà chargé", "fichiers déjà chargés")
    if not nouveau:
        travail.suivi(f"{source.nom} : rien de nouveau, {deja}.")
        return
    accepter(travail, source, chargement_id, charge)
    deja = f", {plusieurs(len(charge.deja_charges), 'déjà chargé', 'déjà chargés')}" if charge.deja_charges else ""
    poses = plusieurs(len(charge.fichiers), "fichier chargé", "fichiers chargés")
    travail.suivi(f"{source.nom} : {poses}, {plusieurs(charge.lignes, 'ligne')}{deja}.")


def _faire_atterrir(
    travail: Travail, source: Source, candidats: Sequence[Copie], charge: Chargement, refus: dict[str, str]
) -> int:
    """Land the files. Number of the load."""
    if candidats:
        travail.annoncer()
    if any(c.fichier.extension != "csv" for c in candidats):
        prechauffer(travail.limites)
    with transaction(travail.conn):
        chargement_id = journal.ouvrir_chargement(travail.conn, source.nom)
    for candidat in candidats:
        atterrir(travail, chargement_id, candidat, charge, refus)
    return chargement_id


def _conclure(travail: Travail, source: Source, chargement_id: int, verdict: Refus, refus: dict[str, str]) -> None:
    """Add what the gate refuses; when a file is refused, the rows of all go."""
    refus |= {affichable(chemin): motif for chemin, motif in verdict}
    if refus:
        refuser(travail, source, chargement_id, refus)


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
    """Remove the rows of a load, whose files are refused together; `autres`: what is said of those without a fault."""
    motif = " ".join(f"{chemin} : {m}" for chemin, m in refus.items())
    with transaction(travail.conn):
        journal.refuser(travail.conn, source, chargement_id, refus, autres)
        journal.fermer_chargement(travail.conn, chargement_id, "refuse", 0, 0, motif)
    refuses = plusieurs(len(refus), "fichier refusé", "fichiers refusés")
    travail.suivi(f"{source.nom} : {refuses}, la source garde son état.")


def _parametres_inconnus(conn: Connexion, chargement_id: int) -> list[str]:
    """A warning for each file of a load that names parameters which the contract does not know."""
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
    proche = difflib.get_close_matches(nom.lower(), list(PARAMETRES), 1, 0.6)
    return f"« {nom} »" + (f", le plus proche est « {proche[0]} »" if proche else "")


# ---------------------------------------------------------------- files that are new (F2)
def _nouveaux(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], charge: Chargement, refus: dict[str, str]
) -> list[Copie]:
    """Files whose bytes, or the `correspondances` of their jeu, are not those already loaded (F2, F16)."""
    derniers = journal.derniers_charges(travail.conn, source.nom)
    courants = journal.courants(travail.conn, source.nom)
    remplaces = _remplaces(fichiers, courants)
    refus |= _remplacements_refuses(remplaces, courants, derniers)
    candidats = []
    for f in fichiers:
        try:
            candidat = travail.copies.de(f)
        except (LectureRefusee, OSError) as faute:
            refus[f.chemin] = motif_refus(faute)
            continue
        sha256, correspondances = derniers.get((f.jeu.nom, f.periode, f.version), (None, None))
        if sha256 != candidat.empreinte.sha256:
            candidats.append(candidat)
        elif correspondances != travail.traduction(f.jeu).empreinte:
            candidats.append(candidat)
            travail.detail(f"{f.chemin} : relu, les correspondances de {f.jeu.nom} ont changé (F16).")
        elif any(f in poses for poses in remplaces.values()):
            candidats.append(candidat)
            travail.detail(f"{f.chemin} : relu, il compte de nouveau (F17).")
        else:
            charge.deja_charges.append(f.chemin)
            travail.copies.oublier(f)
            travail.detail(f"{f.chemin} : déjà chargé.")
    for c in candidats:
        charge.avertissements += _pour_l_historique(c, courants, derniers)
    restants = {identite: courant for identite, courant in courants.items() if identite not in remplaces}
    charge.avertissements += _lus_autrement(travail, source, fichiers, restants)
    candidats = _sans_periodes_usurpees(travail, candidats, charge, courants)
    charge.avertissements += _dire_remplacements(_remplaces([c.fichier for c in candidats], courants), courants)
    return candidats


# ---------------------------------------------------------------- periods of another length (F17)
Remplaces = Mapping[Identite, list[FichierDepose]]


def _remplaces(fichiers: Iterable[FichierDepose], courants: Courants) -> Remplaces:
    """What counts and shares a month with files of the drop, under another length of period, and those files."""
    remplaces: dict[Identite, list[FichierDepose]] = {}
    for f in (f for f in fichiers if f.couverts):
        for jeu, periode in courants:
            if jeu == f.jeu.nom and se_recouvrent(f.jeu, f.periode, periode):
                remplaces.setdefault((jeu, periode), []).append(f)
    return remplaces


def _remplacements_refuses(
    remplaces: Remplaces, courants: Courants, derniers: Iterable[tuple[str, str, int]]
) -> dict[str, str]:
    """Files that would leave months of a longer one to nobody, or that a higher version of theirs would hide (F2)."""
    refus = {}
    for (jeu, periode), poses in remplaces.items():
        manquants = sorted(set(mois_couverts(poses[0].jeu, periode)).difference(*(f.couverts for f in poses)))
        for f in poses:
            posee = max(g.version for g in poses if g.periode == f.periode)
            connue = max((v for j, p, v in derniers if (j, p) == (jeu, f.periode)), default=0)
            if manquants:
                refus[f.chemin] = (
                    f"{courants[jeu, periode].chemin}, déjà chargé, couvre ces mois et d'autres : déposer sa "
                    f"correction, ou aussi les mois {', '.join(f'{m:02}' for m in manquants)}, que plus rien ne "
                    "couvrirait, d'un en-tête seul s'ils sont sans ligne (F17)."
                )
            elif posee < connue:
                refus[f.chemin] = (
                    f"une version {connue} de cette période a déjà été chargée, et ne compte plus : déposer celle-ci "
                    f"sous « _v{version_suivante(connue)} » (F2, F17)."
                )
    return refus


def _dire_remplacements(remplaces: Remplaces, courants: Courants) -> list[str]:
    """A sentence for the same files of the drop, and all those that they replace."""
    par_poses: dict[str, list[str]] = {}
    for identite, poses in remplaces.items():
        par_poses.setdefault(", ".join(f.chemin for f in poses), []).append(courants[identite].chemin)
    return [f"{poses} : désormais à la place de {', '.join(anciens)} (F17)." for poses, anciens in par_poses.items()]


# ---------------------------------------------------------------- bytes that count already (F2)


def _pour_l_historique(
    c: Copie, courants: Courants, derniers: Mapping[tuple[str, str, int], tuple[str, str | None]]
) -> list[str]:
    """A version that comes after a higher one changes no figure (F2): a file mended at its source must say more."""
    f = c.fichier
    compte = courants.get((f.jeu.nom, f.periode))
    relu = derniers.get((f.jeu.nom, f.periode, f.version), ("", None))[0] == c.empreinte.sha256
    if compte is None or f.version >= compte.version or relu:
        return []
    return [
        f"{f.chemin} : version {f.version}, gardée pour l'historique : la version {compte.version} compte ; pour la "
        f"remplacer, déposer sous « _v{version_suivante(compte.version)} » (F2)."
    ]


def _lus_autrement(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], courants: Courants
) -> list[str]:
    """Files that count, are not in this drop, and were read with other `correspondances`: nothing reads them again."""
    deposes = {(f.jeu.nom, f.periode, f.version) for f in fichiers}
    perimes = [
        courant.chemin
        for (jeu, periode), courant in courants.items()
        if (jeu, periode, courant.version) not in deposes
        and courant.correspondances != travail.traduction(registre().jeu(jeu)).empreinte
    ]
    if not perimes:
        return []
    restent = plusieurs(
        len(perimes),
        f"fichier de {source.nom} absent de ce dépôt reste lu",
        f"fichiers de {source.nom} absents de ce dépôt restent lus",
    )
    return [
        f"{restent} avec d'autres correspondances, ou par une version antérieure du programme ;"
        f" les redéposer pour les relire : {', '.join(perimes)} (F16)."
    ]


def _sans_periodes_usurpees(
    travail: Travail, candidats: list[Copie], charge: Chargement, courants: Courants
) -> list[Copie]:
    """F2: a file whose bytes count already under another periode is left out; the periode it claims stays missing."""
    # a periode whose file is left out keeps its former one, whose bytes may then count twice
    while usurpees := _usurpees(travail, candidats, courants):
        for candidat, periode in usurpees:
            f = candidat.fichier
            candidats = [c for c in candidats if c is not candidat]
            charge.deja_charges.append(f.chemin)
            charge.avertissements.append(
                f"{f.chemin} : mêmes octets que {f.jeu.nom} de la période {periode}, déjà chargé ; "
                f"la période {f.periode} reste manquante (F2)."
            )
    return candidats


def _usurpees(travail: Travail, candidats: Sequence[Copie], courants: Courants) -> list[tuple[Copie, str]]:
    """Candidates whose bytes another periode has, and that periode: of the warehouse before the drop, else earliest."""
    # what would count: (jeu, periode) → version, sha256, candidate or None
    remplaces = _remplaces([c.fichier for c in candidats], courants)
    comptent: dict[Identite, tuple[int, str, Copie | None]] = {
        cle: (courant.version, courant.sha256, None) for cle, courant in courants.items() if cle not in remplaces
    }
    for c in candidats:
        cle = c.fichier.jeu.nom, c.fichier.periode
        version, sha256, _ = comptent.get(cle, (0, "", None))
        # one that is read again under other correspondances stands already
        if c.fichier.version >= version and c.empreinte.sha256 != sha256:
            comptent[cle] = c.fichier.version, c.empreinte.sha256, c
    premieres: dict[tuple[str, str], str] = {}
    usurpees = []
    for (jeu, periode), (_, sha256, candidat) in sorted(
        comptent.items(), key=lambda x: (x[1][2] is not None, _ordre(*x[0]))
    ):
        premiere = premieres.setdefault((jeu, sha256), periode)
        if candidat is not None and premiere != periode and not _repetition_permise(travail, candidat):
            usurpees.append((candidat, premiere))
    return usurpees


def _ordre(jeu: str, periode: str) -> list[str | int]:
    """A periode as it is compared, its figures as numbers: `depot-9` comes before `depot-10` (F7)."""
    rang = rang_de_periode(registre().jeu(jeu), periode)
    return [int(m) if m.isdecimal() else m for m in re.split(r"(\d+)", rang, flags=re.ASCII)]


def _repetition_permise(travail: Travail, candidat: Copie) -> bool:
    """Yearly files and files without a data row may repeat (F2)."""
    f = candidat.fichier
    if f.jeu.periode == "annee" or len(f.couverts) == 12:
        return True
    try:
        lecteur = ouvrir(candidat.chemin, f.jeu, f.extension, travail.limites, travail.traduction(f.jeu))
        blocs = sans_total(lecteur.blocs()) if f.jeu.format == "tabulaire" else lecteur.blocs()
        return next(iter(blocs), None) is None
    except LectureRefusee:
        return True  # refused by the load, with its reason
