"""The layers of the dbt project, read in dbt's own manifest: allowed edges, issues, publication, descriptions."""

import re
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from outils.generation import vues_de_bi
from tests.atelier.tables import cas

from mutualisation.entree.sources.registre import registre
from mutualisation.publication.versions.relations import lire_relations, relations_analyse
from mutualisation.socle.chemins import PROJET_DBT, VUES_BI

# docs/decisions/0005: which layer reads which. `lec` is a reading: private to staging.
LIT = {
    "staging": {"source", "seed", "staging", "lec"},
    "lec": {"source", "seed", "staging", "lec"},
    "intermediate": {"staging", "seed", "intermediate"},
    "marts": {"intermediate", "staging", "seed", "marts"},
    "controles": {"marts", "staging", "seed", "intermediate", "controles"},
    # the marts of last rank: computed there, or cast from one that others read
    "publication": {"marts", "controles", "intermediate", "staging"},
    # the same, as a star; its views read what is published, and the journal
    "bi": {"publication", "marts", "intermediate", "staging", "seed", "bi", "source"},
}
# every column of these is described; a layer below describes those that nothing above says
DECRITES = {"marts", "controles", "publication", "bi"}
PUBLIQUES = {"publication", "bi"}
SANS_METRIQUE = {
    "adherents_nommes",
    "dim_exercice",
    "dim_jour",
    "dim_marche",
    "dim_tarif",
    "dim_version",
    "dispositifs_nommes",
    "fait_agents",
    "fait_rejet",
    "fait_unite",
}
# versions and lists do not add up
SANS_METRIQUE |= {"fait_redressement", "fait_reste_liste", "fait_version", "fait_version_adherent"}
SANS_METRIQUE |= {"fait_imputation_ac", "fait_prevision", "fait_prevision_adherent"}
# what they sum to has its metric, or is a mean that SQL divides
SANS_METRIQUE |= {"fait_commune", "fait_fournisseur", "fait_paie", "fait_reste"}
# estimates, and what is declared, each in its unit
SANS_METRIQUE |= {"fait_atterrissage", "fait_indicateur", "fait_offre"}
RACINE = Path(__file__).resolve().parents[3]
ISSUE = re.compile(r"\brejet_statut\b")

Noeud = dict[str, Any]


