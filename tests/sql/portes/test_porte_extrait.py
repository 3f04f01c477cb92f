"""The extract gate: an extract that is not the publication fails, and the former folder stays."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.extrait import ecrire_extrait
from tests.conftest import MODELE
from tests.sql.publication import entrepot_publie

from mutualisation import operations as op
from mutualisation.chemins import dossier_var
from mutualisation.erreurs import ControleEchoue, ExtraitRefuse
from mutualisation.extrait import annuel
from mutualisation.operations import enchainement, livraison
from mutualisation.portes.relecture import COLONNES, exiger_extrait
from mutualisation.portes.suites import lire_point
from mutualisation.publication.manifeste import MANIFESTE

Defaut = Callable[[Path], None]


def _remplacer(avant: str, apres: str) -> Defaut:
    def defaut(dossier: Path) -> None:
        chemin = dossier / "synthese_financiere.csv"
        texte = chemin.read_text(encoding="utf-8")
        assert avant in texte
        chemin.write_text(texte.replace(avant, apres, 1), encoding="utf-8")
        _redeclarer(dossier)

    return defaut


def _redeclarer(dossier: Path) -> None:
    """The manifest tells the truth of the files: what remains wrong is their content."""
    manifeste = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    for sortie in manifeste["sorties"]:
        octets = (dossier / sortie["fichier"]).read_bytes()
        sortie |= {"sha256": hashlib.sha256(octets).hexdigest(), "octets": len(octets)}
    (dossier / MANIFESTE).write_text(json.dumps(manifeste), encoding="utf-8")


def _derniere_ligne(double: bool) -> Defaut:
    def defaut(dossier: Path) -> None:
        chemin = dossier / "synthese_financiere.csv"
        lignes = chemin.read_text(encoding="utf-8").splitlines()
        chemin.write_text("\n".join(lignes + lignes[-1:] if double else lignes[:-1]) + "\n", encoding="utf-8")
        _redeclarer(dossier)

    return defaut


def _un_centime(dossier: Path) -> None:
    chemin = dossier / "synthese_financiere.csv"
    entete, premiere, *reste = chemin.read_text(encoding="utf-8").splitlines()
    cellules = premiere.split(";")
    rang = entete.split(";").index("cout_net")
    cellules[rang] = cellules[rang][:-1] + ("1" if cellules[rang][-1] != "1" else "2")
    chemin.write_text("\n".join([entete, ";".join(cellules), *reste]) + "\n", encoding="utf-8")
    _redeclarer(dossier)


def _classeur(dossier: Path, modifier: Callable[[Any], None]) -> None:
    chemin = next(dossier.glob("*.xlsx"))
    livre = openpyxl.load_workbook(chemin, data_only=True)
    modifier(livre)
    livre.save(chemin)
    _redeclarer(dossier)


def _cellule(texte: str) -> Defaut:
    def modifier(livre: Any) -> None:
        livre["Synthèse"]["B6"] = texte

    return lambda dossier: _classeur(dossier, modifier)


def _vider(dossier: Path) -> None:
    def modifier(livre: Any) -> None:
        for feuille in livre.worksheets[1:]:
            livre.remove(feuille)

    _classeur(dossier, modifier)


def _sans(nom: str) -> Defaut:
    return lambda dossier: (dossier / nom).unlink()


def _ajouter(dossier: Path) -> None:
    (dossier / "inconnu.csv").write_text("a\n", encoding="utf-8")


def _abimer(dossier: Path) -> None:
    with (dossier / "datapackage.json").open("ab") as fichier:
        fichier.write(b" ")


def _ligne_courte(dossier: Path) -> None:
    with (dossier / "adhesion.csv").open("ab") as fichier:
        fichier.write(b"seule\n")
    _redeclarer(dossier)


def _page(ajout: str) -> Defaut:
    def defaut(dossier: Path) -> None:
        with (dossier / "bilan_etape_2021.html").open("a", encoding="utf-8") as page:
            page.write(ajout)
        _redeclarer(dossier)

    return defaut


def _sans_pages(dossier: Path) -> None:
    """No page left, and a manifest that declares none."""
    for page in dossier.rglob("*.html"):
        page.unlink()
    manifeste = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    manifeste["sorties"] = [s for s in manifeste["sorties"] if not s["fichier"].endswith(".html")]
    (dossier / MANIFESTE).write_text(json.dumps(manifeste), encoding="utf-8")


DEFAUTS: list[tuple[str, Defaut]] = [
    ("fichiers_du_manifeste", _ajouter),
    ("fichiers_du_manifeste", _sans("datapackage.json")),
    ("empreintes_du_manifeste", _abimer),
    ("csv_colonnes", _remplacer("cout_net", "cout")),
    ("csv_colonnes", _ligne_courte),
    ("csv_lignes", _derniere_ligne(double=False)),
    ("csv_cles", _derniere_ligne(double=True)),
    ("csv_sommes", _un_centime),
    ("pages_presentes", _sans_pages),
    ("pages_legeres", _page(" " * 1_000_000)),
    ("pages_ancres", _page('<p id="contenu"></p>')),
    ("pages_liens", _page('<a href="#nulle-part">perdu</a>')),
    ("pages_liens", _page('<a href="dossier_audit_2021/absent.html">perdu</a>')),
    ("pages_liens", _page('<a href="../ailleurs.html">perdu</a>')),
    ("classeur_sans_erreur", _cellule("#REF!")),
    ("classeur_sans_erreur", _cellule("#N/A")),
    ("classeur_montants", _vider),
]


@pytest.fixture(scope="module")
def publie(_serveur: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A warehouse published by hand, with its own key, shared: these tests change files only."""
    dsn = bases.creer(_serveur, "porte_extrait", MODELE)
    with pytest.MonkeyPatch.context() as cle, psycopg.connect(dsn) as conn:
        cle.setenv("MUTUALISATION_VAR", str(tmp_path_factory.mktemp("var_porte_extrait")))
        entrepot_publie.publier(conn, entrepot_publie.rangees())
        conn.commit()
        yield dsn, conn


