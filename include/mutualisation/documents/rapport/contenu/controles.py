"""This section says what was checked, what gaps remain and how they are justified."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.publication.portes.bilan import points_a_commenter
from mutualisation.socle.francais import formats, libelles

EN_ECART = ("ecart", "non_execute")
MOTS = re.compile(r"[a-z_]+")
NOMBRE = re.compile(r"-?\d+(\.\d+)?")
GENRES = {"EUR": "centimes", "ETP": "etp_unite"}


def section_controles(bilan: Bilan) -> m.Section:
    """Show counts and gaps, then fold the controls without a gap."""
    noms = noms_des_cles(bilan)
    lignes = [_ligne_de_controle(bilan, c, noms) for c in bilan["controles"]]
    ecarts = [x | {"justification": justification(x)} for x in lignes if x["statut"] in EN_ECART]
    sans_cle = () if any(x["cle"] for x in ecarts) else ("cle",)
    autres = [x for x in lignes if x["statut"] not in EN_ECART]
    blocs: list[m.Bloc] = [
        m.p(_dire_portes(bilan)),
        _comptes_par_statut(bilan["controles"]),
        lire_tableau("controles.ecarts", ecarts, sans=sans_cle) if ecarts else m.p("Aucun écart."),
        *a_commenter(bilan, "Points à commenter"),
    ]
    nombre = formats.plusieurs(len(autres), "autre contrôle", "autres contrôles")
    blocs.append(m.Repli(f"Voir les {nombre}", [lire_tableau("controles.conformes", autres)]))
    return m.Section("controles", "Contrôles", "Contrôles", blocs)


def _ligne_de_controle(bilan: Bilan, controle: Ligne, noms: Mapping[str, str]) -> dict[str, Any]:
    return controle | {
        "libelle": libelles.libelle_controle(controle["controle"]),
        "cle": lire_cle(bilan, controle["cle"], noms),
        "resultat": libelles.libelle(libelles.STATUTS, controle["statut"]),
        "valeur_attendue": examine(controle, controle["valeur_attendue"]),
        "valeur_constatee": examine(controle, controle["valeur_constatee"]) or _ce_qui_est_tu(controle),
    }


def _ce_qui_est_tu(controle: Ligne) -> str | None:
    """Say that the amounts are not published, as the bound of the control does (R2i)."""
    seuil = controle["seuil"] or ""
    return seuil.rpartition(" ; ")[2] if "non publiés" in seuil else None


def noms_des_cles(bilan: Bilan) -> dict[str, str]:
    """Return {SIRET: name} of the adherents of the exercice, which `lire_cle` needs."""
    return {r["siret_adherent"]: r["nom"] for r in bilan["adherent"]}


def lire_cle(bilan: Bilan, cle: str | None, noms: Mapping[str, str], lien: str = " / ") -> str:
    """Say the key of a control in words: its dispositif, adherent or source; an identifier stays as it is."""
    return lien.join(_partie(bilan, partie, noms) for partie in (cle or "").split("/") if partie)


def _partie(bilan: Bilan, partie: str, noms: Mapping[str, str]) -> str:
    enonce = noms.get(partie) or libelles.SOURCES.get(partie) or bilan.libelle(partie)
    return partie.replace("_", " ") if enonce == partie and MOTS.fullmatch(partie) else enonce


def examine(controle: Ligne, valeur: str | None) -> m.Valeur | str | None:
    """Write a value of a control with its unit (things counted, sums); a gap has its own words already."""
    unite = controle["unite"]
    if valeur is None or unite is None or controle["statut"] not in ("conforme", "sans_donnee"):
        return valeur
    parties = valeur.split(" ; ")
    if not all(NOMBRE.fullmatch(partie) for partie in parties):
        return valeur
    if unite == "nombre":
        return (valeur.isdecimal() and libelles.examine(controle["controle"], int(valeur))) or valeur
    if len(parties) == 1:
        return m.Valeur(Decimal(valeur), GENRES[unite])
    return " ; ".join(formats.euros(Decimal(partie), 2) for partie in parties)


def commentaires(bilan: Bilan) -> list[dict[str, str]]:
    """Return {sujet, constat} of the figures that stand out from N−1 or from an alert bound of finance."""
    points = (
        p["libelle"].partition(" : ") for p in points_a_commenter(bilan.contexte.construction.portes, bilan.exercice)
    )
    return [{"sujet": sujet, "constat": constat} for sujet, _, constat in points]


def a_commenter(bilan: Bilan, titre: str) -> list[m.Bloc]:
    """Make the table of the figures that stand out, which nothing forbids; empty without any."""
    lignes = commentaires(bilan)
    return [lire_tableau("controles.a_commenter", lignes, titre=titre)] if lignes else []


def justification(controle: Ligne) -> m.Valeur:
    """Say why a gap stands; else that it is to be justified, with the remedy."""
    if controle["justification"]:
        return m.Valeur(controle["justification"])
    remede = libelles.controles().get(controle["controle"], {}).get("remede")
    return m.Valeur("à justifier avant la clôture", a_faire=True, suite=f"Remède : {remede}" if remede else "")


def _comptes_par_statut(controles: list[Ligne]) -> m.Comptes:
    statuts = [c["statut"] for c in controles]
    connus = [s for s in ("conforme", "ecart", "sans_donnee", "non_execute") if s in statuts]
    return m.Comptes([(n := statuts.count(s), libelles.decompte(s, n), s == "ecart") for s in connus])


def _dire_portes(bilan: Bilan) -> str:
    """Say how many checks each gate made; no figure where the build did not keep it."""
    portes = bilan.contexte.construction.portes
    fichier, modele, figures, rapport = (portes.get(n) or {} for n in ("fichier", "modele", "plausibilite", "bilan"))
    faites: dict[str, int | None] = {
        "à la livraison des fichiers": fichier.get("executees") if not fichier.get("sans_resultat") else None,
        "pendant le calcul": modele.get("tests"),
        "sur la vraisemblance des chiffres": figures.get("executees"),
        "sur le bilan avant publication": rapport.get("executees"),
    }
    connues = [n for n in faites.values() if n]
    combien = f"{formats.nombre(sum(connues))} vérifications" if len(connues) == len(faites) else "des vérifications"
    faits = ", ".join(ou + (f" ({formats.nombre(n)})" if n else "") for ou, n in faites.items())
    controles = formats.plusieurs(len(bilan["controles"]), "contrôle publié", "contrôles publiés")
    return f"Avant de publier, {combien} automatiques sont faites : {faits}. En plus, {controles}, dont voici l'issue."
