"""The files of a drop that are new: their bytes on this machine, and not those that count already (F2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutualisation.francais.formats import plusieurs
from mutualisation.ingestion import journal
from mutualisation.ingestion.depot import FichierDepose
from mutualisation.ingestion.lecture import Lecture
from mutualisation.ingestion.octets import Empreinte
from mutualisation.ingestion.refus import LectureRefusee, motif_refus
from mutualisation.ingestion.travail import Chargement, Travail
from mutualisation.sources.jeux import Source


@dataclass
class Candidat:
    """A file to load, by its private copy: its bytes are those that were hashed."""

    fichier: FichierDepose
    local: Path
    empreinte: Empreinte


def nouveaux(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], charge: Chargement, refus: dict[str, str]
) -> list[Candidat]:
    """Files whose bytes, or the `correspondances` of their jeu, are not those already loaded (F2, F16)."""
    derniers = journal.derniers_charges(travail.conn, source.nom)
    candidats = []
    for f in fichiers:
        try:
            candidat = reconnu(travail, f)
        except (LectureRefusee, OSError) as faute:
            refus[f.chemin] = motif_refus(faute)
            continue
        sha256, correspondances = derniers.get((f.jeu.nom, f.periode, f.version), (None, None))
        if sha256 != candidat.empreinte.sha256:
            candidats.append(candidat)
        elif correspondances != travail.correspondances.pour(f.jeu).empreinte:
            candidats.append(candidat)
            travail.detail(f"{f.chemin} : relu, les correspondances de {f.jeu.nom} ont changé (F16).")
        else:
            charge.deja_charges.append(f.chemin)
            travail.copies.oublier(f)
            travail.detail(f"{f.chemin} : déjà chargé.")
    deposes = {(f.jeu.nom, f.periode, f.version) for f in fichiers}
    charge.avertissements += _lus_autrement(travail, source, deposes)
    charge.avertissements += _pour_l_historique(journal.courants(travail.conn, source.nom), candidats, derniers)
    return _sans_periodes_usurpees(travail, source, candidats, charge)


def _pour_l_historique(
    courants: Mapping[tuple[str, str], tuple[int, str]],
    candidats: Sequence[Candidat],
    derniers: Mapping[tuple[str, str, int], tuple[str, str | None]],
) -> list[str]:
    """A version that comes after a higher one changes no figure (F2): a file mended at its source must say more."""
    retards = []
    for c in candidats:
        f = c.fichier
        compte, _ = courants.get((f.jeu.nom, f.periode), (0, ""))
        relu = derniers.get((f.jeu.nom, f.periode, f.version), ("", None))[0] == c.empreinte.sha256
        if f.version < compte and not relu:
            retards.append(
                f"{f.chemin} : version {f.version}, gardée pour l'historique : la version {compte} compte ; pour la "
                f"remplacer, déposer sous « _v{compte + 1} » (F2)."
            )
    return retards


def _lus_autrement(travail: Travail, source: Source, deposes: set[tuple[str, str, int]]) -> list[str]:
    """Files that count, are not in this drop, and were read with other `correspondances`: nothing reads them again."""
    perimes = [
        chemin
        for jeu, periode, version, chemin, lue in journal.correspondances_des_courants(travail.conn, source.nom)
        if (jeu, periode, version) not in deposes
        and lue != travail.correspondances.pour(travail.reg.jeu(jeu)).empreinte
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


def reconnu(travail: Travail, f: FichierDepose) -> Candidat:
    """The file with its hash. LectureRefusee or OSError when it can't be read."""
    copie = travail.copies.de(f)
    return Candidat(f, copie.chemin, copie.empreinte)


def _sans_periodes_usurpees(
    travail: Travail, source: Source, candidats: list[Candidat], charge: Chargement
) -> list[Candidat]:
    """F2: the same bytes under another periode are already loaded; the periode they claim stays missing."""
    courants = journal.courants(travail.conn, source.nom)
    restants = list(candidats)
    while (ecarte := _premiere_usurpation(travail, restants, courants)) is not None:
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
    travail: Travail, candidats: list[Candidat], courants: dict[tuple[str, str], tuple[int, str]]
) -> tuple[Candidat, str] | None:
    # what would count once everything is loaded: (jeu, periode) → (version, sha256, candidate or None)
    futurs: dict[tuple[str, str], tuple[int, str, Candidat | None]] = {
        cle: (version, sha, None) for cle, (version, sha) in courants.items()
    }
    for c in candidats:
        cle = (c.fichier.jeu.nom, c.fichier.periode)
        if courants.get(cle) == (c.fichier.version, c.empreinte.sha256):
            continue  # read again under other correspondances: it stands already
        if cle not in futurs or c.fichier.version >= futurs[cle][0]:
            futurs[cle] = (c.fichier.version, c.empreinte.sha256, c)
    porteurs: dict[tuple[str, str], list[tuple[bool, str, Candidat | None]]] = {}
    for (jeu, periode), (_, sha, candidat) in futurs.items():
        porteurs.setdefault((jeu, sha), []).append((candidat is not None, periode, candidat))
    for groupe in porteurs.values():
        # what is in the warehouse stands before what comes, then the earliest periode
        groupe.sort(key=lambda g: (g[0], _ordre(g[1])))
        for _, _, candidat in groupe[1:]:
            if candidat is not None and not _repetition_permise(travail, candidat):
                return candidat, groupe[0][1]
    return None


def _ordre(periode: str) -> list[str | int]:
    """Its text and its numbers, turn and turn about: `depot-9` comes before `depot-10` (F7)."""
    return [int(m) if m.isdecimal() else m for m in re.split(r"(\d+)", periode, flags=re.ASCII)]


def _repetition_permise(travail: Travail, candidat: Candidat) -> bool:
    """Yearly files and files without a data row may repeat (F2)."""
    f = candidat.fichier
    if f.jeu.periode == "annee":
        return True
    traduction = travail.correspondances.pour(f.jeu)
    try:
        lecture = Lecture(
            candidat.local, f.jeu, f.extension, travail.confidentialite(f.jeu), travail.limites, traduction
        )
        return next(lecture.copie(0), None) is None
    except LectureRefusee:
        return True  # refused by the load, with its reason
