"""`cloturer` (K2 to K5, S3, S9, K11): approved by another person, frozen, restated only as a new version."""

import html
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.atelier import petit_depot
from tests.atelier.bases import lire
from tests.atelier.fouille import empreintes, lignes_csv, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.usage import operations as op

BILAN = f"bilan_{EXERCICE}"
CAUSES = ("donnees_tardives", "cles", "parametres", "corrections")


def lue(extrait: Path) -> str:
    """The words of the council's page, its spaces and apostrophes those of a keyboard."""
    page = (extrait / f"bilan_etape_{EXERCICE}.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page))).replace("’", "'")


def publiee(session: op.Session) -> int:
    """Version that `publication` shows."""
    ((version,),) = lire(session.dsn, "select version from journal.publications where exercice = %s", EXERCICE)
    return int(version)


def test_cloturer_puis_publier_encore(publie: Publie, depot: Path, tmp_path: Path) -> None:
    session, sortie = publie.contexte, tmp_path / "bilans"
    extrait = Path(op.extraire(session, EXERCICE, str(sortie)))
    _refus(session, extrait)
    a_approuver = empreintes(extrait)

    assert op.verifier_cloture(session, EXERCICE).laisse_de_cote == op.laisse_de_cote(session, [EXERCICE]) != ""
    clos = op.cloturer(session, EXERCICE, "bob")
    assert (clos.deja, Path(clos.dossier), clos.approuve_par) == (False, extrait, "bob")
    assert {c: manifeste(extrait)[c] for c in ("statut", "prepare_par", "approuve_par", "identite")} == {
        "statut": "clos", "prepare_par": "alice", "approuve_par": "bob", "identite": "declaree",
    }  # fmt: skip
    figees = empreintes(extrait)
    assert {n: e for n, e in figees.items() if n.endswith(".csv")} == {
        n: e for n, e in a_approuver.items() if n.endswith(".csv")
    }
    page = lue(extrait)
    assert re.search(r"Approuvé par bob \(identité déclarée\), le \d\d/\d\d/\d{4}", page)
    assert "À approuver" not in page

    encore = op.cloturer(session, EXERCICE, "carole")
    assert (encore.deja, encore.approuve_par, empreintes(extrait)) == (True, "bob", figees)
    # killed between the approval and the files: the extract to approve is found again, and becomes the closed one
    shutil.rmtree(extrait)
    extrait.mkdir()
    assert (op.cloturer(session, EXERCICE, "bob").deja, empreintes(extrait)) == (True, figees)
    _un_clos_contrefait_est_reecrit(session, extrait, clos.version)

    _redresser(session, depot, sortie, figees)
    for rang in range(3):
        petit_depot.corriger(depot, "10,00", 600 + rang)
        op.charger(session, str(depot))
    # who prepared and who approved stay declared, whoever renders: here a login of a named server (K3, S8)
    nommee = replace(session, embarque=False)
    ailleurs = Path(op.extraire(nommee, EXERCICE, str(tmp_path / "ailleurs"), clos.version))
    assert empreintes(ailleurs) == figees
    assert empreintes(extrait) == figees


def _refus(session: op.Session, extrait: Path) -> None:
    """K4: each refusal is one sentence, and closes nothing."""

    def refuse(motif: str, nom: str = "bob") -> None:
        with pytest.raises(ControleEchoue, match=motif) as refus:
            op.cloturer(session, EXERCICE, nom)
        assert len(refus.value.controles) == 1
        assert lire(session.dsn, "select count(*) from journal.clotures") == [(0,)]

    refuse("a été préparé par « alice »", "alice")
    with pytest.raises(ErreurMutualisation, match="ne peut pas être le nom"):
        op.cloturer(session, EXERCICE, "approbateur")
    synthese, lu = extrait / "synthese_financiere.csv", (extrait / "synthese_financiere.csv").read_bytes()
    synthese.write_bytes(lu.replace(b"CEP", b"CEQ"))
    refuse(r"synthese_financiere\.csv n'est plus celui qui a été écrit")
    synthese.unlink()
    refuse(r"synthese_financiere\.csv manque")
    synthese.write_bytes(lu)
    (extrait / "note.txt").write_text("x", encoding="utf-8")
    refuse(r"note\.txt n'est pas de ceux qui ont été écrits")
    (extrait / "note.txt").unlink()
    ecrit = (extrait / "manifeste.json").read_bytes()
    for avant, apres, motif in (
        (b'"a_approuver"', b'"clos"', "statut « clos », et non celui à approuver"),
        (b'"version": ', b'"version": 9', "version 9"),
        (b'"alice"', b'"zoe"', "n'est pas la signature"),
    ):
        (extrait / "manifeste.json").write_bytes(ecrit.replace(avant, apres, 1))
        refuse(motif)
    (extrait / "manifeste.json").write_bytes(ecrit)
    with pytest.raises(ControleEchoue, match="réécrit depuis qu'il a été regardé"):
        op.cloturer(session, EXERCICE, "bob", version=publiee(session), manifeste_sha256="ab" * 32)
    assert lire(session.dsn, "select count(*) from journal.clotures") == [(0,)]


def _un_clos_contrefait_est_reecrit(session: op.Session, extrait: Path, version: int) -> None:
    """What the run may note in `journal.extraits` makes no closed extract."""
    figees = empreintes(extrait)
    synthese = extrait / "synthese_financiere.csv"
    synthese.write_bytes(synthese.read_bytes().replace(b"CEP", b"CEQ"))
    lu = manifeste(extrait)
    sorties = [s | {"sha256": empreintes(extrait)[s["fichier"]]} for s in lu["sorties"]]  # type: ignore[attr-defined]
    (extrait / "manifeste.json").write_text(json.dumps(lu | {"sorties": sorties}), encoding="utf-8")
    noter = "select journal.noter_extrait(%s, %s, 'clos', %s, 's', 'c', %s)"
    with connecter(session.dsn) as conn:
        conn.execute(noter, (EXERCICE, version, empreintes(extrait)["manifeste.json"], str(extrait)))
    assert Path(op.extraire(session, EXERCICE, str(extrait.parent))) == extrait
    assert empreintes(extrait) == figees


def _redresser(session: op.Session, depot: Path, sortie: Path, figees: dict[str, str]) -> None:
    """S3: what comes late is loaded and changes nothing until the exercice is asked again; then, a new version."""
    avant = publiee(session)
    _changer(depot)
    op.charger(session, str(depot))
    assert publiee(session) == avant
    nouveau = op.bilan(session, str(depot), [EXERCICE], str(sortie), "alice")
    assert [Path(d).name for d in nouveau.extraits] == [f"{BILAN}_v2"]
    assert (publiee(session), empreintes(sortie / BILAN)) == (nouveau.version, figees)
    extrait = Path(nouveau.extraits[0])
    # builds count apart: the second publication of the exercice, whatever the steps of its restatement
    assert [manifeste(extrait)[c] for c in ("statut", "publication")] == ["a_approuver", 2]
    assert f"{nouveau.version} (publication n° 2 de l'exercice" in lue(extrait)
    # G4: gaps without a reason are named, and refuse the closing
    with pytest.raises(ControleEchoue, match=r"3.écarts sans justification : lignes_rejetees, unites_nulles \(ADS\)"):
        op.cloturer(session, EXERCICE, "bob")
    _causes(extrait)
    # R7f, R12a: another exercice would read the closed version, not what was just built
    lues = "select dispositif, etp, cout_net from {} where exercice = %s and {} order by 1"
    assert lire(session.dsn, lues.format("construction.int_couts_precedents", "true"), EXERCICE) == lire(
        session.dsn, lues.format("versions.couts_figes", f"version = {avant}"), EXERCICE
    )


def _changer(depot: Path) -> None:
    """A late file (a subsidy of ADS), a key (ADS from 50 to 60 %), a parameter, a file put right (1 000 € for CEP); no
    gap is justified any more."""
    petit_depot.justifier(depot)
    entete = petit_depot.ENTETE_ECRITURES
    late = depot / "compta" / f"titres_{EXERCICE}-09.csv"
    petit_depot.ecrire_csv(late, entete, petit_depot.ecriture(950, 9, "7472", "XADS", "100,00"))
    cles = depot / "referentiel" / "cles_analytiques.csv"
    cles.write_text(cles.read_text(encoding="utf-8").replace("XADS;ADS;50", "XADS;ADS;60"), encoding="utf-8")
    petit_depot.ajouter(depot / "referentiel" / "parametres.csv", "structure_personnel;oui;2019-01-01;;Délib. 9")
    petit_depot.corriger(depot)


def _causes(extrait: Path) -> None:
    """K6: each figure's difference by cause, to the cent."""
    lignes = lignes_csv(extrait / "redressement.csv")
    lues = {(r["dispositif"], r["mesure"]): r for r in lignes}
    # what each adherent used sums to the net cost, and so does what moved
    for service in ("ADS", "CEP"):
        usages = [Decimal(r["ecart"]) for r in lignes if (r["dispositif"], r["mesure"]) == (service, "cout_usage")]
        assert usages
        assert sum(usages) == Decimal(lues[service, "cout_net"]["ecart"])

    def parts(dispositif: str, mesure: str) -> list[Decimal]:
        return [Decimal(lues[dispositif, mesure][c]) for c in CAUSES]

    for rangee in lues.values():
        ecart = Decimal(rangee["valeur_redressee"] or 0) - Decimal(rangee["valeur_close"] or 0)
        assert ecart == Decimal(rangee["ecart"]) == sum(Decimal(rangee[c]) for c in CAUSES), rangee
    # 100 × 50 %, then (700 + 100) × 10 %
    assert parts("ADS", "subventions") == [50, 80, 0, 0]
    assert parts("CEP", "cout_fonctionnement") == [0, 0, 0, 1000]
    tardives, cles, parametres, corrections = parts("CEP", "cout_personnel")
    assert (tardives, cles, corrections) == (0, 0, 0)
    assert parametres != 0
    assert parts("ADS", "cout_net")[0] == -50
    page = lue(extrait)
    assert "Ce qui a changé depuis la clôture" in page
    assert re.search(r"Fonctionnement direct [\d ,]+ € [\d ,]+ € \+1 000,00 €", page)
