"""The statement of a publication: canonical, chained, append-only, found again whatever the contract becomes (K10)."""

import hashlib
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.sceaux import clore_a_la_main
from tests.atelier.tables import cas

from mutualisation.entrepot.base.roles import compte_connecte
from mutualisation.publication.signatures import cle_signature as module_cle
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.chaine import ancrer, lire_chaine
from mutualisation.publication.versions.sceaux import (
    canonique,
    ecarts_contenu,
    ecarts_pointeurs,
    factures_scellees,
    lire_sceau,
    lire_sceaux,
)
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.socle.poste import CLE_SIGNATURE, Poste
from mutualisation.usage.operations.session import Session
from mutualisation.usage.operations.verification_sceau import exiger_publication, exiger_sceau, verifier

from . import entrepot_publie
from .entrepot_publie import publication_sha256

Conn = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def _var(var_neuf: Path) -> None:
    """Key and statements of this test's own."""


@pytest.fixture
def conn_publiee(conn_vierge: Conn) -> Conn:
    """Published with this test's own key."""
    entrepot_publie.publier(conn_vierge, entrepot_publie.rangees())
    return conn_vierge


@pytest.fixture
def deux_versions(conn_publiee: Conn) -> Conn:
    """Version 1 of three exercices, then version 2 of 2021 alone."""
    seule = {nom: [r for r in lues if _annee(r) == 2021] for nom, lues in entrepot_publie.rangees().items()}
    entrepot_publie.publier(conn_publiee, seule)
    return conn_publiee


def _annee(rangee: dict[str, Any]) -> Any:
    return rangee.get("exercice_base", rangee.get("exercice"))


def test_l_enonce_dit_la_publication_et_suit_le_precedent(deux_versions: Conn) -> None:
    premier, second = lire_sceaux(deux_versions)
    assert second.enonce == canonique(second.dit)
    assert second.dit["pointeurs"] == {"2019": 1, "2020": 1, "2021": 2}
    assert second.dit["publication_sha256"] == publication_sha256(deux_versions)
    assert second.dit["precedent_sha256"] == hashlib.sha256(premier.enonce.encode()).hexdigest()
    assert premier.dit["precedent_sha256"] is None
    assert [second.dit[x] for x in ("acte", "numero", "version", "prepare_par", "publie_par")] == [
        "publication", 2, 2, "c.durand", deux_versions.info.user,
    ]  # fmt: skip
    chaine = lire_chaine(deux_versions, Poste.ici())
    assert chaine.ecarts == ecarts_pointeurs(deux_versions, chaine.sceaux) == []
    # the first one too, by its own pointers
    assert [ecarts_contenu(deux_versions, v) for v in (1, 2)] == [[], []]


def test_publication_et_cloture_ont_une_seule_chaine(conn_publiee: Conn) -> None:
    clore_a_la_main(conn_publiee, 2021, 1)
    entrepot_publie.publier(conn_publiee, entrepot_publie.rangees())
    assert [(s.numero, s.acte, s.version, s.exercice) for s in lire_sceaux(conn_publiee)] == [
        (1, "publication", 1, None), (2, "cloture", 1, 2021), (3, "publication", 2, None),
    ]  # fmt: skip
    assert lire_chaine(conn_publiee, Poste.ici()).ecarts == []


def test_l_enonce_dit_le_compte_connecte_et_aucun_autre(conn_publiee: Conn) -> None:
    (premier,) = lire_sceaux(conn_publiee)
    suite = premier.dit | {"numero": 2, "precedent_sha256": hashlib.sha256(premier.enonce.encode()).hexdigest()}
    for faux in (suite | {"publie_par": "lea"}, {k: v for k, v in suite.items() if k != "publie_par"}):
        with pytest.raises(psycopg.errors.CheckViolation, match="ne dit pas qui publie"), conn_publiee.transaction():
            conn_publiee.execute("select journal.inscrire(%s, 's', 'c', null)", [canonique(faux)])


def test_qui_a_publie_n_approuve_pas(conn_publiee: Conn) -> None:
    """K2 wants two persons: an unattended build is prepared by a service account, and published by somebody."""
    qui = conn_publiee.info.user
    with pytest.raises(psycopg.Error, match=f"L'exercice 2021 a été publié par « {qui} »"):
        clore_a_la_main(conn_publiee, 2021, 1, par=qui)


