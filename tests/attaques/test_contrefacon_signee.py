"""What is signed, and never was sealed: an extract made again, a closing that holds no signature (K0, K10)."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.atelier.bases import lire
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import empreintes, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import APPROBATEUR, au_nom_de
from mutualisation.publication.portes import execution
from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.clotures import lire_cloture
from mutualisation.publication.versions.sceaux import CLOTURE, enoncer, maintenant
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage import operations as op

COMPTES = """
create role agent login in role mutualisation_traitement, preparateur;
create role martin login in role mutualisation_traitement, approbateur;
"""
SYNTHESE = "synthese_financiere.csv"
CHIFFRES = f"le fichier {SYNTHESE} n'a pas les chiffres scellés"
AUTRE = "manifeste.json n'est pas celui qui a été scellé"


@pytest.fixture(params=["embarqué", "nommé"])
def personnes(
    request: pytest.FixtureRequest, publie: Publie, tmp_path: Path
) -> Iterator[tuple[op.Session, op.Session]]:
    """Who prepares, who approves: names on the embedded server, logins and workstations on a named one."""
    session = publie.contexte
    if request.param == "embarqué":
        yield session, session
        return
    with psycopg.connect(session.dsn, autocommit=True) as conn:
        conn.execute(COMPTES.encode())
    yield tuple(  # type: ignore[misc]
        replace(session, dsn=session.dsn.replace("mutualisation@", f"{compte}@"), var=tmp_path / compte, embarque=False)
        for compte in ("agent", "martin")
    )
    # the gates' child has an address that opens nothing any more
    execution.fermer()
    with psycopg.connect(session.dsn, autocommit=True) as conn:
        for compte in ("agent", "martin"):
            conn.execute(f"drop owned by {compte}; drop role {compte}".encode())


def _augmenter(extrait: Path) -> None:
    """A million more of running costs."""
    lignes = (extrait / SYNTHESE).read_text(encoding="utf-8").splitlines(keepends=True)
    colonne, ligne = lignes[0].split(";").index("cout_fonctionnement"), lignes[1].split(";")
    ligne[colonne] = "1000000.00"
    (extrait / SYNTHESE).write_text("".join([lignes[0], ";".join(ligne), *lignes[2:]]), encoding="utf-8")


def _page(extrait: Path) -> None:
    page = extrait / f"bilan_etape_{EXERCICE}.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", "<p>1 €</p></main>"), encoding="utf-8")


RETOUCHES: dict[str, tuple[Callable[[Path], None], dict[str, Any], list[str]]] = {
    "un chiffre": (_augmenter, {}, [CHIFFRES, AUTRE]),
    "une page": (_page, {}, [AUTRE]),
    "qui a préparé": (lambda _: None, {"prepare_par": "zoe"}, [AUTRE]),
    "un logiciel qui aurait changé": (_page, {"autrement_rendu": True}, [AUTRE]),
}


def test_un_extrait_refait_et_signe_de_nouveau_n_est_pas_conforme(
    personnes: tuple[op.Session, op.Session], tmp_path: Path
) -> None:
    """By a preparer with the key that `extraire` gave him, noted as `extraire` notes; before a closing, and after."""
    prepare, approuve = personnes
    extrait = Path(op.extraire(prepare, EXERCICE, str(tmp_path / "bilans")))
    for statut in ("a_approuver", "clos"):
        if statut == "clos":
            op.cloturer(approuve, EXERCICE, "bob" if approuve.embarque else None, str(extrait.parent))
        assert op.verifier(approuve, extraits=[extrait])[0] == []
        for nom, (retoucher, plus, dits) in RETOUCHES.items():
            copie = Path(shutil.copytree(extrait, tmp_path / statut / nom / extrait.name))
            retoucher(copie)
            signer_de_nouveau(copie, cle := cle_signature(prepare.poste), **plus)
            noter = "select journal.noter_extrait(%s, 1, %s, %s, %s, %s, %s)"
            with connecter(prepare.dsn) as conn:
                signature = (copie / "manifeste.json.sig").read_bytes()
                lu = (empreintes(copie)["manifeste.json"], signature, publique(cle), str(copie))
                conn.execute(noter, (EXERCICE, statut, *lu))
            ecarts = op.verifier(approuve, extraits=[copie])[0]
            assert len(ecarts) == len(dits), (statut, nom, ecarts)
            assert all(dit in ecart for dit, ecart in zip(dits, ecarts, strict=True)), (statut, nom, ecarts)


def _clore_en_sql(
    session: op.Session, extrait: Path, cle: Ed25519PrivateKey, suite: str = "", signature: bytes = b"", **plus: Any
) -> None:
    """What an approver may inscribe without this program; `suite`: what his JSON says besides."""
    with (
        connecter(session.dsn) as conn,
        connecter(session.dsn, role=None) as sienne,
        sienne.transaction(),
        au_nom_de(sienne, "martin", APPROBATEUR),
    ):
        dit = {
            "exercice": EXERCICE, "version": 1, "prepare_par": "alice", "approuve_par": "martin",
            "approuve_le": maintenant(sienne), "identite": "authentifiee",
            "manifeste_sha256": hashlib.sha256((extrait / "manifeste.json").read_bytes()).hexdigest(),
        }  # fmt: skip
        enonce = enoncer(conn, CLOTURE, dit | plus, cle)[:-1] + suite + "}"
        acte = (enonce, signature or cle.sign(enonce.encode()), publique(cle))
        assert sienne.execute("select journal.approuver(%s, %s, %s)", acte).fetchone() == (True,)


def test_les_chiffres_d_une_cloture_ne_sont_pas_ceux_que_dit_l_approbateur(publie: Publie, tmp_path: Path) -> None:
    """An approver closes by himself, and his statement holds the extract that he has made: its figures are not his."""
    session, cle = publie.contexte, Ed25519PrivateKey.generate()
    extrait = Path(op.extraire(session, EXERCICE, str(tmp_path / "bilans")))
    faux = Path(shutil.copytree(extrait, tmp_path / "faux" / extrait.name))
    _augmenter(faux)
    signer_de_nouveau(faux, cle, statut="clos", approuve_par="martin")
    sans = {c: v for c, v in manifeste(faux).items() if c not in ("sceau", "cloture")}
    lu = hashlib.sha256((json.dumps(sans, ensure_ascii=False, indent=2) + "\n").encode()).hexdigest()
    _clore_en_sql(session, extrait, cle, extraits=[lu])
    (enonce,) = lire(session.dsn, "select enonce from journal.clotures")[0]
    signer_de_nouveau(faux, cle, cloture=json.loads(enonce))
    (ecart,) = op.verifier(session, extraits=[faux])[0]
    assert CHIFFRES in ecart


SANS_SIGNATURE = bytes(64)
PIRATE = Ed25519PrivateKey.generate()


def test_une_cloture_qui_ne_tient_pas_est_ecartee_et_se_refait(publie: Publie, tmp_path: Path) -> None:
    """Accepted by the server, which verifies no signature: named, no wall; made again, hidden by none."""
    session = publie.contexte
    extrait = Path(op.extraire(session, EXERCICE, str(tmp_path / "bilans")))
    for rang, forge in enumerate(
        (
            {"cle": PIRATE, "signature": SANS_SIGNATURE},
            # in the name of the machine that runs
            {"cle": cle_signature(session.poste), "signature": SANS_SIGNATURE},
            # signed: the server reads more numbers than this program, and no form of what is taken over
            {"cle": PIRATE, "suite": f', "x": {"1" * 5000}'},
            {"cle": PIRATE, "reprise": 5},
            {"cle": PIRATE, "signature": SANS_SIGNATURE, "ecartes": [1]},
        ),
        start=2,
    ):
        _clore_en_sql(session, extrait, **forge)  # type: ignore[arg-type]
        ecarts, remarques = op.verifier(session, extraits=[extrait])
        assert (ecarts, len(remarques)) == ([], rang - 1)
        dite = f"sceau {rang} : la clôture de l'exercice {EXERCICE}, version 1, n'est pas signée ou ne se lit pas"
        assert remarques[-1].startswith(f"{dite} : elle est écartée, à refaire par « mutualisation cloturer »")
        assert op.extraire(session, EXERCICE, str(extrait.parent)) == str(extrait)
        assert lire(session.dsn, "select count(*) from journal.versions_closes") == [(0,)]
    assert op.facturer(session, EXERCICE, 1, str(tmp_path)).dossier

    clos = op.cloturer(session, EXERCICE, "carole")
    assert (clos.deja, clos.approuve_par) == (False, "carole")
    assert op.verifier(session, extraits=[extrait])[0] == []
    (numero,) = lire(session.dsn, "select max(numero) from journal.sceaux")[0]
    with connecter(session.dsn) as conn:
        conn.execute("insert into journal.ecartes values (%s)", (numero,))
        conn.commit()
        assert lire_cloture(conn, EXERCICE, 1) is not None
    op.purger(session)
    assert lire(session.dsn, "select approuve_par from journal.clotures") == [("carole",)]
    # what is published next goes on
    version = op.construire(session, [EXERCICE], "alice")
    op.controler(session, version)
    op.composer(session, version, str(extrait.parent), refaire=True)
    op.publier(session)
    assert op.verifier(session, extraits=[extrait])[0] == []
    assert publication(session.dsn)[0] == (EXERCICE, version)


def test_un_dossier_d_attente_remplace_par_un_lien_est_refuse(publie: Publie, tmp_path: Path) -> None:
    session, avant = publie.contexte, publication(publie.contexte.dsn)
    version = op.construire(session, [EXERCICE], "alice")
    op.controler(session, version)
    (compose,) = map(Path, op.composer(session, version, str(tmp_path), refaire=True))
    for dossier in (compose.parent, compose):
        ailleurs = dossier.rename(tmp_path / "ailleurs")
        dossier.symlink_to(ailleurs)
        with pytest.raises(ErreurMutualisation, match=f"{dossier} est un lien, et non le dossier"):
            op.publier(session)
        assert publication(session.dsn) == avant
        dossier.unlink()
        ailleurs.rename(dossier)
    op.publier(session)
    assert publication(session.dsn)[0] == (EXERCICE, version)
