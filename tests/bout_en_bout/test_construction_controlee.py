"""What the report gate saw is what is published: figures changed in between are refused, nothing is sealed (K10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire, publication

from mutualisation import operations as op
from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue, EntrepotOccupe
from mutualisation.operations import candidate
from mutualisation.publication.construction_signee import VALIDEE, empreintes_construites, signer_construction

CLORE = "select journal.clore_construction((select max(version) from journal.constructions), 'validee', '{}')"
UNE = "(select min(ctid) from construction.cout_adherent)"
# what the run role does in SQL once the gate has passed, how it is undone, and what the refusal names
RETOUCHES = {
    "un montant dû": (
        f"update construction.cout_adherent set montant_du = montant_du + 1000000 where ctid = {UNE}",
        "update construction.cout_adherent set montant_du = montant_du - 1000000 where montant_du > 900000",
        "cout_adherent",
    ),
    "une adhésion": (
        "update construction.adhesion set exercice = exercice - 1",
        "update construction.adhesion set exercice = exercice + 1",
        "adhesion",
    ),
    "un nom des factures": (
        "update construction.factures_adherents set nom = nom || 'x'",
        "update construction.factures_adherents set nom = left(nom, -1)",
        "factures_adherents",
    ),
    "un résultat de porte": (CLORE.replace("{}", '{"x": 1}'), CLORE.replace("{}", '{"x": null}'), "les portes"),
}
# what an owner does to the signature itself
SIGNATURES = {
    "une autre signature": ("signature = decode(repeat('00', 64), 'hex')", "d'aucune clé connue"),
    "une autre clé": ("cle_publique = decode(repeat('00', 32), 'hex')", "d'aucune clé connue"),
    "un autre énoncé": ("enonce = replace(enonce, 'validee', 'construite')", "d'aucune clé connue"),
    "celle d'une autre version": ("version = version - 1000", "rien ne dit"),
    "celle d'avant le contrôle": (
        "version = version - 1000 where numero = (select max(numero) from journal.constructions_signees)",
        "les portes",
    ),
}


@pytest.fixture(scope="module")
def controlee(atelier: Atelier, petit: Path, depot_corrige: Path) -> Publie:
    """A second build, validated, beside what is published."""
    publie = Publie(*atelier.publie(petit, EXERCICE))
    op.charger(publie.contexte, str(depot_corrige))
    op.controler(publie.contexte, op.construire(publie.contexte, [EXERCICE]))
    return publie


def _executer(dsn: str, *ordres: str, role: str | None = "mutualisation_traitement") -> None:
    with connecter(dsn, role=role) as conn:
        for ordre in ordres:
            conn.execute(ordre.encode())


def _refusee(controlee: Publie, dit: str) -> None:
    avant = publication(controlee.contexte.dsn)
    with pytest.raises(ControleEchoue, match=f"{dit}.*relancez « mutualisation controler »") as refus:
        op.publier(controlee.contexte)
    assert refus.value.code_sortie == 2
    assert publication(controlee.contexte.dsn) == avant


def _version(controlee: Publie) -> int:
    return int(lire(controlee.contexte.dsn, "select max(version) from journal.constructions")[0][0])


def test_rien_ne_change_pendant_le_controle(controlee: Publie, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is of the rows that the gate judged."""
    dsn, juger = controlee.contexte.dsn, candidate.verifier_bilan

    def retoucher(*arguments: object) -> object:
        with pytest.raises(EntrepotOccupe):
            _executer(dsn, "set lock_timeout = '200ms'", RETOUCHES["un montant dû"][0])
        return juger(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(candidate, "verifier_bilan", retoucher)
    op.controler(controlee.contexte, _version(controlee))


@pytest.mark.parametrize(("ordre", "inverse", "dit"), RETOUCHES.values(), ids=RETOUCHES.keys())
def test_ce_qui_change_apres_le_controle_n_est_pas_publie(
    controlee: Publie, ordre: str, inverse: str, dit: str
) -> None:
    _executer(controlee.contexte.dsn, ordre)
    _refusee(controlee, dit)
    # the gate alone, run again, signs nothing of it
    with pytest.raises(ControleEchoue, match=dit):
        op.controler(controlee.contexte, _version(controlee))
    _executer(controlee.contexte.dsn, inverse)


@pytest.mark.parametrize(("changement", "dit"), SIGNATURES.values(), ids=SIGNATURES.keys())
def test_sans_signature_connue_un_nouveau_controle_est_demande(controlee: Publie, changement: str, dit: str) -> None:
    """A build of the former software has none; one that another key signed is not what this installation saw."""
    dsn, table = controlee.contexte.dsn, "journal.constructions_signees"
    ouvrir = f"alter table {table} disable trigger en_ajout_seul"
    _executer(
        dsn, ouvrir, f"create table public.gardees as table {table}", f"update {table} set {changement}", role=None
    )
    _refusee(controlee, dit)
    colonnes = "version, enonce, signature, cle_publique"
    _executer(
        dsn,
        f"delete from {table}",
        f"insert into {table} ({colonnes}) select {colonnes} from public.gardees order by numero",
        "drop table public.gardees",
        role=None,
    )


def test_une_cle_de_l_intrus_ne_signe_aucune_construction(controlee: Publie, tmp_path: Path) -> None:
    """The run role may add statements: what another key signed says nothing of a build."""
    ordre, inverse, _ = RETOUCHES["un montant dû"]
    with connecter(controlee.contexte.dsn) as conn:
        conn.execute(ordre.encode())
        lues = empreintes_construites(conn, _version(controlee), [EXERCICE])
        signer_construction(conn, _version(controlee), VALIDEE, {}, lues, tmp_path)
    _refusee(controlee, "d'aucune clé connue")
    table = "journal.constructions_signees"
    _executer(
        controlee.contexte.dsn,
        f"alter table {table} disable trigger en_ajout_seul",
        f"delete from {table} where numero = (select max(numero) from {table})",
        inverse,
        role=None,
    )


def test_le_role_du_traitement_ne_change_pas_ce_qui_est_signe(controlee: Publie) -> None:
    _executer(
        controlee.contexte.dsn, "alter table journal.constructions_signees enable trigger en_ajout_seul", role=None
    )
    for ordre in ("update journal.constructions_signees set version = 1", "delete from journal.constructions_signees"):
        with pytest.raises(Exception, match=r"denied|ajouts"):
            _executer(controlee.contexte.dsn, ordre)


def test_ce_qui_a_ete_remis_en_place_est_publie(controlee: Publie) -> None:
    """Rows stand elsewhere on the disk than when they were signed: the digest does not see it."""
    op.controler(controlee.contexte, op.construire(controlee.contexte, [EXERCICE]))
    _executer(controlee.contexte.dsn, *RETOUCHES["un montant dû"][:2])
    op.publier(controlee.contexte)
    assert op.verifier(controlee.contexte) == []
