"""What each dispositif is worth showing: bridge to the legal base by account, unit cost, state, members, indicators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.francais import libelles
from mutualisation.rapport.bilan import TOTAL, Bilan, Ligne
from mutualisation.rapport.tableaux import Colonne, Tableau, additionner

ZERO = Decimal(0)
COMPTE = Colonne("Compte", part=3, largeur=40)
MONTANT = Colonne("Montant écarté", "centimes", somme=True, fort=True)
EN_ATTENTE, HORS_PERIMETRE = "en attente", "hors périmètre"


def passage_par_compte(bilan: Bilan) -> Tableau:
    """What leaves the full cost for the legal base, by account and reason, cents; Σ is Σ `dont_structure`."""
    colonnes = (COMPTE, Colonne("Motif", part=4, largeur=60), MONTANT)
    comptes: dict[tuple[str, str], Decimal] = {}
    for r in bilan.passage_detail:
        comptes[r["compte"], r["motif"]] = comptes.get((r["compte"], r["motif"]), ZERO) + r["montant"]
    lignes = [(libelles.libelle_compte(compte), motif, montant) for (compte, motif), montant in sorted(comptes.items())]
    total = additionner("Total", colonnes, lignes)
    titre = f"Ce que la base D5211-16 écarte, compte par compte, {bilan.exercice}"
    return Tableau(titre, colonnes, lignes, total)


def passage_detaille(bilan: Bilan, *, motifs: bool = False) -> Tableau:
    """The same by dispositif and account: every amount of the bridge, with its reason in the workbook."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        COMPTE,
        *((Colonne("Motif", part=4, largeur=60),) if motifs else ()),
        MONTANT,
    )
    codes = bilan.trier({r["dispositif"] for r in bilan.passage_detail})
    rangees = sorted(bilan.passage_detail, key=lambda r: (codes.index(r["dispositif"]), r["compte"], r["motif"]))
    lignes = [
        (
            bilan.libelle(r["dispositif"]),
            libelles.libelle_compte(r["compte"]),
            *((r["motif"],) if motifs else ()),
            r["montant"],
        )
        for r in rangees
    ]
    total = additionner("Total", colonnes, lignes)
    return Tableau(f"Montants écartés par dispositif et par compte, {bilan.exercice}", colonnes, lignes, total)


def cout_unitaire(bilan: Bilan) -> Tableau:
    """Cost of a unit of service, on the full cost and on the legal base."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("Unité de service", part=2, largeur=22),
        Colonne("Unités", "nombre", "aucune", largeur=14),
        Colonne("Coût complet par unité", "centimes", largeur=16),
        Colonne("Base D5211-16", "euros"),
        Colonne("Base D5211-16 par unité", "centimes", fort=True, largeur=16),
    )
    rangees = {r["dispositif"]: r for r in bilan.cout_unitaire if r["dispositif"] != TOTAL}
    champs = ("unites", "cout_complet_unitaire", "cout_d5211", "cout_d5211_unitaire")
    lignes = [
        (bilan.libelle(d), _unite(bilan.types_unite.get(d, [])), *(rangees[d][c] for c in champs))
        for d in bilan.trier(rangees)
    ]
    return Tableau(
        f"Coût unitaire de fonctionnement, {bilan.exercice}",
        colonnes,
        lignes,
        note="Unités pondérées des deux semestres. Les unités de deux dispositifs ne se comparent pas.",
    )


def _unite(types: list[str]) -> str:
    """What is counted; several types are weighted against one another."""
    return types[0].replace("_", " ") if len(types) == 1 else f"{len(types)} types pondérés" if types else ""


def _etats(bilan: Bilan, valorisation: str) -> list[Ligne]:
    rangees = {r["dispositif"]: r for r in bilan.etats if r["valorisation"] == valorisation}
    return [rangees[d] for d in bilan.trier(rangees)]


def en_attente(bilan: Bilan) -> Tableau:
    """Dispositifs waiting for their valuation: what is measured, and what is missing."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("ETP mesurés", "etp", largeur=12),
        Colonne("Dépenses directes mesurées", "euros"),
        Colonne("Unités", "nombre", largeur=12),
        Colonne("Adhérents", "entier", largeur=12),
        Colonne("Ce qui manque", part=4, largeur=60),
    )
    champs = ("etp_mesure", "charges_mesurees", "unites", "adherents", "manque")
    lignes = [(r["libelle"], *(r[c] for c in champs)) for r in _etats(bilan, EN_ATTENTE)]
    return Tableau(
        f"Dispositifs hors de la synthèse financière, en attente de valorisation, {bilan.exercice}",
        colonnes,
        lignes,
        note="Ces mesures n'entrent dans aucun total.",
    )