@pytest.fixture(scope="module")
def ecrit(publie: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extract of 2021 of that warehouse, written once; read only."""
    return ecrire_extrait(publie[1], 2021, tmp_path_factory.mktemp("ecrit"))


@pytest.fixture
def copie(ecrit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every extract is a copy of that one: the test is about what the gate reads back."""

    def ecrire(_conn: Any, _bilan: Any, _relations: Any, dossier: Path) -> None:
        shutil.copytree(ecrit, dossier, dirs_exist_ok=True, ignore=shutil.ignore_patterns(f"{MANIFESTE}*"))

    monkeypatch.setattr(annuel, "_ecrire_fichiers", ecrire)


def _porte(dsn: str, defaut: Defaut | None = None) -> Any:
    def porte(conn: Any, dossier: Path, *suite: Any) -> None:
        if defaut is not None:
            defaut(dossier)
        exiger_extrait(dsn, conn, dossier, *suite)

    return porte


def test_un_extrait_fidele_passe(publie: Any, tmp_path: Path) -> None:
    dsn, conn = publie
    dossier = ecrire_extrait(conn, 2021, tmp_path, porte=_porte(dsn))
    assert (dossier / MANIFESTE).exists()


@pytest.mark.usefixtures("copie")
@pytest.mark.parametrize("texte", ["#4521 validé par la DGA", "#12, est-ce sûr ?", "#REF! corrigé !"])
def test_un_texte_qui_commence_par_un_diese_n_est_pas_une_erreur(publie: Any, tmp_path: Path, texte: str) -> None:
    dsn, conn = publie
    ecrire_extrait(conn, 2021, tmp_path, porte=_porte(dsn, _cellule(texte)))


@pytest.mark.usefixtures("copie")
@pytest.mark.parametrize(("attente", "defaut"), DEFAUTS, ids=[f"{a}-{i}" for i, (a, _) in enumerate(DEFAUTS)])
def test_chaque_attente_voit_son_defaut(publie: Any, tmp_path: Path, attente: str, defaut: Defaut) -> None:
    dsn, conn = publie
    ancien = ecrire_extrait(conn, 2021, tmp_path)
    (ancien / "datapackage.json").unlink()
    with pytest.raises(ControleEchoue) as echec:
        ecrire_extrait(conn, 2021, tmp_path, porte=_porte(dsn, defaut))
    # what is said of a whole batch has no row to name: its sentence is the description
    debuts = (f"extrait 2021 : {attente}, ", f"extrait 2021 : {_descriptions()[attente]} : ")
    assert any(phrase.startswith(debuts) for phrase in echec.value.controles), echec.value
    assert not (ancien / "datapackage.json").exists()
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["bilan_2021"]


def test_chaque_attente_de_l_extrait_a_son_defaut() -> None:
    """`csv_present` and `classeur_feuilles` have theirs in `test_sans_classeur_ni_relation_la_porte_echoue`."""
    assert _descriptions().keys() == {nom for nom, _ in DEFAUTS} | {"csv_present", "classeur_feuilles"}


def _descriptions() -> dict[str, str]:
    """{expectation: what it says is true} of the suites of the gate."""
    suites = [suite for nom in COLONNES for suite in lire_point("extrait", f"extrait.{nom}")]
    return {attente.nom: attente.description for suite in suites for attente in suite.attentes}


@pytest.mark.usefixtures("copie")
@pytest.mark.parametrize(
    ("nom", "contenu"), [(MANIFESTE, "pas du json"), (MANIFESTE, "{}"), ("bilan_etape_2021.xlsx", "pas un classeur")]
)
def test_un_extrait_qui_ne_se_relit_pas_est_un_echec(publie: Any, tmp_path: Path, nom: str, contenu: str) -> None:
    dsn, conn = publie

    def abimer(dossier: Path) -> None:
        (dossier / nom).write_text(contenu, encoding="utf-8")

    with pytest.raises(ControleEchoue, match="porte extrait : l'extrait 2021 ne se relit pas"):
        ecrire_extrait(conn, 2021, tmp_path, porte=_porte(dsn, abimer))


@pytest.mark.usefixtures("copie")
def test_sans_classeur_ni_relation_la_porte_echoue(publie: Any, tmp_path: Path) -> None:
    dsn, conn = publie

    def vider(dossier: Path) -> None:
        next(dossier.glob("*.xlsx")).unlink()

    with pytest.raises(ControleEchoue, match="au moins une feuille"):
        ecrire_extrait(conn, 2021, tmp_path, porte=_porte(dsn, vider))
    dossier = ecrire_extrait(conn, 2021, tmp_path)
    with pytest.raises(ControleEchoue, match="Au moins une relation est écrite"):
        exiger_extrait(dsn, conn, dossier, 2021, 1, {})


@pytest.fixture
def session(publie: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> op.Session:
    """A session on the published warehouse; the steps before the extracts are taken as done."""
    for nom, valeur in (("charger", []), ("construire", 1), ("controler", None)):
        monkeypatch.setattr(enchainement, nom, lambda *_, valeur=valeur: valeur)

    # what other tests noted holds no row that the session waits for
    publie[1].commit()

    def promouvoir(_conn: Any, _version: int, _var: Path | None, avant_de_valider: Callable[[], None]) -> str:
        avant_de_valider()
        return "empreinte"

    monkeypatch.setattr(livraison, "promouvoir", promouvoir)
    monkeypatch.setattr(op.Session, "precharger", lambda _: None)
    return op.Session(publie[0], dossier_var())


def _exiger_sauf_2020(dsn: str, conn: Any, dossier: Path, exercice: int, *suite: Any) -> None:
    if exercice != 2020:
        _un_centime(dossier)
    exiger_extrait(dsn, conn, dossier, exercice, *suite)


def test_bilan_dit_tous_les_extraits_refuses_et_ne_publie_rien(
    session: op.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read back before the publication is committed: exit 2, and every former extract stays."""
    monkeypatch.setattr(livraison, "exiger_extrait", _exiger_sauf_2020)
    with pytest.raises(ControleEchoue) as refus:
        op.bilan(session, "depot", [2019, 2020, 2021], str(tmp_path / "bilans"))
    dits = {phrase.partition(" : ")[0]: phrase for phrase in refus.value.controles if "csv_sommes" in phrase}
    assert list(dits) == ["extrait 2019", "extrait 2021"]
    assert list((tmp_path / "bilans").iterdir()) == []


def test_extraire_dit_que_la_version_est_publiee(
    session: op.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 would say that nothing is published."""
    monkeypatch.setattr(livraison, "exiger_extrait", _exiger_sauf_2020)
    with pytest.raises(ExtraitRefuse) as refus:
        op.extraire_ensemble(session, [2020, 2021], str(tmp_path / "bilans"))
    assert refus.value.code_sortie == 1
    (phrase,) = refus.value.phrases
    assert phrase.startswith("La version 1 est publiée, mais l'extrait de l'exercice 2021 relu ne lui est pas conforme")
    assert "csv_sommes, synthese_financiere" in phrase
    assert phrase.endswith("l'extrait précédent est resté en place ; relancez « mutualisation extraire ».")
    assert list((tmp_path / "bilans").iterdir()) == []
