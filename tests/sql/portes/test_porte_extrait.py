"""The extract gate: an extract that is not the publication fails, and the former folder stays."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.extrait import ecrire_extrait

from mutualisation.publication.portes.relecture import COLONNES, exiger_extrait
from mutualisation.publication.portes.suites import lire_point
from mutualisation.publication.versions.manifeste import MANIFESTE
from mutualisation.publication.versions.relations import lire_relations
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ControleEchoue, ExtraitRefuse
from mutualisation.usage import operations as op
from mutualisation.usage.operations import enchainement, livraison, publication_candidate

Defaut = Callable[[Path], object]
Publie = tuple[str, psycopg.Connection[Any]]
PAGE, CLASSEUR = "bilan_etape_2021.html", "bilan_etape_2021.xlsx"


def _redeclarer(dossier: Path) -> None:
    """The manifest tells the truth of the files: what remains wrong is their content."""
    manifeste = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    ecrites = [s for s in manifeste["sorties"] if (dossier / s["fichier"]).exists()]
    for sortie in ecrites:
        octets = (dossier / sortie["fichier"]).read_bytes()
        sortie |= {"sha256": hashlib.sha256(octets).hexdigest(), "octets": len(octets)}
    (dossier / MANIFESTE).write_text(json.dumps(manifeste | {"sorties": ecrites}), encoding="utf-8")


def _lignes(relation: str, changer: Callable[[list[str]], list[str]]) -> Defaut:
    """Change the lines of a CSV, header first."""

    def defaut(dossier: Path) -> None:
        chemin = dossier / f"{relation}.csv"
        chemin.write_text("\n".join(changer(chemin.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")

    return defaut


def _un_centime(dossier: Path) -> None:
    def changer(lignes: list[str]) -> list[str]:
        entete, premiere, *reste = lignes
        cellules = premiere.split(";")
        rang = entete.split(";").index("cout_net")
        cellules[rang] = cellules[rang][:-1] + ("1" if cellules[rang][-1] != "1" else "2")
        return [entete, ";".join(cellules), *reste]

    _lignes("synthese_financiere", changer)(dossier)


def _cellules(*textes: str) -> Defaut:
    """Texts in cells of the workbook, one under the other."""

    def defaut(dossier: Path) -> None:
        livre = openpyxl.load_workbook(dossier / CLASSEUR, data_only=True)
        for rang, texte in enumerate(textes, 6):
            livre["Synthèse"][f"B{rang}"] = texte
        livre.save(dossier / CLASSEUR)

    return defaut


def _une_feuille(dossier: Path) -> None:
    livre = openpyxl.load_workbook(dossier / CLASSEUR, data_only=True)
    for feuille in livre.worksheets[1:]:
        livre.remove(feuille)
    livre.save(dossier / CLASSEUR)


def _page(ajout: str, nom: str = PAGE) -> Defaut:
    def defaut(dossier: Path) -> None:
        with (dossier / nom).open("a", encoding="utf-8") as page:
            page.write(ajout)

    return defaut


def _sans(motif: str) -> Defaut:
    return lambda dossier: [fichier.unlink() for fichier in dossier.rglob(motif)]


# what can be wrong in one extract at once: (expectation, what its sentence names, the defect)
CONTENUS: list[tuple[str, str, Defaut]] = [
    ("csv_colonnes", "cee_valorisation", _lignes("cee_valorisation", lambda x: [x[0].replace("produit", "x"), *x[1:]])),
    ("csv_colonnes", "adhesion", _lignes("adhesion", lambda x: [*x, "seule"])),
    ("csv_lignes", "recouvrement", _lignes("recouvrement", lambda x: x[:-1])),
    ("csv_cles", "passage_d5211", _lignes("passage_d5211", lambda x: [*x, x[-1]])),
    ("csv_sommes", "synthese_financiere", _un_centime),
    ("pages_ancres", PAGE, _page('<p id="contenu"></p>')),
    ("pages_liens", "#nulle-part", _page('<a href="#nulle-part">perdu</a>')),
    ("pages_liens", "absent.html", _page('<a href="absent.html">perdu</a>', "communes/index.html")),
    (
        "pages_liens",
        "../ailleurs.html",
        _page('<a href="../../ailleurs.html">perdu</a>', "dossier_audit_2021/index.html"),
    ),
    ("classeur_sans_erreur", "Synthèse", _cellules("#REF!", "#N/A")),
]
VIDES: list[tuple[str, str, Defaut]] = [
    ("pages_presentes", "", _sans("*.html")),
    ("classeur_montants", "", _une_feuille),
]
# what the manifest doesn't declare
FICHIERS: list[tuple[str, str, Defaut]] = [
    ("fichiers_du_manifeste", "inconnu.csv", lambda dossier: (dossier / "inconnu.csv").write_text("a")),
    ("fichiers_du_manifeste", "adhesion.csv", _sans("adhesion.csv")),
    ("empreintes_du_manifeste", "datapackage.json", lambda dossier: (dossier / "datapackage.json").write_text("{}")),
]
DEFAUTS = {"contenus": CONTENUS, "vides": VIDES, "fichiers": FICHIERS}


@pytest.fixture(scope="module")
def publie(_serveur: str, _publie: str) -> Iterator[Publie]:
    """A warehouse published by hand, shared: these tests change files only."""
    with bases.copie(_serveur, _publie) as dsn, psycopg.connect(dsn) as conn:
        yield dsn, conn


@pytest.fixture(scope="module")
def ecrit(publie: Publie, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extract of 2021 of that warehouse, written once; read only."""
    return ecrire_extrait(publie[1], 2021, tmp_path_factory.mktemp("ecrit"))


