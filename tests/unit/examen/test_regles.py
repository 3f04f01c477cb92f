"""Rules told by `essayer` are rules of the load, in its very words: a rule that changes there is seen here."""

from __future__ import annotations

import pytest

from mutualisation.chemins import PROJET_DBT
from mutualisation.examen.regles import Periode, Regle, regles
from mutualisation.sources.registre import registre

SQL = "\n".join(
    f.read_text(encoding="utf-8").replace("''", "'")
    for dossier in ("models/staging", "macros")
    for f in sorted((PROJET_DBT / dossier).rglob("*.sql"))
)
TOUTES = [
    pytest.param(r, id=f"{j.nom}-{r.entete}-{i}")
    for j in registre().jeux
    for i, r in enumerate(regles(j, Periode(2023, 3, 1)))
]


@pytest.mark.parametrize("regle", TOUTES)
def test_le_motif_est_celui_du_chargement(regle: Regle) -> None:
    assert f"{regle.entete}|{regle.motif}" in SQL
