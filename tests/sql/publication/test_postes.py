"""What a workstation keeps beside a warehouse (K10, decision 0016): one sentence a state, and what comes after."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.sceaux import clore_a_la_main

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.signatures.ancrage import Ancre, Ancres
from mutualisation.publication.signatures.cle_signature import FICHIER, cle_signature, empreinte_publique, publique
from mutualisation.publication.versions.chaine import ancrer, lire_chaine
from mutualisation.socle.poste import CLE_SIGNATURE, Poste

Conn = psycopg.Connection[Any]
SANS_GARDE = "alter table journal.sceaux disable trigger en_ajout_seul"
PERDU = "non gardé{} en entier dans {{dossier}} (dossier perdu, commande interrompue, ou autre poste de même clé)"
AILLEURS = "sceaux 1 à 3 : non gardés sur ce poste, faits sur un autre ou sous une clé qui n'est plus ici"
CLE = "clé de signature : celle des sceaux que garde {dossier} n'est plus sur ce poste"


@pytest.fixture(scope="module")
def dsn_trois(_serveur: str, _publie: str) -> Iterator[str]:
    """A warehouse of three statements, of one key: version 1, the closings of 2021 and of 2020."""
    with bases.copie(_serveur, _publie) as dsn:
        with connecter(dsn, role=None) as conn:
            clore_a_la_main(conn, 2021, 1)
            clore_a_la_main(conn, 2020, 1)
        yield dsn


@pytest.fixture
def poste(dsn_trois: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Conn, Path]]:
    """The warehouse, what is done to it undone, and the folder of the workstation that signed and kept all of it."""
    var = tmp_path / "poste"
    var.mkdir()
    shutil.copy(Path(os.environ["MUTUALISATION_VAR"]) / FICHIER, var)
    monkeypatch.setenv("MUTUALISATION_VAR", str(var))
    with connecter(dsn_trois, role=None) as conn:
        ancrer(conn, Poste.ici(var))
        conn.execute(SANS_GARDE)
        yield conn, var
        conn.rollback()


def _effacer(*noms: str) -> Callable[[Conn, Path], object]:
    def faire(_conn: Conn, var: Path) -> None:
        for nom in noms:
            shutil.rmtree(var / nom) if (var / nom).is_dir() else (var / nom).unlink()

    return faire


def _sql(ordre: str) -> Callable[[Conn, Path], object]:
    return lambda conn, _var: conn.execute(ordre.encode())


def _continuer_ailleurs(conn: Conn, var: Path) -> None:
    """Restored as it was after its first statement, then closed from another workstation."""
    conn.execute("delete from journal.sceaux where numero > 1")
    clore_a_la_main(conn, 2019, 1, var.parent / "autre_poste")


def _autre_entrepot(_conn: Conn, var: Path) -> None:
    """The folder keeps what the same key signed of another warehouse."""
    cle, ancres = cle_signature(Poste.ici(var)), Ancres(var)
    for numero, ancre in ancres.lues().items():
        enonce = json.dumps(json.loads(ancre.enonce) | {"version": 7, "precedent_sha256": None}).encode()
        ancres.poser(numero, Ancre(enonce, cle.sign(enonce)), publique(cle))


def _resigner(conn: Conn, var: Path, *, inscrire: bool) -> None:
    """The last statement under another key, which it names."""
    cle = cle_signature(Poste.ici(var.parent / "intrus"))
    (enonce,) = conn.execute("select enonce from journal.sceaux where numero = 3").fetchone() or ("",)
    forge = enonce.replace(json.loads(enonce)["cle_sha256"], empreinte_publique(publique(cle)))
    if inscrire:
        conn.execute("insert into journal.cles (cle_publique) values (%s)", [publique(cle)])
    conn.execute(
        "update journal.sceaux set enonce = %s, signature = %s, cle_publique = %s where numero = 3",
        [forge, cle.sign(forge.encode()), publique(cle)],
    )


# what happened, and what is said: refusals
REFUS: dict[str, tuple[Callable[[Conn, Path], object], str]] = {
    "une base plus ancienne": (
        _sql("delete from journal.sceaux where numero > 1"),
        "sceaux 2 et 3 : {dossier} en garde l'énoncé (exercice 2021 clos, exercice 2020 clos), et l'entrepôt s'arrête "
        "au sceau 1 : il vient d'une sauvegarde antérieure ou en a perdu — restaurez dans une base neuve une "
        "sauvegarde faite après le ",
    ),
    "une base neuve": (
        _sql("delete from journal.sceaux"),
        "sceaux 1 à 3 : {dossier} en garde l'énoncé (version 1 publiée, exercice 2021 clos, exercice 2020 clos), et "
        "l'entrepôt n'a aucun sceau : il vient d'une sauvegarde antérieure, n'est pas celui de ce dossier ou en a "
        "perdu — donnez à chaque entrepôt son dossier (MUTUALISATION_VAR), ou restaurez ",
    ),
    "reprise d'une base plus ancienne": (
        _continuer_ailleurs,
        "sceau 2 : l'entrepôt ne dit pas ce que garde {dossier} depuis le ",
    ),
    "le dossier d'un autre entrepôt": (
        _autre_entrepot,
        "sceaux 1 à 3 : l'entrepôt n'a rien de ce que garde {dossier}, qui est d'un autre entrepôt",
    ),
    "un fichier du dossier abîmé": (
        lambda _conn, var: (var / "sceaux/0002.json").write_text("x"),
        "sceau 2 : ce que garde {dossier} n'est pas signé d'une clé connue, et l'entrepôt tient",
    ),
    "tous les énoncés changés": (
        _sql("update journal.sceaux set signature = ''"),
        "sceaux 1 à 3 : la signature n'est pas celle de l'énoncé",
    ),
    "un énoncé changé": (
        _sql("update journal.sceaux set enonce = replace(enonce, 'b.approuve', 'carole') where numero = 3"),
        "sceau 3 : la signature n'est pas celle de l'énoncé",
    ),
    "un énoncé retiré": (
        _sql("delete from journal.sceaux where numero = 2"),
        "sceau 3 : l'énoncé ne suit pas celui qui le précède",
    ),
    "une ligne qui n'est pas son énoncé": (
        _sql("update journal.sceaux set relations = '{}' where numero = 1"),
        "sceau 1 : la ligne de journal.sceaux n'est plus ce que dit l'énoncé",
    ),
    "signé par une clé inconnue": (partial(_resigner, inscrire=False), "sceau 3 : la clé qui a signé n'est pas connue"),
    "signé par une clé inscrite depuis": (
        partial(_resigner, inscrire=True),
        "sceau 3 : l'entrepôt ne dit pas ce que garde {dossier} depuis le ",
    ),
}
# and what is to be known, without a refusal
DITS: dict[str, tuple[Callable[[Conn, Path], object], str]] = {
    "un autre poste": (_effacer("sceaux", FICHIER), AILLEURS),
    "le dossier perdu": (_effacer("sceaux"), f"sceaux 1 à 3 : {PERDU.format('s')}"),
    "un énoncé perdu": (_effacer("sceaux/0002.json"), f"sceau 2 : {PERDU.format('')}"),
    "une signature perdue": (_effacer("sceaux/0003.json.sig"), f"sceau 3 : {PERDU.format('')}"),
    "la clé perdue": (_effacer(FICHIER), CLE),
}


@pytest.mark.parametrize(("faire", "dit"), REFUS.values(), ids=REFUS.keys())
def test_ce_qui_differe_est_refuse_par_une_phrase(
    poste: tuple[Conn, Path], faire: Callable[[Conn, Path], object], dit: str
) -> None:
    """Its way out loses nothing; nothing is kept meanwhile, even of the key of this workstation."""
    conn, var = poste
    faire(conn, var)
    gardees = Ancres(var).lues()
    chaine = lire_chaine(conn, Poste.ici(var))
    (phrase,) = chaine.ecarts
    assert phrase.startswith(dit.format(dossier=var / "sceaux")), phrase
    assert chaine.remarques == []
    assert Ancres(var).lues() == gardees


@pytest.mark.parametrize(("faire", "dit"), DITS.values(), ids=DITS.keys())
def test_ce_qui_n_est_pas_garde_est_dit_une_fois_sans_refus(
    poste: tuple[Conn, Path], faire: Callable[[Conn, Path], object], dit: str
) -> None:
    conn, var = poste
    faire(conn, var)
    chaine = lire_chaine(conn, Poste.ici(var))
    (phrase,) = chaine.remarques
    assert (chaine.ecarts, phrase.startswith(dit.format(dossier=var / "sceaux"))) == ([], True), phrase
    # what was kept again is no longer said, and is what the warehouse says
    remis = "remis de l'entrepôt" in phrase
    assert lire_chaine(conn, Poste.ici(var)).remarques == ([] if remis else [phrase])
    assert {n: s.ancre for n, s in enumerate(chaine.sceaux, 1)} == Ancres(var).lues() or not remis


def test_une_cle_donnee_par_une_variable_qui_ne_mene_nulle_part_n_arrete_pas_la_lecture(
    poste: tuple[Conn, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    conn, var = poste
    monkeypatch.setenv(CLE_SIGNATURE, str(var / "nulle_part"))
    (phrase,) = lire_chaine(conn, Poste.ici(var)).remarques
    assert phrase.startswith(CLE.format(dossier=var / "sceaux"))


@pytest.mark.parametrize("cas", ["une base plus ancienne", "reprise d'une base plus ancienne"])
def test_renommer_le_dossier_ne_perd_rien_et_rend_la_main(poste: tuple[Conn, Path], cas: str) -> None:
    """The way out of the two refusals that no backup mends."""
    conn, var = poste
    REFUS[cas][0](conn, var)
    (refus,) = lire_chaine(conn, Poste.ici(var)).ecarts
    assert "renommez ce dossier sans l'effacer" in refus
    (var / "sceaux").rename(var / "sceaux_avant")
    chaine = lire_chaine(conn, Poste.ici(var))
    assert chaine.ecarts == []
    assert chaine.remarques[0].startswith(f"sceau 1 : {PERDU.format('').format(dossier=var / 'sceaux')}")
    assert len(list((var / "sceaux_avant").glob("*.json"))) == 3
