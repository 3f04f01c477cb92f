"""A server that is not ours: installed by an account, worked with by another that owns nothing (K2, K3, K10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.commande import Sortie, lancer
from tests.atelier.fouille import empreintes, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne

from mutualisation.entrepot.base.serveur import serveur_entrepot

ADMINISTRATEUR = (
    "create role installateur login createrole",
    "create role agent login",
    "create role martin login",
    "create database mutualise owner installateur",
)
DONS = "grant mutualisation_traitement, preparateur to agent; grant mutualisation_traitement, approbateur to martin"
AN = ("--exercice", EXERCICE)


@dataclass(frozen=True)
class Reseau:
    """A server; the folder where each workstation has its own `MUTUALISATION_VAR`, backups and extracts theirs."""

    dsn: str
    dossier: Path

    def adresse(self, compte: str, base: str = "mutualise") -> str:
        """The address of a base of the server, of an account."""
        return bases.adresse(self.dsn.replace("mutualisation@", f"{compte}@"), base)

    def taper(self, poste: str, compte: str, *arguments: object, base: str = "mutualise") -> Sortie:
        """Run a command on a workstation, under an account."""
        return lancer(self.dossier / poste, *arguments, ENTREPOT_DSN=self.adresse(compte, base))


@pytest.fixture(scope="module")
def reseau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reseau]:
    """A server of this module's own, as its administrator leaves it."""
    dossier = tmp_path_factory.mktemp("reseau")
    with serveur_entrepot(dossier / "serveur") as dsn:
        with psycopg.connect(dsn, autocommit=True) as conn:
            for ordre in ADMINISTRATEUR:
                conn.execute(ordre.encode())
        yield Reseau(dsn, dossier)


@pytest.fixture(scope="module")
def prepare(reseau: Reseau, petit: Path, en_ligne: EnLigne) -> Reseau:
    """Installed by an account, and prepared on workstation `a` by another that owns nothing; then saved."""
    avant = reseau.taper("a", "agent", "etat")
    assert avant.code == 1
    assert (
        "lancez « mutualisation migrer » sous un compte membre du groupe « mutualisation_migration »" in avant.erreurs
    )
    assert avant.erreurs.count("\n") == 1
    installe = reseau.taper("a", "installateur", "migrer")
    assert installe.code == 0, installe.erreurs
    etranger = reseau.taper("a", "agent", "etat")
    assert etranger.code == 1
    assert "n'est pas membre du groupe « mutualisation_traitement »" in etranger.erreurs
    with psycopg.connect(reseau.adresse("installateur"), autocommit=True) as conn:
        conn.execute(DONS.encode())
    bilan = reseau.taper("a", "agent", "bilan", "--depot", petit, *AN, "--sortie", reseau.dossier / "bilans_a")
    assert bilan.code == 0, bilan.erreurs
    assert bilan.texte.splitlines()[0] == en_ligne.resultat.texte.splitlines()[0]
    # each key that is made is said
    assert [x.split(" : ")[0] for x in bilan.erreurs.splitlines() if "Clé" in x] == [
        f"· Clé créée sur ce poste, {reseau.dossier / 'a' / cle}" for cle in ("cle_pseudonymes", "cle_signature")
    ]
    sauvegarde = reseau.taper("a", "installateur", "sauvegarder", reseau.dossier / "sauvegarde")
    assert sauvegarde.code == 0, sauvegarde.erreurs
    return reseau


def test_une_vraie_execution_sous_un_compte_qui_ne_possede_rien(prepare: Reseau) -> None:
    lu = manifeste(prepare.dossier / "bilans_a" / f"bilan_{EXERCICE}")
    assert {"agent", "authentifiee"} <= _valeurs(lu)
    _rien_n_est_a_lui(prepare.adresse("agent"))
    # the account that installed may migrate again, and needs no right to make roles any more
    assert prepare.taper("a", "installateur", "migrer").code == 0
    verifie = prepare.taper("a", "agent", "verifier")
    assert (verifie.code, verifie.texte.splitlines()[-1], "sceau" in verifie.texte) == (0, "conforme", False)


@pytest.fixture(scope="module")
def clos(prepare: Reseau) -> Reseau:
    """Closed on workstation `b`, which has neither key nor anchor, by another person (K10)."""
    ailleurs = "sceau 1 : non gardé sur ce poste"
    verifie = prepare.taper("b", "martin", "verifier")
    assert (verifie.code, verifie.texte.startswith(ailleurs), verifie.texte.endswith("conforme\n")) == (0, True, True)
    assert not (prepare.dossier / "b" / "cle_signature").exists()
    ecrit = prepare.taper("b", "martin", "extraire", *AN, "--sortie", prepare.dossier / "bilans_b")
    assert ecrit.code == 0, ecrit.erreurs
    assert _extrait(prepare, "a") == _extrait(prepare, "b")
    close = prepare.taper(
        "b", "martin", "cloturer", *AN, "--approuve-par", "martin", "--sortie", prepare.dossier / "bilans_b"
    )
    assert close.code == 0, close.erreurs
    assert close.erreurs.count(ailleurs) == 1
    assert f"Clé créée sur ce poste, {prepare.dossier / 'b' / 'cle_signature'}" in close.erreurs
    return prepare


