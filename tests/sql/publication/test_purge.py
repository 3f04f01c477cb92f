"""The purge of versions: what nothing shows goes, what is published, closed, sealed or last stays whatever is asked."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.publication.versions.chaine import lire_chaine
from mutualisation.publication.versions.sceaux import ecarts_contenu, ecarts_pointeurs
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.conservation import exiger_conservee, purger
from mutualisation.usage.operations.session import Session

from . import entrepot_publie
from .entrepot_publie import publication_sha256


def _publier(conn: psycopg.Connection[Any], libelle: str = "CAM") -> int:
    """A version whose figures, or not, are those of the former one."""
    rangees = {"synthese_financiere": [dict(r) for r in entrepot_publie.rangees()["synthese_financiere"]]}
    rangees["synthese_financiere"][0]["libelle"] = libelle
    return entrepot_publie.publier(conn, rangees)


def _purger(conn: psycopg.Connection[Any], remplacees: bool = False) -> list[int]:
    return purger(Session("", Path(), _conn=conn, _verrou=conn), 3, remplacees=remplacees)


def _gardee(conn: psycopg.Connection[Any], version: int) -> bool:
    requete = "select exists (select from versions.synthese_financiere where version = %s)"
    return conn.execute(requete, (version,)).fetchone() == (True,)


def test_les_versions_identiques_s_en_vont_les_autres_sur_demande(
    conn_vierge: psycopg.Connection[Any], var_neuf: Path
) -> None:
    conn = conn_vierge
    versions = [_publier(conn) for _ in range(2)] + [_publier(conn, "autre")] + [_publier(conn) for _ in range(3)]
    assert versions == [1, 2, 3, 4, 5, 6]
    avant = publication_sha256(conn)
    assert _purger(conn) == [1, 2]
    assert [_gardee(conn, v) for v in versions] == [False, False, True, True, True, True]
    assert _purger(conn) == []
    assert _purger(conn, remplacees=True) == [3]
    assert publication_sha256(conn) == avant
    chaine = lire_chaine(conn, Poste.ici(var_neuf))
    assert chaine.ecarts + ecarts_pointeurs(conn, chaine.sceaux) == []
    assert [ecarts_contenu(conn, s.version) for s in chaine.sceaux[3:]] == [[], [], []]
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
    assert _gardee(conn, 1)


def test_une_construction_qui_n_a_pas_abouti_est_marquee(conn_vierge: psycopg.Connection[Any], var_neuf: Path) -> None:
    conn = conn_vierge
    conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " select '{2021}', s, 'c.durand', '0' from unnest(array['echouee', 'en_cours', 'validee']) as s"
    )
    assert _purger(conn) == []
    lire = "select version from journal.constructions where purgee_le is null order by version"
    assert conn.execute(lire).fetchall() == [(1,), (2,), (3,)]
    assert _publier(conn) == 4
    assert _purger(conn) == []
    assert conn.execute(lire).fetchall() == [(4,)]


def test_un_lecteur_ne_bloque_pas_la_purge_et_garde_ses_lignes(
    conn_vierge: psycopg.Connection[Any], base_vierge: str, var_neuf: Path
) -> None:
    """A reader who sees one state of the warehouse goes on seeing it, relation after relation."""
    conn = conn_vierge
    _publier(conn, "avant")
    with psycopg.connect(base_vierge) as lecteur:
        lecteur.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        lecteur.execute("select count(*) from publication.indicateurs_cles")
        for _ in range(4):
            _publier(conn)
        assert _purger(conn, remplacees=True) == [1, 2]
        requete = "select libelle from publication.synthese_financiere where libelle = 'avant'"
        assert lecteur.execute(requete).fetchone() == ("avant",)
    with pytest.raises(ErreurMutualisation, match="La version 1 a été purgée le"):
        exiger_conservee(conn, 1)
    exiger_conservee(conn, 3)
    exiger_conservee(conn, None)
