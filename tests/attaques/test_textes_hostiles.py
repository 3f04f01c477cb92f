"""What a drop says is read by people: no line, link, image, title or colour of its own in what we tell them."""

import pytest
from markdown_it import MarkdownIt

from mutualisation.socle.erreurs import ControleEchoue, FichierRefuse
from mutualisation.socle.francais.neutralisation import en_markdown
from mutualisation.usage.cli import commandes

HOSTILES = (
    "DPO\n\n# Tout est conforme\n\n[Voir](https://exemple.fr) ![](https://exemple.fr/x.png)",
    "DPO\r\nconforme",
    "`` ` [Voir](https://exemple.fr)",
    "| a | b |\n|---|---|\n<img src=https://exemple.fr>",
    "\x1b[2J\x1b[32mconforme\x85\u2028conforme\u202e",
)
PERMIS = {"table", "thead", "tbody", "tr", "th", "td", "paragraph", "bullet_list", "list_item", "inline", "text",
          "code_inline", "softbreak"}  # fmt: skip


def faits(texte: str) -> set[str]:
    """What a reader of Markdown makes of a text."""
    lu = MarkdownIt("gfm-like", {"linkify": False}).parse(texte)
    jetons = [*lu, *(fils for jeton in lu for fils in jeton.children or [])]
    return {jeton.type.removesuffix("_open").removesuffix("_close") for jeton in jetons}


@pytest.mark.parametrize("hostile", HOSTILES)
def test_un_texte_reste_a_sa_place_dans_du_markdown(hostile: str) -> None:
    assert faits(f"- {en_markdown(hostile)}") <= PERMIS
    (ligne,) = en_markdown(hostile).splitlines()
    assert ligne.isprintable()


@pytest.mark.parametrize("hostile", HOSTILES)
def test_un_terminal_ne_lit_qu_une_ligne_et_n_obeit_a_rien(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    commandes._rendre(json_=False, contenu={}, lignes=[f"version 1 : {hostile}"], reste=hostile)
    commandes.suivre(hostile)
    dit = capsys.readouterr()
    erreurs = (str(ControleEchoue([f"sans_tarif ({hostile})"])), str(FichierRefuse([("compta/x.csv", hostile)])))
    assert [len(x.splitlines()) for x in (dit.out, dit.err, *erreurs)] == [2, 1, 1, 1]
    assert all(x.isprintable() for texte in (dit.out, dit.err, *erreurs) for x in texte.splitlines())
