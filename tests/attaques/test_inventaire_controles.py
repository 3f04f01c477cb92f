"""Controls that bite: for each, a scenario where it alone fails, computed from those that `test_cas.py` builds.

« Alone »: of a blocking control, the only one that blocks; of another, the only one that says `ecart` beside those that
any small drop raises, or that follow from the same row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from tests.atelier.attaque import DOSSIER as ATTAQUES
from tests.atelier.attendus import lire
from tests.atelier.cas import Cas, lister
from tests.atelier.index_controles import lire_index

from mutualisation.chemins import PROJET_DBT

# `_socle/` has no unit and no agent; a row that is rejected or held raises its own control beside that of its ruling
ALENTOUR = frozenset({"ecart_etpt", "unites_nulles", "lignes_rejetees", "a_affecter", "sans_tarif"})
# it never says `ecart`: what it finds is its own status
SANS_ECART = "sans_donnee"
# the contract's own list (precisions.md, « Controls that exist whatever else the project adds »)
DU_CONTRAT = """
fichier_manquant mois_manquant segments_chevauchants affectation_sup_100 segment_sans_repartition cles_chevauchantes
dispositif_sans_cle masse_salariale_manquante compte_sans_role identite_ambigue bordereau_incoherent modes_melanges
tarifs_chevauchants ponderations_chevauchantes tranche population_manquante cout_precedent_absent ponderation_manquante
adherent_ambigu cee_volume cee_sans_operation pourcentage_douteux aucun_axe rejets_excessifs colonne_disparue
cle_usage_inconnue somme_etp somme_repartition periodes_chevauchantes lignes_rejetees a_affecter quotite_convertie
temps_sup_etpt ecart_etpt sens_inattendu sans_tarif unites_nulles siret_illisible plausibilite balance_dgfip decp
sans_donnee masse_salariale_compte dotations_6811 reprises_777 cee_compte
"""


def seuls(cas: Iterable[Cas], controle: str) -> list[str]:
    """Scenarios where that control alone fails."""
    bloquant = lire_index()[controle].bloquant
    trouves = []
    for c in cas:
        _, bloquants = c.sortie
        if controle not in c.controles:
            continue
        if bloquants == [controle] or (not bloquants and not bloquant and c.controles - {controle} <= ALENTOUR):
            trouves.append(c.dossier.name)
    return trouves


def sans_donnee(cas: Iterable[Cas]) -> list[str]:
    """Scenarios that say what has no data."""
    return [
        c.dossier.name
        for c in cas
        for a in c.attendus
        if a.relation == "controles" and {"controle", "statut"} <= set(a.colonnes) and a.mode != "absent"
        for r in a.rangees
        if dict(zip(a.colonnes, r, strict=True))["controle"] == SANS_ECART
    ]


def test_l_index_est_celui_du_contrat() -> None:
    assert set(lire_index()) >= set(DU_CONTRAT.split())


@pytest.mark.parametrize("controle", sorted(set(lire_index()) - {SANS_ECART}))
def test_chaque_controle_echoue_seul_quelque_part(controle: str) -> None:
    assert seuls(lister(), controle), f"aucun cas où {controle} soit seul en écart : en ajouter un"


def test_ce_qui_n_a_pas_de_donnee_se_dit() -> None:
    assert sans_donnee(lister())


def test_un_controle_muet_se_voit() -> None:
    """The inventory itself can fail."""
    for controle in ("mois_manquant", "compte_sans_role", "cee_compte"):
        sans = [c for c in lister() if controle not in c.controles]
        assert seuls(sans, controle) == []


def test_les_attaques_mordent_aussi() -> None:
    """Half of the blocking controls at least are raised by the hostile drops of `tests/attaques` too."""
    leves = set()
    for attendu in map(lire, sorted(ATTAQUES.glob("*/controles.complet.csv"))):
        for rangee in attendu.rangees:
            lue = dict(zip(attendu.colonnes, rangee, strict=True))
            if lue.get("statut") == "ecart":
                leves.add(lue["controle"])
    bloquants = {nom for nom, c in lire_index().items() if c.bloquant}
    assert len(bloquants & leves) * 2 >= len(bloquants), sorted(bloquants - leves)


def test_chaque_test_de_dbt_a_son_defaut_seme() -> None:
    """Each singular test of dbt is named beside the defect that it sees (`tests/sql`)."""
    ecrits = {f.stem for f in (PROJET_DBT / "tests").rglob("*.sql") if "generic" not in f.parts}
    racine = ATTAQUES.parents[1]
    semes = "\n".join(f.read_text(encoding="utf-8") for f in (racine / "sql").rglob("test_*.py"))
    assert {nom for nom in ecrits if not re.search(rf'"{nom}"', semes)} == set()
