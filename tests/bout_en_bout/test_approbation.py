"""Who approves, and under which identity (K2, K3, K10): by a login of a named server, of what was looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.atelier.fouille import empreintes, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire
from tests.bout_en_bout.test_cloture import publiee

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation

COMPTES = """
create role approbatrice_du_serveur login in role mutualisation_traitement;
grant approbateur to approbatrice_du_serveur with inherit false, set true;
create role agente_du_serveur login in role preparateur, mutualisation_traitement;
"""
FIN = "drop role approbatrice_du_serveur; drop role agente_du_serveur"


@pytest.fixture
def nommes(publie: Publie) -> Iterator[Callable[[str], op.Session]]:
    """The same warehouse as a named server: a session under a login of its own."""
    session = publie.contexte
    with connecter(session.dsn, role=None) as conn:
        conn.execute(COMPTES)
    yield lambda compte: replace(
        session, dsn=session.dsn.replace("mutualisation@", f"{compte}_du_serveur@"), embarque=False
    )
    with connecter(session.dsn, role=None) as conn:
        conn.execute(FIN)


def test_clore_sous_un_compte_d_un_serveur_nomme(
    publie: Publie, bilans: Path, nommes: Callable[[str], op.Session], tmp_path: Path
) -> None:
    """Prepared on the embedded server, then restored onto a named one: the approver's login closes, by the command; who
    prepared stays declared, whoever renders (K3, S8)."""
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    version = publiee(session)
    serveur = nommes("approbatrice")
    ailleurs = Path(op.extraire(serveur, EXERCICE, str(tmp_path / "a_approuver")))
    assert (manifeste(ailleurs)["identite"], empreintes(ailleurs)) == ("declaree", empreintes(extrait))
    assert lire(session.dsn, "select identite from journal.constructions where version = %s", version) == [
        ("declaree",)
    ]
    with pytest.raises(ErreurMutualisation, match="« agente_du_serveur » n'est pas membre du groupe « approbateur »"):
        op.cloturer(nommes("agente"), EXERCICE)
    with pytest.raises(ControleEchoue, match="réécrit depuis qu'il a été regardé"):
        op.cloturer(serveur, EXERCICE, version=version, manifeste_sha256="ab" * 32)
    assert lire(session.dsn, "select count(*) from journal.clotures") == [(0,)]

    clos = op.cloturer(serveur, EXERCICE, sortie=str(extrait.parent))
    assert (clos.deja, clos.approuve_par, Path(clos.dossier)) == (False, "approbatrice_du_serveur", extrait)
    assert (manifeste(extrait)["statut"], manifeste(extrait)["identite"]) == ("clos", "declaree")
    assert lire(session.dsn, "select identite from journal.clotures") == [("authentifiee",)]
    assert op.verifier(serveur, extraits=[extrait])[0] == []
    _un_clos_contrefait_est_reecrit(serveur, extrait, version, tmp_path)


def _un_clos_contrefait_est_reecrit(session: op.Session, extrait: Path, version: int, tmp_path: Path) -> None:
    """What the run may note in `journal.extraits` makes no closed extract."""
    figees = empreintes(extrait)
    synthese = extrait / "synthese_financiere.csv"
    synthese.write_bytes(synthese.read_bytes().replace(b"CEP", b"CEQ"))
    lu = manifeste(extrait)
    sorties = [s | {"sha256": empreintes(extrait)[s["fichier"]]} for s in lu["sorties"]]  # type: ignore[attr-defined]
    (extrait / "manifeste.json").write_text(json.dumps(lu | {"sorties": sorties}), encoding="utf-8")
    noter = "select journal.noter_extrait(%s, %s, 'clos', %s, 's', 'c', %s)"
    with connecter(session.dsn) as conn:
        for sha256 in (empreintes(extrait)["manifeste.json"], "ab" * 32):
            conn.execute(noter, (EXERCICE, version, sha256, str(extrait)))
    assert Path(op.extraire(session, EXERCICE, str(extrait.parent))) == extrait
    assert empreintes(extrait) == figees
    assert empreintes(Path(op.extraire(session, EXERCICE, str(tmp_path / "encore")))) == figees
