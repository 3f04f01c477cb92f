"""The commands one by one: the same publication as `bilan`, the same bytes, JSON where a program reads."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
from tests.atelier import petit_depot
from tests.atelier.atelier import Atelier
from tests.atelier.commande import Sortie, appeler, empreinte
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, Publie

from mutualisation.entrepot.base.connexion import connecter


def test_les_etapes_une_a_une_valent_bilan(petit: Path, tmp_path: Path, en_ligne: EnLigne, atelier: Atelier) -> None:
    bilan, neuf, bilans = atelier.publie(petit, EXERCICE)[1], atelier.neuf(), tmp_path / "bilans"

    def json_de(*arguments: object) -> dict[str, object]:
        sortie: Sortie = appeler(neuf, *arguments, "--json")
        assert sortie.code == 0, sortie.erreurs
        return dict(json.loads(sortie.texte))

    charges = json.loads(appeler(neuf, "charger", "--depot", petit, "--json").texte)
    assert [c["source"] for c in charges] == ["referentiel", "rh", "compta"]
    assert sum(c["lignes"] for c in charges) == sum(c.lignes for c in bilan.chargements)
    controle = json_de("controler", "--exercice", EXERCICE, "--prepare-par", "Zoé Martin", "--sortie", bilans)
    assert controle == {"version": 1, "documents": [str(bilans / "a_publier_v1" / f"bilan_{EXERCICE}")]}
    etat = json_de("etat")
    assert (etat["exercices"], etat["candidate"]["documents"]) == ([], controle["documents"])  # type: ignore[index]
    publication = json_de("publier")
    # the command line in a process of its own, its steps, and the same functions: one publication (S7, S8)
    assert publication == {"publication_sha256": empreinte(en_ligne.resultat)}
    assert publication == {"publication_sha256": bilan.empreinte}
    etat = json_de("etat")
    assert etat["publication_sha256"] == publication["publication_sha256"]
    assert [(e["exercice"], e["version"], e["prepare_par"]) for e in etat["exercices"]] == [  # type: ignore[attr-defined]
        (EXERCICE, 1, "Zoé Martin")
    ]
    assert json_de("extraire", "--exercice", EXERCICE, "--sortie", bilans) == {
        "extraits": [str(bilans / f"bilan_{EXERCICE}")], "ouverts": [],
    }  # fmt: skip
    _registre(json_de("etat"), neuf.dsn)
    ici, la = octets(bilans), octets(en_ligne.sortie)
    assert ici.keys() == la.keys()
    assert [n for n in ici if n.endswith(".csv") and ici[n] != la[n]] == []
    manifeste = json.loads(ici[f"bilan_{EXERCICE}/manifeste.json"])
    assert (manifeste["prepare_par"], manifeste["identite"]) == ("Zoé Martin", "declaree")
    assert manifeste["publication_sha256"] == publication["publication_sha256"]
    fichiers = {f"{f.parent.name}/{f.name}" for f in petit.rglob("*") if f.is_file()}
    assert {e["chemin"] for e in manifeste["entrees"]} == fichiers
    assert (manifeste["portes"]["modele"]["reussie"], manifeste["portes"]["modele"]["tests"] > 0) == (True, True)


def _registre(etat: dict[str, Any], dsn: str) -> None:
    """The run ledger: a row per command but `etat`, its stages and rows, the gates under who opened them."""
    assert [(e["commande"], e["statut"], e["versions"]) for e in etat["executions"]] == [
        ("extraire", "reussie", []), ("publier", "reussie", []), ("controler", "reussie", [1]),
        ("charger", "reussie", []),
    ]  # fmt: skip
    suite, *_ = etat["a_faire"]
    assert suite.startswith(f"L'exercice {EXERCICE} est à approuver par une autre personne que Zoé Martin")
    with connecter(dsn) as conn:
        etapes = conn.execute(
            "select execution, etape, lignes > 0 from exploitation.etapes order by 1, rang"
        ).fetchall()
        portes = conn.execute("select porte, objet, issue from exploitation.portes order by 1, 2").fetchall()
        entrees = conn.execute("select execution, statut from exploitation.entrees group by 1, 2").fetchall()
    assert etapes == [
        (1, "chargement", True), (2, "construction", True), (2, "contrôle", True), (2, "documents", None),
        (3, "publication", None), (4, "extraits", None),
    ]  # fmt: skip
    assert portes == [
        ("bilan", "version 1", "conforme"), *(("fichier", s, "conforme") for s in ("compta", "referentiel", "rh")),
        ("modele", "version 1", "conforme"), ("plausibilite", "version 1", "conforme"),
    ]  # fmt: skip
    assert entrees == [(1, "accepte")]


def test_une_formule_livree_reste_du_texte(publie: Publie) -> None:
    """F10: kept as is in the warehouse, neutralised in CSV and XLSX; a negative number is no formula."""
    dossier = Path(publie.bilan.extraits[0])
    texte = (dossier / "synthese_financiere.csv").read_text(encoding="utf-8-sig")
    assert f";'{petit_depot.LIBELLE_FORMULE};" in texte
    assert ";'-" not in texte
    classeur = openpyxl.load_workbook(dossier / f"bilan_etape_{EXERCICE}.xlsx")
    cellules = [
        cellule
        for feuille in classeur.worksheets
        for ligne in feuille.iter_rows()
        for cellule in ligne
        if isinstance(cellule.value, str) and petit_depot.LIBELLE_FORMULE in cellule.value
    ]
    assert cellules
    assert all(c.data_type == "s" and c.value.startswith("'") for c in cellules)
    page = (dossier / f"bilan_etape_{EXERCICE}.html").read_text(encoding="utf-8")
    assert petit_depot.LIBELLE_FORMULE in page


def test_une_personne_voit_ou_en_est_le_bilan(en_ligne: EnLigne) -> None:
    dit = en_ligne.resultat.erreurs
    documents = re.findall(r"document (\d+) sur (\d+)", dit)
    assert documents
    assert documents[-1][0] == documents[-1][1]
    assert re.search(r"Construction : \d+, mart_", dit)
    etapes = " · ".join(
        rf"{nom} [\d,]+ s" for nom in ("chargement", "construction", "contrôle", "documents", "publication")
    )
    assert re.search(etapes, dit.splitlines()[-1])
