"""The file gate: F3 and F4 on rows as landed, and failing when it can't run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from mutualisation.chemins import dossier_attentes
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.fichier import verifier_fichiers
from mutualisation.portes.resultat import ResultatPorte

Poser = Callable[..., int]


def _juger(dsn: str, chargement_id: int) -> tuple[list[tuple[str, str]], ResultatPorte]:
    with psycopg.connect(dsn) as conn:
        return verifier_fichiers(conn, chargement_id)


def _refus(dsn: str, chargement_id: int) -> list[tuple[str, str]]:
    return _juger(dsn, chargement_id)[0]


def _motif(dsn: str, chargement_id: int) -> str:
    refus = _refus(dsn, chargement_id)
    assert len(refus) == 1, refus
    return refus[0][1]


def test_un_fichier_conforme_passe(base_vierge: str, poser: Poser) -> None:
    chargement = poser(
        "mandats", "montant_ttc", ["12,50", "(2,00)", "1 000,00 €", "12,345"],
        controle='{"lignes": 4, "colonne": "Montant TTC", "total": "1010.50"}', totaux={"montant_ttc": "1 010,50"},
    )  # fmt: skip
    refus, resultat = _juger(base_vierge, chargement)
    assert refus == []
    communes = ["lignes_posees", "controle_lignes", "controle_total", "ligne_total", "sans_doublon_de_fichier"]
    assert resultat.executees[:5] == communes
    assert "mandats.statut.column_values_to_be_in_set" in resultat.executees
    assert not any(nom.startswith("titres.") for nom in resultat.executees)


def test_la_connexion_de_l_appelant_suffit(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"])
    with psycopg.connect(base_vierge) as conn:
        assert verifier_fichiers(conn, chargement)[0] == []


def test_lignes_annoncees(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"], controle='{"lignes": 2}')
    assert _refus(base_vierge, chargement) == [
        (
            "compta/mandats.csv",
            "le fichier de contrôle annonce 2 lignes, le fichier en compte 1 — refaire l'export complet, ou corriger "
            "« lignes » dans le fichier .controle.json (F3)",
        )
    ]


def test_lignes_perdues_en_route(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"], lignes=2)
    assert _motif(base_vierge, chargement).startswith("2 lignes lues, 1 dans l'entrepôt")


def test_total_annonce_faux_d_un_centime(base_vierge: str, poser: Poser) -> None:
    chargement = poser(
        "mandats", "montant_ttc", ["10,00", "-", ""], controle='{"colonne": "Montant TTC", "total": "10.01"}'
    )
    assert "« Montant TTC » : le fichier de contrôle annonce 10,01, la somme des lignes est 10,00" in _motif(
        base_vierge, chargement
    )


@pytest.mark.parametrize(("dernier", "passe"), [("19", True), ("18", False)])
def test_un_centime_que_le_flottant_ne_voit_pas(base_vierge: str, poser: Poser, dernier: str, passe: bool) -> None:
    # a cell holds at most 13 digits before its comma, a sum more
    cellules = ["9999999999999,99"] * 1234 + ["5678901234580,53"]
    total = {"montant_ttc": f"12345678901234568,{dernier}"}
    chargement = poser("mandats", "montant_ttc", cellules, totaux=total)
    assert (_refus(base_vierge, chargement) == []) is passe


@pytest.mark.parametrize(
    "controle",
    [
        '{"total": "1"}',
        '{"colonne": "Objet inconnu", "total": "1"}',
        '{"colonne": "Montant TTC", "total": "un"}',
    ],
)
def test_un_total_qui_ne_peut_etre_controle_est_refuse(base_vierge: str, poser: Poser, controle: str) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"], controle=controle)
    assert "le fichier de contrôle annonce" in _motif(base_vierge, chargement)


@pytest.mark.parametrize("total", ["", "-", "Total général", "31/12/2024", "n/a"])
def test_une_cellule_de_total_non_numerique_est_ignoree(base_vierge: str, poser: Poser, total: str) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"], totaux={"montant_ttc": total})
    assert _refus(base_vierge, chargement) == []


def test_un_total_d_une_autre_forme_est_refuse(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1234,56"], totaux={"montant_ttc": "1.234,56"})
    assert "la ligne Total porte un nombre illisible" in _motif(base_vierge, chargement)


def test_une_colonne_de_code_n_est_pas_sommee(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "piece", ["12"], totaux={"piece": "99"})
    assert _refus(base_vierge, chargement) == []


@pytest.mark.parametrize(
    ("total", "passe"),
    [("11,25", True), ("11:15", True), ("11h15", True), ("11,24", False), ("11h16", False)],
)
def test_heures(base_vierge: str, poser: Poser, total: str, passe: bool) -> None:
    chargement = poser("temps", "duree", ["3,50", "03:45", "4h00", "7h75"], source="rh", totaux={"duree": total})
    refus = _refus(base_vierge, chargement)
    assert (refus == []) is passe
    if not passe:
        assert "11 h 15 min" in refus[0][1]


@pytest.mark.parametrize("total", ["24 000,00", "24000", "24000:00", "24000h00"])
def test_heures_au_dela_d_une_cellule(base_vierge: str, poser: Poser, total: str) -> None:
    chargement = poser("temps", "duree", ["24:00"] * 1000, source="rh", totaux={"duree": total})
    assert _refus(base_vierge, chargement) == []


def test_six_decimales_et_entiers(base_vierge: str, poser: Poser) -> None:
    chargement = poser("unites", "quantite", ["0,000001", "2"], source="activite", totaux={"quantite": "2,000001"})
    assert _refus(base_vierge, chargement) == []
    chargement = poser(
        "populations", "population_totale", ["1 200", "34"], source="referentiel", totaux={"population_totale": "1235"}
    )
    assert "porte 1235, la somme des lignes est 1234" in _motif(base_vierge, chargement)


def test_plusieurs_fichiers_seuls_les_fautifs_sont_nommes(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"], totaux={"montant_ttc": "1,00"})
    faux = {"montant_ttc": "2,00"}
    poser("titres", "montant_ttc", ["1,00"], chargement_id=chargement, totaux=faux, controle='{"lignes": 9}')
    poser("pes", "mtht", [], chargement_id=chargement, controle='{"sha256": "ab"}')
    refus = _refus(base_vierge, chargement)
    assert [chemin for chemin, _ in refus] == ["compta/titres.csv"]
    assert refus[0][1].count(" — ") == 2


def test_en_tete_seul(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", [], controle='{"lignes": 0, "colonne": "Montant TTC", "total": "0"}')
    assert _refus(base_vierge, chargement) == []


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


def test_une_requete_qui_plante_est_un_echec(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"])
    with psycopg.connect(base_vierge) as conn:
        conn.execute("drop table brut.mandats")
    with pytest.raises(ControleEchoue, match=r"porte fichier : aucun contrôle.*UndefinedTable"):
        _refus(base_vierge, chargement)


def _suites(dossier: Path, monkeypatch: pytest.MonkeyPatch, **suites: str) -> None:
    """`expectations/sources/` of a test's own: the shipped one, with the suites given in place of theirs."""
    shutil.copytree(dossier_attentes() / "sources", dossier / "sources")
    for nom, texte in suites.items():
        (dossier / "sources" / f"{nom}.yml").write_text(texte, encoding="utf-8")
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(dossier))


