"""K9: personal data is kept out by value: labels swapped two by two, cells shifted, in every column."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from mutualisation.ingestion.formes import bancaire, forme_d_un_code, forme_d_un_code_comptable, forme_d_un_numero
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
        ("0257", True, True), ("ADS-70", True, True), ("FORM-A", True, False), ("A/B", True, False),
        ("R.1", True, True), ("FORMATION", False, False), ("Form-1", False, False), ("Bat-12", False, True),
        ("2024 M 03", False, True), ("LE GALL", False, False),
        ("M. Paul", False, False), (IBAN, False, False), ("FR76 3000 6000 0112 3456 7890 189", False, False),
        ("1850578006084", False, False), ("185057800608436", False, False), ("Dupont 3", False, False),
        ("É-1", False, False), ("LEE", False, False), ("MARTIN-DUVAL", True, False), ("LE-GALL.Z", True, False),
        ("Le Gall 2", False, False), ("Anne Levy 7", False, False), ("J.OUVRARD", True, False),
        (f"IBAN-{IBAN}", False, False), ("NIR-1850578006084", False, False), ("1850578006084-36/1", False, False),
        ("185052A00608436", False, False), ("185052B00608444", False, False), ("1 85 05 78 006 084", False, False),
        ("20009320100016", True, True), ("2018-2188-00012", True, True), ("MAT-2020-5071", True, True),
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
    assert lu.dialecte["colonnes_ignorees"] == ["… de …", "Objet", "Montant 2"]


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


@pytest.mark.parametrize(
    ("numero", "permis"),
    [
        ("1204", True), ("0000138", True), ("L1204", True), ("MDT-0012", True), ("T-45", True), ("2021-0042", True),
        ("BP", True), ("00", True), ("2024 M 03", True), ("KERVELLA-M", False), ("LE-GALL.Z", False), ("ROY-2", False),
        ("LEE", False), ("1850578006084", False),
    ],
)  # fmt: skip
def test_forme_d_un_numero_de_document(numero: str, permis: bool) -> None:
    """They are published in `tracabilite`: fewer letters than figures."""
    assert forme_d_un_numero(numero) is permis


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        (f"MME KERVELLA {IBAN[:-3]}555", True), ("GB29 NWBK 6016 1331 9268 19", True), ("NL91ABNA0417164300", True),
        ("M. X 1 85 05 78 006 084 36", True), ("SARL TP59 CONSTRUCTIONS DU NORD", False), ("ENTREPRISE 2000", False),
        ("21590350100017", False),
    ],
)  # fmt: skip
def test_un_compte_bancaire_dans_un_texte(texte: str, dit: bool) -> None:
    assert bancaire(texte) is dit


def _temps_echanges(nombre: int, en_tete: list[str], codes: list[str]) -> list[list[str]]:
    """Rows of a time file whose labels are those of `en_tete`, the codes being those given, in turn."""
    lignes = [
        [f"Z{i:04d}K", "NOM", "Prenom", "Pole", f"0{i % 9 + 1}/01/2020", codes[i * len(codes) // nombre],
         "", "7,00", "T", "O"]
        for i in range(nombre)
    ]  # fmt: skip
    return [en_tete, *lignes]


def _echanges(jeu: str, a: str, b: str) -> list[str]:
    noms = entete(jeu)
    i, j = noms.index(a), noms.index(b)
    noms[i], noms[j] = b, a
    return noms


def test_la_mefiance_vaut_pour_tout_le_fichier(tmp_path: Path) -> None:
    """Codes without a key fill the first blocks: what shows that the labels are exchanged comes after them."""
    rangees = _temps_echanges(600, _echanges("temps", "Matricule", "Code activité"), ["NOUV-1", "NOUV-2", "ACT-0"])
    lu = lire(_ecrire(tmp_path / "t.csv", *rangees), "temps", discretion=_discretion())
    assert len(lu.rangees) == 600
    assert {(c or "")[:1] for c in lu.colonne("code_activite")} == {"~"}


def test_un_fichier_dont_aucun_code_n_a_de_cle_n_en_garde_aucun_en_clair(tmp_path: Path) -> None:
    rangees = _temps_echanges(600, _echanges("temps", "Matricule", "Code activité"), ["NOUV-1", "NOUV-2"])
    lu = lire(_ecrire(tmp_path / "t.csv", *rangees), "temps", discretion=_discretion())
    assert {(c or "")[:1] for c in lu.colonne("code_activite")} == {"~"}


@pytest.mark.parametrize(
    ("a", "b", "secrets"),
    [
        ("Matricule", "Code activité", ("M0077X", "Z0070K")),
        ("Nom", "Code activité", ("KERDREUX-BIHAN", "D.ARTAGNAN-2")),
        ("Matricule", "% affectation", ("4273", "8391", "427")),
        ("Matricule", "Quotité", ("4273", "8391", "427")),
    ],
)
def test_des_affectations_sans_code_ne_posent_aucune_personne(
    tmp_path: Path, a: str, b: str, secrets: tuple[str, ...]
) -> None:
    """Usual with time sheets: nothing in the file says that the labels are exchanged."""
    lignes = []
    for secret in secrets:
        ligne = dict(
            zip(entete("agents"), ["M1", "NOM", "P", "", "", "A", "100", "01/01/2019", *[""] * 5], strict=True)
        )
        ligne[a] = secret
        lignes.append(list(ligne.values()))
    lu = lire(_ecrire(tmp_path / "a.csv", _echanges("agents", a, b), *lignes), "agents", discretion=_discretion())
    assert [s for s in secrets if s in lu.octets.decode()] == []


def test_une_affectation_de_plus_de_cent_le_reste(tmp_path: Path) -> None:
    """H2 still sees it; a known code stays."""
    lignes = [["M1", "NOM", "P", "", "", "A", "100", "01/01/2019", "", "ACT-0", pct, "", ""] for pct in ("120", "100")]
    lu = lire(_ecrire(tmp_path / "a.csv", entete("agents"), *lignes), "agents", discretion=_discretion())
    assert lu.colonne("pct_affectation") == ["101", "100"]
    assert lu.colonne("code_activite") == ["ACT-0", "ACT-0"]


def test_un_matricule_ne_se_pose_pas_parmi_les_durees(tmp_path: Path) -> None:
    noms = _echanges("temps", "Matricule", "Durée")
    lu = lire(_ecrire(tmp_path / "t.csv", noms, ["4273", *TEMPS[0][1:]]), "temps", discretion=_discretion())
    assert lu.colonne("duree") == ["?"]


@pytest.mark.parametrize(
    ("jeu", "code"),
    [
        *(
            ("temps", c)
            for c in ("OUVRARD/NOEL", "DUPONT.JEANNE", "LE-GALL", "61234", "0061234-2", "M0042", "OUVRARD-2")
        ),
        *(("mandats", c) for c in ("OUVRARD/NOEL", "DUPONT.JEANNE", "LE-GALL", "0061234", "M0042", "OUVRARD-2")),
    ],
)
def test_un_code_qui_nomme_un_agent_autrement_ecrit_est_une_empreinte(tmp_path: Path, jeu: str, code: str) -> None:
    """Case, accents, signs, zeros, one name of two: `agents` was read before, in this load."""
    discretion = Discretion(Pseudonymes(CLE), frozenset({"ACT-0", "ACT-1"}))
    lire(_ecrire(tmp_path / "a.csv", entete("agents"), *SEGMENTS), "agents", discretion=discretion)
    lignes = [["X9", "", "", "", *TEMPS[0][4:5], c, *TEMPS[0][6:]] for c in ("ACT-0", "ADS-7", code)]
    if jeu == "mandats":
        lignes = [[*MANDATS[3][:11], c, *MANDATS[3][12:]] for c in ("ACT-0", "ADS-7", code)]
    lu = lire(_ecrire(tmp_path / "c.csv", entete(jeu), *lignes), jeu, discretion=discretion)
    posees = lu.colonne("code_activite" if jeu == "temps" else "axe_analytique")
    assert posees == ["ACT-0", "ADS-7", Pseudonymes(CLE).masque(code)]


def test_un_matricule_de_l_entrepot_se_reconnait_sans_ses_zeros(tmp_path: Path) -> None:
    lignes = [[*TEMPS[0][:5], c, *TEMPS[0][6:]] for c in ("ACT-0", "61234", "0061234-2", "M0042-1")]
    codes = lire(_ecrire(tmp_path / "t.csv", entete("temps"), *lignes), "temps", discretion=_discretion()).colonne(
        "code_activite"
    )
    assert [c and c[:1] for c in codes] == ["A", "~", "~", "~"]


def test_un_matricule_qui_se_lit_comme_une_annee_ne_masque_pas_les_numeros() -> None:
    discretion = Discretion(Pseudonymes(CLE))
    discretion.retenir({"2021", "4273"})
    assert [discretion.evoquee(c) for c in ("2021-345", "2021", "MDT-4273")] == [False, True, True]


def test_un_compte_ou_un_numero_qui_se_trouve_etre_un_matricule_reste(tmp_path: Path) -> None:
    """The balance says its account, a reduction the piece it corrects, an asset its number."""
    discretion = Discretion(Pseudonymes(CLE), frozenset({"ACT-0"}))
    discretion.retenir({"06132", "6132", "60611", "00012"})
    colonnes = [c.entete for c in registre().jeu("balance").colonnes]
    comptes = ("6132", "60611")
    lignes = [[c if n == "COMPTE" else "" for n in colonnes] for c in comptes]
    lu = lire(_ecrire(tmp_path / "b.csv", colonnes, *lignes), "balance", discretion=discretion)
    assert lu.colonne("compte") == list(comptes)
    mandats = [
        [*MANDATS[0][:p], v, *MANDATS[0][p + 1 :]]
        for p, v in ((entete("mandats").index("Pièce origine"), "60611"),
                     (entete("mandats").index("N° inventaire"), "2018-2188-00012"),
                     (entete("mandats").index("Axe analytique"), "60611"))
    ]  # fmt: skip
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), *mandats), "mandats", discretion=discretion)
    assert lu.colonne("piece_origine")[0] == "60611"
    assert lu.colonne("numero_inventaire")[1] == "2018-2188-00012"
    assert lu.colonne("axe_analytique")[2] == Pseudonymes(CLE).masque("60611")


def test_tiers_et_axe_echanges_dans_un_grand_livre(tmp_path: Path) -> None:
    """The usual lines of a ledger are looked at too; matricules are those of agents read before."""
    secrets = ["MARTIN-DUVAL", "ROUX-LEVY", "LEE", "KIM", "LE-GALL.Z", "Le Gall 2", "Anne Levy 7", "J.OUVRARD",
               "PAUL.QUENTIN/MARTIN", "0058798", "M0042"]  # fmt: skip
    lignes = [[*MANDATS[0][:12], s, "", *MANDATS[0][14:]] for s in secrets]
    lu = lire(
        _ecrire(tmp_path / "m.csv", _echanges("mandats", "Tiers", "Axe analytique"), *lignes), "mandats",
        discretion=_discretion(),
    )  # fmt: skip
    assert lu.colonne("axe_analytique") == [Pseudonymes(CLE).masque(s) for s in secrets]


def test_un_nom_parmi_les_numeros_de_documents_est_une_empreinte(tmp_path: Path) -> None:
    """They are published; a budget that a parameter names stays."""
    lignes = [
        ["2020", b, d, p, *MANDATS[3][4:]] for b, d, p in (("ROY-2", "LE-GALL.Z", "KERVELLA-M"), ("ACT-0", "1", "L12"))
    ]
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), *lignes), "mandats", discretion=_discretion())
    masque = Pseudonymes(CLE).masque
    posees = [[r[n] for n in ("budget", "bordereau", "piece")] for r in lu.rangees]
    assert posees == [[masque("ROY-2"), masque("LE-GALL.Z"), masque("KERVELLA-M")], ["ACT-0", "1", "L12"]]


def test_deux_signes_d_un_matricule_restent_un_type_de_piece_et_un_budget(tmp_path: Path) -> None:
    """A small town numbers its agents from 01: an identity would change from one load to the next."""
    pseudonymes = Pseudonymes(CLE)
    discretion = Discretion(pseudonymes, agents=frozenset(pseudonymes[m] for m in ("01", "00", "1", "020")))
    lu = lire(_ecrire(tmp_path / "m.csv", entete("mandats"), MANDATS[3]), "mandats", discretion=discretion)
    assert (lu.rangees[0]["budget"], lu.rangees[0]["type_piece"], lu.rangees[0]["piece"]) == ("00", "01", "3")


def test_un_iban_a_cote_d_un_siret_valide_ne_se_pose_pas(tmp_path: Path) -> None:
    tiers = [f"MME KERVELLA {IBAN[:-3]}555", "ENTREPRISE"]
    lignes = [[*MANDATS[3][:12], t, *MANDATS[3][13:]] for t in tiers]
    chemin = _ecrire(tmp_path / "m.csv", entete("mandats"), *lignes)
    assert lire(chemin, "mandats").colonne("tiers") == [None, "ENTREPRISE"]
    lignes = [[*r[:11], "M. PAUL", *r[12:]] for r in lignes]
    chemin = _ecrire(tmp_path / "n.csv", entete("mandats"), *lignes)
    assert lire(chemin, "mandats").colonne("tiers") == [None, "ENTREPRISE"]