def hors_perimetre(bilan: Bilan) -> Tableau:
    """Dispositifs whose use costs nothing more: members and use only."""
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        Colonne("Adhérents", "entier", largeur=12),
        Colonne("Unités", "nombre", "non suivies", largeur=14),
    )
    lignes = [(r["libelle"], r["adherents"], r["unites"]) for r in _etats(bilan, HORS_PERIMETRE)]
    titre = f"Dispositifs hors de la synthèse financière, hors périmètre, {bilan.exercice}"
    return Tableau(titre, colonnes, lignes)


def etats(bilan: Bilan) -> Tableau:
    """Every dispositif with its state, for the workbook."""
    colonnes = (
        Colonne("Dispositif", largeur=48),
        Colonne("Thématique", largeur=36),
        Colonne("État", largeur=16),
        Colonne("ETP mesurés", "etp", largeur=12),
        Colonne("Dépenses directes mesurées", "centimes"),
        Colonne("Unités", "nombre", largeur=14),
        Colonne("Adhérents", "entier", largeur=12),
        Colonne("Ce qui manque", largeur=60),
    )
    champs = ("thematique", "valorisation", "etp_mesure", "charges_mesurees", "unites", "adherents", "manque")
    rangees = {r["dispositif"]: r for r in bilan.etats}
    lignes = [(rangees[d]["libelle"], *(rangees[d][c] for c in champs)) for d in bilan.trier(rangees)]
    return Tableau(f"États de valorisation des dispositifs, {bilan.exercice}", colonnes, lignes)


def membres(bilan: Bilan) -> Tableau:
    """Members by dispositif and type on 31 December, most joined first."""
    types = [(t, nom) for t, nom in libelles.TYPES_ADHERENT.items() if any(t in m for m in bilan.membres.values())]
    colonnes = (
        Colonne("Dispositif", part=3, largeur=48),
        *(Colonne(nom, "entier", largeur=12) for _, nom in types),
        Colonne("Ensemble", "entier", fort=True, largeur=12),
    )
    lignes: list[tuple[Any, ...]] = [
        (bilan.libelle(d), *(compte.get(t, 0) for t, _ in types), sum(compte.values()))
        for d, compte in bilan.membres.items()
    ]
    lignes.sort(key=lambda ligne: (-ligne[-1], ligne[0]))
    return Tableau(f"Adhérents par dispositif et par type, au 31 décembre {bilan.exercice}", colonnes, lignes)


def indicateurs(bilan: Bilan) -> Tableau:
    """Key figures of the report (R10), NULL said as such."""
    colonnes = (
        Colonne("Indicateur", part=4, largeur=56),
        Colonne("Valeur", "nombre", "sans donnée", fort=True, largeur=18),
        Colonne("Unité", part=1, largeur=16),
    )
    connus = [i for i in libelles.INDICATEURS if i in bilan.indicateurs]
    autres = sorted(set(bilan.indicateurs) - set(connus))
    lignes: list[tuple[Any, ...]] = [
        (
            libelles.libelle(libelles.INDICATEURS, nom),
            bilan.indicateurs[nom]["valeur"],
            bilan.indicateurs[nom].get("unite") or "",
        )
        for nom in (*connus, *autres)
    ]
    return Tableau(f"Indicateurs clés, {bilan.exercice}", colonnes, lignes)


def repartition_par_motif(bilan: Bilan) -> Tableau:
    """Where each source went and why; dispositifs together, by whether the exercice values them."""
    colonnes = (
        Colonne("Source", part=2, largeur=28),
        Colonne("Destination", part=2, largeur=30),
        Colonne("Motif", part=3, largeur=44),
        Colonne("Lignes", "entier", largeur=12),
        Colonne("Montant", "nombre", fort=True, largeur=18),
        Colonne("Unité", part=1, largeur=8),
    )
    sommes: dict[tuple[str, str, str, str], tuple[int, Decimal]] = {}
    for r in bilan.repartition:
        cle = (r["source"], bilan.destination(r["destination"]), r["motif"], r["unite"])
        lignes_, montant = sommes.get(cle, (0, ZERO))
        sommes[cle] = (lignes_ + r["lignes"], montant + r["montant"])
    sources, destinations = list(libelles.SOURCES), list(libelles.DESTINATIONS)
    ordre = sorted(sommes, key=lambda c: (sources.index(c[0]), destinations.index(c[1]), c[2]))
    lignes = [
        (
            libelles.SOURCES[source], libelles.DESTINATIONS[destination], libelles.libelle_motif(motif),
            *sommes[source, destination, motif, unite], libelles.UNITES.get(unite, unite),
        )
        for source, destination, motif, unite in ordre
    ]  # fmt: skip
    return Tableau(f"Où vont les sources, motif par motif, {bilan.exercice}", colonnes, lignes)
