"""Every control with both sides, or with the number of things it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.contenu.controles import commentaires, justification, lire_cle, noms_des_cles
from mutualisation.rapport.publie import Bilan, Ligne
from mutualisation.rapport.sceau import Sceau

CONTROLE = m.Colonne("libelle", "Contrôle", part=4)
CLE = m.Colonne("cle", "Sur quoi", part=3)
BLOQUANT = m.Colonne("bloquant", "Empêche de publier", part=2)
ATTENDU = m.Colonne("valeur_attendue", "Attendu", "constat")
CONSTATE = m.Colonne("valeur_constatee", "Constaté, ou nombre vérifié", "constat")
SEUIL = m.Colonne("seuil", "Seuil", "constat")
SUITE = m.Colonne("suite", "Justification ou remède", part=5)
LECTURE = (
    "Un contrôle de somme montre ses deux côtés, attendu et constaté ; un contrôle de complétude montre le nombre de "
    "choses vérifiées. Le nom entre parenthèses est celui du fichier "
)
# (anchor, title, statuses), in the order of what calls for attention
PARTIES = (
    ("ecarts", "Écarts", ("ecart", "non_execute")),
    ("conformes", "Contrôles conformes", ("conforme",)),
    ("sans-donnee", "Contrôles sans donnée à contrôler", ("sans_donnee",)),
)


def dire(bilan: Bilan, sceau: Sceau) -> m.Document:
    """The page: gaps first, with what was done about each."""
    controles = bilan["controles"]
    ecarts = sum(c["statut"] == "ecart" for c in controles)
    sans = sum(c["statut"] == "ecart" and not c["justification"] for c in controles)
    resume = (
        f"{formats.plusieurs(len(controles), 'contrôle')} sur l'exercice {bilan.exercice} : "
        f"{formats.plusieurs(ecarts, 'écart')}, dont {formats.nombre(sans)} sans justification."
    )
    lecture = m.p(LECTURE, m.Code("controles.csv"), ".")
    sections = [s for ancre, titre, statuts in PARTIES for s in _partie(bilan, controles, ancre, titre, statuts)]
    if sections:
        sections[0] = m.Section(sections[0].ancre, sections[0].titre, sections[0].court, [lecture, *sections[0].blocs])
    return cadre.document(
        bilan, sceau, renvois.CONTROLES, f"Contrôles {bilan.exercice}", resume, [*sections, *_a_commenter(bilan)]
    )


def _partie(bilan: Bilan, controles: list[Ligne], ancre: str, titre: str, statuts: tuple[str, ...]) -> list[m.Section]:
    noms = noms_des_cles(bilan)
    lignes = [_ligne(bilan, c, noms) for c in controles if c["statut"] in statuts]
    if not lignes:
        return []
    avec_suite = (SEUIL, SUITE) if "ecart" in statuts else (SEUIL,)
    colonnes = (CONTROLE, CLE, BLOQUANT, ATTENDU, CONSTATE, *avec_suite)
    reste = cadre.renvoi("controles.csv", "autre contrôle", "autres contrôles")
    tableau = m.Tableau(titre, cadre.remplies(colonnes, lignes), lignes, limite=cadre.LIGNES_MAX, reste=reste)
    return [m.Section(ancre, f"{titre} ({formats.nombre(len(lignes))})", titre, [tableau])]


def _ligne(bilan: Bilan, controle: Ligne, noms: Mapping[str, str]) -> dict[str, Any]:
    nom = controle["controle"]
    return controle | {
        "libelle": f"{libelles.libelle_controle(nom)} ({nom})",
        "cle": lire_cle(bilan, controle["cle"], noms, ", "),
        "bloquant": "oui" if controle.get("bloquant") else "non",
        "suite": justification(controle),
    }


def _a_commenter(bilan: Bilan) -> list[m.Section]:
    lignes = commentaires(bilan)
    if not lignes:
        return []
    colonnes = (m.Colonne("sujet", "Chiffre", part=2), m.Colonne("constat", "Constat", part=4))
    titre = "Chiffres qui s'écartent de l'année précédente ou d'une borne de la finance"
    return [m.Section("a-commenter", "Points à commenter", "À commenter", [m.Tableau(titre, colonnes, lignes)])]
