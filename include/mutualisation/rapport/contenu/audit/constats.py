"""Every control with both sides, or with the number of things it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.contenu.controles import a_commenter, justification, lire_cle, noms_des_cles
from mutualisation.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.rapport.publie import Bilan, Ligne

LECTURE = lire_phrase("constats.lecture")
# (anchor, title, statuses), in the order of what calls for attention
PARTIES = (
    ("ecarts", "Écarts", ("ecart", "non_execute")),
    ("conformes", "Contrôles conformes", ("conforme",)),
    ("sans-donnee", "Contrôles sans donnée à contrôler", ("sans_donnee",)),
)


def controles(bilan: Bilan) -> m.Document:
    """The page: gaps first, with what was done about each."""
    rangees = bilan["controles"]
    ecarts = [c for c in rangees if c["statut"] == "ecart"]
    sans = sum(not c["justification"] for c in ecarts)
    resume = (
        f"{formats.plusieurs(len(rangees), 'contrôle')} sur l'exercice {bilan.exercice} : "
        f"{formats.plusieurs(len(ecarts), 'écart')}, dont {formats.nombre(sans)} sans justification."
    )
    noms = noms_des_cles(bilan)
    lignes = [_ligne(bilan, c, noms) for c in rangees]
    sections = [
        _partie(ancre, titre, siennes, avec_suite="ecart" in statuts)
        for ancre, titre, statuts in PARTIES
        if (siennes := [x for x in lignes if x["statut"] in statuts])
    ]
    if sections:
        lecture = m.p(LECTURE, m.Code("controles.csv"), ".")
        sections[0] = replace(sections[0], blocs=[lecture, *sections[0].blocs])
    titre = f"Contrôles {bilan.exercice}"
    return cadre.document(bilan, renvois.CONTROLES, titre, resume, [*sections, *_a_commenter(bilan)])


def _partie(ancre: str, titre: str, lignes: list[dict[str, Any]], *, avec_suite: bool) -> m.Section:
    tableau = lire_tableau("constats.partie", lignes, sans=() if avec_suite else ("suite",), titre=titre)
    return m.Section(ancre, f"{titre} ({formats.nombre(len(lignes))})", titre, [tableau])


def _ligne(bilan: Bilan, controle: Ligne, noms: Mapping[str, str]) -> dict[str, Any]:
    nom = controle["controle"]
    return controle | {
        "libelle": f"{libelles.libelle_controle(nom)} ({nom})",
        "cle": lire_cle(bilan, controle["cle"], noms, ", "),
        "bloquant": "oui" if controle.get("bloquant") else "non",
        "suite": justification(controle),
    }


def _a_commenter(bilan: Bilan) -> list[m.Section]:
    tableaux = a_commenter(bilan, "Chiffres qui s'écartent de l'année précédente ou d'une borne de la finance")
    return [m.Section("a-commenter", "Points à commenter", "À commenter", tableaux)] if tableaux else []
