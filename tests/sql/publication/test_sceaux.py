"""The seal of a publication: canonical, chained, append-only, found again whatever the contract becomes (K10, S7)."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mutualisation.entrepot.fonctions_migrees import ecarts_fonctions, fonctions_attendues
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.publication.extraits_csv import publication_sha256
from mutualisation.publication.sceaux import (
    ancrer,
    canonique,
    ecarts_chaine,
    ecarts_contenu,
    ecarts_pointeurs,
    ecarts_vues,
    lire_sceau,
    lire_sceaux,
)
from mutualisation.signatures import cle_signature as module_cle
from mutualisation.signatures.ancrage import Ancres
from mutualisation.signatures.cle_signature import cle_en_place, cle_signature, publique

from . import entrepot_publie

Conn = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def _var(var_neuf: Path) -> None:
    """Key and anchors of this test's own."""


@pytest.fixture
def deux_versions(conn_publiee: Conn) -> Conn:
    """Version 1 of three exercices, then version 2 of 2021 alone."""
    seule = {nom: [r for r in lues if _annee(r) == 2021] for nom, lues in entrepot_publie.rangees().items()}
    entrepot_publie.publier(conn_publiee, seule)
    return conn_publiee


def _annee(rangee: dict[str, Any]) -> Any:
    return rangee.get("exercice_base", rangee.get("exercice"))


def test_le_sceau_dit_la_publication_et_suit_le_precedent(deux_versions: Conn) -> None:
    premier, second = lire_sceaux(deux_versions)
    enonce = json.loads(second.enonce)
    assert second.enonce == canonique(enonce) == second.enonce_des_colonnes
    assert enonce["pointeurs"] == {"2019": 1, "2020": 1, "2021": 2}
    assert enonce["publication_sha256"] == publication_sha256(deux_versions)
    assert enonce["precedent_sha256"] == hashlib.sha256(premier.enonce.encode()).hexdigest()
    assert json.loads(premier.enonce)["precedent_sha256"] is None
    assert (enonce["numero"], enonce["version"], enonce["prepare_par"]) == (2, 2, "c.durand")
    ancrer(deux_versions)
    assert ecarts_chaine(deux_versions) == ecarts_pointeurs(deux_versions) == ecarts_vues(deux_versions) == []
    # the first one too, by its own pointers
    assert [ecarts_contenu(deux_versions, s) for s in (premier, second)] == [[], []]


def test_une_ligne_qu_une_version_suivante_cache_est_scellee(deux_versions: Conn) -> None:
    """The adhesions of version 1 are hidden in `publication` by those of 2021: the extract of 2020 shows them."""
    deux_versions.execute("update versions.adhesion set code_insee = '59000' where version = 1 and exercice = 2020")
    assert publication_sha256(deux_versions) == lire_sceau(deux_versions, 2).publication_sha256
    (ecart,) = ecarts_contenu(deux_versions, lire_sceau(deux_versions, 1))
    assert "versions.adhesion" in ecart


def test_un_contrat_qui_change_ne_rompt_aucun_sceau(conn_publiee: Conn) -> None:
    """A column that widens or comes later is no forgery."""
    for ordre in (
        "drop view publication.cout_moyen cascade",
        "alter table versions.cout_moyen alter column etpt type numeric(24,9)",
        "alter table versions.passage_d5211 add column ajoutee text default 'x'",
    ):
        conn_publiee.execute(ordre.encode())
    assert ecarts_contenu(conn_publiee, lire_sceau(conn_publiee, 1)) == []


def test_une_vue_qui_montre_autre_chose_est_dite(conn_publiee: Conn) -> None:
    lue = "select pg_get_viewdef('publication.cout_moyen'::regclass)"
    (definition,) = conn_publiee.execute(lue).fetchone() or ("",)
    conn_publiee.execute(f"create or replace view publication.cout_moyen as {definition.rstrip(';')} limit 0".encode())
    (ecart,) = ecarts_vues(conn_publiee)
    assert "publication.cout_moyen" in ecart


