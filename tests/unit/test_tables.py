"""A table of cases that no test reads proves nothing."""

import re
import tomllib
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_chaque_table_est_celle_d_un_essai() -> None:
    tables = [f for f in TESTS.rglob("test_*.toml") if f.with_suffix(".py").exists()]
    assert len(tables) > 30
    for table in tables:
        module = table.with_suffix(".py").read_text(encoding="utf-8")
        if "import lire\n" in module:
            continue
        lus = re.findall(r"@cas\n(?:@.*\n)*def (\w+)", module)
        assert sorted(tomllib.loads(table.read_text(encoding="utf-8"))) == sorted(lus), table.name
