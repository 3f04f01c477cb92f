"""The schéma on the day of its report: order of themes, what is to be done, what ends, the calendar."""

from datetime import date
from typing import Any

from tests.unit.rapport import communes_factices as f
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import schema_du_mandat
from mutualisation.documents.rapport.contenu.conseil.dispositifs import SANS_THEME

PARAMETRES = {
    "rapport_mutualisation": "2022-2026",
    "rapport_arrete_au": "2022-09-12",
    "ordre_thematiques": "Habitat ; achat",
}


def _bilan(
    parametres: dict[str, str] = PARAMETRES, connues: tuple[str, ...] = ("schema_action",), **r: Any
) -> BilanFactice:
    bilan = BilanFactice(**r)
    bilan.contexte.parametres_au = lambda _jour: parametres
    bilan._relations = dict.fromkeys(connues)  # type: ignore[arg-type]
    return bilan


def _action(code: str, horizon: str = "court_terme", **autres: Any) -> dict[str, Any]:
    return {
        "exercice": 2021, "code": code, "thematique": "Habitat", "dispositif": None, "action": f"Faire {code}.",
        "horizon": horizon, "responsable": "R", "echeance": None, "statut": "decidee", "en_retard": False,
    } | autres  # fmt: skip


def _lus(blocs: list[m.Bloc]) -> list[tuple[str, list[list[str]]]]:
    return [(b.titre, [[c.texte for c in x] for x in cellules.rangees(b)]) for b in blocs if isinstance(b, m.Tableau)]


def test_les_themes_suivent_l_ordre_donne_les_autres_leur_nom() -> None:
    themes = ["Urbanisme", SANS_THEME, "Achat", "Énergie", "Habitat"]
    assert schema_du_mandat.thematiques(_bilan(), themes) == ["Habitat", "Achat", "Énergie", "Urbanisme", SANS_THEME]
    assert schema_du_mandat.thematiques(_bilan({}), themes)[:2] == ["Achat", "Énergie"]


def test_le_jour_du_rapport_ne_precede_pas_la_fin_de_son_exercice() -> None:
    jours = [date(2022, 9, 12), date(2022, 9, 13)]
    assert schema_du_mandat.transmis(_bilan(), jours) == jours[:1]
    for arrete in ("", "2021-06-30"):
        assert schema_du_mandat.jour(_bilan({"rapport_arrete_au": arrete})) == date(2021, 12, 31)


def test_ce_qui_est_a_faire_se_lit_par_terme_sous_son_theme() -> None:
    siennes = [
        _action("C", "moyen_terme", dispositif="CAM"), _action("A"), _action("B", statut="realisee"),
        _action("D", thematique=None), _action("E", thematique="Achat"),
    ]  # fmt: skip
    bilan = _bilan(schema_action=siennes, action=[_action("VIEUX")])
    assert _lus(schema_du_mandat.a_faire(bilan, "Habitat")) == [
        ("À faire à court terme", [["Tout le thème", "Faire A.", "R", "non renseigné", "Décidée"]]),
        ("À faire à moyen terme", [["Centrale d'achat", "Faire C.", "R", "non renseigné", "Décidée"]]),
    ]
    assert [x[0] for _, rangees in _lus(schema_du_mandat.a_faire(bilan, None)) for x in rangees] == ["Faire D."]
    # a version that knew no day of the report says what it knew on 31 December
    ancienne = _bilan(connues=(), action=[_action("VIEUX") | {"statut_precedent": None, "dispositif": "CAM"}])
    assert [r["thematique"] for r in schema_du_mandat.actions(ancienne)] == [None]


def test_le_calendrier_dit_annee_par_annee_ce_qui_est_du_et_ce_qui_finit() -> None:
    fin = {"exercice": 2021, "dispositif": "CAM", "siret_adherent": f.LILLE, "debut": date(2019, 1, 1),
           "convention": "1", "echeance": date(2024, 5, 31), "statut": "pendant_le_schema",
           "libelle": "Centrale d'achat"}  # fmt: skip
    actions = [
        _action("B", echeance=date(2024, 1, 1)), _action("A", echeance=date(2023, 3, 1)),
        _action("FAITE", echeance=date(2023, 3, 1), statut="realisee"), _action("SANS"),
    ]  # fmt: skip
    bilan = _bilan(schema_action=actions, schema_convention=[fin, fin | {"siret_adherent": f.LOOS}])
    assert _lus(schema_du_mandat.calendrier(bilan)) == [
        ("Ce qui est à faire, et ce qui finit, année par année", [
            ["2023", "01/03/2023 : Faire A", ""],
            ["2024", "01/01/2024 : Faire B", "31/05/2024 : Centrale d'achat"],
        ]),
    ]  # fmt: skip
    ((_, ((_, jour, etat, adherents, _),)),) = _lus(schema_du_mandat.fins_de_conventions(bilan))
    assert (jour, etat, adherents) == ("31/05/2024", "Finissent pendant le schéma", "2\u00a0communes")
    vide = _bilan()
    assert (schema_du_mandat.calendrier(vide), schema_du_mandat.fins_de_conventions(vide)) == ([], [])
