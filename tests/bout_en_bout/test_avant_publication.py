"""Invoices of a semestre before its exercice is published (R18): as the whole year would give them, then compared."""

import csv
import shutil
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE, SIRETS, ajouter, compter_des_unites, ecrire_csv
from tests.atelier.tables import cas
from tests.bout_en_bout.entrepots import publication, publier

from mutualisation.publication.signatures.cle_signature import cle_signature, est_signe, publique
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation, SansReprise
from mutualisation.usage import operations as op

COMMANDES = "N° commande;Date commande;N° marché;SIRET adhérent;Montant HT;Statut"
CHIFFRES = ("recouvrement", "recapitulatif")


@pytest.fixture
def juillet(depot: Path) -> Path:
    """The small drop as it is at the end of June: tariffs that need units and orders, neither payroll nor assets."""
    for nom in ("rh", "compta/etat_actif_2021.csv"):
        shutil.move(depot / nom, depot.parent / Path(nom).name)
    ref = depot / "referentiel"
    ajouter(
        ref / "tarifs.csv",
        "ADS;par_unite;;;12,5;;titre;2019-01-01;;Délib. 8",
        "ADS;pourcentage;;;2;achats_ht;titre;2019-01-01;;Délib. 8",
    )
    compter_des_unites(depot)
    for mois in range(1, 7):
        ecrire_csv(depot / "cam" / f"commandes_{EXERCICE}-{mois:02}.csv", COMMANDES)
    return depot


def annee(depot: Path) -> Path:
    """The rest of the year comes in."""
    shutil.copytree(depot.parent / "rh", depot / "rh", dirs_exist_ok=True)
    shutil.move(depot.parent / "etat_actif_2021.csv", depot / "compta")
    return depot


def chiffres(dossier: str) -> dict[str, list[list[str]]]:
    """The rows of what is due, by dispositif and by adherent."""
    return {
        nom: list(csv.reader(next(Path(dossier).glob(f"{nom}_*.csv")).read_text("utf-8").splitlines(), delimiter=";"))
        for nom in CHIFFRES
    }


def test_en_juillet_ce_que_l_annee_entiere_donnera(neuf: op.Session, juillet: Path, tmp_path: Path) -> None:
    op.charger(neuf, str(juillet))
    dossier, reste, _ = op.facturer(neuf, EXERCICE, 1, str(tmp_path / "juillet"))
    avant, ecrit = chiffres(dossier), octets(Path(dossier))
    assert sum(float(ligne[5]) for ligne in avant["recouvrement"][1:]) > 0
    assert publication(neuf.dsn) == lire(neuf.dsn, "select * from versions.recouvrement") == []
    assert "reparer" in reste or not reste
    signature = ecrit.pop("manifeste.json.sig")
    assert est_signe(ecrit["manifeste.json"], signature, [publique(cle_signature(neuf.poste))])
    # the same files, the same bytes
    assert octets(Path(op.facturer(neuf, EXERCICE, 1, str(tmp_path / "juillet")).dossier)) == ecrit | {
        "manifeste.json.sig": signature
    }
    assert op.verifier(neuf, extraits=[Path(dossier)]) == ([], [])
    faux = Path(shutil.copytree(dossier, tmp_path / "faux"))
    next(faux.glob("facture_*.pdf")).write_bytes(b"%PDF-1.7 une autre")
    signer_de_nouveau(faux, cle_signature(neuf.poste))
    assert "n'est pas celui qui a été scellé" in op.verifier(neuf, extraits=[faux])[0][0]
    publier(neuf, annee(juillet))
    avant_publication = f"elles sont d'avant la publication, et l'exercice {EXERCICE} publie la version "
    assert avant_publication in op.verifier(neuf, extraits=[Path(dossier)])[1][-1]
    apres = op.facturer(neuf, EXERCICE, 1, str(tmp_path / "publie")).dossier
    assert chiffres(apres) == avant
    assert not list(Path(apres).glob("ecarts*"))


def test_une_fois_publie_ce_qui_differe_adherent_par_adherent(neuf: op.Session, juillet: Path, tmp_path: Path) -> None:
    op.charger(neuf, str(juillet))
    op.facturer(neuf, EXERCICE, 1, str(tmp_path / "juillet"))
    # half of the permits of one commune came late
    fichier = juillet / "activite" / f"unites_{EXERCICE}-S1.csv"
    fichier.write_text(fichier.read_text("utf-8").replace(f"4;P-{SIRETS[0]}", f"8;P-{SIRETS[0]}"), "utf-8")
    publier(neuf, annee(juillet))
    dites: list[str] = []
    neuf.suivi = dites.append
    ecrites = op.facturer(neuf, EXERCICE, 1, str(tmp_path / "publie"))
    dossier = Path(ecrites.dossier)
    dit = ecrites.ecarts.replace("\u202f", " ").replace("\xa0", " ")
    assert dit.startswith(f"Factures {EXERCICE}-S1 : 1 facture publiée diffère de son brouillon, +50,00 € en tout")
    (phrase,) = [x.replace("\u202f", " ").replace("\xa0", " ") for x in dites if "brouillon" in x]
    assert phrase.startswith(f"Facture {EXERCICE}-S1, Commune 59001 ({SIRETS[0]}) : brouillon ")
    assert phrase.endswith("écart 50,00 €")
    entete, ligne = (dossier / f"ecarts_brouillons_{EXERCICE}-S1.csv").read_text("utf-8").splitlines()
    assert (entete.split(";")[0], ligne.split(";")[0], ligne.split(";")[-1]) == ("siret_adherent", SIRETS[0], "50.00")
    autre = op.facturer(neuf, EXERCICE, 1, str(tmp_path), SIRETS[1])
    assert (list(Path(autre.dossier).glob("ecarts*")), autre.ecarts) == ([], "")


