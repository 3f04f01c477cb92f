"""Which programs of PostgreSQL run: of one major the highest minor; which pg_dump copies which server."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from mutualisation.entrepot.base import copie_de_base, programmes
from mutualisation.entrepot.base.programmes import Programmes, clients_pour, mineure_depassee
from mutualisation.socle.erreurs import ErreurMutualisation


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has the clients of PostgreSQL 98 too."""
    dossier = tmp_path / "98" / "bin"
    dossier.mkdir(parents=True)
    _ecrire(dossier, "98.1", "pg_dump")
    monkeypatch.setattr(programmes, "SYSTEME", tmp_path)
    return dossier


def _ecrire(dossier: Path, version: str, *noms: str) -> None:
    for nom in noms:
        (dossier / nom).write_text(f"#!/bin/sh\necho '{nom} (PostgreSQL) {version} (Debian {version}-1)'\n")
        (dossier / nom).chmod(0o755)


@pytest.mark.parametrize(("mineure", "prise"), [(0, False), (99, True)])
def test_d_une_majeure_la_plus_haute_mineure_sert(debian: Path, mineure: int, *, prise: bool) -> None:
    """The wheel says which major; Debian's package may have the security release that the wheel lacks."""
    majeure = Programmes.trouver().majeure
    ici = debian.parents[1] / str(majeure) / "bin"
    ici.mkdir(parents=True)
    _ecrire(ici, f"{majeure}.{mineure}", "postgres", "initdb", "pg_dump")
    assert (programmes.dossier_binaires() == ici, clients_pour(majeure)[0] == ici) == (prise, prise)
    assert programmes.dossier_binaires() != debian


def test_une_mineure_depassee_se_dit_et_une_mineure_sans_nouvelle_est_a_verifier() -> None:
    """A round comes each quarter: 16.15 and 18.6, of August, were said current in December."""
    for majeure, (connue, parue) in programmes.MINEURES.items():
        depassee, a_verifier = f" ; le {majeure}.{connue} corrige", ", à vérifier"
        attendues = {(-1, 0): depassee, (0, 80): "", (0, 100): a_verifier, (1, 100): "", (1, 200): a_verifier}
        for (avance, jours), dite in attendues.items():
            dit = mineure_depassee(majeure * 10000 + connue + avance, parue + timedelta(jours))
            assert [f"est le {majeure}.{connue + avance}{dite}" in x for x in dit] == [True] * bool(dite)
    assert [len(mineure_depassee(v, date(2026, 12, 3))) for v in (160015, 180006, 990000)] == [1, 1, 1]


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
        copie_de_base.recopier("postgresql://compte@serveur/base", tmp_path / "entrepot.dump")
