"""The tile map: every commune has its own tile, near its place, whatever the order they come in."""

from itertools import permutations
from random import Random

import pytest
from lxml import etree
from tests.unit.rapport.dessins_types import CAS, COMMUNES

from mutualisation.documents.mise_en_forme.dessin import dessiner
from mutualisation.documents.mise_en_forme.dessin.affectation import affecter
from mutualisation.documents.mise_en_forme.dessin.carte import placer, positions
from mutualisation.documents.mise_en_forme.graphiques import Carte


def test_les_communes_gardent_leurs_places_les_unes_par_rapport_aux_autres() -> None:
    cases = placer(tuple(COMMUNES))
    assert len(set(cases.values())) == len(COMMUNES)
    rang, colonne = {c: r for c, (r, _) in cases.items()}, {c: k for c, (_, k) in cases.items()}
    assert rang["59599"] < rang["59350"]  # Tourcoing is north of Lille
    assert colonne["59017"] < colonne["59350"] <= colonne["59009"]  # Armentières, Lille, Villeneuve-d'Ascq
    assert placer(tuple(reversed(COMMUNES))) == cases


@pytest.mark.parametrize("graine", range(20))
def test_aucune_autre_affectation_ne_coute_moins(graine: int) -> None:
    hasard = Random(graine)  # noqa: S311 - drawn costs
    couts = [[hasard.randint(0, 9) for _ in range(6)] for _ in range(hasard.randint(1, 5))]
    moindre = min(sum(r[j] for r, j in zip(couts, p, strict=False)) for p in permutations(range(6), len(couts)))
    colonnes = affecter(couts)
    assert len(set(colonnes)) == len(couts)
    assert sum(r[j] for r, j in zip(couts, colonnes, strict=True)) == moindre


def test_chaque_commune_d_un_departement_a_sa_place() -> None:
    codes = tuple(code for code in positions() if code.startswith("02"))[:200]
    assert len(set(placer(codes).values())) == 200


def test_les_positions_sont_celles_de_tout_le_pays() -> None:
    connues = positions()
    assert len(connues) == 35357
    assert connues["59350"] == (3047, 50632)
    assert {code[:2] for code in connues} >= {"01", "2A", "59", "95", "97"}


def test_une_tuile_dit_sa_commune_et_y_mene() -> None:
    carte = CAS["carte"]
    assert isinstance(carte, Carte)
    racine = etree.fromstring(str(dessiner(carte, "large")))
    liens = {a.get("href"): a.findtext(".//{*}title") for a in racine.iter("{*}a")}
    assert liens["communes/59350.html"] == "Lille : 18\u00a0dispositifs"
    assert liens["communes/59512.html"] == "Roubaix : 5\u00a0dispositifs"
    assert len(liens) == len(carte.communes)


@pytest.mark.parametrize("support", ["large", "etroit", "papier"])
def test_ce_qui_n_a_pas_de_place_est_nomme_et_non_perdu(support: str) -> None:
    carte = CAS["carte_inconnue"]
    assert isinstance(carte, Carte)
    racine = etree.fromstring(str(dessiner(carte, support)))
    tuiles = [t.text for t in racine.iter("{*}title") if t.getparent() is not racine]
    assert len(tuiles) == len(carte.communes) == 4
    assert "Sans position connue" in [t.text for t in racine.iter("{*}text")]
