"""What a release carries: its licence word for word, its version said once, files that forges and indexes read."""

import hashlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml
from outils import livraison, metadonnees
from tests.atelier.tables import cas

RACINE = Path(__file__).resolve().parents[2]
# the words of the official text (decision (UE) 2017/863), as SPDX and choosealicense.com have them, whatever the lines
EUPL_SHA256 = "b265314fe0920ed66121307961dabb70eb3c26c508d2362783e821bbb4a0e16c"


def test_la_licence_est_le_texte_officiel() -> None:
    mots = " ".join((RACINE / "LICENSE").read_text(encoding="utf-8").split())
    assert hashlib.sha256(mots.encode()).hexdigest() == EUPL_SHA256
    assert metadata("mutualisation")["License-Expression"] == "EUPL-1.2"


def test_une_version_se_dit_partout_de_meme() -> None:
    """In the metadata, the citation, the journal; where it stands, what it left for the next ones."""
    version = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = yaml.safe_load((RACINE / "CITATION.cff").read_text(encoding="utf-8"))
    titre = re.search(r"^## (\S+) — (\S+)$", (RACINE / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titre is not None
    assert titre.groups() == (citation["version"], str(citation["date-released"]))
    assert version == citation["version"] == metadata("mutualisation")["Version"], "make environnement"
    assert (RACINE / "tests" / "versions" / version).is_dir(), "python outils/version.py"
    fiche = (RACINE / "publiccode.yml").read_text(encoding="utf-8")
    assert metadonnees.publiccode(fiche, citation) == fiche, "python outils/metadonnees.py"
    assert (yaml.safe_load(fiche)["softwareVersion"], yaml.safe_load(fiche)["legal"]["license"]) == (
        version,
        "EUPL-1.2",
    )
    assert (RACINE / "codemeta.json").read_text(encoding="utf-8") == metadonnees.codemeta(citation)


@cas
def test_ce_que_lit_une_forge_suit_son_schema(fichier: str, schema: str, transforme: str, lance: str) -> None:
    """Schemas are those that check-jsonschema carries: nothing is downloaded."""
    options = ["--builtin-schema", schema, *(["--data-transform", transforme] if transforme else [])]
    commande = [sys.executable, "-m", "check_jsonschema", *options, "--default-filetype", "yaml", RACINE / fichier]
    fini = subprocess.run(commande, capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stdout
    assert lance in (RACINE / fichier).read_text(encoding="utf-8")


@pytest.mark.systeme("openssl")
def test_une_livraison_se_verifie_par_sha256sum_et_openssl_seuls(tmp_path: Path) -> None:
    """By the two commands of its notes; one key signs the same bytes twice; a changed file or list is seen."""
    cle, dossier = tmp_path / "cle.pem", tmp_path / "livraison"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", cle], check=True, capture_output=True)
    dossier.mkdir()
    (dossier / "roue.whl").write_bytes(b"roue")
    empreinte = livraison.signer(dossier, cle)
    commandes = re.findall(r"^(?:sha256sum|openssl) .*", livraison.VERIFIER, re.MULTILINE)

    def verifie() -> list[bool]:
        return [subprocess.run(c.split(), cwd=dossier, capture_output=True).returncode == 0 for c in commandes]

    assert verifie() == [True, True]
    signe = (dossier / livraison.SIGNATURE).read_bytes()
    for nom in (livraison.SOMMES, livraison.SIGNATURE, livraison.CLE_PUBLIQUE):
        (dossier / nom).unlink()
    assert (livraison.signer(dossier, cle), (dossier / livraison.SIGNATURE).read_bytes()) == (empreinte, signe)
    (dossier / "roue.whl").write_bytes(b"autre")
    assert verifie() == [False, True]
    (dossier / livraison.SOMMES).write_bytes((dossier / livraison.SOMMES).read_bytes() + b"\n")
    assert verifie()[1] is False
    assert livraison.signer(dossier, None) != empreinte, "une répétition a sa clé, que personne ne garde"


@pytest.mark.systeme("git")
def test_une_repetition_reunit_tout_ce_que_signent_ses_sommes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `make` has left, what the version did, the notes; the packages are asked of a registry, not here."""
    for nom, reste in (("roue", "mutualisation.whl"), ("livraison", livraison.SIGNATURE)):
        (tmp_path / nom).mkdir()
        (tmp_path / nom / reste).write_bytes(b"")
    (tmp_path / "inventaire.json").write_text("{}")
    monkeypatch.setattr(livraison, "LIVRAISON", tmp_path / "livraison")
    monkeypatch.setattr(livraison, "ROUE", tmp_path / "roue")
    monkeypatch.setattr(livraison, "INVENTAIRE", tmp_path / "inventaire.json")
    monkeypatch.setattr(livraison, "paquets", lambda *_: None)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    with monkeypatch.context() as refusee:
        refusee.setattr(livraison, "refus", lambda *_: ["des fichiers sont modifiés."])
        refusee.setattr(sys, "argv", ["livraison.py", "--cle", "cle.pem"])
        with pytest.raises(SystemExit, match="des fichiers sont modifiés"):
            livraison.main()
    assert (tmp_path / "livraison" / livraison.SIGNATURE).exists(), "a release refused leaves the former one"
    monkeypatch.setattr(sys, "argv", ["livraison.py"])
    livraison.main()
    version = metadata("mutualisation")["Version"]
    sommes = (tmp_path / "livraison" / livraison.SOMMES).read_text().splitlines()
    laisses = [f"{version}-bilans.tar.xz", f"{version}-entrepot.tar.xz"]
    assert [x.split()[1] for x in sommes] == [
        *laisses,
        f"mutualisation-{version}.cdx.json",
        "mutualisation.whl",
        "notes.md",
    ]


JOURNAL = """# Journal

## 0.3.0 — 2026-12-02

- Voir [versions](docs/versions.md#a), [la loi](https://example.org/loi).

## 0.2.0 — 2026-11-30

- Avant.
"""


def test_les_notes_sont_la_premiere_section_du_journal() -> None:
    attendu = "- Voir versions, [la loi](https://example.org/loi)."
    assert livraison.notes(JOURNAL) == ("0.3.0 — 2026-12-02", attendu)


@cas
def test_ce_qui_n_est_pas_une_version_ne_se_livre_pas(titre: str, laisse: str, modifie: str, dit: list[str]) -> None:
    refus = livraison.refus("0.3.0", titre, Path(laisse), modifie)
    assert [mots in phrase for mots, phrase in zip(dit, refus, strict=True)] == [True] * len(dit)
