"""The cost moved from the exercice before to this one; its effects say why (R12)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_graphique, lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import ZERO

# an effect under this part of what moved is not told alone
MENU = Decimal("0.05")


def section_evolution(bilan: Bilan) -> m.Section:
    """Show the bridge of the total, then the effects of each dispositif."""
    pont, effets = cascade(bilan), _tableau_des_effets(bilan)
    blocs: list[m.Bloc] = [] if pont is None else [pont]
    if effets.lignes:
        blocs.append(m.Repli("Voir ce qui fait bouger chaque dispositif", [effets]))
    e = bilan.exercice
    return m.Section("evolution", f"De {e - 1} à {e} : ce qui fait évoluer le coût", "Évolution", blocs)


def effets(bilan: Bilan, dispositif: str | None = None) -> dict[str, Decimal]:
    """Return {effect: euros} other than 0, of a dispositif or of all, in the order of the labels."""
    sommes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for r in bilan["variation"]:
        if dispositif in (None, r["dispositif"]):
            sommes[r["effet"]] += r["montant"]
    return {e: sommes[e] for e in libelles.EFFETS if sommes.get(e)}


def ecart(bilan: Bilan, dispositif: str) -> Decimal | None:
    """Return the change of net cost since the exercice before, in €; None when neither year values the dispositif."""
    avant, apres = (bilan.synthese.get(e, {}).get(dispositif) for e in (bilan.exercice - 1, bilan.exercice))
    if bilan.exercice - 1 not in bilan.synthese or (avant is None and apres is None):
        return None
    return Decimal((apres["cout_net"] if apres else 0) - (avant["cout_net"] if avant else 0))


def phrase(bilan: Bilan, dispositif: str | None = None) -> str:
    """Say `effet du temps passé +58 000 €, effet du coût par ETP +3 000 €, autres effets −12 €`, largest first. Empty
    without `variation`. Effects that weigh little are said as one: they would hide those that matter."""
    ordre = sorted(effets(bilan, dispositif).items(), key=lambda x: -abs(x[1]))
    seuil = sum((abs(v) for _, v in ordre), ZERO) * MENU
    menus = [v for _, v in ordre if abs(v) < seuil]
    seuls = ordre if len(menus) < 2 else [x for x in ordre if abs(x[1]) >= seuil]
    enonces = [(formats.minuscule(libelles.EFFETS[e]), v) for e, v in seuls]
    enonces += [("autres effets", sum(menus, ZERO))] if len(menus) > 1 else []
    return ", ".join(f"{nom} {variation(v)}" for nom, v in enonces if formats.arrondi(v))


def variation(montant: Decimal) -> str:
    """Say an amount with its sign, as `+3 000 €`."""
    return f"{formats.signe(montant)}{formats.INSECABLE}€"


def cascade(bilan: Bilan) -> g.Cascade | None:
    """Go from the cost of N−1 to that of N, effect by effect; None without `variation` or the exercice before."""
    e, montants = bilan.exercice, effets(bilan)
    if not montants or e - 1 not in bilan.totaux:
        return None
    etapes = [
        g.Etape(f"Coût net {e - 1}", bilan.totaux[e - 1]["cout_net"], total=True),
        *(g.Etape(libelles.EFFETS[nom], montant) for nom, montant in montants.items()),
        g.Etape(f"Coût net {e}", bilan.total["cout_net"], total=True),
    ]
    return g.Cascade(**lire_graphique("evolution", e=e, avant=e - 1), etapes=etapes)


def _tableau_des_effets(bilan: Bilan) -> m.Tableau:
    """Show effects by dispositif, in whole euros; a row adds up to the change of its net cost."""
    effets_connus = list(effets(bilan))
    lignes = []
    for code in bilan.trier({r["dispositif"] for r in bilan["variation"]}):
        effets_du_dispositif = effets(bilan, code)
        montants = {e: effets_du_dispositif.get(e, ZERO) for e in effets_connus}
        lignes.append({"libelle": bilan.libelle(code), **montants, "ecart": sum(effets_du_dispositif.values(), ZERO)})
    mots: dict[str, Any] = {"avant": bilan.exercice - 1, "e": bilan.exercice} | libelles.EFFETS
    return lire_tableau("evolution.effets", lignes, sans=set(libelles.EFFETS) - set(effets_connus), **mots)