@pytest.fixture
def extrait(ecrit: Path, tmp_path: Path) -> Path:
    """A copy of it, for the test to change."""
    return Path(shutil.copytree(ecrit, tmp_path / ecrit.name))


def _exiger(publie: Publie, extrait: Path) -> None:
    exiger_extrait(*publie, extrait, 2021, 1, lire_relations())


def test_un_extrait_fidele_passe(publie: Publie, extrait: Path) -> None:
    """A text that begins by a sharp is no error of the workbook; a page that is heavy all the same is told (R10g)."""
    _page(" " * 1_000_000)(extrait)
    _cellules("#4521 validé par la DGA", "#12, est-ce sûr ?", "#REF! corrigé !")(extrait)
    _redeclarer(extrait)
    dits = [c.attente.nom for c in exiger_extrait(*publie, extrait, 2021, 1, lire_relations()).constats if not c.reussi]
    assert dits == ["pages_legeres"]


@pytest.mark.parametrize("nom", DEFAUTS)
def test_chaque_attente_voit_son_defaut(publie: Publie, extrait: Path, nom: str) -> None:
    for _, _, defaut in DEFAUTS[nom]:
        defaut(extrait)
    if nom != "fichiers":
        _redeclarer(extrait)
    with pytest.raises(ControleEchoue) as echec:
        _exiger(publie, extrait)
    for attente, nomme, _ in DEFAUTS[nom]:
        # what is said of a whole batch has no row to name: its sentence is the description
        debuts = (f"extrait 2021 : {attente}, ", f"extrait 2021 : {_descriptions()[attente]} : ")
        dites = [phrase for phrase in echec.value.controles if phrase.startswith(debuts) and nomme in phrase]
        assert dites, (attente, nomme, echec.value.controles)


def test_chaque_attente_de_l_extrait_a_son_defaut() -> None:
    """`csv_present` and `classeur_feuilles` have theirs in `test_sans_classeur_ni_relation_la_porte_echoue`, a heavy
    page in `test_un_extrait_fidele_passe`."""
    vues = {attente for defauts in DEFAUTS.values() for attente, _, _ in defauts}
    assert _descriptions().keys() == vues | {"csv_present", "classeur_feuilles", "pages_legeres"}


