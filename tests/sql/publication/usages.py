"""Rows of what R11, R12 and S14 publish, for the warehouse published by hand: their sums are those of its synthèse."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Ligne = dict[str, Any]
CENT, MILLIONIEME = Decimal("0.01"), Decimal("0.000001")
SIRET_EPCI, SIRET_LILLE, SIRET_LOOS = "20009320100016", "21590350100017", "21590360000017"
SIRET_CCAS = "26590670700010"
ADHERENTS = {
    SIRET_EPCI: ("epci", "Métropole Européenne de Lille", None, None),
    SIRET_LILLE: ("commune", "Commune de Lille", "59350", 232741),
    SIRET_LOOS: ("commune", "Commune de Loos", "59360", 21357),
    SIRET_CCAS: ("ccas", "CCAS de Lille", "59350", 232741),
}
# catégorie: pool, ETPT, ETPT of the pool, average cost and cost of structure of an ETP
COUTS_MOYENS = {
    "A": ("A", "9.000000", "9.000000", "108000.000000"),
    "APP": ("APP+B", "1.000000", "7.500000", "58000.000000"),
    "B": ("APP+B", "6.500000", "7.500000", "58000.000000"),
}
STRUCTURE = Decimal(2000)
# dispositif: key, {SIRET: weight}; without any, the whole cost is on a row without SIRET
USAGES = {
    "ARCHIVES": ("jours", {SIRET_LOOS: Decimal(365)}),
    "CAM": ("unites", {SIRET_LILLE: Decimal(150), SIRET_LOOS: Decimal(60), SIRET_CCAS: Decimal(8)}),
    "IMPRESSION": ("aucune", {None: Decimal(0)}),
}
TEXTES = [
    (None, "presentation", "La Métropole met 18 dispositifs à la disposition de ses communes.", "Direction générale"),
    (None, "visa", "Vu le code général des collectivités territoriales, article L5211-39-1.", "Affaires juridiques"),
    ("CAM", "activite", "Cent neuf adhérents ont accès à cinquante-cinq marchés.", "Direction de l'achat"),
    ("CAM", "ecart", "Deux agents sont arrivés en mars.", "Direction de l'achat"),
]


def _cent(valeur: Decimal) -> Decimal:
    return valeur.quantize(CENT, ROUND_HALF_UP)


def _etp_categorie(exercice: int, ligne: Ligne, structure: Decimal) -> list[Ligne]:
    """The ETP of a dispositif in catégories A and B: ETP × cost of an ETP is its staff cost, a few cents apart."""
    couts = {c: Decimal(COUTS_MOYENS[c][3]) + STRUCTURE for c in ("A", "B")}
    etp_a = ((ligne["cout_personnel"] - ligne["etp"] * couts["B"]) / (couts["A"] - couts["B"])).quantize(MILLIONIEME)
    cout_a, structure_a = _cent(etp_a * couts["A"]), _cent(structure * etp_a / ligne["etp"])
    cout_b, structure_b = ligne["cout_personnel"] - cout_a, structure - structure_a
    parts = {
        "A": (etp_a, cout_a, cout_a - structure_a),
        "B": (ligne["etp"] - etp_a, cout_b, cout_b - structure_b),
    }
    return [
        {"exercice": exercice, "dispositif": ligne["dispositif"], "categorie": c, "etp": etp, "cout_personnel": cout,
         "cout_personnel_d5211": d5211}
        for c, (etp, cout, d5211) in parts.items()
    ]  # fmt: skip


def _cout_adherent(exercice: int, ligne: Ligne, dus: dict[tuple[str, str], Decimal]) -> list[Ligne]:
    """The net cost shared among the adherents of USAGES; the first of them bears what rounding leaves."""
    dispositif = ligne["dispositif"]
    cle, poids = USAGES[dispositif]
    total = sum(poids.values()) or Decimal(1)
    parts = {s: _cent(ligne["cout_net"] * p / total) for s, p in poids.items()}
    premier = next(iter(parts))
    parts[premier] += ligne["cout_net"] - sum(parts.values())
    lignes = []
    for siret, cout in parts.items():
        du = dus.get((dispositif, siret or ""), Decimal(0))
        lignes.append(
            {"exercice": exercice, "dispositif": dispositif, "siret_adherent": siret, "cle": cle, "poids": poids[siret],
             "cout_usage": cout, "montant_du": du, "reste_a_charge": cout - du}
        )  # fmt: skip
    return lignes


def _variation(exercice: int, ligne: Ligne, avant: Ligne) -> list[Ligne]:
    """R12: the six effects of a dispositif that both years hold."""
    etp = _cent((ligne["etp"] - avant["etp"]) * avant["cout_personnel"] / avant["etp"])
    ecart = {c: ligne[c] - avant[c] for c in ligne if isinstance(ligne[c], Decimal) and isinstance(avant[c], Decimal)}
    effets = {
        "etp": etp,
        "taux": ecart["cout_personnel"] - etp,
        "fonctionnement": ecart["cout_fonctionnement"],
        "amortissements": ecart["amortissements"],
        "subventions": -ecart["subventions"],
        "reprises": -ecart["reprises"],
    }
    return [
        {"exercice": exercice, "dispositif": ligne["dispositif"], "effet": effet, "montant": montant}
        for effet, montant in effets.items()
    ]


def usages(
    exercice: int, synthese: list[Ligne], precedente: list[Ligne], passage: list[Ligne], recouvrement: list[Ligne]
) -> dict[str, list[Ligne]]:
    """{relation: rows} of one exercice, from rows of its synthèse, of that of the year before, bridge and recovery."""
    structures = {p["dispositif"]: p["dont_structure"] for p in passage}
    dus: dict[tuple[str, str], Decimal] = {}
    for r in recouvrement:
        cle = (r["dispositif"], r["siret_adherent"])
        dus[cle] = dus.get(cle, Decimal(0)) + Decimal(r["montant_du"])
    lignes = [r for r in synthese if not r["est_total"]]
    avant = {r["dispositif"]: r for r in precedente if not r["est_total"]}
    return {
        "cout_moyen": [
            {"exercice": exercice, "categorie": c, "groupe": g, "etpt": e, "etpt_groupe": eg, "cout_moyen": cm,
             "cout_structure": STRUCTURE}
            for c, (g, e, eg, cm) in COUTS_MOYENS.items()
        ],
        "etp_categorie": [x for r in lignes for x in _etp_categorie(exercice, r, structures[r["dispositif"]])],
        "cout_adherent": [x for r in lignes for x in _cout_adherent(exercice, r, dus)],
        "variation": [x for r in lignes if (n := avant.get(r["dispositif"])) for x in _variation(exercice, r, n)],
        "adherent": [
            {"exercice": exercice, "siret_adherent": s, "type_adherent": t, "nom": n, "code_insee": i, "population": p}
            for s, (t, n, i, p) in ADHERENTS.items()
        ],
        "textes": [
            {"exercice": exercice, "dispositif": d, "rubrique": r, "rang": 1, "texte": t, "auteur": a}
            for d, r, t, a in TEXTES
        ],
    }  # fmt: skip
