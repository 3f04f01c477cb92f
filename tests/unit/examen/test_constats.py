"""Finding 2 of issue 19, clause by clause: each row failed before."""

from pathlib import Path

import pytest
from tests.unit.examen.constats import fautes
from tests.unit.examen.verrues import DROLES, VERRUES
from tests.unit.examen.verrues_autres import EDITEURS

pytestmark = pytest.mark.usefixtures("un_seul_brouillon")
PAR_NOM = {v.nom: v for v in (*VERRUES, *DROLES, *EDITEURS)}
# clause → wart
CONSTATS = {
    "le nom du fichier est un indice": "titres que le nom seul dit",
    "mandats et titres se confondent": "titres que « N° titre » seul dit",
    "rien ne les distingue": "mandats ou titres, rien ne le dit",
    "« vide » pour des colonnes pleines": "deux colonnes absentes, les autres pleines",
    "« Trimestre » pour « Semestre »": "unites : « Trimestre » n'est pas « Semestre », 168 lignes",
    "« N° bord. »": "mandats : « N° bord. » pour « Bordereau »",
    "« Mat. »": "temps : « Mat. » pour « Matricule »",
    "« Fonc. »": "mandats : « Fonc. » pour « Fonction »",
    "« Imputation analytique »": "mandats : « Imputation analytique » pour « Axe analytique »",
    "cp1252 à CR seuls": "CR seul, cp1252",
    "cr_seul.csv": "CR seul, UTF-8",
    "une barre pour séparateur": "séparateur « | »",
    "« Total général »": "« Total général »",
    "sous-totaux": "sous-totaux",
    "en-tête sans ligne": "en-tête seul",
    "tableau croisé dynamique": "tableau croisé dynamique",
    "heures, agents par mois": "heures, agents par mois",
    "export SQL": "export SQL de PostgreSQL",
    # a second look
    "« Agent » à côté de « Mat. »": "RH C : « Agent » à côté de « Mat. »",
    "« Matr. agent »": "RH A : libellés coupés",
    "« Coût chargé »": "paie A : coût chargé",
}


@pytest.mark.parametrize("constat", CONSTATS)
def test_le_constat_est_leve(tmp_path: Path, constat: str) -> None:
    assert fautes(PAR_NOM[CONSTATS[constat]], tmp_path) == []
