"""Names, matricules, bank details and absence reasons stay in the drop (K7, S2); the key stays in its file (K1)."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from tests.atelier import petit_depot
from tests.atelier.commande import lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, Publie, lire

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import serveur_entrepot

SECRETS = tuple(secret.encode() for secret in petit_depot.SECRETS)


def test_le_depot_porte_bien_ce_que_l_on_cherche(petit: Path) -> None:
    contenu = b"".join(f.read_bytes() for f in petit.rglob("*") if f.is_file())
    assert all(secret in contenu for secret in SECRETS)


def test_rien_dans_la_base_videe_en_texte(var_publie: Path) -> None:
    cle = (var_publie / "cle_pseudonymes").read_bytes().strip()
    with serveur_entrepot(var_publie) as dsn:
        tables = 0
        for nom, contenu in _vider(dsn):
            tables += 1
            assert not [s for s in (*SECRETS, cle) if s in contenu], nom
    assert tables > 60


def test_rien_dans_les_fichiers_ni_dans_ce_qui_est_affiche(en_ligne: EnLigne) -> None:
    affiche = (en_ligne.resultat.texte + en_ligne.resultat.erreurs).encode()
    assert not [s for s in SECRETS if s in affiche]
    # journals, dbt, data docs, PostgreSQL's own files, extracts
    vus = 0
    cle = (en_ligne.var / "cle_pseudonymes").read_bytes().strip()
    for chemin in _fichiers(en_ligne.var, en_ligne.sortie):
        contenu = _contenu(chemin)
        vus += 1
        assert not [s for s in SECRETS if s in contenu], chemin
        assert chemin.name == "cle_pseudonymes" or cle not in contenu, chemin
    assert vus > 500
    assert (en_ligne.var / "data_docs" / "index.html").exists()
    assert (en_ligne.var / "cle_pseudonymes").stat().st_mode & 0o777 == 0o600


@pytest.mark.systeme
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="paquet système poppler-utils absent")
def test_rien_dans_ce_qui_s_imprime(en_ligne: EnLigne) -> None:
    """What is read of each PDF, words cut at the end of a line put together again."""
    pdf = [chemin for chemin in _fichiers(en_ligne.sortie) if chemin.suffix == ".pdf"]
    assert len(pdf) > 5
    for chemin in pdf:
        lu = subprocess.run(["pdftotext", "-raw", str(chemin), "-"], capture_output=True, text=True, check=True).stdout
        texte = " ".join(lu.split())
        assert f"{EXERCICE}" in texte, chemin
        assert not [s for s in petit_depot.SECRETS if s in texte or s in texte.replace("- ", "")], chemin


def test_rien_dans_les_messages_d_un_refus(var_publie: Path, depot: Path) -> None:
    matricule, nom, prenom, *_ = petit_depot.AGENTS[0]
    petit_depot.ajouter(depot / "rh" / f"temps_{EXERCICE}-03.csv", f"Total;{nom};{prenom};;;;;99,00;;")
    entete = (depot / "rh" / f"agents_{EXERCICE}.csv").read_text(encoding="utf-8").splitlines()[0]
    (depot / "rh" / f"agents_{EXERCICE}_v2.csv").write_bytes(f"{entete}\n{matricule};{nom}\0;x\n".encode())
    sortie = lancer(var_publie, "charger", "--depot", depot, "--bavard")
    assert sortie.code == 3
    assert not [s for s in petit_depot.SECRETS if s in sortie.erreurs + sortie.texte]
    assert f"temps_{EXERCICE}-03.csv" in sortie.erreurs
    assert f"agents_{EXERCICE}_v2.csv" in sortie.erreurs


def test_deux_cles_publient_les_memes_chiffres(
    publie: Publie, petit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    pseudonymes = "select distinct matricule from brut.agents"
    premiers = set(lire(publie.contexte.dsn, pseudonymes))
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une tout autre clé, assez longue")
    autre = request.getfixturevalue("neuf")
    resultat = op.bilan(autre, str(petit), [EXERCICE], str(tmp_path))
    assert resultat.empreinte == publie.bilan.empreinte
    assert premiers.isdisjoint(lire(autre.dsn, pseudonymes))


def _vider(dsn: str) -> Iterator[tuple[str, bytes]]:
    """Every table of the database, as text: (schema.table, its rows)."""
    with connecter(dsn, role=None) as conn:
        tables = conn.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'm') and n.nspname not in ('information_schema', 'pg_toast') order by 1, 2"
        ).fetchall()
        for schema, nom in tables:
            ordre = sql.SQL("copy {} to stdout").format(sql.Identifier(schema, nom))
            with conn.cursor() as curseur, curseur.copy(ordre) as copie:
                yield f"{schema}.{nom}", b"".join(bytes(bloc) for bloc in copie)


def _contenu(chemin: Path) -> bytes:
    """Bytes of a file; what a workbook or a draft packs, unpacked."""
    if chemin.suffix not in {".xlsx", ".docx"}:
        return chemin.read_bytes()
    with zipfile.ZipFile(chemin) as paquet:
        return b"\n".join(paquet.read(nom) for nom in paquet.namelist())


def _fichiers(*dossiers: Path) -> Iterator[Path]:
    for dossier in dossiers:
        for racine, _, noms in os.walk(dossier):
            yield from (c for nom in noms if (c := Path(racine) / nom).is_file())
