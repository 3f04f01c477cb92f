"""The files of a drop that are new: their bytes on this machine, and not those that count already (F2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mutualisation.francais.formats import plusieurs
from mutualisation.ingestion import journal
from mutualisation.ingestion.copies import Copie
from mutualisation.ingestion.depot import FichierDepose
from mutualisation.ingestion.travail import Chargement, Travail
from mutualisation.lecteurs.bloc import sans_total
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, motif_refus
from mutualisation.sources.jeux import Source

# the files that count, by jeu and periode
Courants = Mapping[tuple[str, str], journal.Courant]


def nouveaux(
    travail: Travail, source: Source, fichiers: Sequence[FichierDepose], charge: Chargement, refus: dict[str, str]
) -> list[Copie]:
    """Files whose bytes, or the `correspondances` of their jeu, are not those already loaded (F2, F16)."""
    derniers = journal.derniers_charges(travail.conn, source.nom)
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
        else:
            charge.deja_charges.append(f.chemin)
            travail.copies.oublier(f)
            travail.detail(f"{f.chemin} : déjà chargé.")
    courants = journal.courants(travail.conn, source.nom)
    for c in candidats:
        charge.avertissements += _pour_l_historique(c, courants, derniers)
    charge.avertissements += _lus_autrement(travail, source, fichiers, courants)
    return _sans_periodes_usurpees(travail, candidats, charge, courants)


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
        f"remplacer, déposer sous « _v{compte.version + 1} » (F2)."
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
        and courant.correspondances != travail.traduction(travail.reg.jeu(jeu)).empreinte
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
    comptent: dict[tuple[str, str], tuple[int, str, Copie | None]] = {
        cle: (courant.version, courant.sha256, None) for cle, courant in courants.items()
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
        comptent.items(), key=lambda x: (x[1][2] is not None, _ordre(x[0][1]))
    ):
        premiere = premieres.setdefault((jeu, sha256), periode)
        if candidat is not None and premiere != periode and not _repetition_permise(travail, candidat):
            usurpees.append((candidat, premiere))
    return usurpees


def _ordre(periode: str) -> list[str | int]:
    """A periode as it is compared, its figures as numbers: `depot-9` comes before `depot-10` (F7)."""
    return [int(m) if m.isdecimal() else m for m in re.split(r"(\d+)", periode, flags=re.ASCII)]


def _repetition_permise(travail: Travail, candidat: Copie) -> bool:
    """Yearly files and files without a data row may repeat (F2)."""
    f = candidat.fichier
    if f.jeu.periode == "annee":
        return True
    try:
        lecteur = ouvrir(candidat.chemin, f.jeu, f.extension, travail.limites, travail.traduction(f.jeu))
        blocs = sans_total(lecteur.blocs()) if f.jeu.format == "tabulaire" else lecteur.blocs()
        return next(iter(blocs), None) is None
    except LectureRefusee:
        return True  # refused by the load, with its reason