def _extrait(reseau: Reseau, poste: str) -> dict[str, str]:
    return empreintes(reseau.dossier / f"bilans_{poste}" / f"bilan_{EXERCICE}")


def test_un_second_poste_clot_et_le_premier_verifie_extrait_et_facture(clos: Reseau) -> None:
    bilans = clos.dossier / "bilans_a"
    verifie = clos.taper("a", "agent", "verifier")
    assert verifie.code == 0, verifie.erreurs
    remarque, *_, dernier = verifie.texte.splitlines()
    assert (remarque.startswith("sceau 2 : non gardé sur ce poste"), dernier) == (True, "conforme")
    # what `a` had written is of a version that is closed since
    verifie = clos.taper("a", "agent", "verifier", "--extrait", bilans / f"bilan_{EXERCICE}")
    assert (verifie.code, verifie.erreurs.count("\n")) == (2, 1), verifie.erreurs
    assert "n'est pas de la version 1, close depuis — réécrivez l'extrait" in verifie.erreurs
    for commande in (
        ("extraire", *AN, "--sortie", bilans),
        ("verifier", "--extrait", bilans / f"bilan_{EXERCICE}"),
        ("facturer", *AN, "--semestre", 1, "--sortie", clos.dossier / "factures"),
    ):
        faite = clos.taper("a", "agent", *commande)
        assert faite.code == 0, faite.erreurs
    assert _extrait(clos, "a") == _extrait(clos, "b")


def test_une_base_plus_ancienne_dit_ce_qui_lui_manque(clos: Reseau) -> None:
    bases.creer(clos.dsn, "ancienne")
    gardes = empreintes(clos.dossier / "b" / "sceaux")
    restaure = clos.taper("b", "mutualisation", "restaurer", clos.dossier / "sauvegarde", base="ancienne")
    phrase = f"sceau 2 : l'entrepôt ne dit pas ce que garde {clos.dossier / 'b' / 'sceaux'}"
    assert (restaure.code, restaure.erreurs.count("\n")) == (2, 1), restaure.erreurs
    assert phrase in restaure.erreurs
    assert empreintes(clos.dossier / "b" / "sceaux") == gardes, "two histories in one folder"
    verifie = clos.taper("b", "martin", "verifier", base="ancienne")
    assert (verifie.code, verifie.erreurs.count("\n"), phrase in verifie.erreurs) == (2, 1, True), verifie.erreurs
    # its way out; and the closed extract, the last trace of an approval, is not written over
    (clos.dossier / "b" / "sceaux").rename(clos.dossier / "b" / "sceaux_avant")
    assert clos.taper("b", "martin", "verifier", base="ancienne").code == 0
    avant = _extrait(clos, "b")
    extrait = clos.dossier / "bilans_b" / f"bilan_{EXERCICE}"
    verifie = clos.taper("b", "martin", "verifier", "--extrait", extrait, base="ancienne")
    assert (verifie.code, "n'a pas la clôture qu'il porte" in verifie.erreurs) == (2, True), verifie.erreurs
    assert verifie.erreurs.count("\n") == 1
    refus = clos.taper("b", "martin", "extraire", *AN, "--sortie", clos.dossier / "bilans_b", base="ancienne")
    assert (refus.code, "se dit clos, et l'entrepôt ne connaît pas cette clôture" in refus.erreurs) == (1, True)
    assert _extrait(clos, "b") == avant
    # the base that was not lost still holds
    assert clos.taper("b", "martin", "verifier").code == 0


def _valeurs(objet: Any) -> set[Any]:
    if isinstance(objet, dict):
        return set().union(*map(_valeurs, objet.values()), set())
    if isinstance(objet, list):
        return set().union(*map(_valeurs, objet), set())
    return {objet}


def _rien_n_est_a_lui(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        proprietaires = conn.execute(
            "select distinct n.nspname::text, c.relowner::regrole::text from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace where n.nspname in ('journal', 'versions',"
            " 'publication', 'documents', 'bi', 'brut', 'construction', 'exploitation') order by 1"
        ).fetchall()
        assert proprietaires == [
            ("bi", "mutualisation_proprietaire"), ("brut", "mutualisation_traitement"),
            ("construction", "mutualisation_traitement"), ("documents", "mutualisation_proprietaire"),
            ("exploitation", "mutualisation_proprietaire"), ("journal", "mutualisation_proprietaire"),
            ("publication", "mutualisation_proprietaire"), ("versions", "mutualisation_proprietaire"),
        ]  # fmt: skip
