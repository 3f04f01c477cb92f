"""A document of a commune is copied while it says the same, whatever moved elsewhere; never once its own data moved."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.rapport import communes_factices as f
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.extrait.reprises import Reprises
from mutualisation.documents.mise_en_forme import html, pdf
from mutualisation.documents.mise_en_forme.modele import DE_SON_CONTENU, Document
from mutualisation.documents.rapport.contenu import actes_communaux, communes

FICHIER = "communes/59360_loos.html"
MONTANTS = sorted(
    {(nom, c) for (nom, annee), lues in f.RANGEES.items() if annee == 2021 for r in lues for c in r
     if isinstance(r[c], Decimal)}
)  # fmt: skip


def _documents(bilan: BilanFactice) -> dict[str, Document]:
    """Those of communes, by file."""
    tous = (*communes.documents(bilan), *actes_communaux.documents(bilan))
    return {fichier: d for d in tous if d.version == DE_SON_CONTENU for fichier in d.fichiers}


def _rendre(document: Document) -> tuple[str, str]:
    """All that its forms set of it."""
    return html.rendre(document), str(pdf.donnees(document))


def _dits(documents: dict[str, Document]) -> dict[str, str]:
    """What each file says, as a digest."""
    reprises = Reprises(2, publiee=False, connus={}, place=None)
    assert {reprises.dater(d).version for d in documents.values()} == {2}
    return {fichier: dit for fichier, (dit, _) in reprises.dits.items()}


@pytest.fixture(scope="module")
def avant() -> dict[str, Document]:
    return _documents(BilanFactice())


def test_ce_que_dit_un_document_ne_depend_pas_du_processus(avant: dict[str, Document]) -> None:
    """An address in memory, a set: another machine would find that it changed."""
    assert {*avant} >= {FICHIER, "communes/notes/59360_loos.pdf", "communes/deliberations/59360_loos.docx"}
    for fichier, document in avant.items():
        assert not re.search(r" at 0x|set\(|\{'[^']*'[,}]", repr(document)), fichier
    assert _dits(_documents(BilanFactice())) == _dits(avant)


@pytest.mark.parametrize(("relation", "colonne"), MONTANTS)
def test_ce_qui_a_bouge_se_voit(avant: dict[str, Document], relation: str, colonne: str) -> None:
    """Each amount of a first row, a euro more: a file of the same digest is set the same in every form."""
    premiere, *suivantes = f.RANGEES[relation, 2021]
    bougee = premiere | {colonne: (premiere[colonne] or 0) + 1}
    apres = _documents(BilanFactice(**{relation: [bougee, *suivantes]}))
    dits = _dits(avant), _dits(apres)
    for fichier in avant.keys() & apres.keys():
        if dits[0][fichier] == dits[1][fichier]:
            assert _rendre(avant[fichier]) == _rendre(apres[fichier]), fichier


@pytest.mark.parametrize("champ", sorted({c.name for c in fields(Document)} - {"version", "chemin", "sorties"}))
def test_chaque_partie_d_un_document_compte(avant: dict[str, Document], champ: str) -> None:
    """Its states, its colour, its key figures as well as its sections."""
    autre = replace(avant[FICHIER], **{champ: [("autre", ("autre",))]})
    assert _dits({FICHIER: autre})[FICHIER] != _dits(avant)[FICHIER]


@pytest.mark.parametrize(
    ("gater", "copie"),
    [
        (lambda _: None, True),
        (lambda chemin: chemin.write_bytes(b"un autre"), False),
        (lambda chemin: chemin.write_bytes(b""), False),
        (Path.unlink, False),
    ],
    ids=["le même", "refait", "vide", "absent"],
)
def test_un_fichier_n_est_copie_que_tel_qu_il_fut_ecrit(
    avant: dict[str, Document], tmp_path: Path, gater: Callable[[Path], object], *, copie: bool
) -> None:
    document, place, vers = avant[FICHIER], tmp_path / "place", tmp_path / "vers"
    (place / FICHIER).parent.mkdir(parents=True)
    (place / FICHIER).write_bytes(b"la page")
    connu = (_dits(avant)[FICHIER], 1, hashlib.sha256(b"la page").hexdigest())
    gater(place / FICHIER)
    reprises = Reprises(2, publiee=False, connus={FICHIER: connu}, place=place)
    # its content did not change, whatever became of the file
    assert reprises.dater(document).version == 1
    assert (reprises.copier(document, vers), (vers / FICHIER).exists()) == (copie, copie)
    ailleurs = Reprises(2, publiee=False, connus={FICHIER: ("ab" * 32, *connu[1:])}, place=place)
    assert ailleurs.dater(document).version == 2
    assert not ailleurs.copier(document, vers)


def test_un_document_de_deux_fichiers_se_copie_entier_ou_se_compose(avant: dict[str, Document], tmp_path: Path) -> None:
    document = avant["communes/deliberations/59360_loos.docx"]
    ecrit, autre = document.fichiers
    dit, somme = _dits(avant)[ecrit], hashlib.sha256(b"x").hexdigest()
    (tmp_path / ecrit).parent.mkdir(parents=True)
    (tmp_path / ecrit).write_bytes(b"x")
    connus = dict.fromkeys((ecrit, autre), (dit, 1, somme))
    reprises = Reprises(2, publiee=False, connus=connus, place=tmp_path)
    reprises.dater(document)
    assert not reprises.copier(document, tmp_path / "vers")
    assert not (tmp_path / "vers").exists()


def test_une_version_publiee_imprime_le_meme_numero_quoi_qu_elle_dise(avant: dict[str, Document]) -> None:
    """Closed since, it says that it is; another software says it in other words."""
    document, connus = avant[FICHIER], {FICHIER: ("ab" * 32, 1, "")}
    assert Reprises(3, publiee=True, connus=connus, place=None).dater(document).version == 1
    # published before anything was kept: its own
    assert Reprises(3, publiee=True, connus={}, place=None).dater(document).version == 3
