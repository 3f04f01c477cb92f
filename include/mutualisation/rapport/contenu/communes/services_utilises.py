"""What a bloc communal uses, owes, pays and costs: service by service, then adherent by adherent."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes.bloc_communal import Annee, BlocCommunal
from mutualisation.rapport.contenu.usage import en_vigueur
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Bilan, Ligne, somme

NON_SUIVI = "non suivi"
AUTRES_MODES = {"imputation_AC": "par l'AC", "retenue": "retenu"}
# types of units that are named where there are many, before « 12 autres »
TYPES_DITS = 2
GRATUIT = m.Valeur("gratuit", "lu")


def services(bilan: Bilan, annee: Annee, titre: str) -> m.Tableau:
    """A row per dispositif joined or paid in the exercice, in label order, and the total."""
    lignes = [_service(bilan, annee, d) for d in bilan.trier(_dispositifs(annee))]
    total, note = _total("Total", annee), _note(bilan, annee)
    return lire_tableau("services_utilises.services", lignes, total=total, note=note, titre=titre)


def _dispositifs(annee: Annee) -> set[str]:
    actives = (r for r in annee["recouvrement"] if r["montant_du"] or r["montant_titre"])
    rangees = (*annee["adhesion"], *annee["cout_adherent"], *actives)
    return {r["dispositif"] for r in rangees}


def _service(bilan: Bilan, annee: Annee, dispositif: str) -> dict[str, Any]:
    def siennes(relation: str) -> list[Ligne]:
        return [r for r in annee[relation] if r["dispositif"] == dispositif]

    recouvrement, couts = siennes("recouvrement"), siennes("cout_adherent")
    return {
        "libelle": bilan.libelle(dispositif),
        "depuis": _depuis(siennes("adhesion"), annee.exercice),
        "recours": _recours(siennes("recours"), stock=dispositif in annee.stocks),
        "du": _du(recouvrement),
        "titre": _titre(recouvrement),
        "cout": somme(couts, "cout_usage") if couts else None,
        "reste": somme(couts, "reste_a_charge") if couts else None,
    }


def _du(recouvrement: list[Ligne]) -> m.Valeur:
    """What is due; a service that asks nothing says so."""
    gratuit = recouvrement and all(r["mode_recouvrement"] == libelles.GRATUIT for r in recouvrement)
    du = somme(recouvrement, "montant_du")
    return GRATUIT if gratuit and not du else m.Valeur(du, "centimes")


def _titre(recouvrement: list[Ligne]) -> m.Valeur:
    """What was titled, or the way it goes when it is not by titre."""
    titre = somme(recouvrement, "montant_titre")
    modes = {r["mode_recouvrement"] for r in recouvrement if r["montant_du"]}
    autres = sorted(AUTRES_MODES[mode] for mode in modes if mode in AUTRES_MODES)
    if not titre and _du(recouvrement) == GRATUIT:
        return m.Valeur(None, "centimes")
    return m.Valeur(", ".join(autres), "lu") if autres and not titre else m.Valeur(titre, "centimes")


def _depuis(adhesions: list[Ligne], exercice: int) -> str:
    """First day of membership, and the last one when it is over; a dash for what is paid without an adhesion."""
    if not adhesions:
        return m.AUCUN
    debut = min(r["debut"] for r in adhesions)
    if any(en_vigueur(r, date(exercice, 12, 31)) for r in adhesions):
        return formats.jour(debut)
    return f"{formats.jour(debut)} au {formats.jour(max(r['fin'] for r in adhesions))}"


def _recours(recours: list[Ligne], *, stock: bool) -> str:
    """Units by type, largest first; of a stock, the mean of the two semestres (R10e)."""
    if not recours:
        return ""
    par_type: dict[str, Decimal] = defaultdict(Decimal)
    for r in recours:
        par_type[r["type_unite"]] += r["quantite"]
    connus = sorted(((n / 2 if stock else n, t) for t, n in par_type.items()), key=lambda x: (-x[0], x[1]))
    enonces = [f"{formats.exact(n)}{formats.INSECABLE}{libelles.libelle_unite(t, int(n))}" for n, t in connus]
    if len(enonces) > TYPES_DITS + 1:
        autres = sum((n for n, _ in connus[TYPES_DITS:]), Decimal(0))
        enonces = [
            *enonces[:TYPES_DITS],
            f"{formats.exact(autres)}{formats.INSECABLE}{'autre' if autres < 2 else 'autres'}",
        ]
    return ", ".join(enonces)


def _total(nom: str, annee: Annee) -> dict[str, Any]:
    total = {"libelle": nom, "du": annee.du, "titre": annee.titre}
    return total | ({"cout": annee.cout, "reste": annee.reste} if annee.suivi else {})


def _note(bilan: Bilan, annee: Annee) -> str:
    """How the cost of use is shared, by key, and what « non suivi » says."""
    phrases = [_cles(bilan, annee), f"EPCI : {bilan.contexte.epci}."] if annee["cout_adherent"] else []
    if any(r["dispositif"] not in bilan.synthese[bilan.exercice] for r in annee["adhesion"]):
        phrases.append(f"« {NON_SUIVI.capitalize()} » : le coût de ce service n'est pas encore suivi.")
    if any(r["reste_a_charge"] < 0 for r in annee["cout_adherent"]):
        phrases.append("Une part négative : ce qui est dû dépasse le coût de ce qui est utilisé.")
    if any(r["mode_recouvrement"] == "retenue" and r["montant_du"] for r in annee["recouvrement"]):
        phrases.append("« Retenu » : gardé sur le produit reversé des certificats d'économies d'énergie.")
    if any(r["mode_recouvrement"] == "imputation_AC" and r["montant_du"] for r in annee["recouvrement"]):
        phrases.append("« Par l'AC » : déduit de l'attribution de compensation.")
    return " ".join(phrases)


def _cles(bilan: Bilan, annee: Annee) -> str:
    """What the cost is shared on; the services that have another key than most are named."""
    cles: dict[str, set[str]] = defaultdict(set)
    for r in annee["cout_adherent"]:
        cles[r["cle"]].add(r["dispositif"])
    premiere, *autres = sorted(cles, key=lambda c: (-len(cles[c]), c))
    enonces = [libelles.libelle(libelles.CLES_USAGE, premiere)]
    for cle in autres:
        noms = ", ".join(bilan.libelle(d) for d in bilan.trier(cles[cle]))
        enonces.append(f"{libelles.libelle(libelles.CLES_USAGE, cle)} pour {noms}")
    return (
        f"Coût de l'usage : le coût complet du service, partagé entre ses adhérents selon leurs {', '.join(enonces)}."
    )


def adherents(bloc: BlocCommunal) -> m.Tableau:
    """A row per adherent of the bloc communal, then its total."""
    annee = bloc.annee
    lignes = [
        {
            "libelle": a.nom,
            "type": libelles.libelle(libelles.TYPE_ADHERENT, a.type_adherent),
            "services": len((sien := annee.de(a)).services),
            "du": sien.du,
            "titre": _titre(sien["recouvrement"]),
            "cout": sien.cout if sien.suivi else None,
            "reste": sien.reste if sien.suivi else None,
        }
        for a in annee.adherents
    ]
    total = _total("Bloc communal", annee)
    return lire_tableau("services_utilises.adherents", lignes, total=total, e=annee.exercice)


def part(reste: Decimal, cout: Decimal) -> Decimal | None:
    """Share of the cost of use that the EPCI bears; None without a cost."""
    return reste / cout if cout > 0 else None
