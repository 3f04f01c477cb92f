"""Codes of the warehouse as a reader sees them, French typography, and what a spreadsheet may read (F10)."""

import pytest
from tests.atelier.tables import cas

from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.neutralisation import neutraliser
from mutualisation.socle.francais.typographie import COUPURE, imprimer, insecables, ordre, secable


@cas
def test_un_compte_a_le_nom_de_son_plus_long_debut_connu(compte: str, attendu: str) -> None:
    assert libelles.libelle_compte(compte) == attendu


def test_une_unite_est_en_mots_et_s_accorde() -> None:
    assert libelles.libelle_unite("adherent_actif", 1) == "adhérent"
    assert libelles.libelle_unite("metre_lineaire", 2) == "mètres linéaires"
    assert libelles.libelle_unite("VISITE_DE_SITE") == "visite de site"


def test_un_parametre_et_sa_valeur_sont_en_mots() -> None:
    noms = {"ADS": "Urbanisme"}
    assert libelles.libelle_parametre("actualisation:ADS", lambda code: noms[code]).endswith("— Urbanisme")
    assert libelles.valeur_parametre("base_jours", "reel") == "jours réels"
    assert libelles.valeur_parametre("heures_reference", "1607") == "1607"


def test_les_noms_se_suivent_comme_en_francais() -> None:
    noms = ["Fa", "Écaillon", "ecaillon", "Œuilly", "Odomez", "Ecaillon", "L’Épine", "L'Enclos", "Le Maisnil", "Zuy"]
    tries = ["Ecaillon", "ecaillon", "Écaillon", "Fa", "L'Enclos", "L’Épine", "Le Maisnil", "Odomez", "Œuilly", "Zuy"]
    assert sorted(noms, key=ordre) == tries


def test_un_sigle_garde_ses_capitales() -> None:
    assert formats.minuscule("Coût d'un ETP") == "coût d'un ETP"
    assert formats.minuscule("ETP mesurés") == "ETP mesurés"
    assert formats.majuscule("de 1 à 2 €") == "De 1 à 2 €"


def test_aucun_signe_ne_commence_une_ligne() -> None:
    assert insecables("« à titrer » : 3 × 2 ; fini ?") == "«\u00a0à titrer\u00a0»\u00a0: 3 ×\u00a02\u00a0; fini\u00a0?"
    assert insecables("décret n° 2000-815") == "décret n°\u00a02000-815"


@pytest.mark.parametrize("espace", [" ", "\u00a0", "\u202f"])
def test_un_chiffre_garde_son_pour_cent_et_son_euro(espace: str) -> None:
    assert insecables(f"plus de 40{espace}% du coût") == "plus de 40\u202f% du coût"
    assert insecables("environ 12 € par an") == "environ 12\u00a0€ par an"
    assert insecables("sans signe % ni €") == "sans signe % ni €"


def test_un_mot_trop_long_se_coupe() -> None:
    """Longer than any French word; a sha256, the name of a file or of a relation is copied as it is."""
    assert secable(f"le mot {'x' * 75}.").split(COUPURE) == [f"le mot {'x' * 10}", *["x" * 10] * 6, "xxxxx."]
    for texte in ("anticonstitutionnellement", "9e107d9d" * 8, "rapport_mutualisation_du_schema.csv", "a " * 40):
        assert secable(texte) == texte


def test_l_imprime_a_des_apostrophes_courbes() -> None:
    assert imprimer("l'écart : aucun") == "l’écart\u00a0: aucun"


@pytest.mark.parametrize(
    ("texte", "attendu"), [("=1", "'=1"), ("\t1", "'\t1"), ("-12", "'-12"), ("@a", "'@a"), ("a=1", "a=1"), ("", "")]
)
def test_neutralise(texte: str, attendu: str) -> None:
    """What a spreadsheet would take for a formula gets an apostrophe, and nothing else does."""
    assert neutraliser(texte) == attendu
