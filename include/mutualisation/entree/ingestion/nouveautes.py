"""Find which files of a drop are new, and what each takes the place of (F2, F16, F17, F21)."""

import re
from collections.abc import Iterable, Mapping, Sequence

from mutualisation.entree.ingestion import journal
from mutualisation.entree.ingestion.copies import Copie
from mutualisation.entree.ingestion.depot import (
    FichierDepose,
    mois_couverts,
    rang_de_periode,
    sans_partie,
    se_recouvrent,
    version_suivante,
)
from mutualisation.entree.ingestion.travail import Chargement, Travail
from mutualisation.entree.lecteurs.bloc import sans_total
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.entree.sources.jeux import Source
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.francais.formats import plusieurs

Identite = tuple[str, str]
# {(jeu, periode): the file that counts}
Courants = Mapping[Identite, journal.Courant]
# {(jeu, periode) that counts: the files of the drop that share a month with it}
Remplaces = Mapping[Identite, list[FichierDepose]]


def fichiers_nouveaux(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], charge: Chargement, refus: dict[str, str]
) -> list[Copie]:
    """Return the files whose bytes, or whose `correspondances`, are not those already loaded (F2, F16)."""
    derniers = journal.derniers_charges(travail.conn, source.nom)
    courants = journal.fichiers_courants(travail.conn, source.nom)
    remplaces = _remplacements(fichiers, courants)
    refus |= _remplacements_refuses(remplaces, courants, derniers)
    candidats = []
    for f in fichiers:
        sha256, correspondances = derniers.get((f.jeu.nom, f.periode, f.version), (None, None))
        try:
            # no copy is kept of bytes that are known
            connu = sha256 is not None and travail.copies.empreinte_de(f) == sha256
            if connu and correspondances != travail.traduction(f.jeu).empreinte:
                travail.detail(f"{f.chemin} : relu, les correspondances de {f.jeu.nom} ont changé (F16).")
            elif connu and any(f in poses for poses in remplaces.values()):
                travail.detail(f"{f.chemin} : relu, il compte de nouveau (F17).")
            elif connu:
                charge.deja_charges.append(f.chemin)
                travail.detail(f"{f.chemin} : déjà chargé.")
                continue
            candidats.append(travail.copies.de(f))
        except (LectureRefusee, OSError) as faute:
            refus[f.chemin] = motif_refus(faute)
    for c in candidats:
        charge.avertissements += _pour_l_historique(c, courants, derniers)
    restants = {identite: courant for identite, courant in courants.items() if identite not in remplaces}
    charge.avertissements += _lus_autrement(travail, source, fichiers, restants)
    candidats = _sans_periodes_usurpees(travail, candidats, charge, courants)
    charge.avertissements += _dire_remplacements(_remplacements([c.fichier for c in candidats], courants), courants)
    return candidats


# ---------------------------------------------------------------- periods of another length (F17), or in parts (F21)
def _remplacements(fichiers: Iterable[FichierDepose], courants: Courants) -> Remplaces:
    """Return files that count, each with those of the drop that cover a month of it at another length, or in parts."""
    remplaces: dict[Identite, list[FichierDepose]] = {}
    for f in fichiers:
        for jeu, periode in courants:
            if jeu == f.jeu.nom and se_recouvrent(f.jeu, f.periode, periode):
                remplaces.setdefault((jeu, periode), []).append(f)
    return remplaces


def _remplacements_refuses(
    remplaces: Remplaces, courants: Courants, derniers: Iterable[tuple[str, str, int]]
) -> dict[str, str]:
    """Refuse what replaces a longer file without all its months, or comes after its own higher version (F2)."""
    refus = {}
    for (jeu, periode), poses in remplaces.items():
        manquants = sorted(set(mois_couverts(poses[0].jeu, periode)).difference(*(f.couverts for f in poses)))
        for f in poses:
            deposee = max(g.version for g in poses if g.periode == f.periode)
            connue = max((v for j, p, v in derniers if (j, p) == (jeu, f.periode)), default=0)
            if manquants:
                refus[f.chemin] = (
                    f"{courants[jeu, periode].chemin}, déjà chargé, couvre ces mois et d'autres : déposer sa "
                    f"correction, ou aussi les mois {', '.join(f'{m:02}' for m in manquants)}, que plus rien ne "
                    "couvrirait, d'un en-tête seul s'ils sont sans ligne (F17)."
                )
            elif deposee < connue:
                refus[f.chemin] = (
                    f"une version {connue} de cette période a déjà été chargée, et ne compte plus : déposer celle-ci "
                    f"sous « _v{version_suivante(connue)} » (F2, F17)."
                )
    return refus


