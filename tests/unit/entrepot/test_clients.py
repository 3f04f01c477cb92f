"""Which pg_dump copies which server: its own version, else a newer one; never an older one."""

from pathlib import Path

import pytest

from mutualisation.entrepot.base import copie_de_base, programmes
from mutualisation.entrepot.base.programmes import Programmes, clients_pour
from mutualisation.socle.erreurs import ErreurMutualisation


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has the clients of PostgreSQL 98 too."""
    dossier = tmp_path / "98" / "bin"
    dossier.mkdir(parents=True)
    (dossier / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 98.1 (Debian 98.1-1)'\n")
    (dossier / "pg_dump").chmod(0o755)
    monkeypatch.setattr(programmes, "SYSTEME", tmp_path)
    return dossier


def test_le_client_suit_le_serveur(debian: Path) -> None:
    embarquee = Programmes.trouver().majeure
    assert clients_pour(embarquee) == (programmes.dossier_binaires(), embarquee)
    assert clients_pour(16)[1] == embarquee
    assert clients_pour(98) == clients_pour(97) == (debian, 98)
    with pytest.raises(ErreurMutualisation, match=r"PostgreSQL 99, plus récent.*\(98\).*« postgresql-client-99 »"):
        clients_pour(99)


def test_un_serveur_plus_ancien_que_le_client_ne_recoit_rien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embarquee = Programmes.trouver().majeure
    monkeypatch.setattr(copie_de_base, "_majeure", lambda _dsn: embarquee - 1)
    with pytest.raises(ErreurMutualisation, match=f"restaurez sur un PostgreSQL {embarquee} ou plus récent"):
        copie_de_base.remettre("postgresql://compte@serveur/base", tmp_path / "entrepot.dump")
