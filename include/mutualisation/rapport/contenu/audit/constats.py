"""Every control with both sides, or with the number of things it looked at."""

from __future__ import annotations

from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.portes.bilan import points_a_commenter
from mutualisation.rapport.contenu.audit import cadre, renvois
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
    lignes = [_ligne(bilan, c) for c in controles if c["statut"] in statuts]
    if not lignes:
        return []
    avec_suite = (SEUIL, SUITE) if "ecart" in statuts else (SEUIL,)
    colonnes = (CONTROLE, CLE, BLOQUANT, ATTENDU, CONSTATE, *avec_suite)
    reste = cadre.renvoi("controles.csv", "autre contrôle", "autres contrôles")
    tableau = m.Tableau(titre, cadre.remplies(colonnes, lignes), lignes, limite=cadre.LIGNES_MAX, reste=reste)
    return [m.Section(ancre, f"{titre} ({formats.nombre(len(lignes))})", titre, [tableau])]


def _cle(bilan: Bilan, partie: str) -> str:
    """A key in words: the adherent, the source, the dispositif it names."""
    noms = {r["siret_adherent"]: r["nom"] for r in bilan["adherent"]}
    dit = noms.get(partie) or libelles.SOURCES.get(partie) or bilan.libelle(partie)
    return dit.replace("_", " ") if dit == partie else dit


def _ligne(bilan: Bilan, controle: Ligne) -> dict[str, Any]:
    nom = controle["controle"]
    return controle | {
        "libelle": f"{libelles.libelle_controle(nom)} ({nom})",
        "cle": controle["cle"] and ", ".join(_cle(bilan, x) for x in controle["cle"].split("/")),
        "bloquant": "oui" if controle.get("bloquant") else "non",
        "suite": _suite(controle),
    }


def _suite(controle: Ligne) -> m.Valeur | str:
    if controle["justification"]:
        return str(controle["justification"])
    remede = libelles.remede_controle(controle["controle"])
    return m.Valeur("à justifier avant la clôture", a_faire=True, suite=f"Remède : {remede}" if remede else "")


def _a_commenter(bilan: Bilan) -> list[m.Section]:
    points = points_a_commenter(bilan.contexte.construction.portes, bilan.exercice)
    if not points:
        return []
    lignes = [
        {"sujet": sujet, "constat": constat} for sujet, _, constat in (p["libelle"].partition(" : ") for p in points)
    ]
    colonnes = (m.Colonne("sujet", "Chiffre", part=2), m.Colonne("constat", "Constat", part=4))
    titre = "Chiffres qui s'écartent de l'année précédente ou d'une borne de la finance"
    return [m.Section("a-commenter", "Points à commenter", "À commenter", [m.Tableau(titre, colonnes, lignes)])]
