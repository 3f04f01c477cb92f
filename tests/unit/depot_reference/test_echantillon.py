"""The reference drop: same bytes every time, what the printed report says of its territory and its purchases.

The printed annex is set against what the pipeline publishes (`test_commandes_readme`)."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from tests.unit.depot_reference.lecture_depot import jour, lignes, nombre, texte

FIN_2021 = date(2021, 12, 31)


def empreintes(dossier: Path) -> dict[str, str]:
    return {
        str(p.relative_to(dossier)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(dossier.rglob("*"))
        if p.is_file()
    }


def test_memes_octets_a_chaque_ecriture(depot: Path, tmp_path: Path) -> None:
    """Another process, another hash seed: nothing depends on what Python shuffles, nor on a cache."""
    code = "import sys, pathlib, echantillon as e; e.ecrire_echantillon(pathlib.Path(sys.argv[1]))"
    environnement = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environnement)
    assert empreintes(tmp_path) == empreintes(depot)


def test_territoire_et_adhesions(depot: Path) -> None:
    adherents = {texte(r["SIRET"]): r for r in lignes(depot, "referentiel", "adherents")}
    communes = {s: r for s, r in adherents.items() if r["Type"] == "commune"}
    avant = [s for s, r in communes.items() if (jour(r["Début"]) or date.max) <= date(2020, 3, 13)]
    assert (len(communes), len(avant)) == (95, 90)
    assert all(_luhn(s) for s in adherents)
    actives = [
        (texte(r["Dispositif"]), texte(r["SIRET adhérent"]))
        for r in lignes(depot, "referentiel", "adhesions")
        if (jour(r["Début"]) or date.max) <= FIN_2021 <= (jour(r["Fin"]) or date.max)
    ]
    types = Counter(texte(adherents[s]["Type"]) for d, s in actives if d == "CAM")
    assert types == {"commune": 82, "ccas": 22, "satellite": 5}
    par_commune: dict[str, set[str]] = defaultdict(set)
    for dispositif, siret in actives:
        if siret in communes:
            par_commune[siret].add(dispositif)
    assert len(par_commune) == 95
    assert sum(5 <= len(d) <= 9 for d in par_commune.values()) == 50


def test_centrale_d_achat(depot: Path) -> None:
    contrats = {texte(r["N° marché"]): r for r in lignes(depot, "cam", "marches", "2021")}
    commandes = list(lignes(depot, "cam", "commandes", "2021"))
    assert {texte(r["N° marché"]) for r in commandes} == set(contrats)
    assert len(contrats) == 55
    titulaires = {texte(r["SIRET titulaire"]): r for _, r in sorted(contrats.items())}
    region = [r for r in titulaires.values() if texte(r["Code postal titulaire"])[:2] in ("02", "59", "60", "62", "80")]
    petits = [r for r in titulaires.values() if r["Taille entreprise"] in ("TPE", "PME")]
    assert round(100 * len(region) / len(titulaires)) == 60
    assert len({texte(r["SIRET titulaire"])[:9] for r in region}) == 26
    assert round(100 * len(petits) / len(titulaires)) == 73
    avec = [r for r in commandes if texte(r["Prix de référence HT"])]
    reference = sum(nombre(r["Prix de référence HT"]) for r in avec)
    gain = reference - sum(nombre(r["Montant HT"]) for r in avec)
    assert round(100 * gain / reference) == 20


def test_fichiers_de_controle(depot: Path) -> None:
    controles = list(depot.rglob("*.controle.json"))
    assert controles
    for controle in controles:
        fichier = controle.with_name(controle.name.removesuffix(".controle.json"))
        contenu = json.loads(controle.read_text(encoding="utf-8"))
        assert contenu["sha256"] == hashlib.sha256(fichier.read_bytes()).hexdigest()


def test_dialectes_et_mention(depot: Path) -> None:
    """Every dialect of the contract is there, and every tabular file says that it is synthetic."""
    extensions = Counter(p.suffix for p in depot.rglob("*"))
    assert extensions[".xlsx"] >= 5
    assert extensions[".xml"] == 9
    codages: Counter[tuple[str, str, bool]] = Counter()
    for chemin in depot.rglob("*.csv"):
        octets = chemin.read_bytes()
        try:
            contenu, codage = octets.decode("utf-8"), "bom" if octets.startswith(b"\xef\xbb\xbf") else "utf-8"
        except UnicodeDecodeError:
            contenu, codage = octets.decode("cp1252"), "cp1252"
        codages[codage, max(";,\t", key=contenu.splitlines()[2].count), b"\r\n" in octets] += 1
        assert "Données synthétiques — MEL 2019-2021" in contenu.splitlines()[0]
    assert set(codages) == {
        ("cp1252", ";", True),
        ("utf-8", ";", False),
        ("bom", ";", True),
        ("utf-8", ",", False),
        ("utf-8", "\t", True),
    }


def _luhn(chiffres: str) -> bool:
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        valeur = int(chiffre) * (1 + rang % 2)
        somme += valeur - 9 * (valeur > 9)
    return somme % 10 == 0
