"""The site: the French pages of `docs/`, with a search, around the extracts of the reference drop (decision 0034)."""

import re

from sphinx.application import Sphinx

project = "mutualisation"
author = "Les contributeurs de mutualisation"
language = "fr"
root_doc = "index"
extensions = ["myst_parser"]
exclude_patterns = ["README.md", "decisions", "developper.md", "architecture.md"]
# MyST does not read the anchors of the rules: `verifier.py` follows every link. The index names every page
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure", "toc.not_included"]
myst_heading_anchors = 4
html_theme = "pydata_sphinx_theme"
html_title = "mutualisation"
html_copy_source = html_show_sphinx = smartquotes = False
html_theme_options = {
    "announcement": "Chiffres synthétiques : jeu de référence, aucune donnée réelle.",
    "header_links_before_dropdown": 3,
    "header_dropdown_text": "Autres pages",
}

HORS_DU_SITE = re.compile(r"\[([^\]]+)\]\((?:\.\./|decisions|developper|architecture|README)[^)]*\)")


def _sans_lien_mort(_app: Sphinx, _page: str, texte: list[str]) -> None:
    """A link to what the site does not have becomes its words."""
    texte[0] = HORS_DU_SITE.sub(r"\1", texte[0])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _sans_lien_mort)
