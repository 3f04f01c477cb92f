"""What a build reads of a file is what was loaded of it: rows changed in SQL are refused (K10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire, publication

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue
from mutualisation.ingestion.lignes_signees import signer_tout
from mutualisation.signatures.cle_signature import cle_signature, publique

UNE = "ctid = (select min(ctid) from brut.mandats)"
COLONNES = "chargement_id, source, jeu, periode, exercice, nom, chemin, extension, sha256, octets"
# what the run role, which owns brut, does to the rows of a file
RETOUCHES = {
    "une cellule": f"update brut.mandats set montant_ttc = '1000000,00' where {UNE}",
    "une ligne en moins": f"delete from brut.mandats where {UNE}",
    "une ligne en double": f"insert into brut.mandats select * from brut.mandats where {UNE}",
    "une colonne de plus": "alter table brut.mandats add column glissee text; update brut.mandats set glissee = 'x'",
    "un fichier sans signature": f"insert into journal.fichiers ({COLONNES}, version) select {COLONNES}, 99"
    " from journal.fichiers where jeu = 'mandats' limit 1; update journal.fichiers set statut = 'accepte'"
    " where version = 99",
}
DEPLACER = f"with d as (delete from brut.mandats where {UNE} returning *) insert into brut.mandats select * from d"


def _executer(dsn: str, ordre: str) -> None:
    with connecter(dsn) as conn:
        conn.execute(ordre.encode())


def test_ce_que_les_fichiers_ont_apporte_ne_change_pas(publie: Publie) -> None:
    contexte = publie.contexte
    avant = publication(contexte.dsn)
    # rows that stand elsewhere on the disk are the same
    _executer(contexte.dsn, DEPLACER)
    assert op.verifier(contexte) == []
    _executer(contexte.dsn, "create table brut.gardees as table brut.mandats")
    for retouche, ordre in RETOUCHES.items():
        _executer(contexte.dsn, ordre)
        (ecart, *_) = op.verifier(contexte)
        assert "compta/mandats" in ecart, retouche
        assert "restaurez l'entrepôt" in ecart
        for refuser in (lambda: op.construire(contexte, [EXERCICE]), lambda: op.renouveler_cle(contexte)):
            with pytest.raises(ControleEchoue, match="compta/mandats"):
                refuser()
        _executer(
            contexte.dsn,
            "alter table brut.mandats drop column if exists glissee; truncate brut.mandats;"
            " insert into brut.mandats table brut.gardees",
        )
    assert publication(contexte.dsn) == avant


@pytest.mark.parametrize("sous_la_cle", ["de l'intrus", "d'ici"])
def test_un_enonce_de_l_intrus_ne_dit_rien(publie: Publie, tmp_path: Path, sous_la_cle: str) -> None:
    """The run role may add statements: one of another key, or under the name of ours, is none."""
    contexte = publie.contexte
    _executer(contexte.dsn, RETOUCHES["une cellule"])
    with connecter(contexte.dsn) as conn:
        signer_tout(conn, tmp_path)
        if sous_la_cle == "d'ici":
            conn.execute(
                "insert into journal.lignes_signees (enonce, signature, cle_publique)"
                " select enonce, signature, %s from journal.lignes_signees order by numero desc limit 1",
                [publique(cle_signature(contexte.var))],
            )
    (ecart,) = op.verifier(contexte)
    assert "compta/mandats" in ecart


def test_une_rotation_signe_ce_qu_elle_a_change(publie: Publie) -> None:
    contexte = publie.contexte
    assert op.renouveler_cle(contexte) > 0
    assert op.verifier(contexte) == []
    _executer(contexte.dsn, "update brut.temps set duree = '100:00'")
    assert any("rh/temps" in ecart for ecart in op.verifier(contexte))


def test_ce_qui_etait_charge_sans_signature_est_signe_a_la_construction_suivante(publie: Publie) -> None:
    contexte = publie.contexte
    with connecter(contexte.dsn, role=None) as conn:
        conn.execute("insert into journal.fichiers_non_signes select fichier_id from journal.fichiers")
        conn.execute("alter table journal.lignes_signees disable trigger en_ajout_seul")
        conn.execute("delete from journal.lignes_signees")
    assert op.verifier(contexte) == []
    op.construire(contexte, [EXERCICE])
    assert lire(contexte.dsn, "select count(*) from journal.lignes_signees") == [(1,)]
    _executer(contexte.dsn, RETOUCHES["une cellule"])
    assert any("compta/mandats" in ecart for ecart in op.verifier(contexte))
