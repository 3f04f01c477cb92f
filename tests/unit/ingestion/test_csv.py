"""CSV files: encodings, separators, headers, rows, quotes; every kind of bad input is named, never guessed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.atelier.assaut import en_csv, remplir

from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.lecteurs.tabulaire_csv import LecteurCsv
from mutualisation.entree.sources.registre import registre

from .outillage import Lu, entete, lire, rangee, refus

ENTETE = "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc);Indice"
LIGNE = "1;10/04/2020;C;376 550;8,01;EMMY"


def _ventes(dossier: Path, texte: str | bytes, encodage: str = "utf-8") -> Path:
    chemin = dossier / "ventes_2020.csv"
    chemin.write_bytes(texte if isinstance(texte, bytes) else texte.encode(encodage))
    return chemin


def _lire(dossier: Path, texte: str | bytes, encodage: str = "utf-8") -> Lu:
    return lire(_ventes(dossier, texte, encodage), "ventes")


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("fin", ["\n", "\r\n"])
@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_tous_les_dialectes_donnent_les_memes_cellules(
    tmp_path: Path, encodage: str, fin: str, separateur: str
) -> None:
    texte = f"{ENTETE}\n{LIGNE.replace('8,01', '8.01')}\n".replace(";", separateur).replace("\n", fin)
    lu = _lire(tmp_path, texte, encodage)
    assert lu.rangees == [
        {
            "fichier_id": "7", "ligne": "2", "defauts": None, "depot": "1", "date_vente": "10/04/2020", "type": "C",
            "volume_vendu": "376 550", "prix": "8.01", "indice": "EMMY",
        }
    ]  # fmt: skip
    assert lu.dialecte["encodage"] == encodage
    assert lu.dialecte["separateur"] == ("tabulation" if separateur == "\t" else separateur)


def test_sans_fin_de_ligne_a_la_fin(tmp_path: Path) -> None:
    for fin in ("\n", "\r\n"):
        assert _lire(tmp_path, f"{ENTETE}{fin}{LIGNE}").colonne("indice") == ["EMMY"]
        assert _lire(tmp_path, f"{ENTETE}{fin}{LIGNE}\r").colonne("indice") == ["EMMY"]


def test_cinq_bannieres_et_des_lignes_vides(tmp_path: Path) -> None:
    texte = 'Export "du jour\n;;;\n\nB2;\nB3\nB4\nB5\n' + ENTETE + "\n\n" + LIGNE + "\n;;;;;\n   \n" + LIGNE + "\n\n"
    lu = _lire(tmp_path, texte)
    assert lu.colonne("ligne") == ["10", "13"]
    assert lu.dialecte["bannieres"] == 5


def test_colonnes_par_leur_nom(tmp_path: Path) -> None:
    texte = "Note;Type;  Prix\u00a0 (€/MWhc) ;Volume vendu (kWhc);Date vente;N° de\u0301pôt\nx;C;8,01;3;10/04/2020;1\n"
    lu = _lire(tmp_path, texte)
    assert lu.rangees[0]["prix"] == "8,01"
    assert lu.rangees[0]["depot"] == "1"
    assert lu.rangees[0]["indice"] is None
    assert lu.dialecte["colonnes_ignorees"] == ["…"]
    assert lu.dialecte["colonnes_absentes"] == ["Indice"]


def test_cp1252_seulement_si_l_utf8_echoue_quelque_part(tmp_path: Path) -> None:
    long_ = f"{ENTETE}\n" + f"{LIGNE}\n" * 60_000
    lu = _lire(tmp_path, long_.encode("ascii", "replace").replace(b"N? d?p?t", "N° dépôt".encode("cp1252"))
               .replace(b"Prix (?", "Prix (€".encode("cp1252")))  # fmt: skip
    assert lu.dialecte["encodage"] == "cp1252"
    assert len(lu.rangees) == 60_000


def test_un_retour_chariot_hors_des_guillemets_est_refuse(tmp_path: Path) -> None:
    assert "ligne 2 : un retour chariot" in refus(_ventes(tmp_path, f"{ENTETE}\n1;2;C\rD;3;4;\n"), "ventes")


def test_cellules_sur_plusieurs_lignes(tmp_path: Path) -> None:
    texte = f'{ENTETE}\n1;2;"C";3;4;"a\r\nb;""c"""\n{LIGNE}\n1;2;C;3;4;"d\n\ne"\n{LIGNE}\n'
    lu = _lire(tmp_path, texte)
    assert lu.colonne("ligne") == ["2", "4", "5", "8"]
    assert lu.rangees[0]["indice"] == 'a\nb;"c"'
    assert lu.rangees[2]["indice"] == "d\n\ne"


