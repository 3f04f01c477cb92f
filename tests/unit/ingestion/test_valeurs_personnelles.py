"""K9: personal data is kept out by value: labels swapped two by two, cells shifted, in every column."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from mutualisation.ingestion.formes import forme_d_un_code, forme_d_un_code_comptable
from mutualisation.ingestion.personnes import Discretion
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.registre import registre

from .outillage import CLE, SIRET, Lu, entete, lire, refus

AGENTS = [("0058798", "DUPONT-MOREL", "Jeanne"), ("0061234", "LE GALL", "Anaïs"), ("M0042", "Ouvrard", "NOËL")]
IBAN = "FR7630006000011234567890189"
SECRETS = [s for a in AGENTS for s in a] + ["Urbanisme", "Congé maladie", IBAN, "MARTIN", "Titulaire", "Attaché"]
TEMPS = [
    [m, n, p, "Urbanisme", f"0{i + 2}/01/2020", f"ACT-{i}", "Congé maladie", "7,00", "T", "O"]
    for i, (m, n, p) in enumerate(AGENTS * 2)
]
SEGMENTS = [
    [m, n, p, "Titulaire", "Attaché", "A", "100", "01/01/2019", "", f"ACT-{i}", "50", "", ""]
    for i, (m, n, p) in enumerate(AGENTS)
]
MANDATS = [
    [
        "2020", "00", "1", f"{i}", "1", "02/01/2020", "01", "6064", "020", "", "S-1", "AX-1",
        t, s, "Fournitures", "M-1", "", "", "", "", "10,00", "2,00", "12,00", "Payé",
    ]
    for i, (t, s) in enumerate([("MARTIN Paul", ""), ("MARTIN", ""), (IBAN, ""), ("ENTREPRISE", SIRET)])
]  # fmt: skip
LIGNES = {"temps": TEMPS, "agents": SEGMENTS, "mandats": MANDATS, "titres": MANDATS}


def _ecrire(chemin: Path, *rangees: list[str]) -> Path:
    chemin.write_text("".join(";".join(r) + "\n" for r in rangees), encoding="utf-8")
    return chemin


def _discretion() -> Discretion:
    """As a load knows it: the agents of the warehouse, and the codes of the keys."""
    pseudonymes = Pseudonymes(CLE)
    return Discretion(pseudonymes, frozenset({"ACT-0", "Conseil"}), frozenset(pseudonymes[m] for m, _, _ in AGENTS))


def _lu(chemin: Path, jeu: str) -> Lu | str:
    """What landed, or why nothing did."""
    try:
        return lire(chemin, jeu, discretion=_discretion())
    except LectureRefusee as e:
        return str(e)


def _fuites(lu: Lu | str, objet: str | None = None) -> set[str]:
    """Secrets in what lands, in the totals, in the dialect or in the refusal. `objet`: stays in raw (K7)."""
    if isinstance(lu, str):
        texte = lu
    else:
        cellules = [str(v) for r in lu.rangees for n, v in r.items() if n != objet]
        texte = "\n".join([*cellules, str(lu.totaux), str(lu.dialecte)])
    return {s for s in SECRETS if s in texte}


@pytest.mark.parametrize("jeu", ["temps", "agents", "mandats"])
def test_deux_en_tetes_echanges_ne_posent_aucune_personne(tmp_path: Path, jeu: str) -> None:
    """Objet stays in raw (K7), and Tiers on a line whose SIRET is valid."""
    vus = {}
    for i, j in combinations(range(len(entete(jeu))), 2):
        noms = entete(jeu)
        noms[i], noms[j] = noms[j], noms[i]
        if fuites := _fuites(_lu(_ecrire(tmp_path / f"{jeu}.csv", noms, *LIGNES[jeu]), jeu), "objet"):
            vus[noms[i], noms[j]] = fuites
    assert vus == {}


@pytest.mark.parametrize("jeu", ["temps", "agents", "mandats"])
def test_une_rangee_decalee_ne_pose_aucune_personne(tmp_path: Path, jeu: str) -> None:
    vus = {}
    for pas in range(-12, 13):
        lignes = [r[-pas:] + r[:-pas] if n % 2 else r for n, r in enumerate(LIGNES[jeu])]
        if fuites := _fuites(_lu(_ecrire(tmp_path / f"{jeu}.csv", entete(jeu), *lignes), jeu), "objet"):
            vus[pas] = fuites
    assert vus == {}


def test_nom_et_code_echanges_le_fichier_est_refuse(tmp_path: Path) -> None:
    noms = entete("temps")
    noms[1], noms[5] = noms[5], noms[1]
    motif = refus(_ecrire(tmp_path / "temps.csv", noms, *TEMPS), "temps")
    assert "2 des 3 codes de la colonne « Code activité » n'ont ni clé analytique, ni la forme d'un code" in motif
    assert "rétablir l'en-tête" in motif


def test_un_code_sans_cle_ni_forme_n_est_qu_une_empreinte(tmp_path: Path) -> None:
    lignes = [
        [*r[:5], c, *r[6:]] for r, c in zip(TEMPS, ("Conseil", "ACT_9", "Divers", "Divers", "R1", "R2"), strict=True)
    ]
    codes = lire(_ecrire(tmp_path / "temps.csv", entete("temps"), *lignes), "temps", discretion=_discretion()).colonne(
        "code_activite"
    )
    assert [codes[i] for i in (0, 1, 4, 5)] == ["Conseil", "ACT_9", "R1", "R2"]
    assert codes[2] == codes[3] == Pseudonymes(CLE).masque("Divers")


def test_les_codes_des_absences_ne_comptent_pas(tmp_path: Path) -> None:
    """They never land in clear, and have no key (H6)."""
    lignes = [TEMPS[0], *([*r[:5], c, *r[6:8], "A", "O"] for r, c in zip(TEMPS, ("CONGE", "ABS", "RTT"), strict=False))]
    assert len(lire(_ecrire(tmp_path / "temps.csv", entete("temps"), *lignes), "temps").rangees) == 4


@pytest.mark.parametrize(
    ("code", "rh", "compta"),
    [
        ("0257", True, True), ("ADS-70", True, True), ("FORM-A", True, True), ("A/B", True, True), ("R.1", True, True),
        ("FORMATION", False, False), ("Form-1", False, True), ("2024 M 03", False, True), ("LE GALL", False, False),
        ("M. Paul", False, False), (IBAN, False, False), ("FR76 3000 6000 0112 3456 7890 189", False, False),
        ("1850578006084", False, False), ("185057800608436", False, False), ("Dupont 3", False, False),
        ("É-1", False, False),
    ],
)  # fmt: skip
def test_forme_d_un_code(code: str, rh: bool, compta: bool) -> None:
    assert forme_d_un_code(code) is rh
    assert forme_d_un_code_comptable(code) is compta


def test_une_ligne_comptable_ordinaire_se_pose_telle_quelle(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), *MANDATS), "mandats")
    assert lu.colonne("axe_analytique") == ["AX-1"] * 4
    assert lu.colonne("tiers") == [None, None, None, "ENTREPRISE"]
    assert lu.colonne("montant_ttc") == ["12,00"] * 4


def test_le_total_ne_pose_aucune_personne(tmp_path: Path) -> None:
    total = ["Total", *[""] * 5, "", "DUPONT-MOREL", "", ""]
    lu = lire(_ecrire(tmp_path / "t.csv", entete("temps"), *TEMPS, total), "temps")
    assert lu.totaux == {"duree": "?"}


def test_un_matricule_connu_ne_se_pose_pas_parmi_les_montants(tmp_path: Path) -> None:
    """Short figures, and long ones of nobody, stay what they are."""
    lignes = [["2020", "A", "0058798", "0", "12,5"], ["0058798", "0061234", "150000", "61234", "0061234"]]
    total = ["Total", "", "0061234", "", "25"]
    chemin = _ecrire(tmp_path / "m.csv", entete("masse_salariale"), *lignes, total)
    lu = lire(chemin, "masse_salariale", discretion=_discretion())
    posees = [[r[n] for n in ("masse_salariale", "attenuations", "etpt")] for r in lu.rangees]
    assert posees == [["?", "0", "12,5"], ["150000", "61234", "?"]]
    assert (lu.rangees[1]["exercice"], lu.rangees[1]["categorie"]) == ("?", "?")
    assert lu.totaux == {"masse_salariale": "?", "etpt": "25"}


def test_sans_une_cle_de_longs_chiffres_ne_sont_pas_un_code(tmp_path: Path) -> None:
    """They may be the matricules of exchanged labels; the digest is known again once a key names the code."""
    lignes = [[*r[:5], c, *r[6:]] for r, c in zip(TEMPS, ("0058798", "0257", "ACT-1"), strict=False)]
    codes = lire(_ecrire(tmp_path / "temps.csv", entete("temps"), *lignes), "temps").colonne("code_activite")
    assert codes == [Pseudonymes(CLE).masque("0058798"), "0257", "ACT-1"]


def test_la_designation_d_un_bien_n_est_qu_une_empreinte(tmp_path: Path) -> None:
    """Free text, where anybody may be named, and which no rule reads."""
    bien = ["INV-1", "Bureau de LE GALL", "2188", "", "01/01/2020", "10,00", "5", "L", "AX-1", "100", "", "", ""]
    lu = lire(_ecrire(tmp_path / "e.csv", entete("etat_actif"), bien), "etat_actif")
    assert lu.colonne("designation") == [Pseudonymes(CLE).masque("Bureau de LE GALL")]


def test_les_banniere_et_colonnes_ignorees_ne_disent_personne(tmp_path: Path) -> None:
    lignes = [[*entete("temps"), "DUPONT-MOREL", "Jeanne"], *([*r, "1", "2"] for r in TEMPS)]
    lu = lire(_ecrire(tmp_path / "t.csv", ["Export de LE GALL"], *lignes), "temps")
    assert _fuites(lu) == set()
    assert lu.dialecte["colonnes_ignorees"] == ["colonne 11", "colonne 12"]


def test_un_en_tete_ignore_ne_dit_personne_non_plus_ailleurs(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path / "c.csv", [*entete("commandes"), "Note de DUPONT", "Objet", "Montant 2"]), "commandes")
    assert lu.dialecte["colonnes_ignorees"] == ["Note de …", "Objet", "Montant 2"]


@pytest.mark.parametrize("jeu", ["masse_salariale", "mandats", "marches", "temps"])
@pytest.mark.parametrize(
    ("ajout", "vu"), [(" DUPONT", " …"), (" (Roy)", " (…)"), (" 2", " 2"), ("s", "s"), (" 0058798", " …")]
)
def test_un_en_tete_cite_ne_dit_personne(tmp_path: Path, jeu: str, ajout: str, vu: str) -> None:
    """K9: beside a missing column, the nearest header is told by its known words."""
    colonne = registre().jeu(jeu).obligatoires[-1].entete or ""
    entetes = [c + ajout if c == colonne else c for c in entete(jeu)]
    motif = refus(_ecrire(tmp_path / "m.csv", entetes), jeu)
    assert f"« {colonne} »" in motif
    assert "le plus proche" not in motif or f"« {colonne}{vu} »" in motif
    assert not {"DUPONT", "Roy", "0058798"} & set(re.findall(r"\w+", motif))


def test_chaque_colonne_de_rh_et_de_compta_est_gardee() -> None:
    """A column of the registry is kept in a form, masked, or left out; free texts of the ledger are named here."""
    libres = {
        c.nom
        for j in registre().jeux
        if j.personnes
        for c in j.colonnes_entrepot
        if not c.gardee and c.type not in ("pseudonyme", "empreinte")
    }
    assert libres == {"tiers", "objet", "sens", "rang_bordereau", "rang_piece", "rang_ligne"}
