"""Every rule that a tariff may carry has its sentence."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from tests.atelier.tables import cas

from mutualisation.documents.factures.factures import dire_les_actes, phrase_du_tarif
from mutualisation.entree.sources.registre import registre

REGLES = next(c for c in registre().jeu("tarifs").colonnes if c.nom == "regle").valeurs


@pytest.mark.parametrize("regle", REGLES)
def test_chaque_regle_du_registre_a_sa_phrase(regle: str) -> None:
    tarif: dict[str, Any] = defaultdict(lambda: Decimal(2), regle=regle)
    assert "2" in phrase_du_tarif(tarif)


@cas
def test_les_unites_facturees_disent_les_actes_qui_les_font(facturees: str, unites: list[list[str]], dit: str) -> None:
    rangees = [
        {"type_unite": t, "quantite": Decimal(q), "poids": Decimal(p), "unites": Decimal(u) if u else None}
        for t, q, p, u in unites
    ]
    tarif = {"unites": Decimal(facturees) if facturees else None}
    assert dire_les_actes(tarif, rangees).replace("\u00a0", " ").replace("\u202f", " ") == dit
