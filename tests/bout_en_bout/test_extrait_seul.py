"""What a reader redoes from the extract alone, no warehouse at hand: R2, R9, R10, R11, and that it is valid."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from tests.bout_en_bout.reference import Reference

CENTIME, ZERO = Decimal("0.01"), Decimal(0)
# half of the last decimal of a published ETP
DEMI_ETP = Decimal("0.0000005")
ANNEE = "2021"
Lignes = list[dict[str, str]]


def _lire(dossier: Path, relation: str) -> Lignes:
    with (dossier / f"{relation}.csv").open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def _dec(texte: str) -> Decimal:
    return Decimal(texte or 0)


def _par(lignes: Lignes, cle: str, valeur: str) -> dict[str, Decimal]:
    """Sum of a column by another."""
    sommes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for x in lignes:
        sommes[x[cle]] += _dec(x[valeur])
    return dict(sommes)


def _synthese(dossier: Path, colonne: str) -> dict[str, Decimal]:
    return {x["dispositif"]: _dec(x[colonne]) for x in _lire(dossier, "synthese_financiere")}


@pytest.fixture(scope="module")
def extrait(reference: Reference) -> Path:
    """The extract of 2021 of the reference drop."""
    assert reference.sortie.code == 0, reference.sortie.erreurs
    return reference.bilans / f"bilan_{ANNEE}"


# ---------------------------------------------------------------- R2
def test_le_cout_de_personnel_se_refait(extrait: Path) -> None:
    """ETP × (average cost + structure) by category, rounded, then summed: the synthèse, dispositif by dispositif."""
    moyens = {x["categorie"]: x for x in _lire(extrait, "cout_moyen")}
    lignes = _lire(extrait, "etp_categorie")
    assert lignes
    for x in lignes:
        moyen, structure = (_dec(moyens[x["categorie"]][c]) for c in ("cout_moyen", "cout_structure"))
        for colonne, unitaire in (("cout_personnel", moyen + structure), ("cout_personnel_d5211", moyen)):
            refait = (_dec(x["etp"]) * unitaire).quantize(CENTIME, ROUND_HALF_UP)
            assert abs(refait - _dec(x[colonne])) <= CENTIME + unitaire * DEMI_ETP, x
    publies = _synthese(extrait, "cout_personnel")
    sommes = _par(lignes, "dispositif", "cout_personnel")
    assert {d: sommes.get(d, ZERO) for d in publies if d != "TOTAL"} == {
        d: v for d, v in publies.items() if d != "TOTAL"
    }
    assert sum(sommes.values()) == publies["TOTAL"]


def test_les_groupes_ont_le_cout_qui_les_protege(extrait: Path) -> None:
    moyens = _lire(extrait, "cout_moyen")
    groupes = {x["groupe"]: x for x in moyens}
    etpt = _par(moyens, "groupe", "etpt")
    assert {g: _dec(x["etpt_groupe"]) for g, x in groupes.items()} == etpt
    assert min(etpt.values()) >= 5
    assert len({x["cout_moyen"] for x in moyens}) == len(groupes) < len(moyens)


# ---------------------------------------------------------------- R9
def test_le_gain_de_la_centrale_d_achat_se_refait(extrait: Path) -> None:
    """Reference minus compared purchases, never all purchases: that would count what has no reference."""
    lignes = _lire(extrait, "cam_achats")
    chiffres = {x["indicateur"]: _dec(x["valeur"]) for x in _lire(extrait, "indicateurs_cles")}
    compares, reference, gain, achats = (
        sum((_dec(x[c]) for x in lignes), ZERO)
        for c in ("achats_compares_ht", "prix_reference_ht", "gain", "achats_ht")
    )
    assert gain == reference - compares == chiffres["cam_gain_ht"]
    assert (compares, reference, achats) == tuple(
        chiffres[x] for x in ("cam_achats_compares_ht", "cam_reference_ht", "cam_achats_ht")
    )
    assert achats > compares
    assert (100 * gain / reference).quantize(Decimal("0.000001"), ROUND_HALF_UP) == chiffres["cam_gain_pct"]
    for x in lignes:
        assert bool(x["gain"]) == bool(x["achats_compares_ht"])
        assert _dec(x["gain"]) == _dec(x["prix_reference_ht"]) - _dec(x["achats_compares_ht"]), x


# ---------------------------------------------------------------- R10
def test_109_adherents_sont_109_unites(extrait: Path) -> None:
    """A stock is counted at each semestre and once in the year (R10e)."""
    membres = [
        x
        for x in _lire(extrait, "adhesion")
        if x["dispositif"] == "CAM" and x["debut"] <= f"{ANNEE}-12-31" and (x["fin"] or "9999") >= f"{ANNEE}-12-31"
    ]
    unites = {x["dispositif"]: _dec(x["unites"]) for x in _lire(extrait, "cout_unitaire")}
    chiffres = {x["indicateur"]: _dec(x["valeur"]) for x in _lire(extrait, "indicateurs_cles")}
    assert len({x["siret_adherent"] for x in membres}) == unites["CAM"] == chiffres["cam_adherents"] == 109


# ---------------------------------------------------------------- R11
def test_le_cout_d_usage_se_partage_au_centime(extrait: Path) -> None:
    """Largest remainder on the published weights: each share, and their sum, which is the net cost."""
    lignes, couts = _lire(extrait, "cout_adherent"), _synthese(extrait, "cout_net")
    assert {x["dispositif"] for x in lignes} == couts.keys() - {"TOTAL"}
    for dispositif in couts.keys() - {"TOTAL"}:
        parts = [x for x in lignes if x["dispositif"] == dispositif]
        attendues = _plus_forts_restes(couts[dispositif], {x["siret_adherent"]: _dec(x["poids"]) for x in parts})
        assert {x["siret_adherent"]: _dec(x["cout_usage"]) for x in parts} == attendues, dispositif
        for x in parts:
            assert _dec(x["reste_a_charge"]) == _dec(x["cout_usage"]) - _dec(x["montant_du"])


def _plus_forts_restes(montant: Decimal, poids: dict[str, Decimal]) -> dict[str, Decimal]:
    total, centimes = sum(poids.values()), abs(montant) * 100
    if not total:
        return {"": montant} | {s: ZERO for s in poids if s}
    exactes = {s: centimes * p / total for s, p in poids.items()}
    entieres = {s: Decimal(int(x)) for s, x in exactes.items()}
    manquants = int(centimes - sum(entieres.values()))
    for s in sorted(exactes, key=lambda s: (entieres[s] - exactes[s], s))[:manquants]:
        entieres[s] += 1
    return {s: x.copy_sign(montant) / 100 for s, x in entieres.items()}


# ---------------------------------------------------------------- open data
def test_le_paquet_de_donnees_est_valide(extrait: Path) -> None:
    """By frictionless: types, required values, keys, sizes and digests."""
    from frictionless import Package

    rapport = Package(str(extrait / "datapackage.json")).validate()
    assert rapport.valid, rapport.flatten(["name", "rowNumber", "fieldName", "type", "message"])
    assert rapport.stats["tasks"] == len(list(extrait.glob("*.csv")))
