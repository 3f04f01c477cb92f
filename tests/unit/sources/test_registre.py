"""The registry: shipped declarations, their errors, the dbt file made from them."""

from pathlib import Path

import pytest
import yaml
from outils.generation import JEUX_DBT, SOURCES_DBT, macro_jeux, sources_dbt
from tests.atelier.fouille import lignes_csv
from tests.atelier.tables import cas

from mutualisation.entree.sources.jeux import TYPES
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation

RACINE = Path(__file__).parents[3]
MODELE = """
source: essai
libelle: Essai
jeux:
  releves:
    libelle: Relevés
    periode: mois
    colonnes:
      - {nom: code, entete: Code, type: code, obligatoire: true}
      - {nom: valeur, entete: Valeur, type: nombre}
"""


def _ecrire(dossier: Path, texte: str) -> Path:
    (dossier / "essai.yml").write_text(texte, encoding="utf-8")
    return dossier


def test_les_sources_du_contrat_dans_un_ordre_fixe() -> None:
    assert {"activite", "cam", "cee", "compta", "referentiel", "rh"} <= set(registre().noms)
    assert list(registre().noms) == sorted(registre().noms)
    assert registre() is registre()


def test_une_colonne_personnelle_n_atterrit_jamais() -> None:
    temps = registre().jeu("temps")
    assert {c.nom for c in temps.colonnes} - {c.nom for c in temps.colonnes_entrepot} == {
        "nom", "prenom", "service", "libelle_activite",
    }  # fmt: skip
    assert temps.colonne("matricule").confidentielle
    assert temps.colonne("code_activite").clair_si == ("type_jour", "T")


def test_toutes_les_colonnes_ont_un_type_connu() -> None:
    assert {c.type for j in registre().jeux for c in j.colonnes} <= set(TYPES)


def test_ce_que_dbt_lit_du_registre_est_a_jour() -> None:
    assert SOURCES_DBT.read_text(encoding="utf-8") == sources_dbt(), "python outils/generation.py"
    assert JEUX_DBT.read_text(encoding="utf-8") == macro_jeux(), "python outils/generation.py"


def test_les_sources_dbt_nomment_chaque_colonne() -> None:
    sources = {s["name"]: s for s in yaml.safe_load(sources_dbt())["sources"]}
    autres = {"journal", "versions", "publication"}
    assert set(sources) == {*registre().noms, *autres}
    assert {s["schema"] for n, s in sources.items() if n not in autres} == {"brut"}
    tables = {t["name"]: t for t in sources["compta"]["tables"]}
    colonnes = {c["name"]: c for c in tables["mandats"]["columns"]}
    assert colonnes["statut"]["config"]["meta"] == {"lecture": "enumeration", "entete": "Statut"}
    assert list(colonnes)[:4] == ["fichier_id", "ligne", "defauts", "delivre"]


def test_une_source_s_ajoute_par_configuration(tmp_path: Path) -> None:
    reg = registre(_ecrire(tmp_path, MODELE))
    assert reg.noms == ("essai",)
    assert [c.nom for c in reg.jeu("releves").obligatoires] == ["code"]


@cas
def test_une_declaration_fausse_est_nommee(tmp_path: Path, remplace: str, par: str, attendu: str) -> None:
    assert remplace in MODELE
    with pytest.raises(ErreurMutualisation, match=r"essai\.yml") as e:
        registre(_ecrire(tmp_path, MODELE.replace(remplace, par)))
    assert attendu in str(e.value)


def test_un_jeu_de_deux_sources_est_refuse(tmp_path: Path) -> None:
    _ecrire(tmp_path, MODELE)
    (tmp_path / "autre.yml").write_text(MODELE.replace("source: essai", "source: autre"), encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match="deux sources"):
        registre(tmp_path)


def test_un_dossier_sans_declaration_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="Aucune déclaration"):
        registre(tmp_path)


def test_une_source_ou_un_jeu_inconnu_est_nomme() -> None:
    with pytest.raises(ErreurMutualisation, match="paie"):
        registre().source("paie")
    with pytest.raises(ErreurMutualisation, match="bulletins"):
        registre().jeu("bulletins")


def test_les_roles_declares_sont_ceux_des_comptes_livres() -> None:
    """R3h: a row of roles_comptes names a role of the shipped table, whatever its case (C7)."""
    livres = {ligne["role"] for ligne in lignes_csv(RACINE / "dbt_project/seeds/comptes_role_cout.csv", ",")}
    assert set(registre().jeu("roles_comptes").colonne("role").valeurs) == livres
