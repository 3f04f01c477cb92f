"""Each form of a document on paper: its number of pages, its tags, what a validator says of it."""

import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from outils import valider_pdf
from tests.unit.rapport import documents

from mutualisation.documents.mise_en_forme import pdf
from mutualisation.socle.chemins import RACINE

CORPS = ("/TBody", "/TFoot")


def _ouvert(octets: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(octets))


def _elements(racine: Any) -> Iterator[Any]:
    for element in _enfants(racine):
        yield element
        yield from _elements(element)


def _enfants(element: Any) -> list[Any]:
    enfants = element.get("/K", [])
    enfants = list(enfants) if isinstance(enfants, pikepdf.Array) else [enfants]
    return [e for e in enfants if isinstance(e, pikepdf.Dictionary) and "/S" in e]


def _portee(cellule: Any) -> str:
    attributs = cellule.A if isinstance(cellule.A, pikepdf.Array) else [cellule.A]
    return next((str(a.Scope) for a in attributs if "/Scope" in a), "")


@pytest.fixture(params=documents.IMPRIMEES)
def forme(request: pytest.FixtureRequest) -> str:
    """Each form in turn."""
    return str(request.param)


def test_est_balise_et_titre(forme: str) -> None:
    with _ouvert(pdf.rendre(documents.document(forme))) as lu:
        assert str(lu.Root.Lang) == "fr-FR"
        assert lu.Root.MarkInfo.Marked
        assert lu.Root.ViewerPreferences.DisplayDocTitle
        assert str(lu.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        metadonnees = lu.open_metadata()
        assert (metadonnees["pdfuaid:part"], metadonnees["pdfaid:part"], metadonnees["pdfaid:conformance"]) == (
            "1", "2", "A",
        )  # fmt: skip
        balises = [str(e.S) for e in _elements(lu.Root.StructTreeRoot)]
        assert balises.count("/Title") == 1
        figures = [e for e in _elements(lu.Root.StructTreeRoot) if e.S == "/Figure"]
        # five charts, and the columns beside a table
        assert [str(f.Alt)[:12] for f in figures].count("Financement.") == 2
        assert all("/Alt" in f for f in figures)
        assert len(figures) == 6


def test_les_tableaux_ont_un_titre_et_des_entetes_dans_les_deux_sens(forme: str) -> None:
    with _ouvert(pdf.rendre(documents.document(forme))) as lu:
        tables = [e for e in _elements(lu.Root.StructTreeRoot) if e.S == "/Table"]
        assert len(tables) >= 4
        for table in tables:
            assert str(_enfants(table)[0].S) == "/Caption"
            for partie in _enfants(table)[1:]:
                for ligne in _enfants(partie):
                    premiere, *autres = _enfants(ligne)
                    if partie.S in CORPS:
                        assert (str(premiere.S), _portee(premiere)) == ("/TH", "/Row")
                        assert {str(c.S) for c in autres} <= {"/TD"}
                    else:
                        assert {(str(c.S), _portee(c)) for c in (premiere, *autres)} == {("/TH", "/Column")}


def test_memes_octets(forme: str) -> None:
    assert pdf.rendre(documents.document(forme)) == pdf.rendre(documents.document(forme))


def _pages(octets: bytes) -> int:
    with _ouvert(octets) as lu:
        return len(lu.pages)


@pytest.mark.parametrize("rangs", [1, 6, 12])
def test_les_deux_pages_sont_deux(rangs: int) -> None:
    parts = documents.sections(rangs)
    for gardees in (parts[:1], parts[:2], [*parts[:2], parts[3]]):
        assert _pages(pdf.rendre(documents.document("deux_pages", gardees))) == 2


@pytest.mark.systeme("pdftohtml")
@pytest.mark.parametrize(
    ("forme", "rangs", "pages", "moindre"), [("fiche", 1, 1, 9), ("fiche", 30, 2, 9), ("rapport", 1, 1, 8)]
)
def test_le_papier_se_lit(forme: str, rangs: int, pages: int, moindre: int, tmp_path: Path) -> None:
    """However much a sheet says; nothing, charts side by side either, is smaller than the foot of the page."""
    *_, barres = documents.graphiques()
    blocs = [documents.table(rangs), documents.CoteACote((barres, barres))]
    octets = pdf.rendre(documents.document(forme, [documents.Section("s", "S", "S", blocs)]))
    (tmp_path / "lu.pdf").write_bytes(octets)
    commande = ["pdftohtml", "-xml", "-i", "-stdout", "-zoom", "3", str(tmp_path / "lu.pdf")]
    lu = subprocess.run(commande, capture_output=True, text=True, check=True).stdout
    # to a third of a point
    corps = {police: int(taille) / 3 for police, taille in re.findall(r'<fontspec id="(\d+)" size="(\d+)"', lu)}
    lettres: Counter[float] = Counter()
    for police, mots in re.findall(r'<text [^>]*font="(\d+)">(.*?)</text>', lu):
        lettres[corps[police]] += len(re.sub("<[^>]+>", "", mots))
    (principal, _), *_ = lettres.most_common(1)
    assert (_pages(octets), principal >= moindre, min(lettres) > 7) == (pages, True, True), lettres


def test_un_long_tableau_repete_ses_entetes() -> None:
    parts = [documents.Section("trace", "Trace", "Trace", [documents.table(200)])]
    octets = pdf.rendre(documents.document("dossier", parts))
    with _ouvert(octets) as lu:
        (tete,) = [e for e in _elements(lu.Root.StructTreeRoot) if e.S == "/THead"][:1]
        assert len(_enfants(tete)) == 1  # said once to a screen reader, printed again as an artifact
        assert len(lu.pages) > 4


@pytest.mark.systeme
@pytest.mark.skipif(bool(valider_pdf.manque()), reason=valider_pdf.manque() or "-")
def test_verapdf_n_y_trouve_rien(tmp_path: Path) -> None:
    bons = [tmp_path / f"{forme}.pdf" for forme in documents.IMPRIMEES]
    for fichier in bons:
        fichier.write_bytes(pdf.rendre(documents.document(fichier.stem)))
    mauvais = [_abimer(bons[2], tmp_path / f"sans_{quoi}.pdf", quoi) for quoi in ABIMES]
    execution = subprocess.run(
        [sys.executable, str(RACINE / "outils" / "valider_pdf.py"), *map(str, [*bons, *mauvais])],
        capture_output=True,
        text=True,
        check=False,
    )
    constats = {ligne.split(" : ")[0]: ligne for ligne in execution.stdout.splitlines() if not ligne.startswith(" ")}
    assert execution.returncode == 1, execution.stderr
    for fichier in bons:
        for profil in valider_pdf.PROFILS:
            assert constats[f"{fichier.name} {profil}"].endswith(", 0 faute(s)"), execution.stdout
    # the judge is not asleep: each point, taken away, is told
    for fichier in mauvais:
        assert any(not constats[f"{fichier.name} {p}"].endswith(", 0 faute(s)") for p in valider_pdf.PROFILS), fichier


def _premier(lu: pikepdf.Pdf, balise: str) -> Any:
    return next(e for e in _elements(lu.Root.StructTreeRoot) if balise == e.S)


def _sans_police(lu: pikepdf.Pdf) -> None:
    for objet in lu.objects:
        if isinstance(objet, pikepdf.Dictionary) and "/FontFile3" in objet:
            del objet["/FontFile3"]


def _sans_portee(lu: pikepdf.Pdf) -> None:
    for element in _elements(lu.Root.StructTreeRoot):
        if element.S == "/TH":
            del element.A


ABIMES: dict[str, Callable[[pikepdf.Pdf], Any]] = {
    "langue": lambda lu: lu.Root.__delattr__("Lang"),
    "titre": lambda lu: lu.Root.ViewerPreferences.__delattr__("DisplayDocTitle"),
    "marques": lambda lu: lu.Root.__delattr__("MarkInfo"),
    "alternative": lambda lu: _premier(lu, "/Figure").__delattr__("Alt"),
    "intention": lambda lu: lu.Root.__delattr__("OutputIntents"),
    "police": _sans_police,
    "portee": _sans_portee,
    "niveaux": lambda lu: _premier(lu, "/H1").__setattr__("S", pikepdf.Name.H4),
}


def _abimer(source: Path, cible: Path, quoi: str) -> Path:
    """A copy of a PDF that lacks one point."""
    with pikepdf.open(source) as lu:
        ABIMES[quoi](lu)
        lu.save(cible)
    return cible


@pytest.mark.systeme("pdftotext")
def test_aucune_page_a_demi_blanche_ni_dernier_point_seul(tmp_path: Path) -> None:
    """Text goes on where a tall chart has no place; the last points stay with who wrote them; the end is whole."""
    ligne, signe = documents.p("Ligne."), [documents.p("Vu le code."), documents.p("Signé.")]
    haut = replace(
        documents.graphiques()[0], barres=[replace(documents.BARRES[0], libelle=f"N° {n}") for n in range(12)]
    )
    points = [documents.Liste([("Point", str(n)) for n in range(8)]), documents.p("Textes : lui.", note=True)]
    volets = [documents.SousTitre("Thème"), *(documents.Volet(f"V{n}", "", points, niveau=3) for n in range(20))]
    parts = [[ligne] * 15 + [haut], [ligne] * 12, volets, [ligne] * 9, signe]
    sections = [documents.Section(f"s{n}", f"Partie {n}", "P", blocs) for n, blocs in enumerate(parts)]
    (tmp_path / "lu.pdf").write_bytes(pdf.rendre(documents.document("rapport", sections)))
    commande = ["pdftotext", "-raw", str(tmp_path / "lu.pdf"), "-"]
    pages = subprocess.run(commande, capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    assert "Partie 1\nLigne." in pages[0].partition("Partie 0\n")[2]
    assert [page for page in pages if page.startswith(("– Point 7", "Textes"))] == []
    assert "Partie 4" in pages[-1]