@pytest.fixture(scope="module")
def manifeste(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest as dbt parses it now."""
    cible = str(tmp_path_factory.mktemp("dbt"))
    analyse = dbtRunner().invoke(
        [
            *("parse", "--quiet", "--no-partial-parse", "--target-path", cible, "--log-path", cible),
            *("--project-dir", str(PROJET_DBT), "--profiles-dir", str(PROJET_DBT)),
        ]
    )
    assert analyse.success, analyse.exception
    return dict(analyse.result.to_dict())


def couche(identifiant: str, noeuds: dict[str, Noeud]) -> str:
    """The layer of a node: source, seed, `lec` inside staging, else the first folder of the model."""
    genre = identifiant.split(".")[0]
    if genre != "model":
        return genre
    return "lec" if noeuds[identifiant]["name"].startswith("lec_") else str(noeuds[identifiant]["fqn"][1])


def modeles(manifeste: dict[str, Any]) -> dict[str, Noeud]:
    return {i: n for i, n in manifeste["nodes"].items() if i.startswith("model.")}


def fautes(manifeste: dict[str, Any]) -> list[str]:
    """A sentence for each thing that a layer may not do."""
    trouves = []
    noeuds = modeles(manifeste)
    for identifiant, noeud in noeuds.items():
        nom, ici, code = noeud["name"], couche(identifiant, noeuds), noeud["raw_code"]
        lus = {lu: couche(lu, noeuds) for lu in noeud["depends_on"]["nodes"]}
        trouves += [f"{nom} ({ici}) lit {lu} ({dela})" for lu, dela in lus.items() if dela not in LIT[ici]]
        if noeud["fqn"][1] != "staging" and ISSUE.search(code):
            trouves.append(f"{nom} regarde rejet_statut")
        if not noeud["description"] or (ici in DECRITES and not noeud["columns"]):
            trouves.append(f"{nom} n'est pas décrit")
        if ici in PUBLIQUES and not noeud["contract"]["enforced"]:
            trouves.append(f"{nom} n'a pas de contrat")
        trouves += [f"{nom}.{c['name']} n'est pas décrite" for c in noeud["columns"].values() if not c["description"]]
    return trouves


def test_les_couches_tiennent(manifeste: dict[str, Any]) -> None:
    assert len(modeles(manifeste)) > 100
    assert fautes(manifeste) == []


def test_chaque_modele_a_une_cle(manifeste: dict[str, Any]) -> None:
    """By a test, or held by its table (`cle_publiee`)."""
    testes = {n.get("attached_node") for n in manifeste["nodes"].values() if n["resource_type"] == "test"}
    tenues = {i for i, n in modeles(manifeste).items() if n["config"]["meta"].get("cle")}
    assert sorted(modeles(manifeste).keys() - testes - tenues) == []


def test_les_rejets_viennent_de_chaque_jeu_du_registre(manifeste: dict[str, Any]) -> None:
    """A source is added by its declaration and its models: no list of rejects names it."""
    lus = set(manifeste["nodes"]["model.mutualisation.stg_rejets"]["depends_on"]["nodes"])
    grand_livre = {"mandats": "ecritures", "titres": "ecritures", "pes": "ecritures"}
    assert lus >= {
        f"model.mutualisation.lec_{jeu.source}__{grand_livre.get(jeu.nom, jeu.nom)}" for jeu in registre().jeux
    }


def test_la_publication_est_la_seule_face_publique(manifeste: dict[str, Any]) -> None:
    noeuds = modeles(manifeste)
    publics = {n["fqn"][1] for n in noeuds.values() if n["access"] == "public"}
    assert publics == PUBLIQUES
    assert all(n["access"] == "private" for i, n in noeuds.items() if couche(i, noeuds) == "lec")
    exposes = {r for e in manifeste["exposures"].values() for r in e["depends_on"]["nodes"]}
    assert {couche(r, noeuds) for r in exposes} == PUBLIQUES
    lues = {e["name"]: {r.split(".")[2] for r in e["depends_on"]["nodes"]} for e in manifeste["exposures"].values()}
    tableaux = (RACINE / "docker/superset/tableaux.yml").read_text(encoding="utf-8")
    assert lues.pop("tableaux") == set(re.findall(r"\bbi\.(\w+)", tableaux))
    assert lues.pop("analyse") == set(relations_analyse())
    assert lues.pop("bilan") == lues.pop("decisionnel") == set(lire_relations())
    assert lues.keys() == {"factures"}


def test_une_metrique_est_une_somme_ou_un_rapport_de_sommes(manifeste: dict[str, Any]) -> None:
    """dbt reads them all; what does not add up has none: scenarios, versions, estimates, what is declared, stocks."""
    # what is cumulative counts on days: a reader's tool reads them in `bi`, as it reads the facts
    assert (
        {n["name"] for n in modeles(manifeste).values() if n["time_spine"]} == {"dim_jour"} <= set(relations_analyse())
    )
    modeles_lus = {r for m in manifeste["semantic_models"].values() for r in m["depends_on"]["nodes"]}
    lues = {r.split(".")[2] for r in modeles_lus}
    assert set(relations_analyse()) - lues == SANS_METRIQUE
    for m in manifeste["metrics"].values():
        assert m["label"]
        de = m["type_params"]
        if m["type"] == "cumulative":  # from 1 January, of a sum by month; of a year, the whole
            cumul = de["cumulative_type_params"]
            assert (cumul["grain_to_date"], cumul["period_agg"]) == ("year", "last")
            continue
        assert m["type"] == ("ratio" if de["numerator"] else "derived" if de["metrics"] else "simple")
        assert m["type"] != "simple" or de["metric_aggregation_params"]["agg"] in ("sum", "count_distinct")
    # where dbt's own specification puts them: with the model that they sum
    assert [x for m in manifeste["semantic_models"].values() for x in m["measures"]] == []


RECETTES = "model.mutualisation.int_recettes"


def _avec(manifeste: dict[str, Any], modele: str, ecart: Noeud) -> dict[str, Any]:
    """The manifest with one model written otherwise."""
    return manifeste | {"nodes": manifeste["nodes"] | {modele: manifeste["nodes"][modele] | ecart}}


@cas
def test_une_arete_de_trop_se_voit(manifeste: dict[str, Any], modele: str, lu: str) -> None:
    lus = [*manifeste["nodes"][modele]["depends_on"]["nodes"], lu]
    (faute,) = fautes(_avec(manifeste, modele, {"depends_on": {"nodes": lus}}))
    assert f" lit {lu} " in faute


@cas
def test_un_modele_fautif_se_voit(manifeste: dict[str, Any], modele: str, ecart: Noeud, dit: str) -> None:
    (faute,) = fautes(_avec(manifeste, modele, ecart))
    assert dit in faute


def test_un_modele_sans_cle_se_voit(manifeste: dict[str, Any]) -> None:
    noeuds = {i: n for i, n in manifeste["nodes"].items() if n.get("attached_node") != RECETTES}
    with pytest.raises(AssertionError, match="int_recettes"):
        test_chaque_modele_a_une_cle({"nodes": noeuds})


NUES = re.compile(r"\b(?:brut|journal|versions|publication|documents|bi|construction)\.\w+")


def test_une_table_est_une_source_ou_un_modele(manifeste: dict[str, Any]) -> None:
    """No SQL names a schema by hand: dbt knows every table that a model, a test or a macro reads."""
    codes = {n["name"]: n["raw_code"] for n in manifeste["nodes"].values() if n["resource_type"] != "seed"}
    codes |= {m["name"]: m["macro_sql"] for m in manifeste["macros"].values() if m["package_name"] == "mutualisation"}
    assert {nom: nues for nom, code in codes.items() if (nues := NUES.findall(_sans_commentaire(code)))} == {}


def test_les_vues_de_bi_sont_celles_que_dbt_compile() -> None:
    assert VUES_BI.read_text(encoding="utf-8") == vues_de_bi(), "python outils/generation.py"


def _sans_commentaire(code: str) -> str:
    return re.sub(r"--[^\n]*|\{#.*?#\}", "", code, flags=re.DOTALL)


def test_aucun_nombre_d_une_regle_n_est_ecrit_dans_un_modele() -> None:
    """Accounts, departments and bounds of population stand in a seed with their text; these are forms, or months."""
    formes = {"01", "02", "03", "04", "12", "2019", "0000"}
    ecrits = re.compile(r"'([0-9]{2,})%?'|population\w* *[<>]=? *([0-9]+)")
    assert not {
        (modele.name, *nombres)
        for modele in (PROJET_DBT / "models").rglob("*.sql")
        for nombres in ecrits.findall(_sans_commentaire(modele.read_text(encoding="utf-8")))
        if not formes & set(nombres)
    }
