"""Each form of a document as a page: weight, links, structure, and what Chromium and axe-core see at four widths."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import html as lxml_html
from tests.atelier.tables import cas
from tests.navigateur import LARGEURS, Onglet, navigateur
from tests.unit.rapport import documents

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import html, pdf
from mutualisation.documents.mise_en_forme import modele as m

LIMITE = 1_000_000
FEUILLE_MAX = 12_500


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each form, in one extract folder."""
    dossier = tmp_path_factory.mktemp("bilan_2021")
    ecrites = {}
    for forme in documents.FORMES:
        document = documents.document(forme)
        ecrites[forme] = dossier / f"{document.chemin}.html"
        ecrites[forme].parent.mkdir(exist_ok=True)
        html.ecrire(document, ecrites[forme])
    return ecrites


@pytest.mark.parametrize("forme", documents.FORMES)
def test_tient_seule_et_mene_aux_autres(pages: dict[str, Path], forme: str) -> None:
    texte = pages[forme].read_text(encoding="utf-8")
    arbre = lxml_html.fromstring(texte.encode())
    assert len(texte.encode()) < LIMITE
    assert len(arbre.findtext(".//style").encode()) <= FEUILLE_MAX
    assert "url(http" not in texte
    assert not arbre.xpath("//script | //link | //img | //iframe | //@src")
    ailleurs = {lien for lien in arbre.xpath("//a/@href") if not lien.startswith("#")}
    atteintes = {(pages[forme].parent / lien).resolve() for lien in ailleurs}
    assert atteintes == {page.resolve() for autre, page in pages.items() if autre != forme}
    identifiants = arbre.xpath("//@id")
    assert len(identifiants) == len(set(identifiants))
    assert {lien[1:] for lien in arbre.xpath("//a/@href") if lien.startswith("#")} <= set(identifiants)


