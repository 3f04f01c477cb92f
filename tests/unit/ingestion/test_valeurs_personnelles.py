"""K9: what a column may hold follows from its type; labels exchanged two by two, cells shifted, in every column."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.confidentialite import (
    Confidentialite,
    Pseudonymes,
    bancaire,
    forme_d_un_code,
    forme_d_un_code_comptable,
    forme_d_un_numero,
)
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.registre import registre

from .outillage import CLE, SIRET, Lu, entete, lire, rangee, refus

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
TITRES = [
    rangee("titres", exercice="2020", budget="00", bordereau="2", piece=f"{i}", ligne_piece="1", nature="70845",
           date_emission="02/01/2020", type_piece="01", axe_analytique="AX-1", tiers="MARTIN", montant_ttc="12,00",
           objet="Fournitures", statut="Émis")
    for i in range(4)
]  # fmt: skip
LIGNES = {"temps": TEMPS, "agents": SEGMENTS, "mandats": MANDATS, "titres": TITRES}
MASQUE = Pseudonymes(CLE).masque


def _ecrire(chemin: Path, *rangees: list[str]) -> Path:
    chemin.write_text("".join(";".join(r) + "\n" for r in rangees), encoding="utf-8")
    return chemin


def _garde() -> Confidentialite:
    """As a load knows it: the agents of the warehouse, and the codes of the keys."""
    pseudonymes = Pseudonymes(CLE)
    return Confidentialite(
        pseudonymes, frozenset({"ACT-0", "Conseil"}), frozenset(pseudonymes.pseudonyme(m) for m, _, _ in AGENTS)
    )


def _lu(chemin: Path, jeu: str) -> Lu | str:
    """What landed, or why nothing did."""
    try:
        return lire(chemin, jeu, confidentialite=_garde())
    except LectureRefusee as e:
        return str(e)


def _fuites(lu: Lu | str) -> set[str]:
    """Secrets in what lands, in the totals, in the dialect or in the refusal; Objet stays in raw (K7)."""
    if isinstance(lu, str):
        texte = lu
    else:
        cellules = [str(v) for r in (*lu.rangees, *lu.lues) for n, v in r.items() if n != "objet"]
        texte = "\n".join([*cellules, str(lu.totaux), str(lu.dialecte)])
    return {s for s in SECRETS if s in texte}


@pytest.mark.parametrize("jeu", sorted(LIGNES))
def test_deux_en_tetes_echanges_ne_posent_aucune_personne(tmp_path: Path, jeu: str) -> None:
    vus = {}
    for i, j in combinations(range(len(entete(jeu))), 2):
        noms = entete(jeu)
        noms[i], noms[j] = noms[j], noms[i]
        if fuites := _fuites(_lu(_ecrire(tmp_path / f"{jeu}.csv", noms, *LIGNES[jeu]), jeu)):
            vus[noms[i], noms[j]] = fuites
    assert vus == {}


@pytest.mark.parametrize("jeu", sorted(LIGNES))
def test_une_rangee_decalee_ne_pose_aucune_personne(tmp_path: Path, jeu: str) -> None:
    vus = {}
    for pas in range(-12, 13):
        lignes = [r[-pas:] + r[:-pas] if n % 2 else r for n, r in enumerate(LIGNES[jeu])]
        if fuites := _fuites(_lu(_ecrire(tmp_path / f"{jeu}.csv", entete(jeu), *lignes), jeu)):
            vus[pas] = fuites
    assert vus == {}


def test_nom_et_code_echanges_le_fichier_est_refuse(tmp_path: Path) -> None:
    noms = entete("temps")
    noms[1], noms[5] = noms[5], noms[1]
    motif = refus(_ecrire(tmp_path / "temps.csv", noms, *TEMPS), "temps")
    assert "2 des 3 codes de la colonne « Code activité » n'ont ni clé analytique, ni la forme d'un code" in motif
    assert "rétablir l'en-tête" in motif


def test_un_code_sans_cle_ni_forme_et_un_matricule_connu_ne_sont_qu_une_empreinte(tmp_path: Path) -> None:
    vus = ("Conseil", "ACT_9", "Divers", "0058798", "R1", "R2")
    lignes = [[*r[:5], c, *r[6:]] for r, c in zip(TEMPS, vus, strict=True)]
    lu = lire(_ecrire(tmp_path / "temps.csv", entete("temps"), *lignes), "temps", confidentialite=_garde())
    assert lu.lue("code_activite") == ["Conseil", "ACT_9", MASQUE("Divers"), MASQUE("0058798"), "R1", "R2"]


def test_une_affectation_ne_garde_que_les_codes_des_cles(tmp_path: Path) -> None:
    """Nothing else tells a code from a matricule, in a file that delivers both."""
    lu = lire(_ecrire(tmp_path / "a.csv", entete("agents"), *SEGMENTS), "agents", confidentialite=_garde())
    assert lu.lue("code_activite") == ["ACT-0", MASQUE("ACT-1"), MASQUE("ACT-2")]


def test_les_codes_des_absences_ne_comptent_pas(tmp_path: Path) -> None:
    """They never land in clear, and have no key (H6)."""
    lignes = [TEMPS[0], *([*r[:5], c, *r[6:8], "A", "O"] for r, c in zip(TEMPS, ("CONGE", "ABS", "RTT"), strict=False))]
    assert len(lire(_ecrire(tmp_path / "temps.csv", entete("temps"), *lignes), "temps").rangees) == 4


def test_un_pourcentage_au_dela_de_cent_n_est_que_cela(tmp_path: Path) -> None:
    """It may be a matricule under another label; H2 still sees that it is over."""
    lignes = [[*SEGMENTS[0][:10], pct, *SEGMENTS[0][11:]] for pct in ("120", "4273", "100")]
    lu = lire(_ecrire(tmp_path / "a.csv", entete("agents"), *lignes), "agents", confidentialite=_garde())
    assert lu.lue("pct_affectation") == ["Infinity", "Infinity", "100"]
    assert lu.colonne("pct_affectation") == [None, None, "100"]


@cas
def test_forme_d_un_code(code: str, rh: bool, compta: bool) -> None:
    assert forme_d_un_code(code) is rh
    assert forme_d_un_code_comptable(code) is compta


@cas
def test_forme_d_un_numero_de_document(numero: str, permis: bool) -> None:
    """They are published in `tracabilite`: fewer letters than figures."""
    assert forme_d_un_numero(numero) is permis


@cas
def test_un_compte_bancaire_dans_un_texte(texte: str, dit: bool) -> None:
    assert bancaire(texte) is dit


def test_une_ligne_comptable_se_pose_dans_les_formes_de_ses_colonnes(tmp_path: Path) -> None:
    lignes = [[*MANDATS[3][:1], "ROY-2", "LE-GALL.Z", "KERVELLA-M", *MANDATS[3][4:11], "M. PAUL", *MANDATS[3][12:]]]
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), *MANDATS, *lignes), "mandats", confidentialite=_garde())
    assert lu.lue("axe_analytique") == ["AX-1"] * 4 + [MASQUE("M. PAUL")]
    assert lu.lue("tiers") == [None, None, None, "ENTREPRISE", "ENTREPRISE"]
    assert lu.lue("montant_ttc") == ["12.00"] * 5
    assert [lu.lues[4][n] for n in ("budget", "bordereau", "piece")] == [
        MASQUE("ROY-2"), MASQUE("LE-GALL.Z"), MASQUE("KERVELLA-M")
    ]  # fmt: skip


def test_un_iban_a_cote_d_un_siret_valide_ne_se_pose_pas(tmp_path: Path) -> None:
    lignes = [
        [*MANDATS[3][:12], t, *MANDATS[3][13:]]
        for t in (f"MME KERVELLA {IBAN[:-3]}555", "\u200b".join(IBAN), "ENTREPRISE")
    ]
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), *lignes), "mandats")
    assert lu.lue("tiers") == [None, None, "ENTREPRISE"]


def test_plus_d_agents_que_la_memoire_d_une_colonne(tmp_path: Path) -> None:
    """A matricule that comes back after its column has forgotten lands as its pseudonym, in `delivre` too."""
    chemin = tmp_path / "temps_2020-01.csv"
    agents = [f"Q{n:06}" for i in range(11_000) for n in ((i, 0) if i % 7 == 0 else (i,))]
    lignes = [rangee("temps", matricule=m, date="02/01/2020", duree="7,00", type_jour="A") for m in agents]
    chemin.write_text("\n".join(map(";".join, [entete("temps"), *lignes])) + "\n", encoding="utf-8")
    assert not re.search(rb"Q[0-9]{6}", lire(chemin, "temps").octets)


def test_le_total_ne_pose_aucune_personne(tmp_path: Path) -> None:
    total = ["Total", *[""] * 5, "", "DUPONT-MOREL", "", ""]
    assert lire(_ecrire(tmp_path / "t.csv", entete("temps"), *TEMPS, total), "temps").totaux == {}


def test_la_designation_d_un_bien_n_est_qu_une_empreinte(tmp_path: Path) -> None:
    """Free text, where anybody may be named, and which no rule reads."""
    bien = ["INV-1", "Bureau de LE GALL", "2188", "", "01/01/2020", "10,00", "5", "L", "AX-1", "100", "", "", ""]
    lu = lire(_ecrire(tmp_path / "e.csv", entete("etat_actif"), bien), "etat_actif")
    assert lu.lue("designation") == [MASQUE("Bureau de LE GALL")]


def test_les_banniere_et_colonnes_ignorees_ne_disent_personne(tmp_path: Path) -> None:
    lignes = [[*entete("temps"), "DUPONT-MOREL", "Jeanne"], *([*r, "1", "2"] for r in TEMPS)]
    lu = lire(_ecrire(tmp_path / "t.csv", ["Export de LE GALL"], *lignes), "temps")
    assert _fuites(lu) == set()
    assert lu.dialecte["colonnes_ignorees"] == ["colonne 11", "colonne 12"]


@pytest.mark.parametrize("jeu", ["masse_salariale", "mandats", "marches", "temps"])
@pytest.mark.parametrize("ajout", [" DUPONT", " (Roy)", " 2", "s", " 0058798"])
def test_un_en_tete_cite_ne_dit_personne(tmp_path: Path, jeu: str, ajout: str) -> None:
    """K9: beside a missing column, the nearest header is told by its known words."""
    colonne = registre().jeu(jeu).obligatoires[-1].entete or ""
    entetes = [c + ajout if c == colonne else c for c in entete(jeu)]
    motif = refus(_ecrire(tmp_path / "m.csv", entetes), jeu)
    assert f"« {colonne} »" in motif
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
    assert libres == {"tiers", "objet", "etape", "sens", "rang_bordereau", "rang_piece", "rang_ligne"}
