"""The words of a referentiel: one table, what is generated from it, what reads it, and no word that nothing reads."""

import re
from pathlib import Path

import pytest
from outils.generation import PAGE_PARAMETRES, VOCABULAIRE_DBT, macro_vocabulaire

from mutualisation.documents.factures.projet_pes import ELEMENTS, POSTE
from mutualisation.entree.ingestion.cellules_lues import lecture_de
from mutualisation.entree.sources.jeux import Colonne
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import GENRES, SIGNES, Parametre, comptes_par_role, page, vocabulaire
from mutualisation.socle.chemins import PAQUET, PROJET_DBT

PARAMETRES = vocabulaire().parametres
# `parametre('methode_etp', …)` of a model
LU = re.compile(r"parametre(?:_numerique)?\('([a-z_]+)'")
LECTURES = {"nombre": "decimal", "annee": "annee", "date": "date"}


def lus_par_dbt() -> set[str]:
    modeles = [*(PROJET_DBT / "models").rglob("*.sql"), *(PROJET_DBT / "macros").glob("*.sql")]
    return {nom for f in modeles for nom in LU.findall(f.read_text(encoding="utf-8"))} - {"nom"}


def est_lu(nom: str, textes: list[str]) -> bool:
    """By a name in quotes, or that a « : » follows."""
    return any(re.search(rf"['\"{{]{nom}['\":]", texte) for texte in textes)


def test_ce_qui_en_est_ecrit_est_a_jour() -> None:
    assert VOCABULAIRE_DBT.read_text(encoding="utf-8") == macro_vocabulaire(), "python outils/generation.py"
    assert PAGE_PARAMETRES.read_text(encoding="utf-8") == page(), "python outils/generation.py"


def test_un_parametre_lu_est_dans_la_table_et_un_parametre_de_la_table_est_lu() -> None:
    lus = lus_par_dbt()
    assert len(lus) > 20
    assert lus | set(ELEMENTS) | set(POSTE) <= set(PARAMETRES)
    fichiers = [f for f in PAQUET.rglob("*.py") if f.parent.name != "sources"]
    textes = [f.read_text(encoding="utf-8") for f in [*fichiers, *(PROJET_DBT / "models").rglob("*.sql")]]
    assert [nom for nom in PARAMETRES if nom not in lus and not est_lu(nom, textes)] == []


@pytest.mark.parametrize("p", PARAMETRES.values(), ids=list(PARAMETRES))
def test_un_parametre_est_dit_en_entier(p: Parametre) -> None:
    assert p.genre in GENRES
    assert p.signe in ("", *SIGNES)
    assert (p.genre == "choix") <= bool(p.valeurs)
    assert bool(p.defaut) != bool(p.sans), "un défaut, ou ce qui arrive sans lui"
    assert not p.depart or p.defaut
    nom, _, valeur = p.exemple.partition(";")
    assert nom.split(":")[0] == p.nom
    assert (":" in nom) == bool(p.objet)
    for dit in filter(None, (valeur, p.defaut_ecrit)):
        if p.valeurs:
            assert dit in p.valeurs
        assert lecture_de(Colonne("valeur", LECTURES.get(p.genre, "texte")))(dit), dit


def test_les_roles_les_regles_et_les_modes_sont_ceux_du_registre() -> None:
    v, tarifs = vocabulaire(), registre().jeu("tarifs")
    assert set(v.roles) == set(registre().jeu("roles_comptes").colonne("role").valeurs) == set(comptes_par_role())
    assert tuple(v.tarifs) == tarifs.colonne("regle").valeurs
    assert tuple(v.modes) == tarifs.colonne("mode_recouvrement").valeurs
    for regle in v.tarifs.values():
        nom, *_, mode = regle.exemple.split(";")
        assert (nom, regle.exemple.count(";")) == (regle.nom, 5)
        assert mode in v.modes


def test_la_page_dit_ce_que_rien_ne_disait() -> None:
    texte = page()
    for dit in (
        "par habitant et par an",
        "`cle_usage:<dispositif>`",
        "deux années `AAAA-AAAA`",
        "`notifie_le[:<dispositif>]`",
        "`75888;recette_autre`",
        "`70631;recette_autre`",
    ):
        assert dit in texte
    # a cell holds no bar of the table
    assert {ligne.count("|") for ligne in texte.splitlines() if ligne.startswith("| `")} <= {9, 5, 3}


def test_les_pages_ne_citent_que_des_parametres_de_la_table() -> None:
    """`heures_reference`, `actualisation:<dispositif>`: a name that a page says is one that the table knows."""
    pages = (Path(PROJET_DBT).parent / "docs").glob("*.md")
    cites = {m for f in pages for m in re.findall(r"paramètres? `([a-z_]+)", f.read_text(encoding="utf-8"))}
    assert cites
    assert cites <= set(PARAMETRES)


def test_aucun_sql_ne_nomme_un_mode() -> None:
    """What a mode means is in the vocabulary; `titre`, a side of the ledger too, is looked for beside a mode alone."""
    modes = "|".join(vocabulaire().modes)
    compare = re.compile(rf"'(?:imputation_AC|retenue|gratuit)'|mode_recouvrement (?:=|<>|in|not in) \(?'(?:{modes})'")
    nommes = {
        f.name
        for d in ("models", "macros")
        for f in (PROJET_DBT / d).rglob("*.sql")
        if compare.search(f.read_text(encoding="utf-8"))
    }
    assert nommes == {VOCABULAIRE_DBT.name}