def _dire_remplacements(remplaces: Remplaces, courants: Courants) -> list[str]:
    par_poses: dict[tuple[str, str], list[str]] = {}
    for (jeu, periode), poses in remplaces.items():
        entiere, _ = sans_partie(poses[0].jeu, periode)
        regle = "F21" if any(f.periode_et_partie[0] == entiere for f in poses) else "F17"
        cle = ", ".join(f.chemin for f in poses), regle
        par_poses.setdefault(cle, []).append(courants[jeu, periode].chemin)
    return [f"{p} : désormais à la place de {', '.join(anciens)} ({r})." for (p, r), anciens in par_poses.items()]


# ---------------------------------------------------------------- bytes that count already (F2)
def _pour_l_historique(
    c: Copie, courants: Courants, derniers: Mapping[tuple[str, str, int], tuple[str, str | None]]
) -> list[str]:
    """Warn of a version that comes after a higher one: it changes no figure (F2), and must be more than mended."""
    f = c.fichier
    compte = courants.get((f.jeu.nom, f.periode))
    est_relu = derniers.get((f.jeu.nom, f.periode, f.version), ("", None))[0] == c.empreinte.sha256
    if compte is None or f.version >= compte.version or est_relu:
        return []
    return [
        f"{f.chemin} : version {f.version}, gardée pour l'historique : la version {compte.version} compte ; pour la "
        f"remplacer, déposer sous « _v{version_suivante(compte.version)} » (F2)."
    ]


def _lus_autrement(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], courants: Courants
) -> list[str]:
    """Warn of files that count, were read with other `correspondances`, and are not in this drop."""
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
    """Leave out a file whose bytes count under another periode; the periode it claims stays missing (F2)."""
    # we look again until none is left: without its new file, a periode keeps a former one, whose bytes may in turn
    # count twice
    while usurpees := _copies_usurpees(travail, candidats, courants):
        for candidat, periode in usurpees:
            f = candidat.fichier
            candidats = [c for c in candidats if c is not candidat]
            charge.deja_charges.append(f.chemin)
            charge.avertissements.append(
                f"{f.chemin} : mêmes octets que {f.jeu.nom} de la période {periode}, déjà chargé ; "
                f"la période {f.periode} reste manquante (F2)."
            )
    return candidats


def _copies_usurpees(travail: Travail, candidats: Sequence[Copie], courants: Courants) -> list[tuple[Copie, str]]:
    """Return (candidate, periode) for each candidate whose bytes already count under that other periode: the periode is
    one that the warehouse holds, else the earliest of this load."""
    # {(jeu, periode): (version, sha256, candidate or None)} of what would count
    remplaces = _remplacements([c.fichier for c in candidats], courants)
    comptent: dict[Identite, tuple[int, str, Copie | None]] = {
        cle: (courant.version, courant.sha256, None) for cle, courant in courants.items() if cle not in remplaces
    }
    for c in candidats:
        cle = c.fichier.jeu.nom, c.fichier.periode
        version, sha256, _ = comptent.get(cle, (0, "", None))
        # a file that is only read again, under other correspondances, is there already
        if c.fichier.version >= version and c.empreinte.sha256 != sha256:
            comptent[cle] = c.fichier.version, c.empreinte.sha256, c
    premieres: dict[tuple[str, str], str] = {}
    usurpees = []
    for (jeu, periode), (_, sha256, candidat) in sorted(
        comptent.items(), key=lambda x: (x[1][2] is not None, _ordre_de_periode(*x[0]))
    ):
        premiere = premieres.setdefault((jeu, sha256), periode)
        if (
            candidat is not None
            and not _meme_periode(jeu, premiere, periode)
            and not _repetition_permise(travail, candidat)
        ):
            usurpees.append((candidat, premiere))
    return usurpees


def _meme_periode(jeu: str, periode: str, autre: str) -> bool:
    """Say whether two are one, or parts of one: a row of two parts is a double, the file counts (F21)."""
    return sans_partie(registre().jeu(jeu), periode)[0] == sans_partie(registre().jeu(jeu), autre)[0]


def _ordre_de_periode(jeu: str, periode: str) -> list[str | int]:
    """Return a periode as it is compared, its figures as numbers: `depot-9` comes before `depot-10` (F7)."""
    rang = rang_de_periode(registre().jeu(jeu), periode)
    return [int(m) if m.isdecimal() else m for m in re.split(r"(\d+)", rang, flags=re.ASCII)]


def _repetition_permise(travail: Travail, candidat: Copie) -> bool:
    """Say whether a file may repeat: yearly files and files without a data row do (F2)."""
    f = candidat.fichier
    if f.jeu.periode == "annee" or len(f.couverts) == 12:
        return True
    try:
        lecteur = ouvrir(candidat.chemin, f.jeu, f.extension, travail.limites, travail.traduction(f.jeu))
        blocs = sans_total(lecteur.blocs()) if f.jeu.format == "tabulaire" else lecteur.blocs()
        return next(iter(blocs), None) is None
    except LectureRefusee:
        return True  # the load refuses it, with its reason
