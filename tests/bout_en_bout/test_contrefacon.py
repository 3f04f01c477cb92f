"""Forging, as the owner of the database: what no right can refuse is found by the seal, and never given out (K10)."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.atelier.bases import lire
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.publication.versions.manifeste import MANIFESTE, SIGNATURE
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage import operations as op

UN_MILLION = "update versions.synthese_financiere set cout_net = cout_net + 1000000"
LIGNES = "les lignes de versions.synthese_financiere"


def _contrefaire(publie: Publie) -> None:
    with connecter(publie.contexte.dsn, role=None) as conn:
        assert conn.execute(UN_MILLION).rowcount != 0


def _refus(faire: Callable[[], object]) -> str:
    with pytest.raises(ControleEchoue) as refus:
        faire()
    assert refus.value.code_sortie == 2
    return str(refus.value)


def test_rien_de_contrefait_n_est_donne(publie: Publie, tmp_path: Path) -> None:
    """What else is forged: `sql/publication/test_sceaux`, `test_postes`."""
    _contrefaire(publie)
    assert LIGNES in _refus(lambda: op.extraire(publie.contexte, EXERCICE, str(tmp_path)))
    assert LIGNES in _refus(lambda: op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)))
    assert not list(tmp_path.iterdir())
    assert LIGNES in op.verifier(publie.contexte)[0][0]


def test_une_publication_ne_blanchit_pas_ce_qui_a_ete_change(publie: Publie) -> None:
    """A new build of another exercice would seal the forged one anew: it is refused before anything is published."""
    _contrefaire(publie)
    autre = "insert into journal.constructions (exercices, statut, prepare_par, code_version) values (%s, %s, 'a', 'x')"
    with connecter(publie.contexte.dsn, role=None) as conn:
        conn.execute(autre, ([EXERCICE], "validee"))
        conn.execute(autre, ([EXERCICE + 1], "validee"))
    assert LIGNES in _refus(lambda: op.publier(publie.contexte))
    # the same exercice anew replaces what was forged
    with connecter(publie.contexte.dsn) as conn:
        op.exiger_publication(publie.contexte, conn, 2)


def test_un_changement_de_cle_ne_change_aucun_octet(publie: Publie, depot_corrige: Path, tmp_path: Path) -> None:
    """S8: the version that was given out is written again byte for byte, a later publication and a new key since."""
    donne = octets(Path(publie.bilan.extraits[0]))
    cle = publie.contexte.var / "cle_signature"
    ancienne = cle.read_bytes()
    try:
        cle.unlink()
        op.bilan(publie.contexte, str(depot_corrige), [EXERCICE], str(tmp_path / "suite"), "alice")
        assert cle.read_bytes() != ancienne
        ecrit = Path(op.extraire(publie.contexte, EXERCICE, str(tmp_path / "encore"), version=1))
        assert octets(ecrit) == donne
        remis = [ecrit, tmp_path / "suite" / ecrit.name]
        assert op.verifier(publie.contexte, [EXERCICE], remis)[0] == []
        assert op.verifier(publie.contexte, extraits=remis)[1] == [
            f"extrait {ecrit} : il est de la version 1, et l'exercice {EXERCICE} publie la version 2."
        ]
    finally:
        cle.write_bytes(ancienne)


def _page(dossier: Path) -> None:
    page = next(iter(sorted((dossier / "communes").glob("*.html"))))
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", "<p>1 €</p></main>"), encoding="utf-8")


def _lien(dossier: Path) -> None:
    deplace = Path(shutil.move(dossier / "adhesion.csv", dossier.parent))
    (dossier / "adhesion.csv").symlink_to(deplace)


def _manifeste(dossier: Path) -> Ed25519PrivateKey:
    """Change the manifest and sign it; the key of the intruder."""
    cle, lu = Ed25519PrivateKey.generate(), json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    (dossier / MANIFESTE).write_text(json.dumps(lu | {"prepare_par": "intrus"}), encoding="utf-8")
    (dossier / SIGNATURE).write_bytes(cle.sign((dossier / MANIFESTE).read_bytes()))
    return cle


RETOUCHES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "rien": (lambda d: d, []),
    "une page de commune": (_page, ["le fichier communes/"]),
    "un CSV": (lambda d: (d / "adhesion.csv").write_text("a"), ["le fichier adhesion.csv n'est plus celui"]),
    "un fichier de trop": (lambda d: (d / "note.txt").write_text("a"), ["note.txt n'est pas de ceux qui"]),
    "un fichier en moins": (lambda d: (d / "adhesion.csv").unlink(), ["le fichier adhesion.csv manque"]),
    "un lien": (_lien, ["le fichier adhesion.csv n'est plus celui"]),
    "le manifeste": (_manifeste, ["n'est pas la signature"]),
    "sans signature": (lambda d: (d / SIGNATURE).unlink(), ["manque, ou n'est pas d'un extrait"]),
    "un autre JSON": (lambda d: (d / MANIFESTE).write_text("[1]"), ["manque, ou n'est pas d'un extrait"]),
}
PDF, PES = f"reports_{EXERCICE}-S1.pdf", f"projet_pes_recette_{EXERCICE}-S1.xml"
RECAPITULATIF, AUTRE_CLE = f"recapitulatif_{EXERCICE}-S1.csv", Ed25519PrivateKey.generate()


def _un_octet(nom: str) -> Callable[[Path], object]:
    return lambda d: (d / nom).write_bytes(bytes([(lu := (d / nom).read_bytes())[0] ^ 1]) + lu[1:])


FACTURES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "rien": (lambda d: d, []),
    **{f"un octet de {nom}": (_un_octet(nom), [f"le fichier {nom} n'est plus celui"]) for nom in (RECAPITULATIF, PDF)},
    "un fichier de trop": (lambda d: (d / PES).write_text("a"), [f"{PES} n'est pas de ceux qui ont été écrits"]),
    "un fichier en moins": (lambda d: (d / PDF).unlink(), [f"le fichier {PDF} manque"]),
    "le manifeste": (_manifeste, ["n'est pas la signature"]),
    "sans signature": (lambda d: (d / SIGNATURE).unlink(), ["manque, ou n'est pas d'un extrait"]),
    "une autre version": (lambda d: signer_de_nouveau(d, AUTRE_CLE, version=9), ["l'entrepôt n'a pas la version 9"]),
}


@pytest.mark.parametrize("remis", ["extrait", "factures"])
def test_ce_qui_est_retouche_est_trouve(publie: Publie, tmp_path: Path, remis: str) -> None:
    donne, retouches = Path(publie.bilan.extraits[0]), RETOUCHES
    if remis == "factures":
        donne, retouches = Path(op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)).dossier), FACTURES
    for nom, (retoucher, dits) in retouches.items():
        copie = Path(shutil.copytree(donne, tmp_path / nom.replace(" ", "_") / donne.name))
        retoucher(copie)
        ecarts = op.verifier(publie.contexte, extraits=[copie])[0]
        assert len(ecarts) == len(dits), (nom, ecarts)
        assert all(dit in ecart for dit, ecart in zip(dits, ecarts, strict=True)), (nom, ecarts)


def test_des_factures_refaites_et_signees_de_nouveau_sont_trouvees(publie: Publie, tmp_path: Path) -> None:
    """A key says who signed, never that it is true: a statement holds what was written, figures and prints."""
    dossier = Path(op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)).dossier)
    enonces = lire(publie.contexte.dsn, "select enonce from journal.sceaux")
    assert op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)).dossier == str(dossier)
    assert lire(publie.contexte.dsn, "select enonce from journal.sceaux") == enonces, (
        "the same bytes, the same statement"
    )
    assert op.verifier(publie.contexte, extraits=[dossier]) == ([], [])
    cle = cle_signature(publie.contexte.poste)
    for nom in (RECAPITULATIF, PDF):
        copie = Path(shutil.copytree(dossier, tmp_path / nom / dossier.name))
        _un_octet(nom)(copie)
        # what it says that it is: these, those of an adherent, which were never written
        for dit in ({}, {"adherent": "21990001600011"}):
            signer_de_nouveau(copie, cle, **dit)
            (ecart,) = op.verifier(publie.contexte, extraits=[copie])[0]
            assert "manifeste.json n'est pas celui qui a été scellé" in ecart, (nom, dit)
    signer_de_nouveau(dossier, cle, publication_sha256="0" * 64)
    (ecart,) = op.verifier(publie.contexte, extraits=[dossier])[0]
    assert "n'a pas le publication_sha256 de la version 1" in ecart
    # who says that they precede the publication has no figure to be compared: it is said
    signer_de_nouveau(dossier, cle, version=None)
    assert "non les chiffres" in op.verifier(publie.contexte, extraits=[dossier])[1][0]


@pytest.mark.systeme("openssl")
def test_openssl_verifie_la_signature_du_manifeste(publie: Publie) -> None:
    """The command of docs/exploitation.md: nobody needs this program to check what it signed."""
    dossier = Path(publie.bilan.extraits[0])
    (cle,) = (publie.contexte.var / "sceaux").glob("cle_*.pem")

    def verifie(manifeste: Path) -> int:
        commande = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", cle, "-rawin", "-in", manifeste]
        return subprocess.run([*commande, "-sigfile", dossier / SIGNATURE], capture_output=True, check=False).returncode

    assert verifie(dossier / MANIFESTE) == 0
    assert verifie(dossier / "datapackage.json") != 0
