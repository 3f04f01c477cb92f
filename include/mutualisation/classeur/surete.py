"""Sheets of what makes the figures sure: key figures, states, controls, where the sources went, parameters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.classeur import qui_est_qui as noms
from mutualisation.francais import formats, libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.controles import commentaires, lire_cle, noms_des_cles
from mutualisation.rapport.publie import Bilan

UNITES = {"€": "centimes", "EUR": "centimes", "nombre": "nombre"}


def indicateurs(bilan: Bilan) -> m.Tableau:
    """Key figures of the report (R10); a percentage is a percentage."""
    lus = {r["indicateur"]: r for r in bilan["indicateurs_cles"]}
    connus = [i for i in libelles.INDICATEURS if i in lus]
    lignes = [_indicateur(lus[nom]) for nom in [*connus, *sorted(set(lus) - set(connus))]]
    colonnes = (
        m.Colonne("libelle", "Indicateur", largeur=60),
        m.Colonne("valeur", "Valeur", "nombre", largeur=22),
        m.Colonne("unite", "Unité", largeur=18),
    )
    return m.Tableau(
        f"Indicateurs clés, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille("Indicateurs", "Indicateurs clés du rapport."),
    )


def _indicateur(r: dict[str, Any]) -> dict[str, Any]:
    unite = r["unite"] or ""
    valeur, genre = r["valeur"], UNITES.get(unite, "nombre")
    if unite == "%":
        valeur, genre = (None if valeur is None else Decimal(valeur) / 100), "taux"
    return {
        "libelle": libelles.libelle(libelles.INDICATEURS, r["indicateur"]),
        "valeur": m.Valeur("sans donnée" if valeur is None else valeur, genre),
        "unite": "" if unite in ("nombre", "EUR", "€", "%") else unite,
    }


def etats(bilan: Bilan) -> m.Tableau:
    """Every dispositif with its state: what is measured, what is missing."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("thematique", "Thématique", largeur=34),
        m.Colonne("valorisation", "État", largeur=16),
        m.Colonne("etp_mesure", "ETP mesurés", "etp", largeur=12, somme=True),
        m.Colonne("charges_mesurees", "Dépenses directes mesurées", "centimes", somme=True),
        m.Colonne("unites", "Unités", "nombre", largeur=14),
        m.Colonne("adherents", "Adhérents", "entier", largeur=12),
        m.Colonne("manque", "Ce qui manque", largeur=60),
    )
    lignes = [
        r | {"valorisation": formats.majuscule(r["valorisation"])}
        for r in bilan.dans_l_ordre(bilan["etat_valorisation"])
    ]
    return m.tableau(
        f"États de valorisation des dispositifs, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "États de valorisation",
            "Dispositifs valorisés, en attente, hors périmètre : ce qui est mesuré, ce qui manque.",
        ),
    )


def controles(bilan: Bilan) -> m.Tableau:
    """Every control with its result, both sides, and the justification of a gap."""
    adherents = noms_des_cles(bilan)
    lignes = [
        c
        | {
            "libelle": libelles.libelle_controle(c["controle"]),
            "cle": lire_cle(bilan, c["cle"], adherents),
            "resultat": libelles.libelle(libelles.STATUTS, c["statut"]),
        }
        for c in bilan["controles"]
    ]
    colonnes = (
        m.Colonne("libelle", "Contrôle", largeur=52),
        m.Colonne("cle", "Sur", largeur=26),
        m.Colonne("resultat", "Résultat", largeur=14),
        m.Colonne("bloquant", "Bloquant", largeur=11),
        m.Colonne("valeur_attendue", "Attendu", "constat", largeur=24),
        m.Colonne("valeur_constatee", "Constaté", "constat", largeur=24),
        m.Colonne("seuil", "Seuil", "constat", largeur=10),
        m.Colonne("justification", "Justification", largeur=48),
    )
    return m.Tableau(
        f"Contrôles, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille("Contrôles", "Résultat de chaque contrôle et justification des écarts.", filtre=True),
    )