def _rangees(chemin: Path) -> object:
    ouvert = ouvrir(chemin, registre().jeu("ventes"), "csv", Limites(cellule=20))
    try:
        return [(ligne, r) for b in ouvert.blocs() for ligne, r in zip(b.lignes, b.rangees, strict=True)]
    except LectureRefusee as refus:
        return str(refus)


SIX = [
    "a;b;c;d;e;f", "a;b;c;d;e", "a;b;c;d;e;f;g", ";;;;;", " ;;;;;", '"a";b;c;d;e;"f\ng"', "a;b;c;d;e;f\r",
    "a;b;c;d;e;\x1f",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([*SIX, "", "a;b;c;d;e;" + "f" * 21, "a;b;c\rc;d;e;f"]), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
)
@example(["a;b;c;d;e;f;g", "a;b;c;d;e"], "\n")
@example(["a;b;c\rc;d;e;f"], "\n")
def test_un_bloc_lu_d_un_coup_est_celui_de_ses_rangees(tmp_path: Path, lignes: list[str], fin: str) -> None:
    chemin = _ventes(tmp_path, fin.join([ENTETE, *lignes]))
    with pytest.MonkeyPatch.context() as a_part:
        a_part.setattr(LecteurCsv, "_bloc_regulier", lambda *_: None)
        voulues = _rangees(chemin)
    assert _rangees(chemin) == voulues


def test_une_cellule_peut_passer_d_un_bloc_a_l_autre(tmp_path: Path) -> None:
    milieu = "\n".join(["x" * 50] * 2_000)
    texte = f'{ENTETE}\n{LIGNE}\n1;2;C;3;4;"{milieu}"\n{LIGNE}\n'
    lu = lire(_ventes(tmp_path, texte), "ventes", Limites(cellule=1_000_000))
    assert lu.rangees[1]["indice"] == milieu
    assert lu.colonne("ligne") == ["2", "3", "2003"]


def test_caracteres_a_echapper(tmp_path: Path) -> None:
    lu = _lire(tmp_path, f'{ENTETE}\n1;2;C;3;4;a\tb\\N\n1;2;C;3;4;"\\."\n{LIGNE}\n')
    assert lu.colonne("indice") == ["a\tb\\N", "\\.", "EMMY"]


def test_ce_qui_ne_se_voit_pas_n_est_pas_lu(tmp_path: Path) -> None:
    """A text that shows nothing is empty; what lands, read and delivered, is what is seen."""
    chemin = tmp_path / "marches_2020.csv"
    lignes = remplir("marches", 1, objet="a\u202eb\u200bc\x85d") + remplir("marches", 1, thematique="\x1f")[1:]
    chemin.write_text(en_csv(lignes) + "\u200b;\x85\n\x1a", encoding="utf-8")
    lu = lire(chemin, "marches")
    assert lu.rangees[0]["objet"] == lu.lues[0]["objet"] == "abc d"
    assert lu.lues[1]["thematique"] is None
    assert lu.colonne("defauts")[1] == "Thématique|cellule obligatoire vide (G1)"


@pytest.mark.parametrize("fin", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("texte", "ligne"),
    [
        (f"{LIGNE}\n{LIGNE}\n1;10/04", 4), ("1;10/04", 2), ("Tot", 2), (f"{LIGNE}\n\n;;\n1", 5),
        (f'{LIGNE}\n"1";"a\nb"', 3), (f"{LIGNE}\n1;;;;", 3), (f"Total;1\n{LIGNE}", None),
        (f"{LIGNE}\nTotal;;;1", None), (f"{LIGNE}\n1;10/04\n", None), (f"{LIGNE}\n1;10/04\n  ", None),
        (f"{LIGNE}\n1;10/04\n;;", None), (f"1;10\n{LIGNE}\n1;10/04", None), (f"1;10\n{LIGNE}", None),
        (f"{LIGNE}\n1;;;;;", None), (f"{LIGNE}\n1;10/04\r", None), (f"{LIGNE}\n\x1a", None), ("", None),
    ],
)  # fmt: skip
def test_une_derniere_ligne_coupee(tmp_path: Path, texte: str, ligne: int | None, fin: str) -> None:
    """F19: the only row shorter than the header, at the end of a file without a last line end."""
    chemin = _ventes(tmp_path, f"{ENTETE}\n{texte}".replace("\n", fin))
    if ligne is None:
        assert lire(chemin, "ventes").rangees is not None
        return
    motif = refus(chemin, "ventes")
    assert motif.startswith(f"ligne {ligne} : ")
    assert f"pour {len(ENTETE.split(';'))} colonnes d'en-tête" in motif
    assert "reposer" in motif