@cas
def test_ce_qui_arrete_les_factures(
    neuf: op.Session,
    juillet: Path,
    tmp_path: Path,
    semestre: int,
    sans: list[str] | None,
    de_plus: dict[str, str] | None,
    dits: list[str],
) -> None:
    for nom in sans or ():
        (juillet / nom).unlink()
    for nom, ligne in (de_plus or {}).items():
        ajouter(juillet / "referentiel" / f"{nom}.csv", ligne)
    op.charger(neuf, str(juillet))
    if not dits:
        op.facturer(neuf, EXERCICE, semestre, str(tmp_path / "factures"))
        return
    with pytest.raises(ControleEchoue) as echec:
        op.facturer(neuf, EXERCICE, semestre, str(tmp_path / "factures"))
    assert [phrase.split(", exercice ")[0] for phrase in echec.value.controles] == dits
    sans_unites = [phrase for phrase in echec.value.controles if "(unites)" in phrase]
    assert all(f"déposer unites_{EXERCICE}-S1, ou justifier" in phrase for phrase in sans_unites)
    assert not list((tmp_path / "factures").iterdir())


def test_rien_de_charge(neuf: op.Session, tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="Rien à facturer en 2021-S1"):
        op.facturer(neuf, EXERCICE, 1, str(tmp_path / "factures"))


def test_ce_qu_un_semestre_attend_encore(neuf: op.Session, juillet: Path, tmp_path: Path) -> None:
    def dit() -> list[str]:
        return [p.replace("\xa0", " ") for p in op.etat(neuf)["a_faire"] if p.startswith("Factures ")]

    assert dit() == []
    op.charger(neuf, str(juillet))
    ecrit = "« mutualisation facturer --exercice 2021 --semestre 1 --sortie DOSSIER » les écrit."
    assert dit() == [
        f"Factures 2021-S1 : {ecrit}",
        "Factures 2021-S2 : il manque 6 fichiers : cam/commandes_2021-07 à 2021-12.",
    ]
    op.facturer(neuf, EXERCICE, 1, str(tmp_path))
    assert [phrase[:16] for phrase in dit()] == ["Factures 2021-S2"]


def test_des_factures_entre_deux_taches_ne_defont_pas_un_bilan(neuf: op.Session, juillet: Path, tmp_path: Path) -> None:
    """A candidate is stored when it has passed its gates: any build may take the schema before its documents."""
    depot = annee(juillet)
    op.charger(neuf, str(depot))
    version = op.construire(neuf, [EXERCICE])
    op.controler(neuf, version)
    op.facturer(neuf, EXERCICE, 1, str(tmp_path / "factures"))
    assert op.composer(neuf, version, str(tmp_path / "bilans"))
    op.publier(neuf)
    assert publication(neuf.dsn)[0] == (EXERCICE, version)


def test_une_version_qui_attend_se_publie_telle_que_lue_quand_la_suivante_n_aboutit_pas(
    neuf: op.Session, juillet: Path, tmp_path: Path
) -> None:
    """One that is built replaces nothing: it fails at a gate of its own, at its documents, or nobody composes it."""
    op.charger(neuf, str(annee(juillet)))
    premiere = op.construire(neuf, [EXERCICE])
    op.controler(neuf, premiere)
    (lu,) = map(Path, op.composer(neuf, premiere, str(tmp_path / "bilans")))
    ecrit = octets(lu)
    fichier = juillet / "activite" / f"unites_{EXERCICE}-S1.csv"
    fichier.write_text(fichier.read_text("utf-8").replace(f"4;P-{SIRETS[0]}", f"8;P-{SIRETS[0]}"), "utf-8")
    op.charger(neuf, str(juillet))
    perdue = op.construire(neuf, [EXERCICE])
    op.controler(neuf, perdue)
    with neuf.connexion() as conn:
        op.clore(conn, op.construire(neuf, [EXERCICE]), "echouee", {})
    assert op.etat(neuf)["candidate"]["version"] == premiere
    op.publier(neuf)
    assert publication(neuf.dsn)[0] == (EXERCICE, premiere)
    publies = octets(tmp_path / "bilans" / lu.name)
    # the manifest says the statement
    assert {nom for nom, lus in ecrit.items() if publies[nom] != lus} == {"manifeste.json"}
    # what was lost may still be proposed
    assert op.composer(neuf, perdue, str(tmp_path / "bilans"))
    with pytest.raises(SansReprise, match=f"la version {perdue} l'a remplacée, et attend"):
        op.candidate(neuf, premiere)


def test_une_version_qui_attend_se_publie_apres_des_factures(neuf: op.Session, juillet: Path, tmp_path: Path) -> None:
    depot = annee(juillet)
    op.charger(neuf, str(depot))
    version = op.construire(neuf, [EXERCICE])
    op.controler(neuf, version)
    assert op.composer(neuf, version, str(tmp_path / "bilans"))
    op.facturer(neuf, EXERCICE, 1, str(tmp_path / "factures"))
    assert op.etat(neuf)["candidate"]["version"] == version
    assert "première publication" in op.candidate(neuf).phrase
    assert op.publier(neuf)
    assert (tmp_path / "bilans" / f"bilan_{EXERCICE}").is_dir()
    assert lire(neuf.dsn, "select version from journal.publications") == [(version,)]
