"""These pages show every control with both sides, and every row of the sources that counts nowhere."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mutualisation.documents.audit import index
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture, renvois
from mutualisation.documents.rapport.contenu.controles import a_commenter, justification, lire_cle, noms_des_cles
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.ecartees import dire_ecarts

# (anchor, title, statuses) of each part, the most pressing first
PARTIES = (
    ("ecarts", "Écarts", ("ecart", "non_execute")),
    ("conformes", "Contrôles conformes", ("conforme",)),
    ("sans-donnee", "Contrôles sans donnée à contrôler", ("sans_donnee",)),
)
SANS_REJET = "Aucune ligne des fichiers livrés n'a été rejetée, retenue ou mise de côté."


def controles(bilan: Bilan) -> m.Document:
    """Make the page of controls: gaps first, with what was done about each."""
    rangees = bilan["controles"]
    ecarts = [c for c in rangees if c["statut"] == "ecart"]
    sans = sum(not c["justification"] for c in ecarts)
    resume_des_ecarts = dire_ecarts(len(ecarts), sans) or "aucun écart"
    resume = f"{formats.plusieurs(len(rangees), 'contrôle')} sur l'exercice {bilan.exercice} : {resume_des_ecarts}."
    noms = noms_des_cles(bilan)
    lignes = [_ligne_de_controle(bilan, c, noms) for c in rangees]
    sections = [
        m.Section(
            ancre,
            f"{titre} ({formats.nombre(len(de_la_partie))})",
            titre,
            [lire_tableau("constats.partie", de_la_partie, sans=() if "ecart" in statuts else ("suite",), titre=titre)],
        )
        for ancre, titre, statuts in PARTIES
        if (de_la_partie := [x for x in lignes if x["statut"] in statuts])
    ]
    if sections:
        lecture = m.p(lire_phrase("constats.lecture"), m.Code("controles.csv"), ".")
        sections[0] = replace(sections[0], blocs=[lecture, *sections[0].blocs])
    tableaux = a_commenter(bilan, "Chiffres qui s'écartent de l'année précédente ou d'une borne de la finance")
    if tableaux:
        sections.append(m.Section("a-commenter", "Points à commenter", "À commenter", tableaux))
    return index.document(bilan, renvois.CONTROLES, f"Contrôles {bilan.exercice}", resume, sections)


def _ligne_de_controle(bilan: Bilan, controle: Ligne, noms: Mapping[str, str]) -> dict[str, Any]:
    nom = controle["controle"]
    return controle | {
        "libelle": f"{libelles.libelle_controle(nom)} ({nom})",
        "cle": lire_cle(bilan, controle["cle"], noms, ", "),
        "bloquant": "oui" if controle.get("bloquant") else "non",
        "suite": justification(controle),
    }


def lignes_ecartees(bilan: Bilan) -> m.Document:
    """Make the page of rows left aside, with a section a source."""
    rangees = bilan.laissees_de_cote
    sources = list(dict.fromkeys(r["source"] for r in rangees))
    sections = [
        _ensemble(ouverture.comptes(bilan)),
        *(_source(s, [r for r in rangees if r["source"] == s]) for s in sources),
    ]
    titre = f"Lignes écartées {bilan.exercice}"
    resume = ouverture.laisse_de_cote(bilan) if rangees else SANS_REJET
    return index.document(bilan, renvois.REJETS, titre, resume, sections)


def _ensemble(comptes: Counter[str]) -> m.Section:
    decomptes = [(n, libelles.decompte(s, n), s != "doublon") for s, n in sorted(comptes.items())]
    csv = m.p(
        "Chaque ligne, avec la valeur qui a posé question quand elle peut être montrée, est dans ",
        m.Code("rejets.csv"), ".",
    )  # fmt: skip
    blocs: list[m.Bloc] = [
        m.Comptes(decomptes) if comptes else m.p(SANS_REJET),
        m.Liste([(libelles.STATUTS[s], issue) for s, issue in libelles.ISSUES.items() if s in comptes]),
        csv,
    ]
    return m.Section("ensemble", "Lignes écartées et doublons", "Ensemble", blocs)


def _source(source: str, rangees: list[Ligne]) -> m.Section:
    nom = libelles.libelle(libelles.DOSSIERS, source)
    lignes = [
        r
        | {
            "ou": _dire_lignes(r["premieres"] or [], r["distinctes"]),
            "issue": libelles.STATUTS.get(r["statut"], r["statut"]),
            "remede": _remede(r["statut"], r["motif"]),
        }
        for r in rangees
    ]
    tableau = lire_tableau("rejets.par_motif", lignes, nom=nom)
    return m.Section(source, nom, nom, [tableau])


def _remede(statut: str, motif: str) -> str:
    """Say what the reason asks for; a key is added elsewhere than in the file."""
    if statut == "doublon":
        return "rien à faire"
    suite = "" if statut == "a_affecter" else " ; redéposer le fichier"
    return f"{libelles.remede_du_motif(motif)}{suite}"


def _dire_lignes(premieres: list[int], distinctes: int) -> str:
    """List line numbers: `12, 40 et 3 autres`."""
    nommees = ", ".join(formats.nombre(n) for n in premieres)
    reste = distinctes - len(premieres)
    return nommees + (f" et {formats.plusieurs(reste, 'autre')}" if reste > 0 else "")