def test_une_cellule_trop_longue_est_dite(tmp_path: Path) -> None:
    (defaut,) = _lire(tmp_path, f"{ENTETE}\n1;10/04/2020;C;5;8;{'x' * 32_768}\n").colonne("defauts")
    assert defaut
    assert defaut.startswith("Indice|")
    assert "32 767 au plus" in defaut.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    "total", [";;TOTAL;5;;", " total ;;;5", '"Total";;;5', '="Total";;;="5";;', "Total;;;5;;\n\n;;\n"]
)
def test_total_sous_toutes_ses_formes(tmp_path: Path, total: str) -> None:
    lu = _lire(tmp_path, f"{ENTETE}\n{LIGNE}\n{total}")
    assert lu.totaux == {"volume_vendu": "5"}
    assert len(lu.rangees) == 1


@pytest.mark.parametrize("fin", ["", "\n", "\r\n"])
def test_un_en_tete_seul_n_est_pas_d_un_vieux_mac(tmp_path: Path, fin: str) -> None:
    assert _lire(tmp_path, ENTETE + fin).rangees == []


def test_total_seul_et_entete_seule(tmp_path: Path) -> None:
    assert _lire(tmp_path, f"{ENTETE}\nTotal;;;0;;\n").rangees == []
    assert _lire(tmp_path, ENTETE).rangees == []


@pytest.mark.parametrize("ecriture", ['="{}"', '"=""{}"""', ' ="{}" '])
def test_une_egalite_est_son_texte(tmp_path: Path, ecriture: str) -> None:
    """F14, whatever the quoting; the header and the digest of a matricule too."""
    chemin, temoin = tmp_path / "temps_2020-01.csv", tmp_path / "temoin.csv"
    r = rangee("temps", matricule="00123", date="01/01/2020", code_activite="007", duree="1", type_jour="T", valide="O")
    temoin.write_text(";".join(entete("temps")) + "\n" + ";".join(r) + "\n", encoding="utf-8")
    voulu = lire(temoin, "temps").rangees
    egales = [ecriture.format(c) for c in r]
    tete = [ecriture.format(c) for c in entete("temps")]
    chemin.write_text(";".join(tete) + "\n" + ";".join(egales) + "\n", encoding="utf-8")
    assert lire(chemin, "temps").rangees == voulu
    # with a line end in a cell, rows are read one by one
    chemin.write_text(";".join(tete) + "\n" + ";".join(egales) + '\n;"a\nb"\n', encoding="utf-8")
    assert lire(chemin, "temps").rangees[:1] == voulu


def test_ce_qui_n_est_pas_une_egalite(tmp_path: Path) -> None:
    cellules = ['=""', '="a""b"', '="a"b"', 'x="a"', '="a', "=A1", '=["a"]']
    lignes = [f"1;10/04/2020;C;1;1;{c}" for c in cellules]
    lus = _lire(tmp_path, "\n".join([ENTETE, *lignes])).colonne("indice")
    assert lus == [None, 'a"b', '="a"b"', 'x="a"', '="a', "=A1", '=["a"]']


def test_les_cellules_vides_d_une_feuille_habillee_en_entier_ne_comptent_pas(tmp_path: Path) -> None:
    """A spreadsheet may write blank cells to its last column; one that is filled there is too far."""
    noms, cellules = entete("masse_salariale"), ["2020", "A", "10,00", "0", "1"]
    for guillemet in ("", '"'):
        lignes = [";".join(f"{guillemet}{c}{guillemet}" for c in r) + ";" * 16_000 for r in (noms, cellules)]
        chemin = tmp_path / "masse_salariale.csv"
        chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")
        assert lire(chemin, "masse_salariale").colonne("etpt") == ["1"]
        chemin.write_text("\n".join([*lignes, lignes[1] + "x"]) + "\n", encoding="utf-8")
        assert "ligne 3 : plus de 1 000 colonnes" in refus(chemin, "masse_salariale")
