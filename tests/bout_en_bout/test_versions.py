"""Upgrades: what each release left (`outils/version.py`) is opened by the software of the day, and goes on. A release
before 0.3.0 goes through it: `par_0_3_0` is the backup that 0.3.0 wrote of a warehouse that it had restored."""

import json
import re
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.atelier import bases, petit_depot
from tests.atelier.atelier import BASE, Atelier
from tests.atelier.bases import lire
from tests.atelier.commande import lancer
from tests.atelier.extrait import signer_de_nouveau
from tests.atelier.fouille import empreintes, lignes_csv, manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import publication

from mutualisation.entrepot.base.copie_de_base import recopier
from mutualisation.entrepot.base.migrations import DERNIERE_DE_0_3_0, revisions
from mutualisation.entrepot.base.programmes import clients_pour
from mutualisation.publication.signatures.cle_signature import cle_signature
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage import operations as op
from mutualisation.usage.cli.commandes import app

VERSIONS = Path(__file__).parents[1] / "versions"
BILAN = f"bilan_{EXERCICE}"
# a numeric may take more digits, of the same scale
CONTRAT = """
select attrelid::regclass::text, attname, format_type(atttypid, null), (atttypmod - 4) & 65535
  from pg_catalog.pg_attribute
 where attnum > 0 and attrelid in (
       select oid from pg_catalog.pg_class
        where relkind = 'v' and relnamespace in ('publication'::regnamespace, 'bi'::regnamespace)
     )
"""
# what S5 takes from forecasts, said by the CHANGELOG (decision 0032)
RETIRES = {
    ("publication.prevision", "recettes"), ("publication.prevision", "methode"),
    ("publication.prevision_fourchette", "recettes"),
    *(("publication.prevision_essai", f"recettes_{x}") for x in ("prevues", "constatees")),
    *(("publication.ecart_prevision", f"effet_{x}") for x in ("volume", "mix", "prix")),
    ("bi.fait_prevision", "recettes"), ("bi.fait_prevision", "retenu"), ("bi.fait_agents", "agents"),
}  # fmt: skip


# these sealed the CSV alone, and did not say for which adherent invoices were
SANS_DOCUMENTS_SCELLES = {"0.1.0", "0.2.0"}


def depassee(version: str) -> bool:
    """Say whether migrations came after it: the day of its release, there is nothing to upgrade."""
    with tarfile.open(VERSIONS / version / "entrepot.tar.xz") as tar:
        dit = tar.extractfile("sauvegarde/manifeste.json")
        assert dit is not None
        return json.load(dit).get("migrations") != revisions()


LAISSEES = sorted(d.name for d in VERSIONS.iterdir())
avant_la_0_3_0 = pytest.mark.parametrize("laisse", [v for v in LAISSEES if v < "0.3.0"], indirect=True)
mise_a_jour = pytest.mark.parametrize("laisse", [v for v in LAISSEES if depassee(v)], indirect=True)