def a_commenter(bilan: Bilan) -> m.Tableau | None:
    """Figures that stand out from N−1 or from a bound of finance: nothing forbids them."""
    lignes = commentaires(bilan)
    if not lignes:
        return None
    colonnes = (m.Colonne("sujet", "Chiffre", largeur=44), m.Colonne("constat", "Constat", largeur=90))
    notice = "Chiffres qui s'écartent de N−1 ou d'une borne d'alerte, à commenter par le service."
    return m.Tableau("Points à commenter", colonnes, lignes, feuille=m.Feuille("À commenter", notice))


def repartition(bilan: Bilan) -> m.Tableau:
    """What the sources held and where each amount went; ETP and euros do not add up: a summary by source."""
    sources, destinations = list(libelles.SOURCES), ["STRUCTURE", "HORS", "NON_REPARTI", "EXCLU"]
    rangees = sorted(
        bilan["repartition"],
        key=lambda r: (
            sources.index(r["source"]) if r["source"] in sources else len(sources),
            r["destination"] in destinations,
            ordre(libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"])),
            r["motif"],
        ),
    )
    lignes = [
        {
            "source": libelles.libelle(libelles.SOURCES, r["source"]),
            "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
            "motif": libelles.libelle_motif(r["motif"]),
            "lignes": r["lignes"],
            "euros": r["montant"] if r["unite"] == "EUR" else None,
            "etp": r["montant"] if r["unite"] == "ETP" else None,
        }
        for r in rangees
    ]
    colonnes = (
        m.Colonne("source", "Source", largeur=28),
        m.Colonne("destination", "Destination", largeur=48),
        m.Colonne("motif", "Motif", largeur=44),
        m.Colonne("lignes", "Lignes source", "entier", largeur=12, somme=True),
        m.Colonne("euros", "Montant", "centimes", "", largeur=20, somme=True),
        m.Colonne("etp", "ETP", "etp", "", largeur=14, somme=True),
    )
    return m.tableau(
        f"Où vont les sources, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille(
            "Répartition", "Ce que contenaient les sources, et où chaque montant est allé ; résumé par source imprimé.",
            filtre=True, resume=("source",),
        ),
    )  # fmt: skip


def rejets(bilan: Bilan) -> m.Tableau:
    """Rows left aside, counted by file and reason."""
    colonnes = (
        m.Colonne("fichier", "Fichier", "code", largeur=44),
        m.Colonne("colonne", "Colonne", largeur=24),
        m.Colonne("issue", "Issue", largeur=14),
        m.Colonne("motif", "Motif", largeur=80),
        m.Colonne("lignes", "Lignes", "entier", largeur=10, somme=True),
    )
    lignes = [{**r, "issue": libelles.libelle(libelles.STATUTS, r["statut"])} for r in bilan.laissees_de_cote]
    notice = "Lignes écartées, comptées par fichier et par motif ; le détail est dans rejets.csv."
    return m.tableau(
        f"Lignes écartées par fichier et par motif, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille("Rejets", notice, {"lignes": len(bilan["rejets"])}, filtre=True),
    )


def parametres(bilan: Bilan) -> m.Tableau:
    """Parameters of the method in force in the exercice, each value in its type."""
    colonnes = (
        m.Colonne("libelle", "Paramètre", largeur=60),
        m.Colonne("valeur", "Valeur", largeur=44),
        m.Colonne("debut", "Depuis", "date", largeur=12),
        m.Colonne("fin", "Jusqu'à", "date", largeur=12),
        m.Colonne("reference", "Référence", largeur=60),
    )
    lignes = [
        {
            "libelle": libelles.libelle_parametre(x["parametre"], bilan.libelle),
            "valeur": noms.lire_parametre(bilan, x["parametre"], x["valeur"]),
            "debut": formats.lire_jour(x["debut"]),
            "fin": formats.lire_jour(x["fin"]),
            "reference": x["reference"],
        }
        for x in bilan.contexte.parametres
    ]
    return m.Tableau(
        f"Paramètres en vigueur en {bilan.exercice}",
        colonnes,
        lignes,
        note="Un paramètre absent de ce tableau a la valeur par défaut des règles de calcul.",
        feuille=m.Feuille("Paramètres", "Paramètres de la méthode en vigueur dans l'exercice.", filtre=True),
    )
