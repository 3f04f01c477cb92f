"""Unit costs of entities compared from sealed aggregates: what is compared, what is refused."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.atelier.fouille import lignes_csv

from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import publique
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage.operations.federation import comparer

SYNTHESE = "exercice;dispositif;libelle;taux_couverture\n2021;ADS;Droit des sols;0.5\n2021;TOTAL;;0.5\n"
ENTETE = "exercice;dispositif;unites;cout_complet_unitaire;cout_d5211;cout_d5211_unitaire\n"


@pytest.fixture
def federation(tmp_path):
    """{entity: folder} of extracts as they are given out, for these costs."""

    def ecrire(couts: dict[str, str], diffusion: str = "ouverte", version: int = 1):
        for entite, cout in couts.items():
            var = tmp_path / entite
            dossier = var / "bilans" / ("bilan_2021" if version == 1 else f"bilan_2021_v{version}")
            dossier.mkdir(parents=True)
            fichiers = {
                "cout_unitaire.csv": f"{ENTETE}2021;ADS;10;{cout};1.00;0.10\n2021;SANS;0;;1.00;\n",
                "synthese_financiere.csv": SYNTHESE,
            }
            for nom, texte in fichiers.items():
                (dossier / nom).write_text(texte)
            sorties = [{"fichier": n, "sha256": hashlib.sha256(t.encode()).hexdigest()} for n, t in fichiers.items()]
            manifeste = {"exercice": 2021, "version": version, "statut": "clos", "sceau": {"numero": 1},
                         "sorties": sorties, "diffusion": diffusion, "publication_sha256": f"sha-{entite}"}  # fmt: skip
            octets, cle = json.dumps(manifeste).encode(), Ed25519PrivateKey.generate()
            (dossier / "manifeste.json").write_bytes(octets)
            (dossier / "manifeste.json.sig").write_bytes(cle.sign(octets))
            Ancres(var).connaitre(publique(cle))
        return {entite: tmp_path / entite for entite in couts}

    return ecrire


def test_chaque_cout_face_a_la_mediane(federation, tmp_path):
    """100, 110 and 150: median 110; (150 - 110) / 110 = 36.36 %. A cost without units is not compared."""
    dossiers = federation({"b": "150.00", "a": "100.00", "c": "110.00"})
    assert comparer(dossiers, 2021, tmp_path / "sortie" / "c.csv") == []
    lignes = lignes_csv(tmp_path / "sortie" / "c.csv")
    lues = [(x["dispositif"], x["entite"], x["mediane"], x["ecart_pct"]) for x in lignes]
    assert lues == [("ADS", "a", "110.00", "-9.09"), ("ADS", "b", "110.00", "36.36"), ("ADS", "c", "110.00", "0.00")]
    assert (lignes[0]["libelle"], lignes[0]["publication_sha256"]) == ("Droit des sols", "sha-a")


def test_deux_entites_n_ont_pas_de_mediane(federation, tmp_path):
    comparer(federation({"a": "100.00", "b": "150.00"}), 2021, tmp_path / "c.csv")
    assert {x["mediane"] for x in lignes_csv(tmp_path / "c.csv")} == {""}


def test_qui_n_a_pas_d_extrait_ou_le_restreint_n_est_pas_compare(federation, tmp_path):
    dossiers = federation({"a": "100.00"}) | federation({"b": "1.00"}, "restreinte") | {"c": tmp_path / "c"}
    absents = comparer(dossiers, 2021, tmp_path / "c.csv")
    assert [a.split(" :")[0] for a in absents] == ["b", "c"]
    assert [x["entite"] for x in lignes_csv(tmp_path / "c.csv")] == ["a"]


def test_la_derniere_version_est_comparee(federation, tmp_path):
    """Beside the closed extract, that of the exercice opened again (S9)."""
    dossiers = federation({"a": "100.00"}) | federation({"a": "120.00"}, version=2)
    assert comparer(dossiers, 2021, tmp_path / "c.csv") == []
    assert [x["cout_complet_unitaire"] for x in lignes_csv(tmp_path / "c.csv")] == ["120.00"]


def test_rien_d_autre_n_est_ouvert(federation, tmp_path):
    """The aggregates alone travel: neither the other files of the extract nor a warehouse are needed."""
    dossiers = federation({"a": "100.00"})
    (dossiers["a"] / "bilans" / "bilan_2021" / "tracabilite.csv").symlink_to("/nulle/part")
    assert comparer(dossiers, 2021, tmp_path / "c.csv") == []


@pytest.mark.parametrize("fichier", ["cout_unitaire.csv", "synthese_financiere.csv"])
def test_un_agregat_change_est_refuse(federation, tmp_path, fichier):
    dossiers = federation({"a": "100.00"})
    change = dossiers["a"] / "bilans" / "bilan_2021" / fichier
    change.write_text(change.read_text().replace("ADS", "AUT"))
    with pytest.raises(ControleEchoue, match=f"a : {fichier} n'est plus celui qui a été signé"):
        comparer(dossiers, 2021, tmp_path / "c.csv")
    assert not (tmp_path / "c.csv").exists()


def test_une_signature_d_une_autre_cle_est_refusee(federation, tmp_path):
    dossiers = federation({"a": "100.00"})
    for pem in (dossiers["a"] / "sceaux").iterdir():
        pem.unlink()
    Ancres(dossiers["a"]).connaitre(publique(Ed25519PrivateKey.generate()))
    with pytest.raises(ControleEchoue, match="n'est d'aucune clé"):
        comparer(dossiers, 2021, tmp_path / "c.csv")
