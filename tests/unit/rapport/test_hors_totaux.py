"""Dispositifs out of the totals: what is known of them, and what is missing to value each. What a closing compares."""

from decimal import Decimal

import pytest
from tests.atelier.tables import cas
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.rapport.contenu.conseil.reserves import (
    _ce_qui_est_connu,
    _dire_textes,
    hors_totaux,
    section_depuis_cloture,
)

D = Decimal
MANQUES = {
    "temps": "temps passé : aucune activité saisie ne mène à ce dispositif",
    "dépenses": "dépenses : aucune clé des écritures ne mène à ce dispositif",
    "décision": "décision : une ligne « valorisé » datée dans dispositifs",
}


def _d(texte: str | None) -> Decimal | None:
    return Decimal(texte) if texte else None


@cas
def test_chacun_dit_ce_qui_est_connu_et_ce_qui_manque(
    mesures: list[str], valorisation: str, manques: list[str], etp: str | None, charges: str | None, manque: str
) -> None:
    lus = {"etp_mesure": _d(mesures[0]), "charges_mesurees": _d(mesures[1]), "valorisation": valorisation}
    dit = _ce_qui_est_connu(lus | {"manque": " ; ".join(MANQUES.get(x, x) for x in manques) or None})
    assert (dit["etp"], dit["charges"], dit["manque"]) == (_d(etp), _d(charges), manque)


@cas
def test_la_phrase_dit_ce_qui_en_est_mesure(mesures: list[list[str]], dite: str) -> None:
    lignes = [{"etp": _d(e), "charges": _d(c)} for e, c in mesures]
    assert hors_totaux(lignes).replace("\u202f", " ").replace("\u00a0", " ") == dite


@pytest.mark.parametrize(("cam", "attendu"), [("0.00", ""), ("12.50", "commentaire de l'écart : Centrale d'achat")])
def test_un_commentaire_manque_la_ou_quelque_chose_a_bouge(cam: str, attendu: str) -> None:
    ecrits = [
        {"rubrique": r, "dispositif": d, "rang": 1, "texte": "Dit.", "auteur": "Direction"}
        for r in ("presentation", "activite")
        for d in ("CAM", "RGPD", "CEE")
    ]
    variation = [{"dispositif": d, "effet": "etp", "montant": Decimal(x)} for d, x in (("CAM", cam), ("TOTAL", "9"))]
    assert _dire_textes(BilanFactice(textes=ecrits, variation=variation)) == attendu


@cas
def test_ce_qu_un_document_clos_disait_et_qui_change(
    ecarts: list[list[str]], lignes: list[list[str]], dite: str
) -> None:
    """Though no figure of the synthèse does: a unit cost that was opposable, and who shares it."""
    zeros = dict.fromkeys(("donnees_tardives", "cles", "parametres"), D(0))
    lues = [
        zeros | {"dispositif": "CAM", "version_close": 1, "mesure": m, "siret_adherent": s, "valeur_close": D("511.22"),
                 "valeur_redressee": D("511.22") + D(e), "ecart": D(e), "corrections": D(e)} for m, s, e in ecarts
    ]  # fmt: skip
    *tableaux, phrase = section_depuis_cloture(BilanFactice(redressement=lues)).blocs
    assert [[r["mesure"], r["redressee"], r["ecart"]] for t in tableaux for r in t.lignes] == lignes
    assert dite in "".join(phrase.morceaux)