SUITE = """
lots:
  - lot: chaque_jeu
    attentes:
      - type: {type}
        severity: {severity}
        kwargs: {kwargs}
        description: {description}
        remede: refaire l'export
"""


def _une(type_: str, kwargs: str, severity: str = "critical") -> str:
    return SUITE.format(type=type_, severity=severity, kwargs=kwargs, description="Le statut est connu")


def test_une_attente_de_plus_est_du_yaml(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chargement = poser("mandats", "statut", ["Émis", "Inventé", "Payé"])
    assert _refus(base_vierge, chargement) == []
    kwargs = "{column: statut, value_set: [Émis, Payé]}"
    _suites(tmp_path, monkeypatch, compta=_une("expect_column_values_to_be_in_set", kwargs))
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


@pytest.mark.parametrize(
    ("suite", "phrase"),
    [
        (None, "la suite d'attentes sources/compta.yml manque"),
        ("", "la suite sources/compta.yml est vide"),
        ("lots: []", "la suite sources/compta.yml est vide"),
        ("lots: [{lot: mandats, attentes: []}]", "aucune attente déclarée"),
        (
            _une("expect_rien", "{}"),
            "porte fichier, attente « mandats.rien » de expectations/sources/compta.yml : type expect_rien inconnu",
        ),
        (
            _une("expect_column_values_to_not_be_null", "{column: inconnue}"),
            "de expectations/sources/compta.yml : la colonne « inconnue » n'est pas dans mandats",
        ),
        (
            _une("expect_column_values_to_not_be_null", "{}"),
            "de expectations/sources/compta.yml : arguments de expect_column_values_to_not_be_null : column",
        ),
        (
            _une("expect_column_values_to_be_in_set", "{column: objet}").replace("chaque_jeu", "mandats"),
            "ne dit rien de balance",
        ),
        (
            _une("expect_table_row_count_to_be_between", "{}").replace("chaque_jeu", "mandat"),
            "juge mandat, qui",
        ),
    ],
)
def test_sans_sa_suite_une_source_ne_se_charge_pas(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suite: str | None, phrase: str
) -> None:
    chargement = poser("mandats", "montant_ttc", ["1,00"])
    _suites(tmp_path, monkeypatch, compta=suite or "")
    if suite is None:
        (tmp_path / "sources" / "compta.yml").unlink()
    with pytest.raises(ControleEchoue, match="porte ") as echec:
        _refus(base_vierge, chargement)
    assert phrase in str(echec.value)


def test_les_lignes_se_lisent_comme_le_registre_le_dit(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kwargs = "{column: montant_ttc, min_value: 0}"
    _suites(tmp_path, monkeypatch, compta=_une("expect_column_values_to_be_between", kwargs))
    chargement = poser("mandats", "montant_ttc", ["1 000,00 €", "(12,50)", "illisible"])
    ((_, motif),) = _refus(base_vierge, chargement)
    assert "1\u00a0écart sur 3" in motif


# Cells that the contract accepts, and as many as it rejects or the suite doubts; `mostly` is passed by the many.
CELLULES = [
    ("compta", "mandats", "statut", ["émis", "PRIS  EN CHARGE", " Paye ", "Rejeté"], ["Inventé"]),
    (
        "compta",
        "mandats",
        "date_emission",
        ["2018/01/01", "20180101", "01.02.2018", "2018-02-01T00:00"],
        ["30/02/2018"],
    ),
    ("compta", "mandats", "nature", ["60", "606111000000", "6061 "], ["6", "606a", ""]),
    ("compta", "mandats", "montant_ttc", ["1 000,00 €", "(2,00)", "12,50-"], ["12,345", "5 %", "-"]),
    ("compta", "titres", "siret", ["215 900 093 00018", "215900093"], ["59", "FR21590009300018", "x"]),
    ("compta", "etat_actif", "mode", ["l", "fv", " M14"], ["D"]),
    ("compta", "etat_actif", "quote_part", ["50 %", "12,5%", "100"], ["120 %"]),
    ("activite", "unites", "exercice", [" 2020"], ["20", "2020,0"]),
    ("activite", "unites", "semestre", ["1", "s2"], ["3"]),
    ("activite", "unites", "siret_adherent", ["215 900 093 00018", "21590009300018"], ["21590009300019", "215900093"]),
    ("activite", "unites", "quantite", ["-2", "0,000001", "1 200"], ["1.234,5", "deux"]),
    ("cam", "commandes", "date_commande", ["2018/01/01"], ["2018.01.01"]),
    ("cam", "marches", "siret_titulaire", ["215 900 093 00018", "215900093"], ["2159"]),
    ("cee", "operations", "siren_beneficiaire", ["215 900 093"], ["2159000930", "x"]),
    ("cee", "operations", "code_fiche", ["BAR-TH-101", "SPE-QUELCONQUE"], ["BAR TH 101"]),
    ("cee", "ventes", "volume_vendu", ["0", "1 200,5"], ["-1"]),
    ("referentiel", "adherents", "type", ["Commune", "CCAS"], ["région"]),
    ("referentiel", "cles_analytiques", "part_communes", ["40 %", "0,4"], ["140 %"]),
    ("referentiel", "tarifs", "mode_recouvrement", ["IMPUTATION_ac"], ["imputation AC"]),
    ("rh", "agents", "categorie", ["a", "App"], ["D"]),
    ("rh", "temps", "duree", ["7h", "07:30:00", "3,50"], ["24:30", "illisible"]),
    ("rh", "temps", "type_jour", ["t", " a"], ["X"]),
]


@pytest.mark.parametrize(("source", "jeu", "colonne", "admises", "refusees"), CELLULES)
def test_seule_une_cellule_que_le_contrat_refuse_avertit(
    base_vierge: str, poser: Poser, source: str, jeu: str, colonne: str, admises: list[str], refusees: list[str]
) -> None:
    def en_cause(cellules: list[str]) -> int:
        _, resultat = _juger(base_vierge, poser(jeu, colonne, cellules, source=source))
        return sum(a.nombre for a in resultat.avertissements if a.attente.kwargs.get("column") == colonne)

    assert en_cause(admises) == 0
    assert en_cause(admises + refusees) == len(refusees)


def test_une_taille_d_entreprise_inconnue_se_note_sans_avertir(base_vierge: str, poser: Poser) -> None:
    """C7: it is read as not stated, no row is rejected."""
    _, resultat = _juger(base_vierge, poser("marches", "taille_entreprise", ["pme", "Micro"], source="cam"))
    (constat,) = [c for c in resultat.constats if c.attente.kwargs.get("column") == "taille_entreprise"]
    assert (constat.reussi, constat.avertit, constat.nombre) == (False, False, 1)


def test_une_liste_sans_valeurs_est_celle_du_registre(
    base_vierge: str, poser: Poser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    liste = "{type: expect_column_values_to_be_in_set, kwargs: {column: COL}, description: S}"
    autres = "{lot: chaque_jeu, attentes: [{type: expect_table_row_count_to_be_between, description: d}]}"
    suite = "lots: [" + autres + ", {lot: mandats, attentes: [" + liste + "]}]"
    chargement = poser("mandats", "statut", ["Emis", "Inventé"])
    _suites(tmp_path / "a", monkeypatch, compta=suite.replace("COL", "statut"))
    assert _refus(base_vierge, chargement) == [("compta/", "S : 1\u00a0écart sur 2")]
    _suites(tmp_path / "b", monkeypatch, compta=suite.replace("COL", "objet"))
    with pytest.raises(ControleEchoue, match="« objet » n'est pas une énumération de mandats — y écrire « value_set »"):
        _refus(base_vierge, chargement)


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


def test_les_valeurs_du_moteur_ne_sont_pas_des_flottants(base_vierge: str, poser: Poser) -> None:
    chargement = poser("mandats", "montant_ttc", ["0,10"] * 3, totaux={"montant_ttc": "0,30"})
    assert _refus(base_vierge, chargement) == []