@pytest.mark.parametrize("ordre", ["update {} set version = 9", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("table", ["journal.sceaux", "journal.extraits"])
def test_rien_ne_se_change_ni_ne_s_efface(conn_publiee: Conn, ordre: str, table: str) -> None:
    conn_publiee.execute("set session_replication_role = replica")  # the owner's way around triggers
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="ajouts"):
        conn_publiee.execute(ordre.format(table).encode())


@pytest.mark.parametrize(
    ("change", "dit"),
    [
        ({"numero": 3}, "ne suit pas le dernier"),
        ({"precedent_sha256": "0" * 64}, "ne suit pas le dernier"),
        ({"prepare_par": "intrus"}, "ne dit pas ce que le journal dit"),
        ({"publication_sha256": "0" * 64}, "ne dit pas ce que le journal dit"),
        ({"pointeurs": {"2021": 7}}, "ne dit pas ce que le journal dit"),
        ({"exercices": [2021]}, "ne dit pas ce que le journal dit"),
    ],
)
def test_un_enonce_faux_ne_s_inscrit_pas(conn_publiee: Conn, change: dict[str, Any], dit: str) -> None:
    suite = json.loads(lire_sceau(conn_publiee, 1).enonce)
    suite |= {"numero": 2, "precedent_sha256": hashlib.sha256(canonique(suite).encode()).hexdigest()}
    appel = "select journal.sceller(%s, %s, %s, '{}', '{}')"
    with pytest.raises(psycopg.errors.CheckViolation, match=dit):
        conn_publiee.execute(appel, (canonique(suite | change), b"s", b"c"))


def test_un_extrait_ne_se_note_que_pour_une_version_scellee(conn_publiee: Conn) -> None:
    noter = "select journal.noter_extrait(%s, %s, repeat('a', 64), 's', 'c')"
    conn_publiee.execute(noter, (2021, 1))
    conn_publiee.execute(noter, (2021, 1))
    assert conn_publiee.execute("select count(*) from journal.extraits").fetchone() == (1,)
    with pytest.raises(psycopg.errors.CheckViolation, match="n'est pas scellée"):
        conn_publiee.execute(noter, (2018, 1))


def test_une_version_sans_sceau_n_est_pas_lue(conn_publiee: Conn) -> None:
    with pytest.raises(ControleEchoue, match="la version 7 n'en a pas"):
        lire_sceau(conn_publiee, 7)


def test_sans_la_cle_ni_l_ancre_rien_n_est_cru(conn_publiee: Conn, tmp_path: Path) -> None:
    """Another machine, or an intruder's folder: the signature is of a key that nothing here knows."""
    ailleurs = tmp_path / "ailleurs"
    ancrer(conn_publiee, ailleurs)
    assert [e for e in ecarts_chaine(conn_publiee, ailleurs) if "la clé qui l'a signé n'est pas connue" in e]
    assert not ailleurs.exists()  # reading makes no key


def test_les_fonctions_en_place_sont_celles_des_migrations(conn_publiee: Conn) -> None:
    assert {"journal.sceller", "journal.ouvrir_construction", "lecture.montant"} <= fonctions_attendues().keys()
    assert ecarts_fonctions(conn_publiee) == []
    for ordre, nom in (
        ("create function lecture.de_plus() returns int language sql as 'select 1'", "lecture.de_plus"),
        ("alter function journal.sceller security invoker", "journal.sceller"),
        ("drop function lecture.siret_valide", "lecture.siret_valide"),
    ):
        conn_publiee.execute(ordre.encode())
        assert [e for e in ecarts_fonctions(conn_publiee) if nom in e], nom


def test_la_cle_vient_de_l_environnement_ou_d_un_fichier(
    var_neuf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cle_en_place() is None
    pem = module_cle._pem_neuf()
    attendue = publique(module_cle._lue(pem.encode(), "essai"))
    fichier = tmp_path / "cle.pem"
    fichier.write_text(pem)
    for donnee in (pem, pem.replace("\n", "\\n"), str(fichier)):
        monkeypatch.setenv(module_cle.VARIABLE, donnee)
        assert publique(cle_signature()) == cle_en_place() == attendue
    for donnee in ("-----BEGIN PRIVATE KEY-----\nZZ\n-----END PRIVATE KEY-----", str(tmp_path / "absente")):
        monkeypatch.setenv(module_cle.VARIABLE, donnee)
        with pytest.raises(ErreurMutualisation, match="clé de signature"):
            cle_signature()
    monkeypatch.delenv(module_cle.VARIABLE)
    creee = cle_signature()
    assert publique(creee) == publique(cle_signature()) != attendue
    assert stat.S_IMODE((var_neuf / module_cle.FICHIER).stat().st_mode) == 0o600


def test_les_ancres_se_lisent_comme_elles_ont_ete_ecrites(conn_publiee: Conn, var_neuf: Path) -> None:
    ancrer(conn_publiee)
    sceau = lire_sceau(conn_publiee, 1)
    dossier = var_neuf / "sceaux"
    assert (dossier / "0001.json").read_text(encoding="utf-8") == sceau.enonce
    assert Ancres().lues() == {1: sceau.ancre}
    assert Ancres().cles() == {sceau.cle_publique}
    # an anchor that lost its signature, and a folder that a stranger wrote in
    (dossier / "0001.json.sig").unlink()
    (dossier / "cle_x.pem").write_text("rien")
    (dossier / "note.json").write_text("rien")
    assert [e for e in ecarts_chaine(conn_publiee) if "ce qui est ancré" in e]
    assert Ancres().cles() == {sceau.cle_publique}
    assert publique(Ed25519PrivateKey.generate()) not in Ancres().cles()
