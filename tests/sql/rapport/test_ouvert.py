"""What of a closed extract the public may have: by relation, declared; three contracts of the same tables (0034)."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from frictionless import Package
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import empreintes, manifeste

from mutualisation.documents.extrait.ouvert import ouvrir_au_public
from mutualisation.publication.signatures.cle_signature import cle_signature, est_signe, publique
from mutualisation.publication.versions.contexte import REDRESSEMENT
from mutualisation.publication.versions.manifeste import DossierLu
from mutualisation.publication.versions.relations import lire_relations
from mutualisation.socle.chemins import OUVERT
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

DECLARE = tomllib.loads(OUVERT.read_text(encoding="utf-8"))
INCONNUE = "nouvelle"


def test_chaque_relation_publiee_est_ouverte_ou_dit_pourquoi_elle_ne_l_est_pas() -> None:
    ouvertes, fermees = DECLARE["ouvertes"], DECLARE["fermees"]
    assert sorted([*ouvertes, *fermees]) == sorted({*lire_relations(), REDRESSEMENT})
    assert all(fermees.values())


@pytest.fixture
def clos(extrait: Path, tmp_path: Path) -> tuple[Path, Poste]:
    """A closed extract, with a relation that this software does not know."""
    copie, poste = Path(shutil.copytree(extrait, tmp_path / "bilan_2021")), Poste(tmp_path / "var")
    paquet = json.loads((copie / "datapackage.json").read_bytes())
    paquet["resources"].append(paquet["resources"][0] | {"name": INCONNUE})
    # as a former version wrote it
    paquet["resources"][0] |= {"title": "Synthese financiere"}
    (copie / "datapackage.json").write_text(json.dumps(paquet), encoding="utf-8")
    signer_de_nouveau(copie, cle_signature(poste), statut="clos")
    return copie, poste


def test_un_exercice_clos_s_ouvre_sous_trois_contrats(clos: tuple[Path, Poste]) -> None:
    extrait, poste = clos
    avant = empreintes(extrait)
    place = ouvrir_au_public(extrait, poste)
    assert (place.name, empreintes(extrait)) == ("ouvert_2021", avant)
    ouverts = {f.name for f in place.glob("*.csv")}
    assert ouverts == {f"{nom}.csv" for nom in DECLARE["ouvertes"] if f"{nom}.csv" in avant}
    assert {nom: empreintes(place)[nom] for nom in ouverts} == {nom: avant[nom] for nom in ouverts}

    paquet = json.loads((place / "datapackage.json").read_bytes())
    rapport = Package(str(place / "datapackage.json")).validate()
    assert rapport.valid, rapport.flatten(["name", "fieldName", "type", "message"])
    contrat = yaml.safe_load((place / "contrat.odcs.yaml").read_bytes())
    fiche = json.loads((place / "catalogue.jsonld").read_bytes())
    champs = {r["path"]: [c["name"] for c in r["schema"]["fields"]] for r in paquet["resources"]}
    assert champs.keys() == ouverts == {d["dcat:accessURL"] for d in fiche["dcat:distribution"]}
    assert champs == {o["physicalName"]: [c["name"] for c in o["properties"]] for o in contrat["schema"]}
    (synthese,) = [o for o in contrat["schema"] if o["name"] == "synthese_financiere"]
    assert "Synthèse financière" in {d["dct:title"] for d in fiche["dcat:distribution"]}
    cle = [c["name"] for c in synthese["properties"] if c.get("primaryKeyPosition")]
    assert cle == ["exercice", "dispositif"]
    for dit in (paquet["description"], contrat["description"]["purpose"], fiche["dct:description"]):
        assert "2021" in dit

    fermees = manifeste(place)["fermees"]
    assert fermees.pop(INCONNUE) == "inconnue de ce logiciel"
    assert fermees.items() <= DECLARE["fermees"].items()
    assert {f"{nom}.csv" for nom in fermees} == {nom for nom in avant if nom.endswith(".csv")} - ouverts
    lu = DossierLu.lire(place)
    assert lu is not None
    assert est_signe(lu.octets, lu.signature, [publique(cle_signature(poste))])
    assert [*lu.differences()] == []
    faits = empreintes(place)
    assert empreintes(ouvrir_au_public(extrait, poste)) == faits


def test_rien_ne_s_ouvre_d_un_exercice_clos_sous_un_seuil_d_avant(clos: tuple[Path, Poste]) -> None:
    """Former versions diffused a year whose groups held a threshold under 5; a portal would keep it for ever."""
    extrait, poste = clos
    moyens = extrait / "cout_moyen.csv"
    entete, premiere, *reste = moyens.read_text(encoding="utf-8").splitlines()
    champs = dict(zip(entete.split(";"), premiere.split(";"), strict=True)) | {"etpt_groupe": "4.50"}
    moyens.write_text("\n".join([entete, ";".join(champs.values()), *reste, ""]), encoding="utf-8")
    signer_de_nouveau(extrait, cle_signature(poste), statut="clos")
    with pytest.raises(ErreurMutualisation, match="diffusion est restreinte"):
        ouvrir_au_public(extrait, poste)


@pytest.mark.parametrize(
    ("statut", "licences", "dit"), [("a_approuver", None, "n'est pas clos"), ("clos", [], "diffusion est restreinte")]
)
def test_rien_ne_s_ouvre_d_un_exercice_non_clos_ou_restreint(
    clos: tuple[Path, Poste], statut: str, licences: list[str] | None, dit: str
) -> None:
    extrait, poste = clos
    paquet = json.loads((extrait / "datapackage.json").read_bytes())
    paquet["licenses"] = paquet["licenses"] if licences is None else licences
    (extrait / "datapackage.json").write_text(json.dumps(paquet), encoding="utf-8")
    signer_de_nouveau(extrait, cle_signature(poste), statut=statut)
    with pytest.raises(ErreurMutualisation, match=dit):
        ouvrir_au_public(extrait, poste)
    assert not extrait.with_name("ouvert_2021").exists()
