"""Rows of the sheets of costs: the exercices shown, who pays, what moved, the legal base, staff (R2, R5, R12)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from mutualisation.classeur.feuilles_du_contrat import colonne, feuille, rangees
from mutualisation.francais import formats
from mutualisation.francais.libelles import EFFETS, ORIGINES
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.dataframes import lignes_de, trame
from mutualisation.rapport.contenu import usage
from mutualisation.rapport.contenu.passage import PORTEE, portee
from mutualisation.rapport.publie import Bilan, Ligne, somme

if TYPE_CHECKING:
    from pandas import DataFrame

ZERO = Decimal(0)
ANNEES = {"etp": "ETP", "cout_net": "Coût net", "recettes": "Recettes des communes"}
# colour of an effect of R12, of a payer
SENS = {
    "etp": "personnel", "taux": "structure", "fonctionnement": "fonctionnement", "amortissements": "amortissements",
    "subventions": "subventions", "reprises": "excedent", "entree": "hausse", "sortie": "baisse",
    "communes": "couvert", "ccas": "structure", "satellites": "fonctionnement", "epci": "total", "autres": "reste",
}  # fmt: skip


def synthese(bilan: Bilan) -> m.Tableau:
    """ETP, net cost and receipts of each dispositif over the exercices shown, as in the printed annex."""
    lues = [r for annee in bilan.synthese.values() for r in annee.values()]
    df = trame(lues, "dispositif", "exercice", *ANNEES)
    df = df.pivot(index="dispositif", columns="exercice", values=list(ANNEES)).reindex(bilan.dispositifs)
    df = df.set_axis([f"{mesure}_{e}" for mesure, e in df.columns], axis=1)
    cases = [(f"{mesure}_{e}", mesure, e) for mesure in ANNEES for e in bilan.exercices]
    publie = {cle: bilan.totaux[e][mesure] for cle, mesure, e in cases}
    ajouts = [colonne(cle, f"{ANNEES[mesure]} {e}", largeur=16) for cle, mesure, e in cases]
    return feuille(bilan, "synthese", _nommees(bilan, df), ajouts=ajouts, total=publie, publie=publie)


def _nommees(bilan: Bilan, df: DataFrame) -> list[Ligne]:
    """The rows of a frame by dispositif, with their label."""
    return lignes_de(df.assign(libelle=[bilan.libelle(code) for code in df.index]))


def detail(bilan: Bilan) -> m.Tableau:
    """Components of the net cost; what comes off the cost is negative (R5)."""
    return feuille(bilan, "detail", bilan.lignes_exercice(), total=bilan.total, publie=bilan.total)


def financement(bilan: Bilan) -> m.Tableau:
    """Receipts, what is left, coverage; the attribution de compensation when one dispositif uses it."""
    lignes = bilan.lignes_exercice()
    sans = () if any(r["recettes_ac"] is not None for r in lignes) else ("recettes_ac", "reste_a_charge_apres_ac")
    return feuille(bilan, "financement", lignes, sans=sans, total=bilan.total, publie=bilan.total)


def variation(bilan: Bilan) -> m.Tableau:
    """From N−1 to N, effect by effect (R12): Σ of the effects is the change of the net cost, to the cent."""
    e, (df, effets) = bilan.exercice, _croiser(bilan, "variation", "effet", EFFETS)
    for cle, annee in (("avant", bilan.synthese.get(e - 1, {})), ("apres", bilan.synthese[e])):
        df[cle] = [annee.get(code, {}).get("cout_net", ZERO) for code in df.index]
    publie = {"apres": bilan.total["cout_net"], "total": somme(bilan["variation"], "montant")}
    return feuille(
        bilan,
        "variation",
        _nommees(bilan, df),
        ajouts=[
            *(colonne(x, EFFETS[x], "variation") for x in effets),
            colonne("total", "Variation", "variation", formule=_addition(effets)),
        ],
        publie=publie | ({"avant": bilan.totaux[e - 1]["cout_net"]} if e - 1 in bilan.totaux else {}),
        series={x: SENS[x] for x in effets},
    )


def origine(bilan: Bilan) -> m.Tableau:
    """Who paid the receipts of the synthesis: communes, CCAS, satellites, others; a column each."""
    df, origines = _croiser(bilan, "recettes_origine", "origine", ORIGINES)
    ajouts = [
        *(colonne(x, ORIGINES[x]) for x in origines),
        colonne("total", "Recettes", formule=_addition(origines)),
    ]
    return feuille(bilan, "origine", _nommees(bilan, df), ajouts=ajouts, series={x: SENS[x] for x in origines})


def _croiser(bilan: Bilan, relation: str, axe: str, noms: Mapping[str, str]) -> tuple[DataFrame, list[str]]:
    """Amounts by dispositif and `axe`, with their `total`; the values of the axis, in the order of `noms`."""
    df = trame(bilan[relation], "dispositif", axe, "montant").pivot(index="dispositif", columns=axe, values="montant")
    valeurs = [nom for nom in noms if nom in df]
    df = df.reindex(bilan.trier(df.index))[valeurs].fillna(ZERO)
    return df.assign(total=df.sum(axis=1)), valeurs


def _addition(cles: list[str]) -> str:
    return f"=SUM({{{cles[0]}}}:{{{cles[-1]}}})" if cles else ""


def passage(bilan: Bilan) -> m.Tableau:
    """Full cost, structure, legal base, and what receipts cover of that base where it is known."""
    lignes = [r | {"portee": portee(r)} for r in rangees(bilan, "passage_d5211")]
    detaillees, base = bilan["passage_d5211_detail"], somme(lignes, "cout_d5211")
    return feuille(
        bilan,
        "passage",
        lignes,
        total={"taux_couverture_d5211": somme(lignes, "recettes") / base if base else None},
        suite=PORTEE,
        # each total as another relation has it
        publie={
            "cout_complet": bilan.total["cout_net"],
            "dont_structure": somme(detaillees, "montant") if detaillees else somme(lignes, "dont_structure"),
            "cout_d5211": somme(bilan["cout_unitaire"] or lignes, "cout_d5211"),
        },
    )


def cout_unitaire(bilan: Bilan) -> m.Tableau:
    """Cost of a unit of service, on the full cost and on the legal base."""
    couts = {r["dispositif"]: r["cout_net"] for r in bilan.lignes_exercice()}
    noms = {code: formats.majuscule(usage.nom_de_l_unite(siens)) for code, siens in usage.types(bilan).items()}
    lignes = [
        r | {"unite": noms.get(r["dispositif"], ""), "cout_complet": couts.get(r["dispositif"])}
        for r in rangees(bilan, "cout_unitaire")
    ]
    return feuille(bilan, "cout_unitaire", lignes)


# ---------------------------------------------------------------- staff, recomputable from the extract alone (R2)
def couts_moyens(bilan: Bilan) -> m.Tableau:
    """Average cost of an ETPT by catégorie, pooled under the threshold (R2c), and structure per ETPT."""
    return feuille(bilan, "couts_moyens", _moyens(bilan))


def _moyens(bilan: Bilan) -> list[Ligne]:
    return [
        r | {"complet": (r["cout_moyen"] or ZERO) + (r["cout_structure"] or ZERO)} for r in rangees(bilan, "cout_moyen")
    ]


def etp_par_categorie(bilan: Bilan) -> m.Tableau:
    """ETP by dispositif and catégorie, times the average cost: the staff cost again, by formula."""
    complets = {r["categorie"]: r["complet"] for r in _moyens(bilan)}
    lignes = []
    for r in rangees(bilan, "etp_categorie"):
        if (moyen := complets.get(r["categorie"])) is not None:
            recalcule = formats.arrondi(r["etp"] * moyen, 2)
            lignes.append(r | {"moyen": moyen, "recalcule": recalcule, "ecart": recalcule - r["cout_personnel"]})
    return feuille(bilan, "etp_par_categorie", lignes)
