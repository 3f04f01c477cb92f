"""What was checked, what gaps remain and how they are justified."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.portes.bilan import points_a_commenter
from mutualisation.rapport.publie import Bilan, Ligne

EN_ECART = ("ecart", "non_execute")
NOMBRE = re.compile(r"-?\d+(\.\d+)?")
GENRES = {"EUR": "centimes", "ETP": "etp_unite"}
CONTROLE = m.Colonne("libelle", "Contrôle", part=3)
CLE = m.Colonne("cle", "Clé")
RESULTAT = m.Colonne("resultat", "Résultat")
ATTENDU = m.Colonne("valeur_attendue", "Attendu", "constat")
CONSTATE = m.Colonne("valeur_constatee", "Constaté", "constat")


def section(bilan: Bilan) -> m.Section:
    """Counts, gaps, then the rest folded."""
    lignes = [_ligne(c) for c in bilan["controles"]]
    ecarts = [x | {"justification": _justification(x)} for x in lignes if x["statut"] in EN_ECART]
    autres = [x for x in lignes if x["statut"] not in EN_ECART]
    blocs: list[m.Bloc] = [
        m.p(_portes(bilan)),
        _comptes(bilan["controles"]),
        _ecarts(ecarts) if ecarts else m.p("Aucun écart."),
        *_a_commenter(bilan),
    ]
    nombre = formats.plusieurs(len(autres), "autre contrôle", "autres contrôles")
    conformes = m.Tableau("Contrôles conformes ou sans donnée", (CONTROLE, CLE, RESULTAT, ATTENDU, CONSTATE), autres)
    blocs.append(m.Repli(f"Voir les {nombre}", [conformes]))
    return m.Section("controles", "Contrôles", "Contrôles", blocs)


def _ligne(controle: Ligne) -> dict[str, Any]:
    return controle | {
        "libelle": libelles.libelle_controle(controle["controle"]),
        # the key of this one is a source; the others name what finance wrote
        "cle": libelles.SOURCES.get(controle["cle"], controle["cle"])
        if controle["controle"] == "somme_repartition"
        else controle["cle"],
        "resultat": libelles.libelle(libelles.STATUTS, controle["statut"]),
        "valeur_attendue": examine(controle, controle["valeur_attendue"]),
        "valeur_constatee": examine(controle, controle["valeur_constatee"]),
    }


def examine(controle: Ligne, valeur: str | None) -> m.Valeur | str | None:
    """A value of a control as it is read: things counted or sums with their unit; a gap says its own words already.

    A version published before controls said what they look at has no unit: its values stay as they are.
    """
    unite = controle.get("unite")
    if valeur is None or unite is None or controle["statut"] not in ("conforme", "sans_donnee"):
        return valeur
    parties = valeur.split(" ; ")
    if not all(NOMBRE.fullmatch(partie) for partie in parties):
        return valeur
    if unite == "nombre":
        return libelles.examine(controle["controle"], int(valeur)) or valeur
    if len(parties) == 1:
        return m.Valeur(Decimal(valeur), GENRES[unite])
    return " ; ".join(formats.euros(Decimal(partie), 2) for partie in parties)


def _ecarts(lignes: list[dict[str, Any]]) -> m.Tableau:
    justification = m.Colonne("justification", "Justification", part=4)
    cles = (CLE,) if any(ligne["cle"] for ligne in lignes) else ()
    return m.Tableau(
        "Écarts constatés et leur justification", (CONTROLE, *cles, ATTENDU, CONSTATE, justification), lignes
    )


def _a_commenter(bilan: Bilan) -> list[m.Bloc]:
    """Figures that stand out from N−1 or from an alert bound of finance: nothing forbids them."""
    points = points_a_commenter(bilan.contexte.construction.portes, bilan.exercice)
    if not points:
        return []
    lignes = [
        {"sujet": sujet, "constat": constat} for sujet, _, constat in (p["libelle"].partition(" : ") for p in points)
    ]
    colonnes = (m.Colonne("sujet", "Chiffre"), m.Colonne("constat", "Constat", part=4))
    return [m.Tableau("Points à commenter", colonnes, lignes)]


def _justification(controle: Ligne) -> m.Valeur:
    if controle["justification"]:
        return m.Valeur(controle["justification"])
    remede = libelles.remede_controle(controle["controle"])
    return m.Valeur("à justifier avant la clôture", a_faire=True, suite=f"Remède : {remede}" if remede else "")


def _comptes(controles: list[Ligne]) -> m.Comptes:
    statuts = [c["statut"] for c in controles]
    connus = [s for s in ("conforme", "ecart", "sans_donnee", "non_execute") if s in statuts]
    return m.Comptes([(n := statuts.count(s), libelles.decompte(s, n), s == "ecart") for s in connus])


def _portes(bilan: Bilan) -> str:
    """How many checks each gate executed; without a figure where the build did not keep it.

    A build made before the gate of plausibility has three series.
    """
    lues = bilan.contexte.construction.portes
    fichier, modele, figures, rapport = (lues.get(nom) or {} for nom in ("fichier", "modele", "plausibilite", "bilan"))
    livraison = fichier.get("executees") if not fichier.get("sans_resultat") else None
    vraisemblance = f", sur la vraisemblance des chiffres{_executes(figures.get('executees'))}" if figures else ""
    return (
        f"Chaque montant publié a passé {'quatre' if figures else 'trois'} séries de contrôles : à la livraison des "
        f"fichiers{_executes(livraison)}, pendant le calcul{_executes(modele.get('tests'))}{vraisemblance}, et sur le "
        f"bilan avant publication{_executes(rapport.get('executees'))}."
    )


def _executes(nombre: int | None) -> str:
    return f" ({formats.plusieurs(nombre, 'contrôle exécuté', 'contrôles exécutés')})" if nombre else ""
