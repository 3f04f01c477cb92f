"""Every kind of page of an extract: what axe-core finds at four widths, folds open."""

from pathlib import Path

import pytest
from tests.navigateur import LARGEURS, navigateur


def _une_de_chaque(extrait: Path) -> list[Path]:
    """Every page, but one commune for all and one trace for all."""
    pages = sorted(extrait.rglob("*.html"))
    communes = [p for p in pages if p.parent.name == "communes" and p.stem != "index"]
    traces = [p for p in pages if p.stem.startswith("trace_")]
    return [p for p in pages if p not in communes[1:] and p not in traces[1:]]


@pytest.mark.systeme("chromium")
def test_axe_ne_trouve_rien_dans_un_extrait(extrait: Path) -> None:
    trouve = {}
    with navigateur() as onglet:
        for page in _une_de_chaque(extrait):
            for largeur in LARGEURS:
                anomalies, a_voir = onglet.ouvrir(page, largeur).deplier().anomalies()
                # colours under the words of a drawing are out of its reach: test_dessin_lisibilite measures them
                vues = [constat for constat in a_voir if not constat.startswith("color-contrast : <text")]
                if anomalies or vues or onglet.debord > 0:
                    trouve[f"{page.name} {largeur}"] = (anomalies, vues, onglet.debord)
    assert trouve == {}
