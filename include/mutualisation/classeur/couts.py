"""Sheets of the costs, made by hand: the exercices shown, components, who pays, what moved, the legal base, staff."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from mutualisation.classeur.colonnes_du_contrat import colonne, colonnes
from mutualisation.classeur.feuilles_du_contrat import feuille, rangees
from mutualisation.francais import formats
from mutualisation.francais.libelles import EFFETS, ORIGINES
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.dataframes import lignes_de, trame
from mutualisation.rapport.contenu import unites
from mutualisation.rapport.contenu.passage import PORTEE, portee
from mutualisation.rapport.publie import Bilan, Ligne, somme

if TYPE_CHECKING:
    from pandas import DataFrame

ZERO = Decimal(0)
COUT_MOYEN = "T_Cout_moyen"
ANNEES = {"etp": "ETP", "cout_net": "Coût net", "recettes": "Recettes des communes"}
# colour of a component, of an effect of R12, of a payer
COMPOSANTES = {
    "cout_personnel": "personnel", "cout_fonctionnement": "fonctionnement", "amortissements": "amortissements",
    "subventions": "subventions", "reprises": "excedent",
}  # fmt: skip
SENS = {
    "etp": "personnel", "taux": "structure", "fonctionnement": "fonctionnement", "amortissements": "amortissements",
    "subventions": "subventions", "reprises": "excedent", "entree": "hausse", "sortie": "baisse",
    "communes": "couvert", "ccas": "structure", "satellites": "fonctionnement", "epci": "total", "autres": "reste",
}  # fmt: skip
TAUX = "=IF(N({{{tout}}})=0,0,N({{recettes}})/{{{tout}}})"


def synthese(bilan: Bilan) -> m.Tableau:
    """ETP, net cost and receipts of each dispositif over the exercices shown, as in the printed annex."""
    annees = trame(r for annee in bilan.synthese.values() for r in annee.values())
    df = annees.pivot(index="dispositif", columns="exercice", values=list(ANNEES)).reindex(bilan.dispositifs)
    cases = [(f"{mesure}_{e}", mesure, e) for mesure in ANNEES for e in bilan.exercices]
    df = df.set_axis([f"{mesure}_{e}" for mesure, e in df.columns], axis=1)
    publie, e = {cle: bilan.totaux[e][mesure] for cle, mesure, e in cases}, bilan.exercice
    series = ((f"cout_net_{e}", "reste"), (f"recettes_{e}", "couvert"))
    return feuille(
        "Synthèse",
        "Synthèse des dépenses destinées aux besoins des communes",
        "ETP, coût net et recettes des exercices présentés, comme dans l'annexe du rapport.",
        _nommees(bilan, df),
        [m.DISPOSITIF, *(colonne(cle, f"{ANNEES[mesure]} {e}", largeur=16) for cle, mesure, e in cases)],
        total=publie,
        publie=publie,
        dessin=m.Dessin(f"Coût net et recettes des communes, {e}", series),
    )


def _nommees(bilan: Bilan, df: DataFrame) -> list[Ligne]:
    """The rows of a frame by dispositif, with their label."""
    return lignes_de(df.assign(libelle=[bilan.libelle(code) for code in df.index]))


def detail(bilan: Bilan) -> m.Tableau:
    """Components of the net cost; what comes off the cost is negative (R5)."""
    e = bilan.exercice
    return feuille(
        f"Détail {e}",
        f"Composantes du coût net par dispositif, {e}",
        f"Personnel, fonctionnement, amortissements, subventions de {e} : le coût net est leur somme.",
        bilan.lignes_exercice(),
        colonnes(
            "libelle etp cout_personnel cout_fonctionnement amortissements -subventions -reprises cout_net",
            cout_net="=SUM({cout_personnel}:{reprises})",
        ),
        total=bilan.total,
        publie=bilan.total,
        dessin=m.Dessin(f"Composantes du coût net, {e}", tuple(COMPOSANTES.items()), empile=True),
    )


def financement(bilan: Bilan) -> m.Tableau:
    """Receipts, what is left, coverage; the attribution de compensation when one dispositif uses it."""
    e, lignes = bilan.exercice, bilan.lignes_exercice()
    ac = "recettes_ac reste_a_charge_apres_ac" if any(r["recettes_ac"] is not None for r in lignes) else ""
    series = (("recettes", "couvert"), ("reste_a_charge", "reste"))
    return feuille(
        "Reste à charge",
        f"Participation des communes et reste à charge, {e}",
        "Recettes des communes, reste à charge et taux de couverture.",
        lignes,
        # N() reads « non renseigné » as 0, as R6 does in totals
        colonnes(
            f"libelle cout_net recettes reste_a_charge {ac} taux_couverture",
            reste_a_charge="={cout_net}-N({recettes})",
            reste_a_charge_apres_ac="={reste_a_charge}-N({recettes_ac})",
            taux_couverture=TAUX.format(tout="cout_net"),
        ),
        total=bilan.total,
        note="Un reste à charge négatif signifie que les recettes dépassent le coût.",
        publie=bilan.total,
        dessin=m.Dessin(f"Qui finance le coût net, {e}", series, empile=True),
    )


def variation(bilan: Bilan) -> m.Tableau:
    """From N−1 to N, effect by effect (R12): Σ of the effects is the change of the net cost, to the cent."""
    e, (df, effets) = bilan.exercice, _croiser(bilan, "variation", "effet", EFFETS)
    for cle, annee in (("avant", bilan.synthese.get(e - 1, {})), ("apres", bilan.synthese[e])):
        df[cle] = [annee.get(code, {}).get("cout_net", ZERO) for code in df.index]
    publie = {"apres": bilan.total["cout_net"], "total": somme(bilan["variation"], "montant")}
    titre = f"Ce qui fait varier le coût net de {e - 1} à {e}"
    return feuille(
        "Variation",
        titre,
        f"De {e - 1} à {e}, effet par effet : temps, coût de l'ETP, dépenses.",
        _nommees(bilan, df),
        [
            *colonnes("libelle avant", {"avant": f"Coût net {e - 1}"}),
            *(colonne(x, EFFETS[x], "variation") for x in effets),
            colonne("total", "Variation", "variation", formule=_suite(effets)),
            *colonnes("apres", {"apres": f"Coût net {e}"}, apres="={avant}+{total}"),
        ],
        note="Temps : plus ou moins d'ETP, au coût de personnel par ETP de l'exercice précédent. Coût de l'ETP : le "
        "reste de la variation du coût de personnel. Une subvention ou une reprise qui augmente diminue le coût.",
        publie=publie | ({"avant": bilan.totaux[e - 1]["cout_net"]} if e - 1 in bilan.totaux else {}),
        dessin=m.Dessin(titre, tuple((x, SENS[x]) for x in effets), empile=True),
    )


def origine(bilan: Bilan) -> m.Tableau:
    """Who paid the receipts of the synthesis: communes, CCAS, satellites, others; a column each."""
    df, origines = _croiser(bilan, "recettes_origine", "origine", ORIGINES)
    series = tuple((o, SENS[o]) for o in origines)
    return feuille(
        "Origine des recettes",
        f"De qui viennent les recettes, {bilan.exercice}",
        "Recettes de chaque dispositif par payeur : communes, CCAS, satellites, autres.",
        _nommees(bilan, df),
        [
            m.DISPOSITIF,
            *colonnes(" ".join([*origines, "total"]), ORIGINES | {"total": "Recettes"}, total=_suite(origines)),
        ],
        publie={"total": bilan.total["recettes"]},
        dessin=m.Dessin(f"Qui paie les recettes, {bilan.exercice}", series, empile=True),
    )


def _croiser(bilan: Bilan, relation: str, axe: str, noms: Mapping[str, str]) -> tuple[DataFrame, list[str]]:
    """Amounts by dispositif and `axe`, with their `total`; the values of the axis, in the order of `noms`."""
    df = trame(bilan[relation], "dispositif", axe, "montant").pivot(index="dispositif", columns=axe, values="montant")
    valeurs = [nom for nom in noms if nom in df]
    df = df.reindex(bilan.trier(df.index))[valeurs].fillna(ZERO)
    return df.assign(total=df.sum(axis=1)), valeurs


def _suite(cles: list[str]) -> str:
    return f"=SUM({{{cles[0]}}}:{{{cles[-1]}}})" if cles else ""


def passage(bilan: Bilan) -> m.Tableau:
    """Full cost, structure, legal base, and what receipts cover of that base where it is known."""
    lignes = [r | {"portee": portee(r)} for r in rangees(bilan, "passage_d5211")]
    detaillees, unitaires = bilan["passage_d5211_detail"], bilan["cout_unitaire"]
    base, series = somme(lignes, "cout_d5211"), (("cout_complet", "total"), ("cout_d5211", "couvert"))
    return feuille(
        "Passage D5211-16",
        f"Passage du coût complet à la base D5211-16, {bilan.exercice}",
        "Du coût complet à la base de remboursement de l'article D5211-16 du CGCT, et sa couverture.",
        lignes,
        colonnes(
            "libelle cout_complet -dont_structure cout_d5211 recettes taux_couverture_d5211 portee",
            {"portee": "Portée"},
            cout_d5211="={cout_complet}+{dont_structure}",
            taux_couverture_d5211=TAUX.format(tout="cout_d5211"),
        ),
        total={"taux_couverture_d5211": somme(lignes, "recettes") / base if base else None},
        note=PORTEE,
        # each total as another relation has it
        publie={
            "cout_complet": bilan.total["cout_net"],
            "dont_structure": somme(detaillees, "montant") if detaillees else somme(lignes, "dont_structure"),
            "cout_d5211": somme(unitaires or lignes, "cout_d5211"),
        },
        dessin=m.Dessin(f"Du coût complet à la base D5211-16, {bilan.exercice}", series),
    )


def cout_unitaire(bilan: Bilan) -> m.Tableau:
    """Cost of a unit of service, on the full cost and on the legal base."""
    types, couts = unites.types(bilan), {r["dispositif"]: r["cout_net"] for r in bilan.lignes_exercice()}
    noms = {code: formats.majuscule(unites.nom(siens)) for code, siens in types.items()}
    return feuille(
        "Coût unitaire",
        f"Coût unitaire de fonctionnement, {bilan.exercice}",
        "Coût d'une unité de service, en coût complet et sur la base D5211-16.",
        [
            r | {"unite": noms.get(r["dispositif"], ""), "cout_complet": couts.get(r["dispositif"])}
            for r in rangees(bilan, "cout_unitaire")
        ],
        colonnes(
            "libelle unite unites cout_complet cout_complet_unitaire cout_d5211 cout_d5211_unitaire",
            {"unite": "Unité de service"},
            cout_complet_unitaire="=ROUND({cout_complet}/{unites},2)",
            cout_d5211_unitaire="=ROUND({cout_d5211}/{unites},2)",
        ),
        note="Unités pondérées de l'année ; de ce qui se compte à chaque semestre (membres, bâtiments), la moyenne des "
        "deux. Les unités de deux dispositifs ne se comparent pas. « non renseigné » : aucune unité.",
        publie={"cout_complet": bilan.total["cout_net"], "cout_d5211": somme(bilan["passage_d5211"], "cout_d5211")},
    )


# ---------------------------------------------------------------- staff, recomputable from the extract alone (R2)
def couts_moyens(bilan: Bilan) -> m.Tableau:
    """Average cost of an ETPT by catégorie, pooled under the threshold (R2c), and structure per ETPT."""
    lues = rangees(bilan, "cout_moyen")
    return feuille(
        "Coût moyen",
        f"Coût moyen d'un ETPT par catégorie, {bilan.exercice}",
        "Coût moyen d'un ETPT par catégorie et charges de structure : ce qui valorise les ETP.",
        [r | {"complet": (r["cout_moyen"] or ZERO) + (r["cout_structure"] or ZERO)} for r in lues],
        colonnes(
            "categorie groupe etpt etpt_groupe cout_moyen cout_structure complet",
            complet="={cout_moyen}+{cout_structure}",
        ),
        note="Les catégories dont l'effectif est inférieur au seuil de diffusion partagent un coût moyen : la "
        "rémunération d'une personne ne se déduit d'aucun chiffre publié.",
        table=COUT_MOYEN,
    )


def etp_par_categorie(bilan: Bilan) -> m.Tableau:
    """ETP by dispositif and catégorie, times the average cost: the staff cost again, by formula."""
    complets = {r["categorie"]: r["complet"] for r in couts_moyens(bilan).lignes}
    lignes = []
    for r in rangees(bilan, "etp_categorie"):
        if (moyen := complets.get(r["categorie"])) is not None:
            recalcule = formats.arrondi(r["etp"] * moyen, 2)
            lignes.append(r | {"moyen": moyen, "recalcule": recalcule, "ecart": recalcule - r["cout_personnel"]})
    complet, categories = (f"{{ailleurs[{COUT_MOYEN}.{c}]}}" for c in ("complet", "categorie"))
    return feuille(
        "ETP par catégorie",
        f"Coût de personnel recalculé : ETP par catégorie × coût moyen, {bilan.exercice}",
        "Le coût de personnel de chaque dispositif, refait par formule depuis les ETP.",
        lignes,
        [
            *colonnes("libelle categorie"),
            colonne("etp", genre="etp_fin", somme=True),
            *colonnes(
                "moyen recalcule cout_personnel ecart cout_personnel_d5211",
                {"cout_personnel": "Coût de personnel publié"},
                moyen=f"=INDEX({complet},MATCH({{categorie}},{categories},0))",
                recalcule="=ROUND({etp}*{moyen},2)",
                ecart="=ROUND({recalcule}-{cout_personnel},2)",
            ),
        ],
        note="Les ETP sont publiés à six décimales et le calcul se fait sur les ETP exacts : l'écart d'une ligne est "
        "de quelques centimes au plus.",
        publie={c: bilan.total[c] for c in ("etp", "cout_personnel")},
    )
