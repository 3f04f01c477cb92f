"""What a bloc communal owes and pays, its half-yearly invoices, and what it gets besides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes.bloc_communal import CEE, Annee
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Ligne, somme

ACHATS = "cam_achats"


def du_au_paye(annee: Annee) -> m.Tableau:
    """What was due, what does not go by titre, what was titled, and the gap."""
    recouvrement = annee["recouvrement"]
    par_mode = {mode: somme((r for r in recouvrement if r["mode_recouvrement"] == mode), "montant_du") for mode in
                ("imputation_AC", "retenue")}  # fmt: skip
    titre, ecart = annee.titre, somme(recouvrement, "ecart")
    lignes: list[tuple[str, Decimal, bool]] = [
        (f"Dû pour {annee.exercice}", annee.du, True),
        ("dont par l'attribution de compensation", -par_mode["imputation_AC"], False),
        ("dont retenu sur le produit reversé des certificats", -par_mode["retenue"], False),
        ("À payer par titre de recette", titre + ecart, True),
        ("Payé par titre de recette", titre, True),
        *_ecarts(recouvrement),
    ]
    rangees = [{"libelle": nom, "montant": montant} for nom, montant, toujours in lignes if toujours or montant]
    return lire_tableau("paiements.du_au_paye", rangees, note=_note(annee), e=annee.exercice)


def _ecarts(recouvrement: list[Ligne]) -> list[tuple[str, Decimal, bool]]:
    """What is left to title and what was titled beyond the due: one does not pay for the other."""
    reste = somme((r for r in recouvrement if r["ecart"] > 0), "ecart")
    trop = somme((r for r in recouvrement if r["ecart"] < 0), "ecart")
    return [("Reste à titrer", reste, False), ("Titré au-delà du dû", trop, False)]


def _note(annee: Annee) -> str:
    if not annee.du and not annee.titre:
        return "Les services utilisés ne donnent lieu à aucune participation."
    if any(r["ecart"] for r in annee["recouvrement"]):
        return "L'écart est ce que l'intercommunalité n'a pas encore titré, ou a titré sur une autre période."
    return "Tout ce qui était à payer par titre l'a été."


def factures(annee: Annee) -> m.Tableau:
    """Invoices of the exercice, a row a semestre: how many, where several adherents have theirs."""
    lignes = annee["facture_semestrielle"]
    rangees = [
        _semestre([r for r in lignes if r["semestre"] == s]) for s in sorted({r["semestre"] for r in lignes})
    ]  # fmt: skip
    sans = set() if any(r["adherents"] > 1 for r in rangees) else {"adherents"}
    if not somme(lignes, "report_precedent"):
        sans.add("report")
    total = {"periode": "Total", "du": somme(lignes, "montant_du"), "facture": somme(lignes, "montant_facture")}
    return lire_tableau(
        "paiements.factures",
        rangees,
        total=total if rangees else None,
        note=_note_factures(annee),
        sans=sans,
        e=annee.exercice,
    )


def _semestre(rangees: list[Ligne]) -> dict[str, Any]:
    premiere, reportees = rangees[0], sum(r["statut"] == "reporte" for r in rangees)
    statut = libelles.libelle(libelles.STATUTS_FACTURE, premiere["statut"])
    if 0 < reportees < len(rangees):
        statut = f"dont {formats.plusieurs(reportees, 'reportée')}"
    return {
        "periode": f"{premiere['exercice']}-S{premiere['semestre']}",
        "adherents": len(rangees),
        "du": somme(rangees, "montant_du"),
        "report": somme(rangees, "report_precedent"),
        "facture": somme(rangees, "montant_facture"),
        "statut": statut,
    }


def ecart_factures(annee: Annee) -> Decimal:
    """What was to be paid by titre less what invoices say is due: 0, or something is left to be explained."""
    recouvrement = annee["recouvrement"]
    a_titrer = annee.titre + somme(recouvrement, "ecart")
    return a_titrer - somme(annee["facture_semestrielle"], "montant_du")


def _note_factures(annee: Annee) -> str:
    """Whether the invoices add up to what is due, and why when they do not."""
    lignes, ecart = annee["facture_semestrielle"], ecart_factures(annee)
    phrases = ["Le dû des factures est ce qui est à payer par titre de recette."] if lignes and not ecart else []
    if ecart:
        enonce = formats.euros(ecart, 2)
        phrases.append(f"Le dû des factures diffère de {enonce} de ce qui est à payer par titre : écart à expliquer.")
    report = somme(lignes, "montant_facture") - somme(lignes, "montant_du")
    if report:
        sens = "reporté d'avant" if report > 0 else "reporté sur la facture suivante, sous le seuil d'émission"
        phrases.append(f"Le facturé en diffère de {formats.euros(abs(report), 2)} : {sens}.")
    return " ".join(phrases)


def phrases_des_gains(annee: Annee) -> list[m.Bloc]:
    """Both in a sentence each; nothing where there is nothing."""
    return [m.p(texte) for texte in (_achats(annee[ACHATS]), _certificats(annee[CEE])) if texte]


def _achats(achats: list[Ligne]) -> str:
    if not achats:
        return ""
    commandes = sum(r["commandes"] for r in achats)
    texte = (
        f"Centrale d'achat : {formats.plusieurs(commandes, 'commande')} pour "
        f"{formats.euros(somme(achats, 'achats_ht'))} hors taxes"
    )
    reference = somme(achats, "prix_reference_ht")
    if not reference:
        return f"{texte} ; aucun prix de référence n'est connu pour dire un gain."
    gain = somme(achats, "gain")
    enonce = "un gain" if gain >= 0 else "un surcoût"
    return (
        f"{texte}, dont {formats.euros(somme(achats, 'achats_compares_ht'))} comparés à un prix de référence : "
        f"{enonce} de {formats.euros(abs(gain))} ({formats.pourcent(abs(gain) / reference, 1)} du prix de référence)."
    )


def _certificats(cee: list[Ligne]) -> str:
    if not cee:
        return ""
    operations = sum(r["operations"] for r in cee)
    return (
        f"Certificats d'économies d'énergie : {formats.plusieurs(operations, 'opération')} "
        f"{'vendue' if operations < 2 else 'vendues'} pour {formats.euros(somme(cee, 'produit'), 2)} ; "
        f"{formats.euros(somme(cee, 'reversement'), 2)} reversés, {formats.euros(somme(cee, 'frais'), 2)} de frais "
        "retenus."
    )


def tableaux_des_gains(annee: Annee) -> list[m.Bloc]:
    """By theme of purchases, by dépôt of certificates."""
    themes = sorted({r["thematique"] or "" for r in annee[ACHATS]})
    achats = [_theme(t, [r for r in annee[ACHATS] if (r["thematique"] or "") == t]) for t in themes]
    achats.sort(key=lambda x: (-x["achats_ht"], x["thematique"]))
    depots = sorted({r["depot"] for r in annee[CEE]}, key=lambda d: (len(d), d))
    ventes = [_depot(d, [r for r in annee[CEE] if r["depot"] == d]) for d in depots]
    return [
        lire_tableau("gains.achats", achats, total=_theme("Total", annee[ACHATS]), e=annee.exercice),
        lire_tableau("gains.certificats", ventes, total=_depot("Total", annee[CEE]), e=annee.exercice),
    ]


def _theme(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    compares = [r for r in rangees if r["prix_reference_ht"] is not None]
    enonces = {c: somme(compares, c) if compares else None for c in ("prix_reference_ht", "achats_compares_ht", "gain")}
    return {
        "thematique": nom or "Sans thématique",
        "commandes": sum(r["commandes"] for r in rangees),
        "achats_ht": somme(rangees, "achats_ht"),
        **enonces,
    }


def _depot(nom: str, rangees: list[Ligne]) -> dict[str, Any]:
    sommes = {c: somme(rangees, c) for c in ("produit", "frais", "reversement")}
    return {"depot": nom, "operations": sum(r["operations"] for r in rangees), **sommes}
