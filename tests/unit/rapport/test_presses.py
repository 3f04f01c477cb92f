"""Documents written by children: what one raises, a child that dies, a run that ends before they do."""

import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.unit.rapport import documents

from mutualisation.documents.extrait import imprimerie, produits
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.socle.enfant.hote import Enfant
from mutualisation.socle.erreurs import PannePassagere


@pytest.fixture
def enfants(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Enfant]]:
    """The children that are started, all ended."""
    ouverts: list[Enfant] = []
    monkeypatch.setattr(produits, "Enfant", lambda *a: ouverts.append(Enfant(*a)) or ouverts[-1])
    yield ouverts
    assert ouverts
    assert not any(psutil.pid_exists(enfant.pid) for enfant in ouverts)


def _dits() -> list[Document]:
    return [replace(documents.document(forme), sorties=("html", "pdf")) for forme in documents.FORMES]


def test_les_octets_sont_ceux_d_un_seul_processus(tmp_path: Path, enfants: list[Enfant]) -> None:
    ici, la = tmp_path / "ici", tmp_path / "la"
    with produits.presses() as imprimer:
        for ecrit in [imprimer(dit, la) for dit in _dits()]:
            ecrit.result()
    ecrits = [f for dit in _dits() for f in imprimerie.ecrire(dit, ici)]
    assert len(ecrits) == 2 * len(documents.FORMES)
    for fichier in ecrits:
        assert (la / fichier.relative_to(ici)).read_bytes() == fichier.read_bytes()


def test_tout_s_ecrit_sur_le_disque_des_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full TMPDIR, where the parts of the workbook went, was an unforeseen error."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    dit = documents.document(documents.FORMES[0])
    ecrits = imprimerie.ecrire(replace(dit, sorties=("html", "pdf", "xlsx")), tmp_path)
    # none of its parts is left beside it
    assert {f for f in tmp_path.rglob("*") if f.is_file()} == set(ecrits)
    # as root too: a name that no disk takes
    with pytest.raises(OSError, match="Errno"):
        imprimerie.RENDUS["xlsx"](dit, tmp_path / f"{'x' * 300}.xlsx")


def test_ce_qu_un_document_leve_est_leve(tmp_path: Path, enfants: list[Enfant]) -> None:
    (tmp_path / "un fichier").touch()
    with produits.presses() as imprimer:
        with pytest.raises(FileExistsError):
            imprimer(_dits()[0], tmp_path / "un fichier").result()
        with pytest.raises(RuntimeError, match="KeyError: 'odt'"):
            imprimer(replace(_dits()[0], sorties=("odt",)), tmp_path).result()
        imprimer(_dits()[0], tmp_path).result()


def test_un_enfant_tue_est_une_panne_passagere(tmp_path: Path, enfants: list[Enfant]) -> None:
    with produits.presses() as imprimer:
        imprimer(_dits()[0], tmp_path).result()
        os.kill(enfants[0].pid, signal.SIGKILL)
        ecrits = [imprimer(dit, tmp_path) for dit in _dits() * 4]
        fautes = [str(faute) for ecrit in ecrits if isinstance(faute := ecrit.exception(), PannePassagere)]
    assert fautes[0].startswith("document ")
    assert "le compositeur s'est arrêté (SIGKILL) — relancer" in fautes[0]


def test_quitte_par_une_erreur_plus_personne_n_ecrit(tmp_path: Path, enfants: list[Enfant]) -> None:
    ecrits: list[Future[None]] = []

    def quitter() -> None:
        with produits.presses() as imprimer:
            ecrits.extend(imprimer(dit, tmp_path) for dit in _dits() * 20)
            ecrits[0].result()
            raise ValueError("le deuxième")

    with pytest.raises(ValueError, match="le deuxième"):
        quitter()
    assert any(ecrit.cancelled() for ecrit in ecrits)
    assert all(ecrit.done() for ecrit in ecrits)