@pytest.mark.parametrize("forme", documents.FORMES)
def test_structure(pages: dict[str, Path], forme: str) -> None:
    arbre = lxml_html.fromstring(pages[forme].read_bytes())
    assert [len(arbre.xpath(f"//{balise}")) for balise in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    assert arbre.xpath("//nav/@aria-label") == ["Autres documents", "Sommaire"]
    assert all(t.xpath("caption") for t in arbre.xpath("//table"))
    assert all(
        len(t.xpath(".//tbody/tr/th[@scope='row']")) == len(t.xpath(".//tbody/tr")) for t in arbre.xpath("//table")
    )
    niveaux = [int(h.tag[1]) for h in arbre.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(suivant - niveau <= 1 for niveau, suivant in itertools.pairwise(niveaux))


def test_dit_ce_qui_a_ete_teste_et_pas_plus(pages: dict[str, Path]) -> None:
    (declaration,) = lxml_html.fromstring(pages["rapport"].read_bytes()).xpath("//footer//*[@id='accessibilite']")
    dite = " ".join(declaration.text_content().split())
    for attendu in (
        "RGAA",
        "axe-core",
        "réputé non conforme",
        "Métropole Européenne de Lille",
        "version 3",
        "PDF/UA-1",
    ):
        assert attendu in dite, attendu
    assert all(str(largeur) in dite for largeur in LARGEURS)


@pytest.fixture(scope="module")
def onglet() -> Iterator[Onglet]:
    """A tab of one Chromium."""
    with navigateur() as ouvert:
        yield ouvert


@pytest.mark.systeme("chromium")
@pytest.mark.parametrize("largeur", LARGEURS)
@pytest.mark.parametrize("forme", documents.FORMES)
def test_axe_ne_trouve_rien(onglet: Onglet, pages: dict[str, Path], forme: str, largeur: int) -> None:
    onglet.ouvrir(pages[forme], largeur)
    assert onglet.debord <= 0
    anomalies, a_voir = onglet.deplier().anomalies()
    assert anomalies == []
    # colours under the words of a drawing are out of its reach: test_dessin measures them
    assert [constat for constat in a_voir if not constat.startswith("color-contrast : <text")] == []
    assert onglet.debord <= 0
    assert onglet.erreurs == []


@pytest.mark.systeme("chromium")
@pytest.mark.parametrize("forme", documents.FORMES)
def test_un_ecran_sombre_se_lit_et_s_imprime_clair(onglet: Onglet, pages: dict[str, Path], forme: str) -> None:
    fonds = "['body', 'figure', 'h2'].map(x => getComputedStyle(document.querySelector(x)).backgroundColor)"
    # out of the reach of axe: words of a drawing that lie on its paper, and the edges of its shapes
    encres = """['text[data-fond="#ffffff"]', 'line', '.forme'].map(x => [...new Set([...document.querySelectorAll(
      `figure .graphique>${x}`)].map(mot => getComputedStyle(mot)[x.startsWith('t') ? 'fill' : 'stroke']))])"""
    clairs = onglet.ouvrir(pages[forme]).page.evaluate(fonds)
    onglet.page.emulate_media(color_scheme="dark")
    try:
        assert onglet.deplier().anomalies()[0] == []
        assert onglet.page.evaluate(fonds)[:2] == ["rgb(16, 23, 30)", "rgb(26, 36, 46)"]
        assert onglet.page.evaluate(encres) == [["rgb(228, 234, 240)"], ["rgb(174, 186, 197)"], ["rgb(174, 186, 197)"]]
        onglet.page.emulate_media(color_scheme="dark", media="print")
        assert onglet.page.evaluate(fonds) == ["rgb(255, 255, 255)", *clairs[1:]]
        assert len(onglet.page.evaluate(encres)[0]) == 2
    finally:
        onglet.page.emulate_media(color_scheme="light", media="screen")


@pytest.mark.systeme("chromium")
def test_le_triangle_d_un_pli_n_est_pas_coupe(onglet: Onglet, pages: dict[str, Path]) -> None:
    onglet.ouvrir(pages["rapport"], 390)
    place = onglet.page.locator(".volet summary").first.bounding_box()
    bord = {"x": 0, "y": place["y"], "width": 8, "height": place["height"]}
    avec = onglet.page.screenshot(full_page=True, clip=bord)
    onglet.page.add_style_tag(content=".volet summary{list-style:none}")
    assert onglet.page.screenshot(full_page=True, clip=bord) == avec


@pytest.mark.systeme("chromium")
def test_axe_n_est_pas_endormi(onglet: Onglet, pages: dict[str, Path], tmp_path: Path) -> None:
    gatee = tmp_path / "gatee.html"
    texte = pages["rapport"].read_text(encoding="utf-8")
    gatee.write_text(texte.replace('lang="fr"', "").replace("<h1>", '<h1 style="color:#1b4565">'), encoding="utf-8")
    regles = {constat.split(" : ")[0] for constat in onglet.ouvrir(gatee).anomalies()[0]}
    assert {"html-has-lang", "color-contrast"} <= regles


@pytest.mark.systeme("chromium")
def test_clavier_et_liens(onglet: Onglet, pages: dict[str, Path]) -> None:
    onglet.ouvrir(pages["fiche"])
    onglet.page.keyboard.press("Tab")
    assert onglet.page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    onglet.page.keyboard.press("Enter")
    assert onglet.page.evaluate("document.activeElement.id") == "contenu"
    onglet.suivre("Vers rapport")
    assert onglet.fichier == "bilan_etape_2021.html"
    onglet.suivre("Vers fiche")
    assert onglet.fichier == "59350_lille.html"


@pytest.mark.systeme("chromium")
def test_un_tableau_reste_un_tableau_des_768(onglet: Onglet, pages: dict[str, Path]) -> None:
    vue = "getComputedStyle(document.querySelector('table.empile tbody tr')).display"
    assert onglet.ouvrir(pages["rapport"], 768).page.evaluate(vue) == "table-row"
    assert onglet.ouvrir(pages["rapport"], 767).page.evaluate(vue) != "table-row"


@pytest.mark.systeme("chromium")
@pytest.mark.parametrize("largeur", [390, 768, 1280])
def test_un_mot_trop_long_ne_traverse_pas_un_tableau(onglet: Onglet, tmp_path: Path, largeur: int) -> None:
    table = documents.table(2)
    table = replace(table, lignes=[ligne | {table.colonnes[0].cle: "x" * 75} for ligne in table.lignes])
    html.ecrire(documents.document("rapport", [m.Section("c", "C", "C", [table])]), tmp_path / "page.html")
    onglet.ouvrir(tmp_path / "page.html", largeur)
    bloc = "[...document.querySelectorAll('.bloc')].map(bloc => bloc.scrollWidth - bloc.clientWidth)"
    assert max(onglet.page.evaluate(bloc)) <= 0


@pytest.mark.systeme("chromium")
@pytest.mark.parametrize("largeur", [768, 1024, 1440])
def test_les_mots_d_un_dessin_se_lisent_a_cote_d_un_autre(onglet: Onglet, tmp_path: Path, largeur: int) -> None:
    """In half a page too, of a screen and of the reader's printer: pixels of the smallest word that is shown."""
    tailles = """[...document.querySelectorAll('svg text')].filter(mot => mot.getClientRects().length)
      .map(mot => mot.getAttribute('font-size') * mot.getScreenCTM().d)"""
    barres = documents.graphiques()[-1]
    cotes = [m.CoteACote((gauche, barres)) for gauche in (barres, documents.table(2), m.Pile([documents.table(2)]))]
    html.ecrire(documents.document("rapport", [m.Section("c", "C", "C", cotes)]), tmp_path / "page.html")
    onglet.ouvrir(tmp_path / "page.html", largeur)
    assert min(onglet.page.evaluate(tailles)) >= 11
    assert onglet.debord <= 0
    onglet.page.emulate_media(media="print")
    assert min(onglet.page.evaluate(tailles)) >= 11
    onglet.page.emulate_media(media="screen")


@pytest.mark.systeme("chromium")
def test_l_impression_montre_ce_qui_est_replie(onglet: Onglet, pages: dict[str, Path], tmp_path: Path) -> None:
    import io

    import pikepdf

    imprimee = onglet.ouvrir(pages["rapport"]).imprimer(tmp_path / "imprimee.pdf")
    with pikepdf.open(io.BytesIO(imprimee.read_bytes())) as lu:
        assert len(lu.pages) >= 2
    onglet.page.emulate_media(media="print")
    haut = "document.querySelector('details:not([open]) table').getBoundingClientRect().height"
    assert onglet.page.evaluate(haut) > 20
    onglet.page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def annuaire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of communes, with a page beside for one of them."""
    page = tmp_path_factory.mktemp("communes") / "index.html"
    noms = {"59350": "Lille", "vil": "Villeneuve-d'Ascq", "59368": "La Madeleine", "59165": "Écaillon", "59378":
            "Marcq-en-Barœul", "59527": "Saint-André-lez-Lille", "sans_commune_13000001100010": "Steen"}  # fmt: skip
    liens = [x for code, nom in noms.items() for x in (" · ", m.Lien(f"{code}_{nom[:5].lower()}.html", nom))][1:]
    parts = [m.Section("trouver", "Trouver une commune", "Communes", [
        m.Recherche("Une partie du nom, ou le code INSEE"), m.SousTitre("A à Z"), m.p(*liens),
        m.SousTitre("M"), m.p(liens[4]),
    ])]  # fmt: skip
    html.ecrire(documents.document("dossier", parts), page)
    (page.parent / "vil_ville.html").write_text("<!DOCTYPE html><title>Villeneuve</title>", encoding="utf-8")
    return page


@pytest.mark.systeme("chromium")
@cas
def test_ce_qu_on_tape_trouve_une_commune(
    onglet: Onglet, annuaire: Path, tapees: str, trouves: list[str], dit: str
) -> None:
    onglet.ouvrir(annuaire, 390)
    onglet.page.get_by_role("searchbox").fill(tapees)
    assert onglet.page.locator(".recherche li a").all_inner_texts() == trouves
    assert onglet.page.locator(".recherche [role=status]").inner_text() == dit
    assert onglet.page.get_by_role("heading", name="A à Z").is_visible() is (tapees == "")
    assert (onglet.debord, onglet.anomalies()[0]) == (0, [])


@pytest.mark.systeme("chromium")
def test_la_recherche_mene_a_la_page_sans_reseau(onglet: Onglet, annuaire: Path) -> None:
    onglet.demandes.clear()
    saisie = onglet.ouvrir(annuaire, 390).page.get_by_role("searchbox")
    saisie.fill("vil")
    saisie.press("Enter")
    onglet.page.wait_for_url("**/vil_ville.html")
    assert {adresse.partition(":")[0] for adresse in onglet.demandes} == {"file"}


@pytest.mark.systeme("chromium")
def test_sans_script_la_liste_reste(onglet: Onglet, annuaire: Path) -> None:
    sans = onglet.page.context.browser.new_context(java_script_enabled=False)
    page = sans.new_page()
    page.goto(annuaire.resolve().as_uri())
    assert page.get_by_role("link", name="Lille", exact=True).is_visible()
    assert not page.locator(".recherche").is_visible()
    sans.close()


def test_une_page_trop_lourde_renvoie_aux_csv(tmp_path: Path) -> None:
    """Many dispositifs: the first of each list, its total, how many more and where; an anchor that leads stays."""
    lignes = [{"libelle": f"Dispositif {n}", "cout": n} for n in range(3000)]
    colonnes = (m.DISPOSITIF, m.Colonne("cout", "Coût net", "centimes"))
    tableau = m.Tableau("Coûts", colonnes, lignes, {"libelle": "Total", "cout": 40_495_500})
    nomme = m.Tableau("Recettes", colonnes, lignes, reste=("autre ligne", "autres lignes", " : voir recettes.csv."))
    volets = [m.Volet(x["libelle"], "résumé", [m.p("texte")], f"d-{n}") for n, x in enumerate(lignes)]
    points = m.Liste([(x["libelle"], "phrase") for x in lignes])
    barres = [g.Barre(x["libelle"], Decimal(1), None) for x in lignes]
    trace = g.CoutsCouverts("c", "Couverture", "s", "barres", ("a", "b"), barres)
    cote = m.CoteACote((m.Pile([tableau]), trace))
    section = m.Section("longue", "Longue", "Longue", [nomme, cote, points, *volets])
    document = documents.document(documents.FORMES[0])
    html.ecrire(replace(document, sections=[section]), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(page.encode()) <= LIMITE
    lu = " ".join(lxml_html.fromstring(page.encode()).text_content().split())
    assert lu.count("Dispositif 499") == 4
    assert "Dispositif 500" not in lu
    assert "Et 2 500 autres lignes : voir recettes.csv." in lu
    assert "Et 2 500 autres lignes : voir les fichiers CSV de l’extrait." in lu
    assert "40 495 500,00 €" in lu
    assert lu.count("2 500 autres : voir") == 2
    assert "« Couverture » n’est pas tracé" in lu
    # on paper it is drawn, and its words are no longer than a string of a PDF/A
    assert pdf.rendre(replace(document, sections=[m.Section("c", "C", "C", [trace])]))
