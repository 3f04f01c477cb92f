"""The purge of versions: what nothing shows goes, what is published, closed, sealed or last stays whatever is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import EntrepotOccupe, ErreurMutualisation
from mutualisation.operations.purge import exiger_conservee, purger_si_libre
from mutualisation.publication.extraits_csv import publication_sha256
from mutualisation.publication.sceaux import ecarts_contenu, ecarts_pointeurs, lire_chaine

from . import entrepot_publie

PARTITIONS = (
    "select count(*) from pg_inherits h join pg_class c on c.oid = h.inhrelid where c.relname like %s"
    " and c.relnamespace = 'versions'::regnamespace"
)


def _publier(conn: psycopg.Connection[Any], libelle: str = "CAM") -> int:
    """A version whose figures, or not, are those of the former one."""
    rangees = {"synthese_financiere": [dict(r) for r in entrepot_publie.rangees()["synthese_financiere"]]}
    rangees["synthese_financiere"][0]["libelle"] = libelle
    return entrepot_publie.publier(conn, rangees)


def _purger(conn: psycopg.Connection[Any], remplacees: bool = False) -> list[int]:
    conn.commit()
    with conn.transaction():
        (numeros,) = conn.execute("select journal.purger(3, %s)", (remplacees,)).fetchone() or ([],)
    return list(numeros)


def _partitions(conn: psycopg.Connection[Any], version: int) -> int:
    (nombre,) = conn.execute(PARTITIONS, (f"%\\_v{version}",)).fetchone() or (0,)
    return int(nombre)


def test_les_versions_identiques_s_en_vont_les_autres_sur_demande(
    conn_vierge: psycopg.Connection[Any], var_neuf: Path
) -> None:
    conn = conn_vierge
    versions = [_publier(conn) for _ in range(2)] + [_publier(conn, "autre")] + [_publier(conn) for _ in range(3)]
    assert versions == [1, 2, 3, 4, 5, 6]
    avant = publication_sha256(conn)
    assert _purger(conn) == [1, 2]
    assert [_partitions(conn, v) > 0 for v in versions] == [False, False, True, True, True, True]
    assert _purger(conn) == []
    assert _purger(conn, remplacees=True) == [3]
    assert publication_sha256(conn) == avant
    chaine = lire_chaine(conn, var_neuf)
    assert chaine.ecarts + ecarts_pointeurs(conn, chaine.sceaux) == []
    assert [ecarts_contenu(conn, s) for s in chaine.sceaux[3:]] == [[], [], []]
    # the line of the journal stays, who prepared and the seal with it
    lignes = conn.execute("select version, statut, purgee_le is null from journal.constructions order by 1").fetchall()
    assert lignes == [(v, "publiee", v > 3) for v in versions]


def test_une_version_publiee_reste_avec_celles_qu_elle_lit(
    conn_vierge: psycopg.Connection[Any], var_neuf: Path
) -> None:
    """2019 stays published by version 1, and every later seal names it."""
    conn = conn_vierge
    _publier(conn)
    for _ in range(4):
        _publier(conn)
        conn.execute("update journal.publications set version = 1 where exercice = 2019")
        conn.commit()
    assert 1 not in _purger(conn, remplacees=True)
    assert _partitions(conn, 1) > 0


def test_une_construction_qui_n_a_pas_abouti_est_marquee(conn_vierge: psycopg.Connection[Any], var_neuf: Path) -> None:
    conn = conn_vierge
    conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " select '{2021}', s, 'c.durand', '0' from unnest(array['echouee', 'en_cours', 'validee']) as s"
    )
    assert _purger(conn) == []
    assert conn.execute("select purgee_le is null from journal.constructions order by version").fetchall() == [
        (False,), (False,), (True,),
    ]  # fmt: skip


def test_un_lecteur_oisif_ne_bloque_ni_la_purge_ni_personne(
    conn_vierge: psycopg.Connection[Any], base_vierge: str, var_neuf: Path
) -> None:
    conn = conn_vierge
    for _ in range(4):
        _publier(conn)
    with psycopg.connect(base_vierge, application_name="tableur") as lecteur:
        assert lecteur.execute("select count(*) from publication.synthese_financiere").fetchone() != (0,)
        assert purger_si_libre(conn) == []
        with pytest.raises(EntrepotOccupe):
            _purger(conn)
        with connecter(base_vierge, role=None) as autre:
            assert autre.execute("select count(*) from publication.synthese_financiere").fetchone() != (0,)
    assert _purger(conn) == [1]
    with pytest.raises(ErreurMutualisation, match="La version 1 a été purgée le"):
        exiger_conservee(base_vierge, 1)
    exiger_conservee(base_vierge, 2)
    exiger_conservee(base_vierge, None)
