"""Every rule that a tariff may carry has its sentence."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from mutualisation.documents.factures.factures import phrase_du_tarif
from mutualisation.entree.sources.registre import registre

REGLES = next(c for c in registre().jeu("tarifs").colonnes if c.nom == "regle").valeurs


@pytest.mark.parametrize("regle", REGLES)
def test_chaque_regle_du_registre_a_sa_phrase(regle: str) -> None:
    tarif: dict[str, Any] = defaultdict(lambda: Decimal(2), regle=regle)
    assert "2" in phrase_du_tarif(tarif)
