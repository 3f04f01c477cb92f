"""What a workstation keeps beside a warehouse (K10): the same holds, another is refused, none is said."""

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
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import FICHIER, cle_signature, empreinte_publique, publique
from mutualisation.publication.versions.chaine import ancrer, lire_chaine
from mutualisation.socle.poste import Poste

Conn = psycopg.Connection[Any]
Fait = str | Callable[[Conn, Path], object]
ROMPU = "{} : la ligne de journal.sceaux, sa signature ou sa place dans la chaîne n'est plus celle de l'énoncé signé"
AUTRE = "{} : l'entrepôt ne dit pas ce que garde {dossier} : il vient d'une sauvegarde antérieure"


@pytest.fixture(scope="module")
def dsn_trois(_serveur: str, _publie: str) -> Iterator[str]:
    """A warehouse of three statements, of one key: version 1, the closings of 2021 and of 2020."""
    with bases.copie(_serveur, _publie) as dsn:
        with connecter(dsn, role=None) as conn:
            clore_a_la_main(conn, 2021, 1)
            clore_a_la_main(conn, 2020, 1)
        yield dsn


@pytest.fixture
def poste(dsn_trois: str, tmp_path: Path) -> Iterator[tuple[Conn, Path]]:
    """The warehouse, what is done to it undone, and the folder of the workstation that signed and kept all of it."""
    var = tmp_path / "poste"
    var.mkdir()
    shutil.copy(Path(os.environ["MUTUALISATION_VAR"]) / FICHIER, var)
    with connecter(dsn_trois, role=None) as conn:
        ancrer(conn, Poste.ici(var))
        conn.execute("alter table journal.sceaux disable trigger en_ajout_seul")
        yield conn, var
        conn.rollback()


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


REFUS: dict[str, tuple[Fait, str, str]] = {
    "une base plus ancienne": ("delete from journal.sceaux where numero > 1", AUTRE, "sceaux 2, 3"),
    "un fichier du dossier abîmé": (lambda _, var: (var / "sceaux/0002.json").write_text("x"), AUTRE, "sceau 2"),
    "signé par une clé inscrite depuis": (partial(_resigner, inscrire=True), AUTRE, "sceau 3"),
    "signé par une clé inconnue": (partial(_resigner, inscrire=False), ROMPU, "sceau 3"),
    "une signature changée": ("update journal.sceaux set signature = ''", ROMPU, "sceaux 1, 2, 3"),
    "un énoncé retiré": ("delete from journal.sceaux where numero = 2", ROMPU, "sceau 3"),
    "une ligne qui n'est pas son énoncé": (
        "update journal.sceaux set relations = '{}' where numero = 1", ROMPU, "sceau 1",
    ),
    "une autre clé que celle que dit l'énoncé": (
        lambda conn, var: _autre_cle(conn, cle_signature(Poste.ici(var))), ROMPU, "sceau 3",
    ),
}  # fmt: skip


def _autre_cle(conn: Conn, cle: Any) -> None:
    """The last statement names a key that did not sign it."""
    conn.execute(
        'update journal.sceaux set enonce = replace(enonce, \'"cle_sha256":"\', \'"cle_sha256":"0\') where numero = 3'
    )
    (enonce,) = conn.execute("select enonce from journal.sceaux where numero = 3").fetchone() or ("",)
    conn.execute("update journal.sceaux set signature = %s where numero = 3", [cle.sign(enonce.encode())])


@pytest.mark.parametrize(("faire", "dit", "numeros"), REFUS.values(), ids=REFUS.keys())
def test_ce_qui_differe_est_refuse_par_une_phrase(
    poste: tuple[Conn, Path], faire: Fait, dit: str, numeros: str
) -> None:
    conn, var = poste
    conn.execute(faire.encode()) if isinstance(faire, str) else faire(conn, var)
    chaine = lire_chaine(conn, Poste.ici(var))
    (phrase,) = chaine.ecarts
    assert phrase.startswith(dit.format(numeros, dossier=var / "sceaux")), phrase
    assert chaine.remarques == []


def test_ce_qui_n_est_pas_garde_est_dit_et_l_acte_suivant_le_garde(poste: tuple[Conn, Path]) -> None:
    """Reading keeps nothing, and makes no key; renaming the folder, the way out of a refusal, is losing it."""
    conn, var = poste
    assert lire_chaine(conn, Poste.ici(var)).remarques == []
    gardes = Ancres(var).enonces()
    (var / "sceaux/0002.json").unlink()
    (phrase,) = lire_chaine(conn, Poste.ici(var)).remarques
    assert phrase.startswith("sceau 2 : non gardé sur ce poste")
    (var / "sceaux").rename(var / "sceaux_avant")
    chaine = lire_chaine(conn, Poste.ici(var))
    assert (chaine.ecarts, chaine.remarques[0].split(" : ")[0]) == ([], "sceaux 1, 2, 3")
    assert lire_chaine(conn, Poste.ici(var.parent / "neuf")).remarques == chaine.remarques
    assert not (var.parent / "neuf").exists()
    ancrer(conn, Poste.ici(var))
    assert Ancres(var).enonces() == gardes
    # what another key signed is not kept here
    ancrer(conn, Poste.ici(var.parent / "neuf"))
    assert Ancres(var.parent / "neuf").enonces() == {}
