"""What documents can draw: any text compiles under PDF/UA-1 and PDF/A-2a, and what had to be replaced is counted."""

import json
from importlib.metadata import version

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.atelier.tables import cas

from mutualisation.documents.composition.glyphes import dessinable, phrase
from mutualisation.socle.chemins import GLYPHES

GABARIT = """#set document(title: "Essai")
#set text(lang: "fr", font: "Libertinus Serif")
#for t in json(bytes(sys.inputs.textes)) [#t #strong(t) #emph(t) #parbreak()]
"""


@pytest.fixture(scope="module")
def compilateur(tmp_path_factory: pytest.TempPathFactory) -> typst.Compiler:
    """A compiler under the standards of our documents."""
    chemin = tmp_path_factory.mktemp("glyphes") / "essai.typ"
    chemin.write_text(GABARIT, encoding="utf-8")
    return typst.Compiler(str(chemin), root=str(chemin.parent), ignore_system_fonts=True)


@cas
def test_ce_qui_n_a_pas_de_dessin_est_remplace(texte: str, dessine: str, remplaces: int) -> None:
    assert dessinable(texte) == (dessine, remplaces)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.characters(max_codepoint=0x3000)), max_size=12),
        min_size=20,
        max_size=40,
    )
)
def test_tout_texte_se_compose(compilateur: typst.Compiler, textes: list[str]) -> None:
    lus = [dessinable(texte)[0] for texte in textes]
    pdf = compilateur.compile(
        format="pdf", sys_inputs={"textes": json.dumps(lus)}, pdf_standards=["ua-1", "a-2a"], timestamp=0
    )
    assert isinstance(pdf, bytes)
    assert [dessinable(texte) for texte in lus] == [(texte, 0) for texte in lus]


def test_les_glyphes_sont_ceux_du_compilateur_en_place() -> None:
    """Another compiler has other fonts: `git show d3748f69:outils/glyphes.py` asks it again."""
    assert GLYPHES.read_text(encoding="utf-8").splitlines()[0] == f"debut;fin;typst {version('typst')}"


def test_la_phrase_dit_combien_et_ou() -> None:
    assert phrase(1, "« Adhérents »") == "1\u00a0caractère sans dessin remplacé par « □ » dans « Adhérents »"
    assert phrase(2, "ce document") == "2\u00a0caractères sans dessin remplacés par « □ » dans ce document"
