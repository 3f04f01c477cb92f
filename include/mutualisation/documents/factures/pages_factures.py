"""Figures and sentences of the documents of a semestre, ready to be set: French formats, sums of rows at most."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from mutualisation.documents.factures.etat_annuel import BASE, UNITES, EtatAnnuel, annee_de_notification, total
from mutualisation.documents.factures.facturation import ZERO, Ligne, Parametres, Semestre
from mutualisation.documents.factures.factures import Facture, LigneFacture, dire_tranche, prix
from mutualisation.documents.factures.pes import LignePes
from mutualisation.documents.factures.projet_pes import ProjetPes
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.francais.formats import INSECABLE, arrondi, decimales, euros, exact, jour, pourcent, siret
from mutualisation.socle.francais.libelles import GRATUIT, STATUTS_FACTURE, libelle, libelle_mode
from mutualisation.socle.francais.noms_propres import contracter

PROJET = "Projet, à valider par l'ordonnateur."
ORDINAUX = {1: "Premier", 2: "Second"}
MONTANTS = ("montant_du", "report_precedent", "cumul", "montant_facture")
MONTANTS_ETAT = ("montant", "ecart")
BLANC, NON_MESURE = "…………", "non mesuré"
REGLES = {
    "cout_unitaire": "Coût unitaire",
    "par_unite": "Prix par unité",
    "forfait": "Forfait annuel",
    "par_habitant": "Prix par habitant et par an",
    "par_tranche": "Montant annuel,",
    "pourcentage": "Pourcentage",
}


def montant(valeur: Decimal) -> str:
    """An amount to the cent: `1 234,50 €`."""
    return euros(valeur, 2)


def page(contexte: Contexte, titre: str, **donnees: Any) -> dict[str, Any]:
    """Data of a template: what every document of the folder says, then its own."""
    return {**contexte.entete, "statut": PROJET, "titre": titre, **donnees}


def donnees_facture(contexte: Contexte, f: Facture) -> dict[str, Any]:
    s = f.semestre
    adresse = (f.lu("adresse"), f"{f.lu('code_postal')} {f.lu('ville')}".strip())
    return page(
        contexte,
        f"Facture consolidée des services mutualisés, {s}",
        **_facture(f),
        adresse=[ligne for ligne in adresse if ligne],
        periode=f"{ORDINAUX[s.numero]} semestre {s.exercice} ({s})",
        arrete=jour(s.fin),
        lignes=[_ligne_de_page(x) | {"calcul": _calcul(x)} for x in f.lignes],
        reports=[_ligne_de_page(x) for x in f.reports],
        hors_titre=[_ligne_de_page(x) | {"mode": libelle_mode(x.mode)} for x in f.hors_titre if not _est_nul(x)],
        restes=[{"exercice": str(x.exercice), "au": jour(x.au), "montant": montant(x.montant)} for x in f.restes],
        gratuits=", ".join(x.libelle for x in f.hors_titre if _est_nul(x)),
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
        factures=[_facture(f) | {"statut": libelle(STATUTS_FACTURE, f.statut)} for f in factures],
        total=montant(sum((f.montant_facture for f in factures), ZERO)),
        pes=pes,
        phrases=projet.phrases,
        ecartees=[_ligne_pes(x) for x in projet.ecartees],
        reductions=[_ligne_pes(x) for x in projet.retenues if x.titre],
        retours=projet.retours,
    )


def _facture(f: Facture) -> dict[str, Any]:
    return {"nom": contracter(f.nom), "siret": siret(f.siret)} | {
        champ: montant(getattr(f, champ)) for champ in MONTANTS
    }


def _ligne_de_page(x: LigneFacture) -> dict[str, Any]:
    return {"libelle": x.libelle, "periode": x.periode, "montant": montant(x.montant)}


def _est_nul(x: LigneFacture) -> bool:
    """True for what asks nothing this semestre, free or of no amount; a tariff that is missing is no zero."""
    return x.mode == GRATUIT or (x.mode is not None and not x.montant)


def _calcul(ligne: LigneFacture) -> list[str]:
    """Each tariff applied; with its own amount when there are several, or when the rounding of the year shows."""
    if len(ligne.tarifs) == 1:
        return [ligne.tarifs[0][0]]
    return [f"{phrase} = {montant(m)}" for phrase, m in ligne.tarifs] or ["Détail non conservé"]


def _ligne_pes(x: LignePes) -> dict[str, Any]:
    t = x.titre
    titre = t and f"{t.exercice}, bordereau {t.bordereau}, titre {t.piece}, ligne {t.ligne}, compte {t.nature}"
    return x.lue | {"montant": montant(x.montant), "titre": titre}


def donnees_etat(contexte: Contexte, etat: EtatAnnuel, parametres: Parametres) -> dict[str, Any]:
    e, annee = etat.exercice, annee_de_notification(etat.exercice, unitaire=etat.unitaire)
    modes = ", ".join(sorted({libelle_mode(t["mode_recouvrement"]).lower() for t in etat.tarifs}))
    cout = f"de {e} était" if etat.unitaire else f"que constatent les comptes de {e} est"
    notification = (
        f"le coût unitaire {cout} à notifier aux bénéficiaires au plus tard le "
        f"{jour(parametres.notification_cout(annee))}, date limite d'adoption du budget {annee} (article L1612-2)."
    )
    return page(
        contexte,
        f"État annuel {e} : {etat.libelle}",
        introduction=f"{_objet_de_l_etat(etat)} Recouvrement : {modes or 'sans tarif'}.",
        tarifs=_tarifs(etat),
        formation=_formation(etat),
        notification=notification,
        comparaison=_comparaison(etat),
        portee=_portee(etat),
        registre=[
            {
                "nom": contracter(n["nom"]),
                "limite": jour(n["a_notifier_avant"]),
                "notifiee": jour(n["notifie_le"]) or BLANC,
            }
            | {"etat": n["etat"]}
            for n in etat.notifications
        ],
        accord=f"Le dû est celui du bilan d'étape {e}, arrondi au centime chaque semestre, comme il est facturé.",
        **_beneficiaires(etat),
        recours=_recours(etat),
    )


def _tarifs(etat: EtatAnnuel) -> list[dict[str, str]]:
    """One row per price; the semestres it served together."""
    semestres: dict[tuple[str, str, str], list[str]] = {}
    for t in etat.tarifs:
        dit = f"{exact(t['prix'])}{INSECABLE}%" if t["regle"] == "pourcentage" else prix(t["prix"])
        tranche = f" {dire_tranche(t)}" if t["regle"] == "par_tranche" else ""
        cle = (REGLES[t["regle"]] + tranche, t["reference"], dit)
        if (semestre := f"S{t['semestre']}") not in semestres.setdefault(cle, []):
            semestres[cle].append(semestre)
    return [
        {"semestre": " et ".join(s), "regle": regle, "reference": reference, "prix": montant_unitaire}
        for (regle, reference, montant_unitaire), s in semestres.items()
    ]


def _objet_de_l_etat(etat: EtatAnnuel) -> str:
    """What the article says, where the dispositif is billed so; else why it has a statement all the same."""
    if etat.unitaire:
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
    precisions = {c: decimales(u[c] for u in etat.recours if u[c] is not None) for c in chiffres}
    return [
        {"nom": contracter(u["nom"]), "semestre": f"S{u['semestre']}", "type": u["type_unite"]}
        | {c: NON_MESURE if u[c] is None else exact(u[c], precisions[c]) for c in chiffres}
        for u in etat.recours
    ]


def _beneficiaires(etat: EtatAnnuel) -> dict[str, Any]:
    lignes, sommes = etat.beneficiaires, total(etat.beneficiaires)
    precisions = {u: decimales(b[u] for b in lignes) for u in UNITES}
    semestres = sommes["unites_s1"] + sommes["unites_s2"]
    unitaire = etat.constate["cout_d5211_unitaire"] if etat.constate else None
    moyenne = (
        f"Chaque semestre recompte les mêmes unités : leur moyenne, {exact(sommes['unites'])}, est celle de l'année."
    )

    def chiffres(x: Ligne) -> dict[str, str]:
        return {c: exact(x[c], p) for c, p in precisions.items()} | {
            c: NON_MESURE if x[c] is None else montant(x[c]) for c in (BASE, *MONTANTS_ETAT)
        }

    return {
        "beneficiaires": [{"nom": contracter(b["nom"]), **chiffres(b)} for b in lignes],
        "compte": f"{len(lignes)} bénéficiaire{'s' if len(lignes) > 1 else ''}",
        "unites_semestres": exact(semestres, max(precisions["unites_s1"], precisions["unites_s2"])),
        "cout": f"Unités × {euros(unitaire, 2)}" if unitaire is not None else "Unités × coût",
        "moyenne": moyenne if semestres != sommes["unites"] else "",
        **chiffres(sommes),
    }


def _formation(etat: EtatAnnuel) -> list[str]:
    """How the unit cost was set: voted, or from the last accounts (R7f)."""
    c = etat.cout
    if c is None:
        return ["Le prix par unité est celui du tarif voté."] if etat.unitaire else []
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
    p, c, lignes, sommes = etat.passage, etat.constate, [], total(etat.tous)
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
    if p is not None and sommes[BASE] is not None:
        reste = sommes[BASE] - p["cout_d5211"]
        lignes += [
            ("Unités × coût par unité" + (f", dont arrondi {montant(reste)}" if reste else ""), montant(sommes[BASE])),
            ("Dû de l'année, tous bénéficiaires", montant(sommes["montant"])),
            ("Écart, ce qui est dû moins ce coût", montant(sommes["ecart"])),
        ]
    return [{"libelle": libelle, "valeur": valeur} for libelle, valeur in lignes]


def _portee(etat: EtatAnnuel) -> str:
    if etat.passage is None:
        return ""
    if etat.passage.get("base_opposable"):
        return "Cette base s'impose (mise à disposition, article L5211-4-1, III)."
    return "Cette base est indicative : la convention fixe la méthode de calcul."