def _descriptions() -> dict[str, str]:
    """{expectation: what it says is true} of the suites of the gate."""
    suites = [suite for nom in COLONNES for suite in lire_point("extrait", f"extrait.{nom}")]
    return {attente.nom: attente.description for suite in suites for attente in suite.attentes}


@pytest.mark.parametrize(
    ("nom", "contenu"), [(MANIFESTE, "pas du json"), (MANIFESTE, "{}"), (CLASSEUR, "pas un classeur")]
)
def test_un_extrait_qui_ne_se_relit_pas_est_un_echec(publie: Publie, extrait: Path, nom: str, contenu: str) -> None:
    (extrait / nom).write_text(contenu, encoding="utf-8")
    with pytest.raises(ControleEchoue, match="porte extrait : l'extrait 2021 ne se relit pas"):
        _exiger(publie, extrait)


def test_sans_classeur_ni_relation_la_porte_echoue(publie: Publie, extrait: Path) -> None:
    (extrait / CLASSEUR).unlink()
    with pytest.raises(ControleEchoue) as echec:
        exiger_extrait(*publie, extrait, 2021, 1, {})
    dites = "\n".join(echec.value.controles)
    assert "au moins une feuille" in dites
    assert "Au moins une relation est écrite" in dites


@pytest.fixture
def session(publie: Publie, monkeypatch: pytest.MonkeyPatch) -> op.Session:
    """A session on the published warehouse; the steps before the extracts are taken as done."""
    for nom, valeur in (("charger", []), ("construire", 1), ("controler", None)):
        monkeypatch.setattr(enchainement, nom, lambda *_, valeur=valeur, **__: valeur)

    # what other tests noted holds no row that the session waits for
    publie[1].commit()

    monkeypatch.setattr(publication_candidate, "_a_publier", lambda *_, **__: [2020, 2021])
    monkeypatch.setattr(publication_candidate, "noter_empreintes", lambda *_: None)
    monkeypatch.setattr(op.Session, "precharger", lambda _: None)
    return op.Session(publie[0], dossier_var())


def _exiger_au_centime(dsn: str, conn: Any, dossier: Path, *suite: Any) -> None:
    """The gate, after a cent was changed."""
    _un_centime(dossier)
    exiger_extrait(dsn, conn, dossier, *suite)


def test_bilan_dit_tous_les_extraits_refuses_et_ne_publie_rien(
    session: op.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read back before anything is published: exit 2, and every former extract stays."""
    monkeypatch.setattr(livraison, "exiger_extrait", _exiger_au_centime)
    with pytest.raises(ControleEchoue) as refus:
        op.bilan(session, "depot", [2020, 2021], str(tmp_path / "bilans"))
    dits = {phrase.partition(" : ")[0]: phrase for phrase in refus.value.controles if "csv_sommes" in phrase}
    assert list(dits) == ["extrait 2020", "extrait 2021"]
    assert list((tmp_path / "bilans").iterdir()) == []


def test_extraire_dit_que_la_version_est_publiee(
    session: op.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 would say that nothing is published."""
    monkeypatch.setattr(livraison, "exiger_extrait", _exiger_au_centime)
    with pytest.raises(ExtraitRefuse) as refus:
        op.extraire_ensemble(session, [2021], str(tmp_path / "bilans"))
    assert refus.value.code_sortie == 1
    phrase = str(refus.value)
    assert phrase.startswith("L'extrait relu n'est pas conforme à la version publiée : extrait 2021")
    assert "csv_sommes, synthese_financiere" in phrase
    assert phrase.endswith("l'extrait précédent est resté en place ; relancez « mutualisation extraire ».")
    assert list((tmp_path / "bilans").iterdir()) == []
