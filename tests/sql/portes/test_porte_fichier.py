"""The file gate: F3 and F4 on rows as landed, and failing when it can't run."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.tables import lire
from tests.sql.portes.projet_gx import ajouter, copier_projet

from mutualisation.publication.portes.fichier import verifier_fichiers
from mutualisation.publication.portes.resultat import ResultatPorte
from mutualisation.socle.erreurs import ControleEchoue

Poser = Callable[..., int]


def _juger(dsn: str, chargement_id: int) -> tuple[list[tuple[str, str]], ResultatPorte]:
    with psycopg.connect(dsn) as conn:
        return verifier_fichiers(conn, chargement_id)()


def _refus(dsn: str, chargement_id: int) -> list[tuple[str, str]]:
    return _juger(dsn, chargement_id)[0]


def test_un_fichier_conforme_passe(base_vierge: str, poser: Poser) -> None:
    chargement = poser(
        "mandats", "montant_ttc", ["12,50", "(2,00)", "1 000,00 €", "12,345"],
        controle='{"lignes": 4, "colonne": "Montant TTC", "total": "1010.50"}', totaux={"montant_ttc": "1 010,50"},
    )  # fmt: skip
    refus, resultat = _juger(base_vierge, chargement)
    assert refus == []
    annonces = [
        "lignes_posees", "controle_lignes", "controle_total", "ligne_total", "un_seul_jour",
        "sans_doublon_de_fichier",
    ]  # fmt: skip
    assert resultat.executees[:6] == annonces
    assert "mandats.statut.column_values_to_be_in_set" in resultat.executees
    assert not any(nom.startswith("titres.") for nom in resultat.executees)


Fichier = tuple[str, str, list[str], dict[str, Any], str]
# F3, F4: the files of one load by source: jeu, column, cells, what is announced, what the refusal says (none: "")
ANNONCES: dict[str, list[Fichier]] = {
    "compta": [
        ("mandats", "montant_ttc", ["1,00"], {"lignes": 2}, "2 lignes lues, 1 dans l'entrepôt"),
        # a cell holds at most 13 digits before its comma, a sum more: a cent that a float doesn't see
        *(
            (
                "mandats",
                "montant_ttc",
                ["9999999999999,99"] * 1234 + ["5678901234580,53"],
                {"totaux": {"montant_ttc": f"12345678901234568,{dernier}"}},
                dit,
            )
            for dernier, dit in (("19", ""), ("18", "la somme des lignes est"))
        ),
        (
            "mandats",
            "montant_ttc",
            ["1234,56"],
            {"totaux": {"montant_ttc": "1.234,56"}},
            "la ligne Total porte un nombre illisible",
        ),
        # a column of codes is not summed
        ("mandats", "piece", ["12"], {"totaux": {"piece": "99"}}, ""),
    ],
    # hours beyond what a cell may hold
    "rh": [
        ("temps", "duree", ["24:00"] * 100, {"totaux": {"duree": total}}, "")
        for total in ("2 400,00", "2400", "2400:00", "2400h00")
    ],
    "activite": [("unites", "quantite", ["0,000001", "2"], {"totaux": {"quantite": "2,000001"}}, "")],
    "referentiel": [
        (
            "populations",
            "population_totale",
            ["1 200", "34"],
            {"totaux": {"population_totale": "1235"}},
            "porte 1235, la somme des lignes est 1234",
        )
    ],
}


@pytest.mark.parametrize("source", ANNONCES)
def test_ce_qu_un_fichier_annonce_est_compare(base_vierge: str, poser: Poser, source: str) -> None:
    chargement = None
    for rang, (jeu, colonne, cellules, annonce, _) in enumerate(ANNONCES[source]):
        chargement = poser(jeu, colonne, cellules, source=source, chargement_id=chargement, chemin=str(rang), **annonce)
    assert chargement is not None
    refus = dict(_refus(base_vierge, chargement))
    attendus = {str(rang): dit for rang, (*_, dit) in enumerate(ANNONCES[source]) if dit}
    assert refus.keys() == attendus.keys()
    assert [(dit, refus[rang]) for rang, dit in attendus.items() if dit not in refus[rang]] == []


def _reste(piece: str, reste: str, au: str, exercice: str = "2024", bordereau: str = "1") -> dict[str, str]:
    cellules = {"exercice": exercice, "budget": "BP", "bordereau": bordereau, "piece": piece}
    return cellules | {"reste_a_recouvrer": reste, "au": au}


def test_une_liste_est_arretee_a_un_seul_jour(base_vierge: str, poser: Poser) -> None:
    chargement = None
    jours = lire(Path(__file__).with_suffix(".toml"))["jours"]
    for jour in jours:
        rangees = [_reste("1", "10", "15/02/2025"), *(_reste(**reste) for reste in jour["restes"])]
        chargement = poser("restes_a_recouvrer", "", rangees, chargement_id=chargement, chemin=jour["nom"])
    assert chargement is not None
    refus = dict(_refus(base_vierge, chargement))
    assert refus.keys() == {jour["nom"] for jour in jours if jour["refuse"]}
    assert refus["un autre jour"] == (
        "colonne « Au » : plusieurs jours dans un même fichier, 15/02/2025, 31/03/2025 — exporter la liste arrêtée à "
        "un seul jour, et la redéposer (R13a)"
    )


def test_un_autre_chargement_ne_compte_pas(base_vierge: str, poser: Poser) -> None:
    poser("mandats", "montant_ttc", ["1,00"], lignes=5)
    chargement = poser("titres", "montant_ttc", ["1,00"])
    assert _refus(base_vierge, chargement) == []


def test_rien_a_controler_est_un_echec(base_vierge: str, poser: Poser) -> None:
    with pytest.raises(ControleEchoue, match="porte fichier : aucun fichier en attente"):
        _refus(base_vierge, 12)
    chargement = poser("mandats", "montant_ttc", ["1,00"])
    with psycopg.connect(base_vierge) as conn:
        conn.execute("update journal.fichiers set statut = 'accepte'")
    with pytest.raises(ControleEchoue, match="porte fichier : aucun fichier en attente"):
        _refus(base_vierge, chargement)


def test_une_attente_de_plus_est_quelques_lignes(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chargement = poser("mandats", "statut", ["Émis", "Inventé", "Payé"])
    assert _refus(base_vierge, chargement) == []
    ajouter(
        copier_projet(tmp_path, monkeypatch) / "compta" / "mandats.json",
        type="expect_column_values_to_be_in_set",
        kwargs={"column": "statut", "value_set": ["Émis", "Payé"]},
        description="Le statut est connu",
        meta={"nom": "statut_connu", "remede": "refaire l'export"},
    )
    assert _refus(base_vierge, chargement) == [
        ("compta/", "Le statut est connu : 1\u00a0écart sur 3 — refaire l'export")
    ]


def test_un_avertissement_ne_refuse_rien_et_se_garde(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "statut", ["Émis", "Inventé", "Payé"])
    refus, resultat = _juger(base_vierge, chargement)
    assert refus == []
    garde = {a["attente"]: a for a in resultat.en_dict()["avertissements"]}
    assert garde["mandats.statut.column_values_to_be_in_set"]["nombre"] == 1
    phrase = resultat.phrase_avertissements(Path("page.html"))
    assert re.fullmatch(
        r"porte fichier compta : \d avertissements \(écarts : mandats \d+\), sans effet sur le "
        r"chargement ; détail dans page\.html\.",
        phrase,
    )
    assert "Inventé" not in str(resultat)


def test_sans_sa_suite_une_source_ne_se_charge_pas(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"])
    suites = copier_projet(tmp_path, monkeypatch)
    (suites / "compta" / "titres.json").unlink()
    with pytest.raises(ControleEchoue, match=r"porte fichier : la suite d'attentes .*compta/titres.json manque"):
        _refus(base_vierge, chargement)


# By source: column, cells that the contract accepts, cells that it rejects or the suite doubts.
CELLULES = {
    "compta": [
        ("mandats", "statut", ["émis", "PRIS  EN CHARGE", " Paye ", "Rejeté"], ["Inventé"]),
        ("mandats", "montant_ttc", ["1 000,00 €", "(2,00)", "12,50-"], ["12,345", "5 %", "-"]),
        ("titres", "siret", ["215 900 093 00018", "215900093"], ["59", "FR21590009300018", "x"]),
    ],
    "rh": [("temps", "duree", ["7h", "07:30:00", "3,50"], ["24:30", "illisible"])],
}


@pytest.mark.parametrize("source", CELLULES)
def test_seule_une_cellule_que_le_contrat_refuse_avertit(base_vierge: str, poser: Poser, source: str) -> None:
    def en_cause(refusees: bool) -> dict[str, int]:
        """Cells at fault of each column, when the cells of one kind are loaded."""
        chargement = None
        for jeu, colonne, *cellules in CELLULES[source]:
            # a column that is loaded with another keeps a cell of its own that is right
            voisines = {c: bonnes[0] for j, c, bonnes, _ in CELLULES[source] if j == jeu}
            rangees = [voisines | {colonne: cellule} for cellule in cellules[refusees]]
            chargement = poser(jeu, colonne, rangees, source=source, chargement_id=chargement)
        assert chargement is not None
        _, resultat = _juger(base_vierge, chargement)
        avertis = [((a.attente.lot, a.attente.kwargs.get("column")), a.nombre) for a in resultat.avertissements]
        return {c: sum(n for lieu, n in avertis if lieu == (j, c)) for j, c, *_ in CELLULES[source]}

    assert set(en_cause(refusees=False).values()) == {0}
    assert en_cause(refusees=True) == {c: len(refusees) for _, c, _, refusees in CELLULES[source]}


def test_une_taille_d_entreprise_inconnue_se_note_sans_avertir(base_vierge: str, poser: Poser) -> None:
    """C7: it is read as not stated, no row is rejected."""
    _, resultat = _juger(base_vierge, poser("marches", "taille_entreprise", ["pme", "Micro"], source="cam"))
    (constat,) = [c for c in resultat.constats if c.attente.kwargs.get("column") == "taille_entreprise"]
    assert (constat.reussi, constat.avertit, constat.nombre) == (False, False, 1)


def test_un_volume_et_un_total_qui_bougent_trop_avertissent(base_vierge: str, poser: Poser) -> None:
    poser("mandats", "montant_ttc", ["10,00"] * 10)
    with psycopg.connect(base_vierge) as conn:
        conn.execute("update journal.fichiers set statut = 'accepte', periode = '2023', exercice = 2023")
    chargement = poser("mandats", "montant_ttc", ["10,00", "-9,00"])
    with psycopg.connect(base_vierge) as conn:
        conn.execute("update journal.fichiers set exercice = 2024 where statut = 'en_attente'")
    refus, resultat = _juger(base_vierge, chargement)
    assert refus == []
    assert {"volume_livre", "total_livre"} <= {a.attente.nom for a in resultat.avertissements}


def test_une_livraison_semblable_ne_dit_rien(base_vierge: str, poser: Poser) -> None:
    for _ in range(2):
        chargement = poser("mandats", "montant_ttc", ["10,00"] * 10)
        _, resultat = _juger(base_vierge, chargement)
        assert not {"volume_livre", "total_livre"} & {a.attente.nom for a in resultat.avertissements}
        with psycopg.connect(base_vierge) as conn:
            conn.execute("update journal.fichiers set statut = 'accepte'")
