"""Privacy at the door: what may land, and what a message may say."""

from pathlib import Path

import pytest

from mutualisation.entree.ingestion.confidentialite import FICHIER_CLE, Confidentialite, Pseudonymes, cle_pseudonymes
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import CLE_PSEUDONYMES, Poste

from .outillage import CLE, SIRET, Lu, entete, lire, rangee


def _fichier(dossier: Path, jeu: str, *lignes: list[str]) -> Path:
    chemin = dossier / f"{jeu}.csv"
    chemin.write_text("\n".join(";".join(r) for r in [entete(jeu), *lignes]) + "\n", encoding="utf-8")
    return chemin


def _temps(dossier: Path, *lignes: dict[str, str]) -> Lu:
    commun = {"nom": "DUPONT", "prenom": "Jeanne", "service": "Paie", "libelle_activite": "Congé maladie",
              "duree": "7", "valide": "O"}  # fmt: skip
    return lire(_fichier(dossier, "temps", *(rangee("temps", **(commun | r)) for r in lignes)), "temps")


def test_ni_nom_ni_matricule_ni_motif_d_absence(tmp_path: Path) -> None:
    lu = _temps(
        tmp_path,
        {"matricule": "0058798", "date": "02/01/2020", "code_activite": "0069", "type_jour": " T "},
        {"matricule": " 0058798 ", "date": "03/01/2020", "code_activite": "MALADIE", "type_jour": "A"},
        {"matricule": "0058799", "date": "03/01/2020", "code_activite": "MALADIE", "type_jour": "A"},
        {"matricule": "", "date": "03/01/2020", "code_activite": "GREVE", "type_jour": ""},
    )
    texte = lu.octets.decode()
    for interdit in ("DUPONT", "Jeanne", "Paie", "0058798", "0058799", "MALADIE", "GREVE", "Congé"):
        assert interdit not in texte
    matricules = lu.colonne("matricule")
    assert matricules[0] == matricules[1] == Pseudonymes(CLE).pseudonyme("0058798")
    assert matricules[2] != matricules[0]
    assert matricules[3] is None
    codes = lu.colonne("code_activite")
    assert codes[0] == "0069"
    assert len({codes[1], codes[2], codes[3]}) == 3
    assert all(c and c.startswith("A-") and len(c) == 14 for c in codes[1:])


def test_un_matricule_sans_ses_zeros_est_celui_de_qui_n_en_a_pas(tmp_path: Path) -> None:
    """H5; of a pseudonym that comes back from the warehouse, nothing is known."""
    pseudonymes, connu = Pseudonymes(CLE), "0" + "a" * 31
    lignes = (rangee("agents", matricule=m) for m in ("0058798", " 058798", "58798", "000", connu))
    garde = Confidentialite(pseudonymes, deja_masquees=True)
    lu = lire(_fichier(tmp_path, "agents", *lignes), "agents", confidentialite=garde)
    sans_zeros = pseudonymes.pseudonyme("58798")
    assert lu.lue("matricule_sans_zeros") == [sans_zeros, sans_zeros, None, None, None]
    assert lu.lue("matricule")[2:5:2] == [sans_zeros, connu]


def test_l_empreinte_d_une_absence_ne_depend_pas_de_l_ecriture_du_jour(tmp_path: Path) -> None:
    absence = {"matricule": "1", "code_activite": "ABS", "type_jour": "A"}
    lu = _temps(tmp_path, *({**absence, "date": d} for d in ("03/01/2020", "2020-01-03", " 2020-01-03T00:00:00")))
    assert len(set(lu.colonne("code_activite"))) == 1


def test_une_empreinte_suit_de_la_cle() -> None:
    deux = Pseudonymes(CLE)
    assert deux.empreinte("1", "2") == deux.empreinte("1", "2") != Pseudonymes(CLE + b"x").empreinte("1", "2")


def test_une_rangee_decalee_ne_laisse_rien_passer_d_un_agent(tmp_path: Path) -> None:
    decalee = ["0012345", "DU", "PONT", *rangee("temps", date="x", type_jour="T")[2:]]
    decalee[4], decalee[5] = "Jeanne", "0012345"
    lu = lire(_fichier(tmp_path, "temps", [*decalee, "reste"]), "temps")
    assert {k: v for k, v in lu.rangees[0].items() if v} == {
        "fichier_id": "7", "ligne": "2", "defauts": "|12 cellules pour 10 colonnes d'en-tête (F6)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("siret", "garde"),
    [(SIRET, True), (f" {SIRET}\u00a0", True), ("73282932000075", False), ("", False), ("35600000000048", True)],
)
def test_le_tiers_n_est_garde_qu_avec_un_siret_valide(tmp_path: Path, siret: str, garde: bool) -> None:
    lu = lire(
        _fichier(tmp_path, "mandats", rangee("mandats", exercice="2020", tiers="MARTIN Paul", siret=siret)), "mandats"
    )
    assert lu.colonne("tiers") == ["MARTIN Paul" if garde else None]


def test_la_cle_est_faite_au_premier_lancement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CLE_PSEUDONYMES, raising=False)
    cle = cle_pseudonymes(Poste.ici(tmp_path / "var"))
    fichier = tmp_path / "var" / FICHIER_CLE
    assert fichier.stat().st_mode & 0o777 == 0o600
    assert cle_pseudonymes(Poste.ici(tmp_path / "var")) == cle
    assert cle_pseudonymes(Poste.ici(tmp_path / "autre")) != cle
    assert [p.name for p in fichier.parent.iterdir()] == [FICHIER_CLE]


def test_la_cle_de_l_environnement_l_emporte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLE_PSEUDONYMES, "0123456789abcdef")
    assert cle_pseudonymes(Poste.ici(tmp_path)) == b"0123456789abcdef"
    assert not (tmp_path / FICHIER_CLE).exists()


@pytest.mark.parametrize("valeur", ["", "  ", "courte"])
def test_une_cle_trop_courte_est_refusee_sans_etre_citee(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valeur: str
) -> None:
    monkeypatch.setenv(CLE_PSEUDONYMES, valeur)
    with pytest.raises(ErreurMutualisation, match=CLE_PSEUDONYMES) as e:
        cle_pseudonymes(Poste.ici(tmp_path))
    assert "courte :" in str(e.value)


def test_une_cle_illisible_est_une_phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CLE_PSEUDONYMES, raising=False)
    (tmp_path / FICHIER_CLE).mkdir()
    with pytest.raises(ErreurMutualisation, match="ne peut pas être lue"):
        cle_pseudonymes(Poste.ici(tmp_path))


def test_l_adresse_d_une_personne_refuse_le_fichier_sans_etre_citee(tmp_path: Path) -> None:
    """A former defect of the row does not let it in: nothing of the block lands."""
    fichier = tmp_path / "adherents.csv"
    entete = "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin;Courriel\n"
    bonne = f"{SIRET};{SIRET[:9]};commune;Croix;59163;2015-01-01;;"
    fichier.write_text(f"{entete}{bonne}mairie@croix.fr\n", encoding="utf-8")
    assert lire(fichier, "adherents").lue("courriel") == ["mairie@croix.fr"]
    fichier.write_text(f"{entete}{bonne}mairie@croix.fr\n1;2;x;Croix;;;;jean.dupont@croix.fr\n", encoding="utf-8")
    with pytest.raises(LectureRefusee, match="ligne 3, colonne « Courriel » : ce n'est pas") as refus:
        lire(fichier, "adherents")
    assert "dupont" not in str(refus.value)
