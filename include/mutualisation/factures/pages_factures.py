"""Figures and sentences of an invoice, of the carry-overs and of the summary, ready to be set: sums of rows at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.factures.facturation import ZERO, Semestre
from mutualisation.factures.factures import Facture, LigneFacture
from mutualisation.factures.pes import LignePes
from mutualisation.factures.projet_pes import ProjetPes
from mutualisation.francais.formats import euros, jour, siret
from mutualisation.francais.libelles import GRATUIT, libelle_mode
from mutualisation.publication.contexte import Contexte

PROJET = "Projet, à valider par l'ordonnateur."
ORDINAUX = {1: "Premier", 2: "Second"}
STATUTS = {"a_emettre": "À émettre", "reporte": "Reportée"}
MONTANTS = ("montant_du", "report_precedent", "cumul", "montant_facture")


def montant(valeur: Decimal) -> str:
    """An amount to the cent: `1 234,50 €`."""
    return euros(valeur, 2)


def page(contexte: Contexte, titre: str, **donnees: Any) -> dict[str, Any]:
    """Data of a template: what every document of the folder says, then its own."""
    return {**contexte.entete, "statut": PROJET, "titre": titre, **donnees}


def donnees_facture(contexte: Contexte, f: Facture) -> dict[str, Any]:
    """Data of `facture.typ`."""
    s = f.semestre
    adresse = (f.lu("adresse"), f"{f.lu('code_postal')} {f.lu('ville')}".strip())
    return page(
        contexte,
        f"Facture consolidée des services mutualisés, {s}",
        **_facture(f),
        adresse=[ligne for ligne in adresse if ligne],
        periode=f"{ORDINAUX[s.numero]} semestre {s.exercice} ({s})",
        arrete=jour(s.fin),
        lignes=[_ligne(x) | {"calcul": _calcul(x)} for x in f.lignes],
        reports=[_ligne(x) for x in f.reports],
        hors_titre=[_ligne(x) | {"mode": libelle_mode(x.mode)} for x in f.hors_titre if x.mode != GRATUIT],
        gratuits=", ".join(x.libelle for x in f.hors_titre if x.mode == GRATUIT),
    )


def donnees_reports(contexte: Contexte, semestre: Semestre, factures: Iterable[Facture]) -> dict[str, Any]:
    """Data of `reports.typ`: the invoices under the threshold."""
    reportees = [f for f in factures if not f.est_a_emettre]
    explication = (
        "Une facture semestrielle dont le total, report précédent compris, est inférieur à "
        f"{montant(semestre.seuil_titre)} ne donne pas lieu à un titre : son montant s'ajoute à la facture "
        "suivante de l'adhérent."
    )
    return page(
        contexte,
        f"Factures reportées sous le seuil d'émission, {semestre}",
        explication=explication,
        lignes=[_facture(f) for f in reportees],
        compte=f"{len(reportees)} adhérent{'s' if len(reportees) > 1 else ''}",
        **{champ: montant(sum((getattr(f, champ) for f in reportees), ZERO)) for champ in MONTANTS},
    )


def donnees_recapitulatif(
    contexte: Contexte, semestre: Semestre, factures: Sequence[Facture], projet: ProjetPes
) -> dict[str, Any]:
    """Data of `recapitulatif.typ`: invoices, what the PES draft holds, what it leaves out, the titres it reduces."""
    pes = ""
    if projet.octets is not None:
        nombre = len(projet.retenues)
        lignes = f"{nombre} ligne{'s' if nombre > 1 else ''}"
        pes = f"projet_pes_recette_{semestre}.xml : {lignes}, {montant(projet.total)}, réductions déduites."
    return page(
        contexte,
        f"Récapitulatif des factures, {semestre}",
        factures=[_facture(f) | {"statut": STATUTS.get(f.statut, f.statut)} for f in factures],
        total=montant(sum((f.montant_facture for f in factures), ZERO)),
        pes=pes,
        phrases=projet.phrases,
        ecartees=[_ligne_pes(x) for x in projet.ecartees],
        reductions=[_ligne_pes(x) for x in projet.retenues if x.titre],
        retours=projet.retours,
    )


def _facture(f: Facture) -> dict[str, Any]:
    return {"nom": f.nom, "siret": siret(f.siret)} | {champ: montant(getattr(f, champ)) for champ in MONTANTS}


def _ligne(x: LigneFacture) -> dict[str, Any]:
    return {"libelle": x.libelle, "periode": x.periode, "montant": montant(x.montant)}


def _calcul(ligne: LigneFacture) -> list[str]:
    """Each tariff applied; with its own amount when there are several, or when the rounding of the year shows."""
    if len(ligne.tarifs) == 1:
        return [ligne.tarifs[0][0]]
    return [f"{phrase} = {montant(m)}" for phrase, m in ligne.tarifs] or ["Détail non conservé"]


def _ligne_pes(x: LignePes) -> dict[str, Any]:
    t = x.titre
    titre = t and f"{t.exercice}, bordereau {t.bordereau}, titre {t.piece}, ligne {t.ligne}, compte {t.nature}"
    return x.lue | {"montant": montant(x.montant), "titre": titre}
