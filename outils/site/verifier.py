"""Read a site as its readers do, by a real browser without network: axe, widths, links, searches.

python outils/site/verifier.py var/site/public
"""

import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from tests.navigateur import Onglet, navigateur  # noqa: E402

# the words that somebody of a finance department types, and a page that must answer
MOTS = {
    "facture": "exploitation", "reste à charge": "glossaire", "attribution de compensation": "regles",
    "mois manquant": "pannes", "tarif par habitant": "parametres",
}  # fmt: skip
LARGEURS = (390, 1280)
LIENS = "[...document.querySelectorAll('a[href]')].map(a => a.href)"
SYNTHETIQUE = "synthétiques"


def pages(site: Path) -> list[Path]:
    """Those of the docs: the extracts have tests of their own."""
    return sorted(p for p in site.glob("*.html") if p.stem != "genindex")


def fautes(onglet: Onglet, page: Path) -> list[str]:
    """What is wrong with a page: what axe finds, what is wider than the screen, dead links, no banner."""
    trouvees = []
    for largeur in LARGEURS:
        trouvees += onglet.ouvrir(page, largeur).anomalies()[0]
        trouvees += [f"{onglet.debord} pixels de trop à {largeur}"] if onglet.debord > 0 else []
    trouvees += [f"lien mort : {lien}" for lien in onglet.page.evaluate(LIENS) if not _mene(lien)]
    return trouvees if SYNTHETIQUE in onglet.texte else [*trouvees, f"« {SYNTHETIQUE} » n'y est pas"]


def _mene(lien: str) -> bool:
    adresse, _, ancre = lien.partition("#")
    if not adresse.startswith("file:"):
        return True
    chemin = Path(unquote(adresse.removeprefix("file://").partition("?")[0]))
    if not chemin.is_file():
        return False
    return not ancre or chemin.suffix != ".html" or unquote(ancre) in _ancres(chemin)


@cache
def _ancres(page: Path) -> set[str]:
    return set(re.findall(r'\bid="([^"]*)"', page.read_text(encoding="utf-8")))


def cherchees(onglet: Onglet, site: Path) -> list[str]:
    """Searches that do not find their page."""
    manquees = []
    for mots, attendue in MOTS.items():
        onglet.page.goto(f"{(site / 'search.html').resolve().as_uri()}?q={mots}")
        onglet.page.wait_for_selector("#search-results .search-summary, #search-results ul li a")
        trouvees = [Path(x.partition("?")[0].partition("#")[0]).stem for x in onglet.page.evaluate(
            "[...document.querySelectorAll('#search-results li a')].map(a => a.href)")]  # fmt: skip
        if attendue not in trouvees:
            manquees.append(f"« {mots} » : {trouvees[:8]}, sans {attendue}")
    return manquees


def main(site: Path) -> int:
    """Print what is wrong; 1 when something is."""
    with navigateur() as onglet:
        lues = pages(site)
        constats = [f"{page.name} : {x}" for page in lues for x in fautes(onglet, page)] + cherchees(onglet, site)
        constats += [
            f"adresse demandée au réseau : {x}" for x in onglet.demandes if not x.startswith(("file:", "data:"))
        ]
    print("\n".join(constats) or f"{len(lues)} pages, {len(MOTS)} recherches : rien à redire.")
    return 1 if constats or not lues else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
