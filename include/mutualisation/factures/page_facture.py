"""Figures and sentences of an invoice and of the carry-overs, ready to be set: nothing computed but sums of rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from mutualisation.factures.facturation import Semestre
from mutualisation.factures.factures import ZERO, Facture, LigneFacture
from mutualisation.francais.formats import euros, jour, siret
from mutualisation.francais.libelles import GRATUIT, libelle_mode
from mutualisation.publication.contexte import Contexte

PROJET = "Projet, à valider par l'ordonnateur."
ORDINAUX = {1: "Premier", 2: "Second"}


def montant(valeur: Decimal) -> str:
    """An amount to the cent: `1 234,50 €`."""
    return euros(valeur, 2)


def donnees_facture(contexte: Contexte, facture: Facture) -> dict[str, Any]:
    """Data of `facture.typ`."""
    semestre = facture.semestre
    return {
        **contexte.entete,
        "statut": PROJET,
        "titre": f"Facture consolidée des services mutualisés, {semestre}",
        "nom": facture.nom,
        "siret": siret(facture.siret),
        "adresse": lignes_d_adresse(facture),
        "periode": f"{ORDINAUX[semestre.numero]} semestre {semestre.exercice} ({semestre})",
        "arrete": jour(semestre.fin),
        "lignes": [{"libelle": x.libelle, "calcul": _calcul(x), "montant": montant(x.montant)} for x in facture.lignes],
        "reports": [
            {"periode": x.periode, "libelle": x.libelle, "montant": montant(x.montant)} for x in facture.reports
        ],
        "montant_du": montant(facture.montant_du),
        "report": montant(facture.report_precedent),
        "total": montant(facture.montant_facture),
        "hors_titre": [
            {"libelle": x.libelle, "mode": libelle_mode(x.mode), "montant": montant(x.montant)}
            for x in facture.hors_titre
            if x.mode != GRATUIT
        ],
        "gratuits": ", ".join(x.libelle for x in facture.hors_titre if x.mode == GRATUIT),
    }


def lignes_d_adresse(facture: Facture) -> list[str]:
    """Street, then postal code and town; nothing of what `adherents` does not give."""
    lignes = (facture.adresse, f"{facture.code_postal} {facture.ville}".strip())
    return [ligne for ligne in lignes if ligne]


def _calcul(ligne: LigneFacture) -> list[str]:
    """Each tariff applied; with its own amount when there are several, or when the rounding of the year shows."""
    if len(ligne.tarifs) == 1:
        return [ligne.tarifs[0][0]]
    return [f"{phrase} = {montant(m)}" for phrase, m in ligne.tarifs] or ["Détail non conservé"]


def donnees_reports(contexte: Contexte, semestre: Semestre, factures: Iterable[Facture]) -> dict[str, Any]:
    """Data of `reports.typ`: the invoices under the threshold."""
    reportees = [f for f in factures if not f.est_a_emettre]
    return {
        **contexte.entete,
        "statut": PROJET,
        "titre": f"Factures reportées sous le seuil d'émission, {semestre}",
        "explication": (
            "Une facture semestrielle dont le total, report précédent compris, est inférieur à "
            f"{montant(semestre.seuil_titre)} ne donne pas lieu à un titre : son montant s'ajoute à la facture "
            "suivante de l'adhérent."
        ),
        "lignes": [
            {
                "nom": f.nom,
                "siret": siret(f.siret),
                "montant_du": montant(f.montant_du),
                "report": montant(f.report_precedent),
                "cumul": montant(f.cumul),
            }
            for f in reportees
        ],
        "compte": f"{len(reportees)} adhérent{'s' if len(reportees) > 1 else ''}",
        "montant_du": montant(sum((f.montant_du for f in reportees), ZERO)),
        "report": montant(sum((f.report_precedent for f in reportees), ZERO)),
        "cumul": montant(sum((f.cumul for f in reportees), ZERO)),
    }
