"""What a bloc communal gets besides: purchases by the purchasing body, certificates of energy savings."""

from __future__ import annotations

from typing import Any

from mutualisation.francais import formats
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.communes.bloc_communal import CEE, Annee
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Ligne, somme

ACHATS = "cam_achats"


def phrases(annee: Annee) -> list[m.Bloc]:
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


def tableaux(annee: Annee) -> list[m.Bloc]:
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