@pytest.fixture(params=LAISSEES)
def laisse(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What a version left, unpacked: drop, backup, keys, invoices, help, closed extract."""
    for archive in (VERSIONS / request.param).iterdir():
        with tarfile.open(archive) as tar:
            tar.extractall(tmp_path, filter="data")
    assert manifeste(tmp_path / "bilans" / BILAN)["code_version"].startswith(f"{request.param}+")
    return tmp_path


@pytest.fixture
def neuf(atelier: Atelier, laisse: Path, monkeypatch: pytest.MonkeyPatch) -> op.Session:
    """An empty warehouse under the keys of that version."""
    session = replace(atelier.neuf(), var=Path(shutil.copytree(laisse / "cles", laisse / "var")))
    monkeypatch.setenv("MUTUALISATION_VAR", str(session.var))
    monkeypatch.setenv("ENTREPOT_DSN", session.dsn)
    return session


def sauvegarde_a_reprendre(laisse: Path) -> Path:
    """The backup that this software restores: of an older release, the one that 0.3.0 made of it."""
    passage = laisse / "par_0_3_0"
    return passage if passage.is_dir() else laisse / "sauvegarde"


def vider(dsn: str) -> None:
    """Drop a warehouse, and create its database."""
    serveur = bases.adresse(dsn, "postgres")
    bases.supprimer(serveur, BASE)
    bases.creer(serveur, BASE)


def schema(dsn: str) -> str:
    """What pg_dump says of the tables, functions and rights that migrations make, whatever is published."""
    with psycopg.connect(dsn) as conn:
        programme = clients_pour(conn.info.server_version // 10000)[0] / "pg_dump"
    demande = [programme, "--schema-only", "--schema=journal", "--schema=exploitation", "--schema=documents", dsn]
    dit = subprocess.run(demande, check=True, capture_output=True, text=True).stdout
    # a key of each dump; parentheses of a view, which go once it has been restored
    return re.sub(r"(?m)^\\(un)?restrict .*$|[()]", "", dit)


@mise_a_jour
def test_un_entrepot_laisse_par_une_version_se_met_a_jour_et_continue(
    neuf: op.Session, laisse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migrated, verified, invoiced, restated, backed up; what analysts read there before, they still read. Its tables,
    functions and rights are those of a new one."""
    un_neuf = schema(neuf.dsn)
    vider(neuf.dsn)
    recopier(neuf.dsn, laisse / "sauvegarde" / "entrepot.dump", "--clean", "--if-exists")
    lu = {*lire(neuf.dsn, CONTRAT)}
    vider(neuf.dsn)
    faite = op.restaurer(sauvegarde_a_reprendre(laisse))
    assert (faite.sceaux, faite.ecarts) == (2, [])
    assert schema(neuf.dsn) == un_neuf
    assert len(lu) > 300
    assert {c for c in lu - {*lire(neuf.dsn, CONTRAT)} if c[:2] not in RETIRES} == set()
    extrait = laisse / "bilans" / BILAN
    ancienne = manifeste(extrait)["code_version"].partition("+")[0] in SANS_DOCUMENTS_SCELLES
    ecarts, remarques = op.verifier(neuf, [], [extrait])
    assert (ecarts, [r for r in remarques if "ne scellait pas les documents" in r] != []) == ([], ancienne)
    redonne = Path(op.extraire(neuf, EXERCICE, str(laisse / "redonne")))
    assert [f.name for f in extrait.glob("*.csv") if (redonne / f.name).read_bytes() != f.read_bytes()] == []
    refait = Path(shutil.copytree(extrait, laisse / "refait"))
    synthese = refait / "synthese_financiere.csv"
    synthese.write_bytes(synthese.read_bytes().replace(b"CEP", b"CEQ"))
    signer_de_nouveau(refait, cle_signature(neuf.poste))
    ecarts = op.verifier(neuf, [], [refait])[0]
    dits = [e for e in ecarts if "le fichier synthese_financiere.csv n'a pas les chiffres scellés de la version 1" in e]
    assert (len(dits), len(ecarts) > 1) == (1, not ancienne), ecarts

    remises = laisse / "factures" / f"factures_{EXERCICE}-S1"
    (ecart,) = op.verifier(neuf, [], [remises])[0]
    assert f"factures {remises} : manifeste.json ou manifeste.json.sig manque" in ecart
    # as that version signed it: what is kept here is without signature, nor PDF
    signer_de_nouveau(remises, cle_signature(neuf.poste))
    ecarts, remarques = op.verifier(neuf, [], [remises])
    assert (ecarts, [r for r in remarques if "non les chiffres" in r] != []) == ([], True)
    ecrites = Path(op.facturer(neuf, EXERCICE, 1, str(laisse / "refaites")).dossier)
    for avant in remises.glob("*.csv"):
        _memes_lignes(avant, ecrites / avant.name)

    figees = empreintes(extrait)
    petit_depot.corriger(laisse / "depot")
    nouveau = op.bilan(neuf, str(laisse / "depot"), [EXERCICE], str(laisse / "bilans"), "alice")
    (redresse,) = map(Path, nouveau.extraits)
    assert (redresse.name, empreintes(extrait)) == (f"{BILAN}_v2", figees)
    ecarts = {(r["dispositif"], r["mesure"]): float(r["ecart"]) for r in lignes_csv(redresse / "redressement.csv")}
    assert ecarts["CEP", "cout_fonctionnement"] == ecarts["CEP", "cout_net"] == 1000
    assert not any(ecart for (dispositif, _), ecart in ecarts.items() if dispositif == "ADS")

    publie = publication(neuf.dsn)
    op.sauvegarder(neuf, laisse / "seconde")
    vider(neuf.dsn)
    monkeypatch.setenv("MUTUALISATION_VAR", str(laisse / "ailleurs"))
    faite = op.restaurer(laisse / "seconde")
    assert (faite.sceaux, faite.ecarts, publication(neuf.dsn)) == (4, [], publie), (
        "two publications, a closing, invoices"
    )


# the tables, the functions and the migrations of a warehouse, and what it tells of its contract
SCHEMA = """
select c.oid::regclass::text, a.attname::text, null
  from pg_catalog.pg_class as c inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
 where c.relnamespace::regnamespace::text in ('journal', 'exploitation', 'versions', 'publication', 'public')
union all select oid::regprocedure::text, prosrc, obj_description('versions'::regnamespace)
  from pg_catalog.pg_proc where pronamespace = 'journal'::regnamespace
union all select to_jsonb(m)::text, null, null from public.migrations as m
order by 1, 2
"""


@mise_a_jour
def test_une_commande_ne_migre_pas_l_entrepot_d_une_version_migrer_en_garde_une_copie(
    neuf: op.Session, laisse: Path
) -> None:
    """Whatever is asked of it: the version that made it opens it still. What `migrer` copied, that version restores."""
    vider(neuf.dsn)
    recopier(neuf.dsn, sauvegarde_a_reprendre(laisse) / "entrepot.dump", "--clean", "--if-exists")
    avant = lire(neuf.dsn, SCHEMA)
    ailleurs = {"ENTREPOT_DSN": neuf.dsn}
    for demande in (
        ["etat"], ["etat", "--json"], ["verifier"], ["extraire", "--exercice", EXERCICE, "--sortie", laisse / "x"],
        ["reparer", "--sortie", laisse / "x"], ["sauvegarder", laisse / "s"], ["publier"],
    ):  # fmt: skip
        dite = lancer(neuf.var, *demande, **ailleurs)
        assert (dite.code, "« mutualisation migrer » le met à celle-ci" in dite.erreurs) == (1, True), dite.erreurs
        assert dite.erreurs.count("\n") == 1, dite.erreurs
    assert lire(neuf.dsn, SCHEMA) == avant
    faite = lancer(neuf.var, "migrer", "--copie", laisse / "copie", **ailleurs)
    assert faite.code == 0, faite.erreurs
    assert f"migration jouée : {revisions()[-1]}" in faite.texte
    assert f"copie d'avant, que la version d'avant restaure : {laisse / 'copie'}" in faite.texte
    assert lancer(neuf.var, "verifier", **ailleurs).code == 0
    vider(neuf.dsn)
    recopier(neuf.dsn, laisse / "copie" / "entrepot.dump", "--clean", "--if-exists")
    assert lire(neuf.dsn, SCHEMA) == avant
    # the names that this version knows
    assert {*manifeste(laisse / "copie")["migrations"]} >= {"0001_socle", DERNIERE_DE_0_3_0}


@avant_la_0_3_0
def test_l_entrepot_d_une_version_d_avant_la_0_3_0_dit_d_installer_celle_ci(neuf: op.Session, laisse: Path) -> None:
    """A warehouse or its backup: one sentence, whatever is asked, and nothing is changed."""
    vider(neuf.dsn)
    refus = r"est d'avant la 0\.3\.0 : installez d'abord la 0\.3\.0, dont « mutualisation migrer » le met à jour"
    with pytest.raises(ErreurMutualisation, match=refus):
        op.restaurer(laisse / "sauvegarde")
    assert lire(neuf.dsn, "select to_regnamespace('journal')::text") == [(None,)]
    recopier(neuf.dsn, laisse / "sauvegarde" / "entrepot.dump", "--clean", "--if-exists")
    avant = lire(neuf.dsn, SCHEMA)
    for demande in (["etat"], ["migrer", "--copie", laisse / "copie"], ["verifier"]):
        dite = lancer(neuf.var, *demande, ENTREPOT_DSN=neuf.dsn)
        assert (dite.code, re.search(refus, dite.erreurs) is not None) == (1, True), dite.erreurs
        assert dite.erreurs.count("\n") == 1, dite.erreurs
    assert (lire(neuf.dsn, SCHEMA), (laisse / "copie").exists()) == (avant, False)


def test_une_commande_d_une_version_garde_ses_options(laisse: Path) -> None:
    """Words, and what they are asked of: help as that version printed it, but for what was taken away (0036)."""
    aides = {
        f.stem: {*re.findall("--[a-z][a-z-]+", f.read_text(encoding="utf-8"))} for f in (laisse / "aide").iterdir()
    }
    assert aides.pop("assembler")
    assert len(aides) > 15
    connues = {nom: {"--help"}.union(*(a.names for a in app[nom].assemble_argument_collection())) for nom in aides}
    assert {(nom, o) for nom, dites in aides.items() for o in dites - connues[nom]} <= {("cloturer", "--reprend")}


def _memes_lignes(avant: Path, apres: Path) -> None:
    """The same figures, in the columns that were there; a second status, beside that of the contract, went."""
    lignes = [{c: lu for c, lu in ligne.items() if c != "etat"} for ligne in lignes_csv(avant)]
    assert lignes
    assert [{c: ligne[c] for c in lignes[0]} for ligne in lignes_csv(apres)] == lignes
