"""One throwaway server for the tests of a module, where each command starts its own."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from mutualisation.usage.examen import diagnostic
from mutualisation.usage.examen.jugement import brouillon


@pytest.fixture(scope="module")
def un_seul_brouillon() -> Iterator[None]:
    """In the place of the server of each command."""
    with brouillon() as connexions, pytest.MonkeyPatch.context() as livre:
        livre.setattr(diagnostic, "brouillon", lambda: nullcontext(connexions))
        yield
