"""Dispositifs out of the totals: what is known of them, and what is missing to value each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.rapport.contenu.conseil.reserves import _connu, _textes, hors_totaux

TEMPS = "temps passé : aucune activité saisie ne mène à ce dispositif"
DEPENSES = "dépenses : aucune clé des écritures ne mène à ce dispositif"
DECISION = "décision : une ligne « valorisé » datée dans dispositifs"


def _etat(etp: str | None, charges: str | None, *manque: str, valorisation: str = "en attente") -> dict[str, Any]:
    lus = {"etp_mesure": etp and Decimal(etp), "charges_mesurees": charges and Decimal(charges)}
    return lus | {"valorisation": valorisation, "manque": " ; ".join(manque) or None}


@pytest.mark.parametrize(
    ("etat", "etp", "charges", "manque"),
    [
        (
            _etat("0.15", "0.00", DEPENSES, DECISION),
            "0.15",
            None,
            "Clé de dépenses, décision",
        ),
        # a key that brought nothing is a nought
        (_etat("0.10", "0.00", DECISION), "0.10", "0.00", "Décision"),
        (_etat("0.10", "-12.50", DECISION), "0.10", "-12.50", "Décision"),
        (
            _etat("0", "0", TEMPS, DEPENSES, DECISION),
            None,
            None,
            "Temps saisi, clé de dépenses, décision",
        ),
        (
            _etat(None, None, valorisation="hors périmètre"),
            None,
            None,
            "Hors périmètre",
        ),
        # a version of former days says it in other words
        (_etat("1", "2", "unités de service"), "1", "2", "Unités de service"),
    ],
)
def test_each_says_what_is_known_and_what_is_missing(
    etat: dict[str, Any], etp: str | None, charges: str | None, manque: str
) -> None:
    dit = _connu(etat)
    assert (dit["etp"], dit["charges"]) == (etp and Decimal(etp), charges and Decimal(charges))
    assert dit["manque"] == manque


@pytest.mark.parametrize(
    ("mesures", "dite"),
    [
        ([(None, None)], "1 dispositif n'entre dans aucun total de ce bilan, et rien n'en est mesuré."),
        (
            [("0.15", None), ("1.95", "35788.91"), (None, None)],
            "3 dispositifs n'entrent dans aucun total de ce bilan, alors qu'on en mesure 2,10 ETP et 35 789 € de "
            "dépenses directes.",
        ),
        ([("0.15", "0")], "1 dispositif n'entre dans aucun total de ce bilan, alors qu'on en mesure 0,15 ETP."),
        (
            [(None, "-12.50"), (None, None)],
            "2 dispositifs n'entrent dans aucun total de ce bilan, alors qu'on en mesure −13 € de dépenses directes.",
        ),
    ],
)
def test_the_sentence_says_what_is_measured_of_them(mesures: list[tuple[str | None, str | None]], dite: str) -> None:
    lignes = [{"etp": e and Decimal(e), "charges": c and Decimal(c)} for e, c in mesures]
    assert hors_totaux(lignes).replace("\u202f", " ").replace("\u00a0", " ") == dite


@pytest.mark.parametrize(("cam", "attendu"), [("0.00", ""), ("12.50", "commentaire de l'écart : Centrale d'achat")])
def test_a_comment_is_missing_where_something_moved(cam: str, attendu: str) -> None:
    ecrits = [
        {"rubrique": r, "dispositif": d, "rang": 1, "texte": "Dit.", "auteur": "Direction"}
        for r in ("presentation", "activite")
        for d in ("CAM", "RGPD", "CEE")
    ]
    variation = [{"dispositif": d, "effet": "etp", "montant": Decimal(x)} for d, x in (("CAM", cam), ("TOTAL", "9"))]
    assert _textes(BilanFactice(textes=ecrits, variation=variation)) == attendu
