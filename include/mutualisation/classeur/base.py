"""Sheets of the legal base: the bridge, what it leaves out account by account, unit costs."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import unites
from mutualisation.rapport.contenu.passage import PORTEE, portee
from mutualisation.rapport.publie import Bilan, somme


def passage(bilan: Bilan) -> m.Tableau:
    """Full cost, structure, legal base, and what receipts cover of that base where it is known."""
    rangees = bilan.dans_l_ordre(bilan["passage_d5211"])
    couverture = (
        m.Colonne("recettes", "Recettes des communes", "euros", somme=True),
        m.Colonne(
            "taux_couverture_d5211", "Couverture de la base", "taux", largeur=14,
            formule="=IF({cout_d5211}=0,0,N({recettes})/{cout_d5211})",
        ),
    )  # fmt: skip
    avec = any("taux_couverture_d5211" in r for r in rangees)
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("cout_complet", "Coût complet", "euros", somme=True),
        m.Colonne("dont_structure", "Structure écartée", "euros", somme=True, deduit=True),
        m.Colonne("cout_d5211", "Base D5211-16", "euros", somme=True, formule="={cout_complet}+{dont_structure}"),
        *(couverture if avec else ()),
        m.Colonne("portee", "Portée", largeur=16),
    )
    lignes = [r | {"portee": portee(r)} for r in rangees]
    total = m.additionner("Total", colonnes, lignes)
    if avec and total["cout_d5211"]:
        total["taux_couverture_d5211"] = total["recettes"] / total["cout_d5211"]
    dessin = m.Dessin(
        f"Du coût complet à la base D5211-16, {bilan.exercice}",
        (("cout_complet", "total"), ("cout_d5211", "couvert")),
    )
    return m.Tableau(
        f"Passage du coût complet à la base D5211-16, {bilan.exercice}",
        colonnes,
        lignes,
        total,
        PORTEE,
        feuille=m.Feuille(
            "Passage D5211-16",
            "Du coût complet à la base de remboursement de l'article D5211-16 du CGCT, et sa couverture.",
            _publie(bilan),
            dessin=dessin,
        ),
    )


def _publie(bilan: Bilan) -> dict[str, Decimal]:
    """Each total as another relation has it: the synthesis, the detail by account, the unit costs."""
    rangees = bilan["passage_d5211"]
    ailleurs = {
        "dont_structure": (bilan["passage_d5211_detail"], "montant"),
        "cout_d5211": (bilan["cout_unitaire"], "cout_d5211"),
    }
    return {
        "cout_complet": bilan.total["cout_net"],
        **{cle: somme(*ailleurs[cle]) if ailleurs[cle][0] else somme(rangees, cle) for cle in ailleurs},
    }


def par_compte(bilan: Bilan) -> m.Tableau:
    """Every amount that the base leaves out: dispositif, account, reason."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("compte", "Compte", largeur=44),
        m.Colonne("motif", "Motif", largeur=60),
        m.Colonne("montant", "Montant écarté", "centimes", somme=True),
    )
    lignes = [
        r | {"compte": libelles.libelle_compte(r["compte"]), "motif": formats.majuscule(r["motif"])}
        for r in bilan.dans_l_ordre(bilan["passage_d5211_detail"], "compte", "motif")
    ]
    notice = (
        "Chaque montant que la base D5211-16 écarte, par compte. Liste pour l'écran, non imprimée : Passage la résume."
    )
    publie = {"montant": somme(bilan["passage_d5211"], "dont_structure")}
    return m.tableau(
        f"Montants écartés de la base D5211-16, par dispositif et par compte, {bilan.exercice}",
        colonnes,
        lignes,
        feuille=m.Feuille("Passage par compte", notice, publie, filtre=True, imprimee=False),
    )


def cout_unitaire(bilan: Bilan) -> m.Tableau:
    """Cost of a unit of service, on the full cost and on the legal base."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("unite", "Unité de service", largeur=30),
        m.Colonne("unites", "Unités", "nombre", largeur=14),
        m.Colonne("cout_complet", "Coût complet", "euros", somme=True),
        m.Colonne(
            "cout_complet_unitaire", "Coût complet par unité", "centimes", largeur=16,
            formule="=ROUND({cout_complet}/{unites},2)",
        ),
        m.Colonne("cout_d5211", "Base D5211-16", "euros", somme=True),
        m.Colonne(
            "cout_d5211_unitaire", "Base D5211-16 par unité", "centimes", largeur=16,
            formule="=ROUND({cout_d5211}/{unites},2)",
        ),
    )  # fmt: skip
    types = unites.types(bilan)
    couts = {r["dispositif"]: r["cout_net"] for r in bilan.lignes_exercice()}
    lignes = [
        r | {"unite": _unite(types.get(r["dispositif"], [])), "cout_complet": couts.get(r["dispositif"])}
        for r in bilan.dans_l_ordre(bilan["cout_unitaire"])
    ]
    note = (
        "Unités pondérées de l'année ; de ce qui se compte à chaque semestre (membres, bâtiments), la moyenne des deux."
        " Les unités de deux dispositifs ne se comparent pas. « non renseigné » : aucune unité."
    )
    publie = {
        "cout_complet": bilan.total["cout_net"],
        "cout_d5211": somme(bilan["passage_d5211"], "cout_d5211"),
    }
    return m.tableau(
        f"Coût unitaire de fonctionnement, {bilan.exercice}",
        colonnes,
        lignes,
        note,
        feuille=m.Feuille(
            "Coût unitaire", "Coût d'une unité de service, en coût complet et sur la base D5211-16.", publie
        ),
    )


def _unite(types: list[str]) -> str:
    """What is counted, as a title."""
    return formats.majuscule(unites.nom(types))
