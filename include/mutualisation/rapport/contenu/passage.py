"""From the full cost to the legal base: bridge, what it leaves out account by account, unit costs."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from mutualisation.francais import libelles
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import unites
from mutualisation.rapport.publie import TOTAL, Bilan, Ligne, somme

# on one line: a no-break hyphen
D5211 = "D5211\u201116"
INTRODUCTION = (
    "Le rapport présente un coût complet, charges de structure comprises. La base de remboursement de l'article "
    f"{D5211} du CGCT s'en tient aux charges liées au fonctionnement du service : la structure en est retirée."
)
PORTEE = (
    "Portée opposable : mise à disposition descendante de l'article L5211-4-1 III du CGCT. Ailleurs, la convention "
    "décide et la base est indicative."
)
COMPTE = m.Colonne("compte", "Compte", part=3, largeur=40)
MOTIF = m.Colonne("motif", "Motif", part=4, largeur=60)
MONTANT = m.Colonne("montant", "Montant écarté", "centimes", somme=True, fort=True)


def section(bilan: Bilan) -> m.Section:
    """Bridge of the exercice."""
    detail = m.Repli("Voir les montants écartés par dispositif et par compte", [_detail(bilan)])
    blocs: list[m.Bloc] = [m.p(INTRODUCTION), _passage(bilan), _par_compte(bilan), detail, _cout_unitaire(bilan)]
    return m.Section("passage", f"Du coût complet à la base {D5211}", f"Base {D5211}", blocs)


def _passage(bilan: Bilan) -> m.Tableau:
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("cout_complet", "Coût complet", "euros", somme=True, discret=True),
        m.Colonne("dont_structure", "dont structure", "euros", somme=True, discret=True),
        m.Colonne(
            "cout_d5211", f"Base {D5211}", "euros", somme=True, fort=True, discret=True,
            formule="={cout_complet}-{dont_structure}",
        ),
        m.Colonne("portee", "Portée", part=1, largeur=16),
    )  # fmt: skip
    lignes = [
        r | {"portee": "opposable" if r.get("base_opposable") else "indicative"}
        for r in bilan.dans_l_ordre(_sans_total(bilan["passage_d5211"]))
    ]
    notice = "Du coût complet à la base de remboursement de l'article D5211-16 du CGCT."
    feuille = m.Feuille("Passage D5211-16", notice, _publie(bilan))
    titre = f"Passage du coût complet à la base {D5211}, {bilan.exercice}"
    return m.tableau(titre, colonnes, lignes, PORTEE, feuille=feuille)


def _sans_total(rangees: list[Ligne]) -> list[Ligne]:
    return [r for r in rangees if r["dispositif"] != TOTAL]


def _publie(bilan: Bilan) -> dict[str, Decimal]:
    """Each total as another relation has it: the synthesis, the detail by account, the unit costs."""
    rangees = _sans_total(bilan["passage_d5211"])
    ailleurs = {
        "dont_structure": (bilan["passage_d5211_detail"], "montant"),
        "cout_d5211": (bilan["cout_unitaire"], "cout_d5211"),
    }
    return {
        "cout_complet": bilan.total["cout_net"],
        **{cle: somme(*ailleurs[cle]) if ailleurs[cle][0] else somme(rangees, cle) for cle in ailleurs},
    }


def _par_compte(bilan: Bilan) -> m.Tableau:
    """What leaves the full cost, by account and reason, cents; Σ is Σ `dont_structure`."""
    comptes: dict[tuple[str, str], Decimal] = defaultdict(lambda: g.ZERO)
    for r in bilan["passage_d5211_detail"]:
        comptes[r["compte"], r["motif"]] += r["montant"]
    lignes = [
        {"compte": libelles.libelle_compte(compte), "motif": motif, "montant": montant}
        for (compte, motif), montant in sorted(comptes.items())
    ]
    titre = f"Ce que la base D5211-16 écarte, compte par compte, {bilan.exercice}"
    return m.tableau(titre, (COMPTE, MOTIF, MONTANT), lignes)


def _detail(bilan: Bilan) -> m.Tableau:
    """Every amount of the bridge, with its reason in the workbook."""
    motif = m.Colonne("motif", "Motif", largeur=60, ou=m.CLASSEUR)
    lignes = [
        r | {"compte": libelles.libelle_compte(r["compte"])}
        for r in bilan.dans_l_ordre(bilan["passage_d5211_detail"], "compte", "motif")
    ]
    titre = f"Montants écartés par dispositif et par compte, {bilan.exercice}"
    notice = "Chaque montant que la base D5211-16 écarte : dispositif, compte, motif."
    feuille = m.Feuille("Passage par compte", notice)
    return m.tableau(titre, (m.DISPOSITIF, COMPTE, motif, MONTANT), lignes, feuille=feuille)


def _cout_unitaire(bilan: Bilan) -> m.Tableau:
    """Cost of a unit of service, on the full cost and on the legal base."""
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("unite", "Unité de service", largeur=22),
        m.Colonne("unites", "Unités", "nombre", "aucune", largeur=14),
        m.Colonne("cout_complet_unitaire", "Coût complet par unité", "centimes", largeur=16),
        m.Colonne("cout_d5211", "Base D5211-16", "euros"),
        m.Colonne("cout_d5211_unitaire", "Base D5211-16 par unité", "centimes", fort=True, largeur=16),
    )
    types = unites.types(bilan)
    lignes = [
        r | {"unite": unites.nom(types.get(r["dispositif"], []))}
        for r in bilan.dans_l_ordre(_sans_total(bilan["cout_unitaire"]))
    ]
    note = "Unités pondérées des deux semestres. Les unités de deux dispositifs ne se comparent pas."
    notice = "Coût d'une unité de service, en coût complet et sur la base D5211-16."
    titre, feuille = f"Coût unitaire de fonctionnement, {bilan.exercice}", m.Feuille("Coût unitaire", notice)
    return m.Tableau(titre, colonnes, lignes, note=note, feuille=feuille)
