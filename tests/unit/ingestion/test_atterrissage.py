"""What the server is told when a COPY ends before its time: nothing of the file (K9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mutualisation.entree.ingestion.atterrissage import envoyer
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.registre import registre


class _Serveur:
    """A connection, its cursor and its COPY: keeps what psycopg would send when the COPY fails."""

    def __init__(self) -> None:
        self.recus: list[bytes] = []
        self.dits: list[str] = []

    @contextmanager
    def cursor(self) -> Iterator[_Serveur]:
        yield self

    @contextmanager
    def copy(self, _ordre: Any) -> Iterator[_Serveur]:
        try:
            yield self
        except BaseException as faute:
            self.dits.append(f"error from Python: {type(faute).__qualname__} - {faute}")
            raise

    def write(self, octets: bytes) -> None:
        self.recus.append(octets)


@pytest.mark.parametrize("faute", [LectureRefusee("ligne 2 : « DUPONT »"), OSError(5, "DUPONT")])
def test_un_copy_interrompu_ne_dit_rien_au_serveur(faute: Exception) -> None:
    def blocs() -> Iterator[bytes]:
        yield b"x" * (1 << 16)
        raise faute

    serveur = _Serveur()
    with pytest.raises(type(faute)) as vue:
        envoyer(serveur, registre().jeu("populations"), blocs())  # type: ignore[arg-type]
    assert vue.value is faute
    assert serveur.recus == [b"x" * (1 << 16)]
    (dit,) = serveur.dits
    assert "DUPONT" not in dit
    assert dit.endswith(" - ")
