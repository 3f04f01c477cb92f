"""Dispositifs out of the totals: what is known of them, and what is missing to value each."""

from decimal import Decimal

import pytest
from tests.atelier.tables import cas
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.classeur import calculs
from mutualisation.documents.rapport.contenu.conseil.reserves import _connu, _textes, hors_totaux

D = Decimal
MANQUES = {
    "temps": "temps passé : aucune activité saisie ne mène à ce dispositif",
    "dépenses": "dépenses : aucune clé des écritures ne mène à ce dispositif",
    "décision": "décision : une ligne « valorisé » datée dans dispositifs",
}


def _d(texte: str | None) -> Decimal | None:
    return Decimal(texte) if texte else None


@cas
def test_each_says_what_is_known_and_what_is_missing(
    mesures: list[str], valorisation: str, manques: list[str], etp: str | None, charges: str | None, manque: str
) -> None:
    lus = {"etp_mesure": _d(mesures[0]), "charges_mesurees": _d(mesures[1]), "valorisation": valorisation}
    dit = _connu(lus | {"manque": " ; ".join(MANQUES.get(x, x) for x in manques) or None})
    assert (dit["etp"], dit["charges"], dit["manque"]) == (_d(etp), _d(charges), manque)


def test_the_workbook_measures_no_more_than_the_council_reads() -> None:
    zero = {"etp_mesure": D(0), "charges_mesurees": D(0), "adherents": 3, "unites": None}
    lus = [zero | {"dispositif": c, "valorisation": "en attente", "thematique": None, "manque": MANQUES.get(x)}
           for c, x in (("CAM", "temps"), ("RGPD", "dépenses"), ("CEE", "décision"))]  # fmt: skip
    feuille = calculs.etats(BilanFactice(etat_valorisation=lus)).lignes
    assert {x["dispositif"]: (x["etp_mesure"], x["charges_mesurees"]) for x in feuille} == {
        "CAM": (None, D(0)), "RGPD": (D(0), None), "CEE": (D(0), D(0)),
    }  # fmt: skip


@cas
def test_the_sentence_says_what_is_measured_of_them(mesures: list[list[str]], dite: str) -> None:
    lignes = [{"etp": _d(e), "charges": _d(c)} for e, c in mesures]
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
