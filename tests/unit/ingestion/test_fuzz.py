"""Readers on what nobody would write: nothing but the declared refusals, and no row lost.

A few hundred examples here, always the same; others: `FUZZ_EXEMPLES=5000 FUZZ_GRAINE=1 pytest --hypothesis-seed=1`.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.atelier.assaut import en_csv, remplir
from tests.atelier.livre import livre
from tests.atelier.pes import Bordereau, Ligne, Piece, pes_aller

from mutualisation.entree.ingestion.controle import lire_controle
from mutualisation.entree.ingestion.depot import lire_nom, motif_nom
from mutualisation.entree.lecteurs.bloc import visible
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.registre import registre

from .outillage import Lu, lire

T = TypeVar("T")
# None: always the same
GRAINE = os.environ.get("FUZZ_GRAINE")
REGLAGES = settings(
    max_examples=int(os.environ.get("FUZZ_EXEMPLES", "50")),
    deadline=None,
    derandomize=GRAINE is None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# a free column of a jeu without people, whose other cells are usual
JEU, COLONNE = "parametres", "reference"
PES = pes_aller([Bordereau("1", "20.00", [Piece("1", [Ligne("10.00"), Ligne("10.00", numero="2")])])])
DECP = json.dumps({"marches": {"marche": [{"id": "M1", "titulaires": [{"titulaire": {"id": "1"}}]}]}}).encode()
CLASSEUR = livre(remplir("parametres"))
TEXTES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f"), max_size=12)
# what breaks parsers more often than chance does
MORCEAUX = st.sampled_from(
    [b"\0", b'"', b'""', b";", b"\r", b"\r\n", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"=", b"<", b"&", b"]]>", b"{", b"[",
     b"\\u", b"1e9", b"PK\x03\x04", b"\x1a", b"<!DOCTYPE x>", b"Total;", b"\xe2\x80\xa8"]
)  # fmt: skip


@st.composite
def abimes(tirer: st.DrawFn, octets: bytes) -> bytes:
    """Bytes cut, repeated, changed, at a few places."""
    lus = bytearray(octets)
    for _ in range(tirer(st.integers(1, 4))):
        ou = tirer(st.integers(0, len(lus)))
        fin = min(len(lus), ou + tirer(st.integers(0, 40)))
        lus[ou:fin] = tirer(st.one_of(MORCEAUX, st.binary(max_size=6), st.just(bytes(lus[ou:fin]) * 2)))
    return bytes(lus)


def _essayer(chemin: Path, octets: bytes, jeu: str) -> Lu | None:
    """What is read, or None where the file is refused with a sentence. Anything else fails."""
    chemin.write_bytes(octets)
    lu, phrase = _lu_ou_refus(lambda: lire(chemin, jeu))
    assert lu is not None or re.search(r"\([A-Z]\d.*\)|Unicode", phrase), phrase
    return lu


def _lu_ou_refus(faire: Callable[[], T]) -> tuple[T | None, str]:
    """What is read, and nothing; or nothing, and the sentence of the refusal."""
    try:
        return faire(), ""
    except LectureRefusee as refus:
        return None, str(refus)


FICHIERS: dict[str, tuple[str, bytes]] = {
    "csv": ("parametres", en_csv(remplir("parametres")).encode()),
    "xlsx": ("parametres", CLASSEUR),
    "xml": ("pes", PES),
    "json": ("decp", DECP),
}


@pytest.mark.parametrize("extension", sorted(FICHIERS))
def test_un_fichier_abime_est_lu_ou_refuse(extension: str, tmp_path: Path) -> None:
    jeu, sain = FICHIERS[extension]
    assert _essayer(tmp_path / f"sain.{extension}", sain, jeu) is not None

    @REGLAGES
    @given(octets=abimes(sain))
    def essayer(octets: bytes) -> None:
        _essayer(tmp_path / f"abime.{extension}", octets, jeu)

    essayer()


@pytest.mark.parametrize("extension", sorted(FICHIERS))
def test_des_octets_quelconques_sont_refuses(extension: str, tmp_path: Path) -> None:
    @REGLAGES
    @given(octets=st.one_of(st.binary(max_size=200), st.lists(MORCEAUX, max_size=20).map(b"".join)))
    def essayer(octets: bytes) -> None:
        assert _essayer(tmp_path / f"quelconque.{extension}", octets, FICHIERS[extension][0]) is None

    essayer()


# ---------------------------------------------------------------- rows given, rows read
@REGLAGES
@given(
    # the writer of Python quotes no carriage return: one that stands alone refuses the file
    cellules=st.lists(TEXTES.filter(lambda t: "\r" not in t), min_size=1, max_size=8),
    separateur=st.sampled_from(";,\t"),
    fin=st.sampled_from(["\n", "\r\n"]),
)
@example(cellules=["a\u2028b", "\x85", "\x1c", "\x0b"], separateur=";", fin="\n")
@example(cellules=["Total", '"', '="01"', "\\."], separateur=";", fin="\r\n")
def test_chaque_rangee_d_un_csv_est_lue(tmp_path: Path, cellules: list[str], separateur: str, fin: str) -> None:
    """What a CSV writer writes is read back, cell for cell, by what it shows, whatever the text (F14 apart)."""
    entete, *rangees = remplir(JEU, len(cellules))
    rang = [c.nom for c in registre().jeu(JEU).colonnes].index(COLONNE)
    for rangee, cellule in zip(rangees, cellules, strict=True):
        rangee[rang] = cellule
    sortie = io.StringIO()
    csv.writer(sortie, delimiter=separateur, lineterminator=fin).writerows([entete, *rangees])
    lu = _essayer(tmp_path / "a.csv", sortie.getvalue().encode(), JEU)
    assert lu is not None
    assert len(lu.rangees) == len(cellules)
    # Excel's `="text"` is its text
    voulues = [visible(c) for c in cellules if '="' not in c]
    lues = [x or "" for x in lu.colonne(COLONNE) if x is None or ("\n" not in x and '="' not in x)]
    assert [v for v in voulues if "\n" not in v and v not in lues] == []


VALEURS = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), TEXTES
)


def _cellule(valeur: Any) -> str:
    if isinstance(valeur, bool):
        return f"<c t='b'><v>{int(valeur)}</v></c>"
    if isinstance(valeur, (int, float)):
        return f"<c t='n'><v>{valeur!r}</v></c>"
    return str(valeur)


def _xml(texte: str) -> bool:
    """Characters that XML can hold."""
    return all(c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in texte)


@REGLAGES
@given(
    valeurs=st.lists(
        VALEURS.filter(lambda v: not isinstance(v, str) or (_xml(v) and not v.startswith("<c"))), min_size=1, max_size=6
    )
)
def test_chaque_rangee_d_un_classeur_est_lue(tmp_path: Path, valeurs: list[Any]) -> None:
    rangees = remplir(JEU, len(valeurs))
    rang = [c.nom for c in registre().jeu(JEU).colonnes].index(COLONNE)
    for rangee, valeur in zip(rangees[1:], valeurs, strict=True):
        rangee[rang] = _cellule(valeur)
    lu = _essayer(tmp_path / "a.xlsx", livre(rangees), JEU)
    assert lu is not None
    assert len(lu.rangees) == len(valeurs)


JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTES),
    lambda x: st.one_of(st.lists(x, max_size=4), st.dictionaries(TEXTES, x, max_size=4)),
    max_leaves=12,
)
ANNONCES = st.fixed_dictionaries({}, optional=dict.fromkeys(("lignes", "colonne", "total", "sha256"), JSONS))
MARCHES = st.fixed_dictionaries(
    {"id": st.integers(0, 99).map("M{}".format)},
    optional={
        "titulaires": JSONS, "modifications": JSONS, "acheteur": JSONS, "montant": JSONS, "dateNotification": JSONS,
    },
)  # fmt: skip


@REGLAGES
@given(marches=st.lists(MARCHES, max_size=5), forme=st.sampled_from(["2019", "2022"]))
def test_chaque_marche_d_un_decp_est_lu(tmp_path: Path, marches: list[dict[str, Any]], forme: str) -> None:
    """A contract has one row at least, whatever its other members hold."""
    contenu = {"marches": marches if forme == "2019" else {"marche": marches}}
    octets = json.dumps(contenu, allow_nan=False, default=str).encode() if _fini(contenu) else b"{"
    lu = _essayer(tmp_path / "a.json", octets, "decp")
    if octets != b"{" and lu is not None:
        assert {r["identifiant"] for r in lu.rangees} == {m["id"] for m in marches}


def _fini(contenu: Any) -> bool:
    """Without NaN or infinity, which no JSON holds."""
    try:
        json.dumps(contenu, allow_nan=False)
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------- sidecars and names
@REGLAGES
@given(octets=st.one_of(st.binary(max_size=60), st.one_of(JSONS, ANNONCES).map(lambda j: json.dumps(j).encode())))
def test_un_controle_est_lu_ou_refuse(octets: bytes) -> None:
    lu, phrase = _lu_ou_refus(lambda: lire_controle(octets, registre().jeu("mandats"), "0" * 64))
    assert "(F3)" in phrase or lu is not None
    assert set(lu or {}) <= {"lignes", "colonne", "total", "sha256"}


NOMS = st.one_of(
    TEXTES,
    st.builds(
        "{}{}{}.{}".format, st.sampled_from([j.nom for j in registre().jeux]), st.sampled_from(["", "_", "-", " "]),
        st.from_regex(r"[0-9Sv_\-a-z]{0,12}", fullmatch=True),
        st.sampled_from(["csv", "CSV", "xlsx", "zip", "xml", ""]),
    ),
)  # fmt: skip


@REGLAGES
@given(nom=NOMS, source=st.sampled_from([s.nom for s in registre()]))
@example(nom="dispositifs0v.csv", source="referentiel")
@example(nom="tarifs_corrige.csv", source="referentiel")
def test_un_nom_est_reconnu_ou_refuse(nom: str, source: str) -> None:
    """A name that is read says one jeu and one periode; any other has its sentence."""
    jeux = [j for j in registre().source(source).jeux if not j.nom_libre]
    lus = [j.nom for j in jeux if lire_nom(j, nom) is not None]
    assert len(lus) <= 1, lus
    if not lus and nom:
        assert "G7" in motif_nom(registre(), registre().source(source), nom)
