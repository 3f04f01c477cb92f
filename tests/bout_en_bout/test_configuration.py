"""A dispositif more: rows of the referentiel, no code."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.atelier import petit_depot
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire

from mutualisation import operations as op


def test_un_dispositif_de_plus_par_le_referentiel_seul(publie: Publie, depot: Path, tmp_path: Path) -> None:
    referentiel = depot / "referentiel"
    petit_depot.ajouter(
        referentiel / "dispositifs.csv", "NUMERIQUE;Numérique éducatif;Éducation;Convention;valorisé;2021-01-01;"
    )
    petit_depot.ajouter(referentiel / "cles_analytiques.csv", "axe;X-NUM;NUMERIQUE;100;2021-01-01;;Délib. 9")
    petit_depot.ajouter(
        depot / "compta" / f"mandats_{EXERCICE}-09.csv", petit_depot.ecriture(557, 9, "6156", "X-NUM", "4 321,10")
    )
    op.bilan(publie.contexte, str(depot), [EXERCICE], str(tmp_path))
    synthese = "select libelle, etp, cout_net from publication.synthese_financiere where dispositif = 'NUMERIQUE'"
    assert lire(publie.contexte.dsn, synthese) == [("Numérique éducatif", Decimal(0), Decimal("4321.10"))]
    assert "NUMERIQUE" in (tmp_path / f"bilan_{EXERCICE}" / "synthese_financiere.csv").read_text(encoding="utf-8-sig")
