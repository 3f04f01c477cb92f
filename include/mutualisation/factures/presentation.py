"""Figures and sentences of each document, ready to be set: French formats, nothing computed but sums of rows shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.composition.pdf import entete
from mutualisation.factures.etat_annuel import EtatAnnuel
from mutualisation.factures.factures import ZERO, Facture, LigneFacture, dernier_jour, periode
from mutualisation.factures.parametres import Parametres
from mutualisation.factures.regles import decimal, decimales, exact, mode_lisible, prix
from mutualisation.francais.formats import arrondi, euros, jour, pourcent
from mutualisation.publication.contexte import Contexte

PROJET = "Projet, à valider par l'ordonnateur."
ORDINAUX = {1: "Premier", 2: "Second"}
GRATUIT = "gratuit"


def montant(valeur: Decimal) -> str:
    """An amount to the cent: `1 234,50 €`."""
    return euros(valeur, 2)


def siret_lisible(siret: str) -> str:
    """`215 905 605 00006`, on one line."""
    return "\u00a0".join((siret[:3], siret[3:6], siret[6:9], siret[9:])) if len(siret) == 14 else siret


def donnees_facture(contexte: Contexte, facture: Facture) -> dict[str, Any]:
    """Data of `facture.typ`."""
    reference = periode(facture.exercice, facture.semestre)
    return {
        **entete(contexte),
        "statut": PROJET,
        "titre": f"Facture consolidée des services mutualisés, {reference}",
        "nom": facture.nom,
        "siret": siret_lisible(facture.siret),
        "periode": f"{ORDINAUX[facture.semestre]} semestre {facture.exercice} ({reference})",
        "arrete": jour(dernier_jour(facture.exercice, facture.semestre)),
        "lignes": [{"libelle": x.libelle, "calcul": _calcul(x), "montant": montant(x.montant)} for x in facture.lignes],
        "reports": [
            {"periode": x.periode, "libelle": x.libelle, "montant": montant(x.montant)} for x in facture.reports
        ],
        "montant_du": montant(facture.montant_du),
        "report": montant(facture.report_precedent),
        "total": montant(facture.montant_facture),
        "hors_titre": [
            {"libelle": x.libelle, "mode": mode_lisible(x.mode), "montant": montant(x.montant)}
            for x in facture.hors_titre
            if x.mode != GRATUIT
        ],
        "gratuits": ", ".join(x.libelle for x in facture.hors_titre if x.mode == GRATUIT),
    }


def _calcul(ligne: LigneFacture) -> list[str]:
    """Each tariff applied; with its own amount when there are several, or when the rounding of the year shows."""
    if len(ligne.regles) == 1:
        return [ligne.regles[0][0]]
    return [f"{phrase} = {montant(m)}" for phrase, m in ligne.regles] or ["Détail non conservé"]


def donnees_reports(contexte: Contexte, semestre: int, seuil: Decimal, factures: Iterable[Facture]) -> dict[str, Any]:
    """Data of `reports.typ`: the invoices under the threshold."""
    reportees = [f for f in factures if not f.est_a_emettre]
    return {
        **entete(contexte),
        "statut": PROJET,
        "titre": f"Factures reportées sous le seuil d'émission, {periode(contexte.exercice, semestre)}",
        "explication": (
            f"Une facture semestrielle dont le total, report précédent compris, est inférieur à {montant(seuil)} ne "
            "donne pas lieu à un titre : son montant s'ajoute à la facture suivante de l'adhérent."
        ),
        "lignes": [
            {
                "nom": f.nom,
                "siret": siret_lisible(f.siret),
                "montant_du": montant(f.montant_du),
                "report": montant(f.report_precedent),
                "cumul": montant(f.cumul),
            }
            for f in reportees
        ],
        "compte": f"{len(reportees)} adhérent{'s' if len(reportees) > 1 else ''}",
        "montant_du": montant(_somme(f.montant_du for f in reportees)),
        "report": montant(_somme(f.report_precedent for f in reportees)),
        "cumul": montant(_somme(f.cumul for f in reportees)),
    }


def _somme(valeurs: Iterable[Decimal]) -> Decimal:
    return sum(valeurs, ZERO)


def donnees_etat(contexte: Contexte, etat: EtatAnnuel, parametres: Parametres) -> dict[str, Any]:
    """Data of `etat_annuel.typ`."""
    e, limite = etat.exercice, parametres.notification_cout(etat.exercice)
    modes = ", ".join(sorted({mode_lisible(t["mode_recouvrement"]).lower() for t in etat.tarifs}))
    return {
        **entete(contexte),
        "statut": PROJET,
        "titre": f"État annuel {e} : {etat.libelle}",
        "introduction": (
            "État prévu par l'article D5211-16 du code général des collectivités territoriales : le remboursement est "
            "le coût unitaire de fonctionnement multiplié par le nombre d'unités constatées. "
            f"Recouvrement : {modes}."
        ),
        "tarifs": _tarifs(etat),
        "formation": _formation(etat),
        "notification": (
            f"le coût unitaire de {e} est à notifier aux bénéficiaires au plus tard le {jour(limite)}, date limite "
            "d'adoption du budget (article L1612-2)."
        ),
        "comparaison": _comparaison(etat),
        "portee": _portee(etat),
        **_totaux(etat),
        "note": "Chaque semestre est arrondi au centime, comme il est facturé.",
        "recours": _recours(etat),
    }


def _tarifs(etat: EtatAnnuel) -> list[dict[str, str]]:
    """One row per price; the semestres it served together."""
    semestres: dict[tuple[str, str, str], list[str]] = {}
    for t in etat.tarifs:
        cle = ("Coût unitaire" if t["regle"] == "cout_unitaire" else "Prix par unité", t["reference"], prix(t["prix"]))
        if (semestre := f"S{t['semestre']}") not in semestres.setdefault(cle, []):
            semestres[cle].append(semestre)
    return [
        {"semestre": " et ".join(s), "regle": regle, "reference": reference, "prix": montant_unitaire}
        for (regle, reference, montant_unitaire), s in semestres.items()
    ]


def _recours(etat: EtatAnnuel) -> list[dict[str, str]]:
    quantites, poids, unites = (
        decimales([decimal(u[c]) for u in etat.recours]) for c in ("quantite", "poids", "unites")
    )
    return [
        {
            "nom": u["nom"],
            "semestre": f"S{u['semestre']}",
            "type": u["type_unite"],
            "quantite": exact(u["quantite"], quantites),
            "poids": exact(u["poids"], poids),
            "unites": exact(u["unites"], unites),
        }
        for u in etat.recours
    ]


def _totaux(etat: EtatAnnuel) -> dict[str, Any]:
    lignes = etat.beneficiaires
    d = decimales([u for b in lignes for u in b.unites])
    return {
        "beneficiaires": [
            {
                "nom": b.nom,
                "unites_s1": exact(b.unites[0], d),
                "unites_s2": exact(b.unites[1], d),
                "montant_s1": montant(b.montants[0]),
                "montant_s2": montant(b.montants[1]),
                "montant": montant(_somme(b.montants)),
            }
            for b in lignes
        ],
        "compte": f"{len(lignes)} bénéficiaire{'s' if len(lignes) > 1 else ''}",
        "unites_s1": exact(_unites(lignes, 0), d),
        "unites_s2": exact(_unites(lignes, 1), d),
        "unites": exact(etat.unites, d),
        "montant_s1": montant(_somme(b.montants[0] for b in lignes)),
        "montant_s2": montant(_somme(b.montants[1] for b in lignes)),
        "montant": montant(etat.montant),
    }


def _unites(lignes: Sequence[Any], rang: int) -> Decimal:
    return sum((b.unites[rang] for b in lignes), Decimal(0))


def _formation(etat: EtatAnnuel) -> list[str]:
    """How the unit cost was set: voted, or from the last accounts (R7f)."""
    c = etat.cout
    if c is None:
        return ["Le prix par unité est celui du tarif voté."]
    base, prevues = decimal(c["cout_d5211_base"]), decimal(c["unites_previsionnelles"])
    actualisation = decimal(c["actualisation"])
    # a voted unit cost wins over the one of the accounts (R7f), and is then not the quotient of these figures
    if not prevues or arrondi(base * (1 + actualisation) / prevues, 2) != decimal(c["cout_unitaire"]):
        return [f"Coût unitaire voté : {prix(c['cout_unitaire'])}."]
    calcule = (
        f"Coût de fonctionnement de {c['exercice_base']}, derniers comptes votés : {montant(base)} ; actualisation : "
        f"{pourcent(actualisation, 2)} ; unités prévues par la convention : {exact(prevues)}."
    )
    return [calcule, f"Coût unitaire retenu : {prix(c['cout_unitaire'])}."]


def _comparaison(etat: EtatAnnuel) -> list[dict[str, str]]:
    """The cost of the accounts beside what is billed: an information, never a true-up (D5211-16)."""
    p, c, lignes = etat.passage, etat.constate, []
    if p is not None:
        lignes += [
            ("Coût net complet", montant(p["cout_complet"])),
            ("Charges de structure, hors de la base D5211-16", montant(-p["dont_structure"])),
            ("Coût net sur la base D5211-16", montant(p["cout_d5211"])),
        ]
    if c is not None:
        unitaire = c["cout_d5211_unitaire"]
        lignes += [
            ("Unités constatées de l'exercice, tous bénéficiaires", exact(c["unites"])),
            ("Coût constaté par unité, base D5211-16", euros(unitaire, 2)),
        ]
    return [{"libelle": libelle, "valeur": valeur} for libelle, valeur in lignes]


def _portee(etat: EtatAnnuel) -> str:
    if etat.passage is None:
        return ""
    if etat.passage.get("base_opposable"):
        return "Cette base s'impose (mise à disposition, article L5211-4-1, III)."
    return "Cette base est indicative : la convention fixe la méthode de calcul."
