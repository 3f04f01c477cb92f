"""Every rule that a tariff may carry has its sentence."""

from mutualisation.factures.redaction import _PHRASES
from mutualisation.sources.registre import registre


def test_chaque_regle_du_registre_a_sa_phrase() -> None:
    tarifs = next(j for j in registre().jeux if j.nom == "tarifs")
    regle = next(c for c in tarifs.colonnes if c.nom == "regle")
    assert set(_PHRASES) == set(regle.valeurs)