def test_une_ligne_qu_une_version_suivante_cache_est_scellee(deux_versions: Conn) -> None:
    """The adhesions of version 1 are hidden in `publication` by those of 2021: the extract of 2020 shows them."""
    deux_versions.execute("update versions.adhesion set code_insee = '59000' where version = 1 and exercice = 2020")
    assert publication_sha256(deux_versions) == lire_sceau(deux_versions, 2).dit["publication_sha256"]
    (ecart,) = ecarts_contenu(deux_versions, 1)
    assert "versions.adhesion" in ecart


CONTREFACONS = {
    "les lignes de versions.synthese_financiere": ["versions.synthese_financiere set cout_net = cout_net + 1"],
    # what documents show beside the figures
    "les lignes de versions.parametres_en_vigueur": ["versions.parametres_en_vigueur set valeur = valeur || '0'"],
    "sa ligne de journal.constructions": [
        f"journal.constructions set {colonne}"
        for colonne in (
            "prepare_par = 'intrus'", "code_version = '2'", "identite = 'authentifiee'", "exercices = '{2021}'",
            "fin = now()", "portes = '{}'", "contexte = contexte - 'fichiers'", "publication_sha256 = repeat('0', 64)",
        )
    ],
    # what the owner has written over a statement is not read any further
    "sceau 1 : la ligne de journal.sceaux": ["""journal.sceaux set enonce = '{"acte": "publication", "version": 1}'"""],
    "journal.publications montre la version 2": ["journal.publications set version = 2 where exercice = 2021"],
}  # fmt: skip


def test_ce_que_le_proprietaire_a_change_n_est_pas_donne(conn_defaite: Conn, var_neuf: Path) -> None:
    exiger_sceau(session := Session("", var_neuf), conn_defaite, [2021])
    conn_defaite.execute("alter table journal.publications drop constraint publications_version_fkey")
    conn_defaite.execute("alter table journal.sceaux disable trigger en_ajout_seul")
    for dit, ordres in CONTREFACONS.items():
        for ordre in ordres:
            with conn_defaite.transaction(force_rollback=True):
                assert conn_defaite.execute(f"update {ordre}".encode()).rowcount != 0
                with pytest.raises(ControleEchoue, match=dit):
                    exiger_sceau(session, conn_defaite, [2021])


def test_un_contrat_qui_change_ne_rompt_aucun_sceau(conn_publiee: Conn) -> None:
    """A column that widens or comes later is no forgery."""
    for ordre in (
        "drop view publication.cout_moyen cascade",
        "alter table versions.cout_moyen alter column etpt type numeric(24,9)",
        "alter table versions.passage_d5211 add column ajoutee text default 'x'",
    ):
        conn_publiee.execute(ordre.encode())
    assert ecarts_contenu(conn_publiee, 1) == []


def test_une_version_close_que_la_publication_a_quittee_est_relue(
    conn_publiee: Conn, base_vierge: str, var_neuf: Path
) -> None:
    """A restatement moves the pointer: the closed version is still what other years are compared with."""
    clore_a_la_main(conn_publiee, 2021, 1)
    for _ in range(2):
        entrepot_publie.publier(conn_publiee, entrepot_publie.rangees())
    session = Session(base_vierge, var_neuf)
    assert verifier(session)[0] == []
    conn_publiee.execute("update versions.synthese_financiere set cout_net = cout_net + 1 where version = 1")
    conn_publiee.commit()
    (ecart,) = verifier(session)[0]
    assert "versions.synthese_financiere" in ecart
    assert "(version 1)" in ecart
    # a new version would be compared with it
    with pytest.raises(ControleEchoue, match=r"\(version 1\)"):
        exiger_publication(session, conn_publiee, 3)


