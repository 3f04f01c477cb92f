"""Figures and sentences of an annual statement, ready to be set: French formats, nothing computed but sums of rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mutualisation.factures.etat_annuel import REGLES_UNITAIRES, UNITES, EtatAnnuel
from mutualisation.factures.facturation import ZERO, Ligne
from mutualisation.factures.pages_factures import montant, page
from mutualisation.factures.parametres import Parametres
from mutualisation.factures.redaction import prix
from mutualisation.francais.formats import INSECABLE, arrondi, decimales, euros, exact, jour, pourcent
from mutualisation.francais.libelles import libelle_mode
from mutualisation.publication.contexte import Contexte

BLANC = "…………"
REGLES = {
    "cout_unitaire": "Coût unitaire",
    "par_unite": "Prix par unité",
    "forfait": "Forfait annuel",
    "par_habitant": "Prix par habitant et par an",
    "par_tranche": "Montant annuel de la tranche",
    "pourcentage": "Pourcentage",
}


def donnees_etat(contexte: Contexte, etat: EtatAnnuel, parametres: Parametres) -> dict[str, Any]:
    """Data of `etat_annuel.typ`."""
    e, limite = etat.exercice, parametres.notification_cout(etat.exercice)
    modes = ", ".join(sorted({libelle_mode(t["mode_recouvrement"]).lower() for t in etat.tarifs}))
    notification = (
        f"le coût unitaire de {e} est à notifier aux bénéficiaires au plus tard le {jour(limite)}, date limite "
        "d'adoption du budget (article L1612-2)."
    )
    return page(
        contexte,
        f"État annuel {e} : {etat.libelle}",
        introduction=f"{_objet(etat)} Recouvrement : {modes or 'sans tarif'}.",
        tarifs=_tarifs(etat),
        formation=_formation(etat),
        notification=notification,
        comparaison=_comparaison(etat),
        portee=_portee(etat),
        registre=[
            {"nom": n["nom"], "limite": jour(n["a_notifier_avant"]), "notifiee": jour(n["notifie_le"]) or BLANC}
            | {"etat": n["etat"]}
            for n in etat.notifications
        ],
        accord=f"Le total dû de l'année, {montant(etat.total['montant'])}, est celui du bilan d'étape {e}.",
        **_beneficiaires(etat),
        note="Chaque semestre est arrondi au centime, comme il est facturé.",
        recours=_recours(etat),
    )


def _tarifs(etat: EtatAnnuel) -> list[dict[str, str]]:
    """One row per price; the semestres it served together."""
    semestres: dict[tuple[str, str, str], list[str]] = {}
    for t in etat.tarifs:
        cle = (REGLES[t["regle"]], t["reference"], _prix(t))
        if (semestre := f"S{t['semestre']}") not in semestres.setdefault(cle, []):
            semestres[cle].append(semestre)
    return [
        {"semestre": " et ".join(s), "regle": regle, "reference": reference, "prix": montant_unitaire}
        for (regle, reference, montant_unitaire), s in semestres.items()
    ]


def _prix(tarif: Mapping[str, Any]) -> str:
    if tarif["regle"] == "pourcentage":
        return f"{exact(tarif['prix'])}{INSECABLE}%"
    return prix(tarif["prix"])


def _objet(etat: EtatAnnuel) -> str:
    """What the article says, where the dispositif is billed so; else why it has a statement all the same."""
    if any(t["regle"] in REGLES_UNITAIRES for t in etat.tarifs):
        return (
            "État prévu par l'article D5211-16 du code général des collectivités territoriales : le remboursement est "
            "le coût unitaire de fonctionnement multiplié par le nombre d'unités constatées."
        )
    return (
        "État prévu par l'article D5211-16 du code général des collectivités territoriales, dont la base s'impose à ce "
        "dispositif. Son tarif n'est pas un coût par unité : ce qui est dû est comparé à la base."
    )


def _recours(etat: EtatAnnuel) -> list[dict[str, str]]:
    chiffres = ("quantite", "poids", "unites")
    precisions = {c: decimales(u[c] for u in etat.recours) for c in chiffres}
    return [
        {"nom": u["nom"], "semestre": f"S{u['semestre']}", "type": u["type_unite"]}
        | {c: exact(u[c], precisions[c]) for c in chiffres}
        for u in etat.recours
    ]


def _beneficiaires(etat: EtatAnnuel) -> dict[str, Any]:
    """Each beneficiary, and the total."""
    lignes, total = etat.beneficiaires, etat.total
    precision = decimales(b[u] for b in lignes for u in UNITES)

    def chiffres(x: Ligne) -> dict[str, str]:
        return {c: exact(v, precision) if c in UNITES else montant(v) for c, v in x.items() if isinstance(v, Decimal)}

    return {
        "beneficiaires": [{"nom": b["nom"], **chiffres(b)} for b in lignes],
        "compte": f"{len(lignes)} bénéficiaire{'s' if len(lignes) > 1 else ''}",
        "unites": exact(total["unites_s1"] + total["unites_s2"], precision),
        **chiffres(total),
    }


def _formation(etat: EtatAnnuel) -> list[str]:
    """How the unit cost was set: voted, or from the last accounts (R7f)."""
    c = etat.cout
    if c is None:
        return ["Le prix par unité est celui du tarif voté."]
    base, prevues = c["cout_d5211_base"] or ZERO, c["unites_previsionnelles"]
    actualisation = c["actualisation"] or ZERO
    # a voted unit cost wins over the one of the accounts (R7f), and is then not the quotient of these figures
    if not prevues or arrondi(base * (1 + actualisation) / prevues, 2) != c["cout_unitaire"]:
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
        lignes += [
            ("Unités constatées de l'exercice, tous bénéficiaires", exact(c["unites"] or 0)),
            ("Coût constaté par unité, base D5211-16", euros(c["cout_d5211_unitaire"], 2)),
        ]
    return [{"libelle": libelle, "valeur": valeur} for libelle, valeur in lignes]


def _portee(etat: EtatAnnuel) -> str:
    if etat.passage is None:
        return ""
    if etat.passage.get("base_opposable"):
        return "Cette base s'impose (mise à disposition, article L5211-4-1, III)."
    return "Cette base est indicative : la convention fixe la méthode de calcul."
