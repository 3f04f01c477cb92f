"""An export of another HR system: tried, its correspondances written, then loaded and published (F16, issue 7)."""

import json
import shutil
from pathlib import Path

from tests.atelier import cas
from tests.atelier.commande import appeler
from tests.atelier.fouille import lignes_csv

from mutualisation.usage import operations as op

RACINE = Path(__file__).resolve().parents[2]
CAS = cas.DOSSIER / "130_export_rh_d_un_autre_systeme"
TEMPS, AGENTS = "rh/temps_2023-01.csv", "rh/agents_2023.csv"


def test_essayer_puis_charger(neuf: op.Session, tmp_path: Path) -> None:
    depot, var = cas.lire(CAS).deposer(tmp_path / "depot"), neuf.var
    table = depot / "referentiel" / "correspondances.csv"
    table.unlink()

    refus = appeler(neuf, "essayer", depot / TEMPS)
    assert refus.code == 3
    page = (RACINE / "docs/essayer.md").read_text(encoding="utf-8")
    _, _, exemple = page.partition(f"$ mutualisation essayer depot/{TEMPS}\n")
    # a page is typed with plain spaces
    montrees, dites = (
        {" ".join(ligne.split()) for ligne in texte.splitlines()}
        for texte in (exemple.partition("```")[0], refus.texte)
    )
    assert len(montrees) > 8
    assert montrees - {"…"} <= dites
    assert "DURAND" not in refus.texte + refus.erreurs
    assert "CONGES" not in refus.texte + refus.erreurs
    assert not table.exists()
    assert not (var / "pg").exists(), "essayer ne démarre aucun serveur"

    for fichier in (TEMPS, AGENTS):
        ecrit = appeler(neuf, "essayer", depot / fichier, "--ecrire")
        assert ecrit.code == 0, ecrit.texte
        assert f"Écrites dans {table}" in ecrit.texte
        assert appeler(neuf, "essayer", depot / fichier).code == 0

    bilan = appeler(neuf, "bilan", "--depot", depot, "--exercice", 2023, "--sortie", tmp_path / "sortie")
    assert bilan.code == 0, bilan.erreurs
    synthese = lignes_csv(tmp_path / "sortie" / "bilan_2023" / "synthese_financiere.csv")
    (ads,) = [x for x in synthese if x["dispositif"] == "ADS"]
    assert (ads["etp"], ads["cout_personnel"]) == ("0.666667", "40000.00")


def test_json_et_cent_mille_lignes(neuf: op.Session, tmp_path: Path) -> None:
    entete, *lignes = (CAS / "entrees" / TEMPS).read_text(encoding="utf-8").splitlines()[1:]
    fichier = tmp_path / "temps_2023-01.csv"
    fichier.write_text("\n".join([entete, *(lignes * 20_000)]) + "\n", encoding="utf-8")
    shutil.copyfile(CAS / "entrees" / "referentiel" / "correspondances.csv", tmp_path / "table.csv")
    sortie = appeler(neuf, "essayer", fichier, "--correspondances", tmp_path / "table.csv", "--json")
    contenu = json.loads(sortie.texte)
    assert (contenu["jeu"], contenu["code"], contenu["tel_quel"]["lignes"]) == ("temps", 0, 100_000)
    assert "DURAND" not in sortie.texte
