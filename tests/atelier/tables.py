"""Tables of cases that a person reads: a test marked `@cas` is run on each line of the table of its name, in the TOML
file beside its module. A key is a parameter, None where the line has it not; `cas` names the line."""

import inspect
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

Essai = TypeVar("Essai", bound=Callable[..., None])
NOM = "cas"


def cas(essai: Essai) -> Essai:
    """Run a test on each line of its table. Raises `AssertionError` where a key is no parameter of it."""
    lignes = lire(Path(inspect.getfile(essai)).with_suffix(".toml"))[essai.__name__]
    cles = {c for ligne in lignes for c in ligne} - {NOM}
    parametres = [p for p in inspect.signature(essai).parameters if p in cles]
    assert cles == set(parametres), f"{essai.__name__} : {sorted(cles - set(parametres))}"
    return pytest.mark.parametrize(
        parametres, [pytest.param(*(ligne.get(p) for p in parametres), id=ligne.get(NOM)) for ligne in lignes]
    )(essai)


@cache
def lire(tables: Path) -> dict[str, list[dict[str, Any]]]:
    """The tables of a file, by test."""
    return tomllib.loads(tables.read_text(encoding="utf-8"))
