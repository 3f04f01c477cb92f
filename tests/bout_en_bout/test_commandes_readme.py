"""The README's command on the reference drop, and the printed annex of the MEL against what is published."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.commande import RACINE, empreinte, lancer
from tests.atelier.fouille import lignes_csv
from tests.bout_en_bout.reference import Reference

ANNEXE = RACINE / "tests" / "donnees" / "annexe_mel_2019_2021.csv"
EXERCICES = ("2019", "2020", "2021")
PRECISION = {"etp": Decimal("0.01"), "cout_net": Decimal(1), "recettes": Decimal(1)}
Cellules = dict[tuple[str, str, str], Decimal | None]


@pytest.fixture(scope="session")
def imprime() -> Cellules:
    """(dispositif, exercice, column) → printed value."""
    return {
        (r["dispositif"], r["exercice"], colonne): Decimal(r[colonne]) if r[colonne] else None
        for r in lignes_csv(ANNEXE)
        for colonne in PRECISION
    }


@pytest.fixture(scope="session")
def publie(dsn_reference: str) -> Cellules:
    """(dispositif, exercice, column) → published value, exact."""
    lignes = lire(
        dsn_reference, "select dispositif, exercice, etp, cout_net, recettes from publication.synthese_financiere"
    )
    return {
        (dispositif, str(exercice), colonne): valeur
        for dispositif, exercice, *valeurs in lignes
        for colonne, valeur in zip(PRECISION, valeurs, strict=True)
    }


def imprimer(valeur: Decimal | None, colonne: str) -> Decimal | None:
    """A figure at the precision of the annex, half away from zero."""
    return None if valeur is None else valeur.quantize(PRECISION[colonne], ROUND_HALF_UP)


def test_make_bilan_donne_la_page(reference: Reference) -> None:
    assert reference.sortie.code == 0, reference.sortie.erreurs
    *_, page, laisse = reference.sortie.texte.splitlines()
    assert Path(page) == reference.bilans / "bilan_2021" / "bilan_etape_2021.html"
    assert Path(page).is_file()
    # the two entries that nobody validated, and nothing else
    assert laisse == (
        "Laissé de côté, exercice 2021 : 2\u00a0lignes livrées, soit 7\u00a0heures de travail, ne sont pas comptées "
        "(retenues) — lignes et motifs dans « rejets »."
    )
    assert re.fullmatch(r"[0-9a-f]{64}", empreinte(reference.sortie))
    assert sorted(d.name for d in reference.bilans.iterdir()) == [f"bilan_{e}" for e in EXERCICES]


def test_les_72_cellules_et_les_9_totaux_imprimes(imprime: Cellules, publie: Cellules) -> None:
    assert len(imprime) == 72 + 9
    assert publie.keys() == imprime.keys()
    ecarts = {
        cle: (attendu, publie[cle]) for cle, attendu in imprime.items() if imprimer(publie[cle], cle[2]) != attendu
    }
    assert ecarts == {}


def test_rien_d_autre_n_est_ecarte(dsn_reference: str) -> None:
    """No row is rejected, no control fails but those that the drop justifies; twins told twice are repeats."""
    assert lire(dsn_reference, "select statut, count(*) from publication.rejets group by 1 order by 1") == [
        ("doublon", 15),
        ("retenu", 2),
    ]
    ecarts = "select exercice, controle, count(*), bool_and(justification is not null) from publication.controles"
    assert lire(dsn_reference, f"{ecarts} where statut = 'ecart' group by 1, 2 order by 1, 2") == [
        # the report gives no price of these services: none is invented
        (2019, "sans_tarif", 6, True), (2020, "sans_tarif", 6, True), (2021, "a_affecter", 1, True),
        (2021, "communes_declarees", 1, True), (2021, "sans_tarif", 9, True),
    ]  # fmt: skip


def test_la_recette_que_le_rapport_n_imprime_pas(dsn_reference: str, publie: Cellules) -> None:
    assert publie["CAM", "2019", "recettes"] is None
    sans_recette = "select dispositif, exercice from publication.synthese_financiere where recettes is null"
    assert lire(dsn_reference, sans_recette) == [("CAM", 2019)]
    non_renseignees = "select dispositif, exercice from publication.synthese_financiere where not recettes_renseignees"
    # the total says so too (R6d)
    assert sorted(lire(dsn_reference, non_renseignees)) == [("CAM", 2019), ("TOTAL", 2019)]
    somme = sum(
        v for (d, e, c), v in publie.items() if e == "2019" and c == "recettes" and d != "TOTAL" and v is not None
    )
    assert somme == publie["TOTAL", "2019", "recettes"]


def test_ce_que_le_rapport_imprime_a_cote_de_l_annexe(dsn_reference: str) -> None:
    """Territory, purchases and certificates, at the precision of the report."""
    lus = lire(dsn_reference, "select exercice, indicateur, valeur from publication.indicateurs_cles")
    de_2021 = {indicateur: valeur for exercice, indicateur, valeur in lus if exercice == 2021}
    imprimes = {
        "communes": 95, "agents_investis": 58, "cam_adherents": 109, "cam_marches": 55, "cam_fournisseurs_hdf_pct": 60,
        "cam_tpe_pme_pct": 73, "cam_gain_pct": 20,
    }  # fmt: skip
    assert {indicateur: round(de_2021[indicateur]) for indicateur in imprimes} == imprimes
    assert round(de_2021["communes_5_9_pct"] * 95 / 100) == 50
    sommes = "select sum(operations), round(sum(produit)), round(sum(frais)), round(sum(reversement))"
    assert lire(dsn_reference, f"{sommes} from publication.cee_valorisation") == [(5785, 1790266, 42249, 502494)]
    actives = "dispositif = 'CAM' and '2021-12-31' between debut and coalesce(fin, '2021-12-31')"
    types = f"select type_adherent, count(*) from publication.adhesion where {actives} group by 1 order by 1"
    assert lire(dsn_reference, types) == [
        ("ccas", 22), ("commune", 82), ("satellite", 5)
    ]  # fmt: skip


def test_etat_dit_la_meme_empreinte(reference: Reference) -> None:
    etat = lancer(reference.var, "etat", "--json")
    assert json.loads(etat.texte)["publication_sha256"] == empreinte(reference.sortie)
