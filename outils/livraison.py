"""Make what a release gives, in `var/livraison/`: `make livraison` has made the wheel and the inventory before.

    make livraison                       a rehearsal: any commit, under a key that nobody keeps
    make livraison CLE=/path/of/key.pem  the release, from its commit: nothing modified, its section in the journal

Twice from one commit, the bytes are the same; under one key, the signature too. `notes.md` says how a stranger checks
it by `sha256sum` and `openssl`. The packages for Airflow 3.2 and 3.3 are those of the lock, and what that Airflow
changes of them, as the registry was at the time of the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from mutualisation.publication.signatures import cle_signature as cles
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste

RACINE = Path(__file__).resolve().parents[1]
LIVRAISON = RACINE / "var" / "livraison"
ROUE = RACINE / "var" / "roue"
INVENTAIRE = RACINE / "var" / "inventaire.cdx.json"
AIRFLOW = ("3.2", "3.3")
SOMMES, SIGNATURE, CLE_PUBLIQUE = "SHA256SUMS", "SHA256SUMS.sig", "cle_livraison.pem"
SELON = ["--all-extras", "--no-header", "--no-annotate", "--quiet"]
VERIFIER = f"""## Vérifier

L'empreinte de `{CLE_PUBLIQUE}` se compare à celle que les mainteneurs ont dite ailleurs ; puis, dans ce dossier :

```sh
sha256sum --check {SOMMES}
openssl pkeyutl -verify -pubin -inkey {CLE_PUBLIQUE} -rawin -in {SOMMES} -sigfile {SIGNATURE}
```
"""


def notes(journal: str) -> tuple[str, str]:
    """Return the title of the first section of the journal, and its text; a link to a page of the project is its words,
    since a forge shows the text elsewhere."""
    titre, texte = re.split(r"^## ", journal, maxsplit=2, flags=re.MULTILINE)[1].split("\n", 1)
    return titre.strip(), re.sub(r"\[([^]]+)\]\((?!https?:)[^)]*\)", r"\1", texte).strip()


def refus(version: str, titre: str, laisse: Path, modifie: str) -> list[str]:
    """Return what keeps this commit from being the release, with its remedy."""
    return [
        phrase
        for faux, phrase in (
            (modifie, "des fichiers sont modifiés : une version se fait d'un commit."),
            (titre.split(" — ")[0] != version, f"la première section de CHANGELOG.md est « {titre} », non {version}."),
            (not laisse.is_dir(), f"{laisse.name} n'a pas laissé son entrepôt : python outils/version.py."),
        )
        if faux
    ]


def signer(dossier: Path, cle: Path | None) -> str:
    """Write the sums of every file there, their signature, and the public key; return its digest. Without a key, one
    is made, and lost."""
    sommes = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in sorted(dossier.iterdir()))
    (dossier / SOMMES).write_text(sommes, encoding="utf-8")
    with tempfile.TemporaryDirectory() as perdu:
        privee = cles.cle_signature(Poste(Path(perdu), cle_signature=str(cle or "")))
    publique = cles.publique(privee)
    (dossier / SIGNATURE).write_bytes(privee.sign(sommes.encode()))
    (dossier / CLE_PUBLIQUE).write_bytes(cles.pem_public(publique))
    return cles.empreinte_publique(publique)


def uv(*mots: str) -> str:
    """Run uv in the checkout, and return what it writes."""
    commande = [shutil.which("uv") or str(RACINE / "var" / "outils" / "bin" / "uv"), *mots]
    return subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, check=True).stdout


def paquets(dossier: Path, version: str, jour: str) -> None:
    """Write the packages to install: a file of constraints for each Airflow, the list with digests of one without
    network, our wheel included."""
    verrou = ["export", "--locked", "--no-dev", "--no-emit-project", "--offline", *SELON]
    for airflow in AIRFLOW:
        fichier = dossier / f"contraintes-airflow-{airflow}.txt"
        # what stands there is preferred: only what this Airflow refuses moves
        fichier.write_text(uv(*verrou, "--no-hashes"), encoding="utf-8")
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as borne:
            borne.write(f"apache-airflow=={airflow}.*\n")
            borne.flush()
            ecrire = ["--universal", "--exclude-newer", jour, "-c", borne.name, "-o", str(fichier)]
            uv("pip", "compile", "pyproject.toml", *SELON, *ecrire)
    (roue,) = dossier.glob("*.whl")
    empreinte = hashlib.sha256(roue.read_bytes()).hexdigest()
    hors_ligne = uv(*verrou) + f"mutualisation=={version} \\\n    --hash=sha256:{empreinte}\n"
    (dossier / "hors-ligne.txt").write_text(hors_ligne, encoding="utf-8")


def main() -> None:
    dossier = LIVRAISON
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cle", type=Path, help="private Ed25519 key, PEM")
    cle = options.parse_args().cle
    version = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    titre, texte = notes((RACINE / "CHANGELOG.md").read_text(encoding="utf-8"))
    laisse = RACINE / "tests" / "versions" / version
    modifie = subprocess.run(["git", "status", "--porcelain"], cwd=RACINE, capture_output=True, check=True, text=True)
    manque = refus(version, titre, laisse, modifie.stdout)
    if cle and manque:
        raise SystemExit("Rien n'est livré : " + "\n".join(manque))
    shutil.rmtree(dossier, ignore_errors=True)
    shutil.copytree(ROUE, dossier)
    shutil.copy2(INVENTAIRE, dossier / f"mutualisation-{version}.cdx.json")
    for archive in sorted(laisse.glob("*.tar.xz")):
        shutil.copy2(archive, dossier / f"{version}-{archive.name}")
    (dossier / "notes.md").write_text(f"# {titre}\n\n{texte}\n\n{VERIFIER}", encoding="utf-8")
    instant = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    paquets(dossier, version, instant.isoformat())
    try:
        empreinte = signer(dossier, cle)
    except ErreurMutualisation as erreur:
        raise SystemExit(f"Rien n'est livré : {erreur}") from None
    print(*(f"{f.stat().st_size:>10} {f.name}" for f in sorted(dossier.iterdir())), sep="\n")
    print(f"Clé publique : {empreinte}" + ("" if cle else " (répétition : clé éphémère, ne rien publier)"))
    print(*(f"Pour une livraison : {phrase}" for phrase in manque), sep="\n")


if __name__ == "__main__":
    main()