@pytest.mark.parametrize("ordre", ["update {} set cle_publique = ''", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("table", ["journal.sceaux", "journal.cles", "journal.extraits"])
def test_rien_ne_se_change_ni_ne_s_efface(conn_publiee: Conn, ordre: str, table: str) -> None:
    conn_publiee.execute("set session_replication_role = replica")  # the owner's way around triggers
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="ajouts"):
        conn_publiee.execute(ordre.format(table).encode())


@cas
def test_un_enonce_faux_ne_s_inscrit_pas(conn_publiee: Conn, change: dict[str, Any], dit: str) -> None:
    premier = lire_sceau(conn_publiee, 1)
    conn_publiee.execute("update journal.constructions set statut = 'validee'")
    suite = premier.dit | {"numero": 2, "precedent_sha256": hashlib.sha256(premier.enonce.encode()).hexdigest()}
    with pytest.raises(psycopg.errors.CheckViolation, match=dit):
        conn_publiee.execute("select journal.sceller(%s, 's', 'c', '{}')", [canonique(suite | change)])


def test_un_enonce_de_factures_dit_ce_que_dit_le_journal_et_signe(conn_publiee: Conn) -> None:
    quelles = {"exercice": 2021, "semestre": 1, "adherent": None, "version": 1}
    suite = {"numero": 2, "precedent_sha256": hashlib.sha256(lire_sceau(conn_publiee, 1).enonce.encode()).hexdigest()}
    vrai = suite | {"acte": "factures", "version": 1, "factures": quelles, "manifeste_sha256": "a"}
    vrai["facture_par"] = compte_connecte(conn_publiee)
    sceller = "select journal.sceller_factures(%s, 's', 'c')"
    autres = [{"factures": quelles | autre} for autre in ({"exercice": 2018}, {"version": None})]
    for faux in ({"acte": "publication"}, {"facture_par": "zoe"}, {"version": 7}, {"numero": 3}, *autres):
        with pytest.raises(psycopg.errors.CheckViolation), conn_publiee.transaction():
            conn_publiee.execute(sceller, [canonique(vrai | faux)])
    # the server looks at no signature: who reads does
    conn_publiee.execute(sceller, [canonique(vrai)])
    assert factures_scellees(conn_publiee, quelles) == []
    assert "à refaire par « mutualisation facturer »" in lire_chaine(conn_publiee, Poste.ici()).remarques[0]


def test_un_extrait_ne_se_note_que_pour_une_version_publiee(conn_publiee: Conn) -> None:
    noter = "select journal.noter_extrait(%s, %s, 'a_approuver', repeat('a', 64), 's', 'c', '/bilans')"
    conn_publiee.execute(noter, (2021, 1))
    conn_publiee.execute(noter, (2021, 1))
    assert conn_publiee.execute("select count(*) from journal.extraits").fetchone() == (1,)
    with pytest.raises(psycopg.errors.CheckViolation, match="n'est pas scellée"):
        conn_publiee.execute(noter, (2018, 1))


def test_une_version_sans_sceau_n_est_pas_lue(conn_publiee: Conn) -> None:
    with pytest.raises(ControleEchoue, match="la version 7 n'en a pas"):
        lire_sceau(conn_publiee, 7)


# ---------------------------------------------------------------- what a machine keeps
def test_ce_qui_est_garde_se_lit_comme_il_a_ete_ecrit(conn_publiee: Conn, var_neuf: Path) -> None:
    ancrer(conn_publiee, Poste.ici())
    sceau = lire_sceau(conn_publiee, 1)
    dossier = var_neuf / "sceaux"
    assert (dossier / "0001.json").read_text(encoding="utf-8") == sceau.enonce
    assert Ancres().enonces() == {1: sceau.enonce.encode()}
    assert Ancres().cles() == {sceau.cle_publique}
    # a folder that a stranger wrote in
    (dossier / "cle_x.pem").write_text("rien")
    (dossier / "note.json").write_text("rien")
    assert lire_chaine(conn_publiee, Poste.ici()).ecarts == []
    assert Ancres().cles() == {sceau.cle_publique}


def test_la_cle_vient_de_l_environnement_ou_d_un_fichier(
    var_neuf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = module_cle._pem_neuf()
    attendue = publique(module_cle._lire_pem(pem.encode(), "essai"))
    fichier = tmp_path / "cle.pem"
    fichier.write_text(pem)
    for donnee in (pem, pem.replace("\n", "\\n"), str(fichier)):
        monkeypatch.setenv(CLE_SIGNATURE, donnee)
        assert publique(cle_signature(Poste.ici())) == attendue
    for donnee in ("-----BEGIN PRIVATE KEY-----\nZZ\n-----END PRIVATE KEY-----", str(tmp_path / "absente")):
        monkeypatch.setenv(CLE_SIGNATURE, donnee)
        with pytest.raises(ErreurMutualisation, match="clé de signature"):
            cle_signature(Poste.ici())
    monkeypatch.delenv(CLE_SIGNATURE)
    creee = cle_signature(Poste.ici())
    assert publique(creee) == publique(cle_signature(Poste.ici())) != attendue
    assert stat.S_IMODE((var_neuf / module_cle.FICHIER).stat().st_mode) == 0o600
