"""A very small EPCI, from `initier` to a published bilan: nothing edited, exports dropped as they are."""

import os
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
from tests.atelier import petit_epci
from tests.atelier.commande import EXECUTABLE, RACINE, environnement, lancer
from tests.atelier.fouille import lignes_csv
from tests.atelier.petit_epci import EXERCICE, REPONSES

MOTIFS = {
    "agent absent du fichier des agents, sinon aux zéros de tête près, comme 3 matricules de ce fichier : exporter "
    "Matricule en texte dans les deux (H5)",
    "date illisible, année sur deux chiffres (01/01/24 est le 01/01/2024) : en écrire 4 (C3)",
    "date illisible, nombre de jours de tableur (45292 est le 01/01/2024) : exporter en jj/mm/aaaa (C3)",
    "cellule obligatoire vide (C2)",
}
COUPE = "-- sortie"
# a file of the folder, and the name that it is told to bear
_A_DEPOSER = re.compile(r"^(\S.*?\.csv) : (?:.*\n  )+?À savoir : à déposer sous le nom ([\w/-]+\.csv)", re.MULTILINE)


def test_du_questionnaire_au_bilan(tmp_path: Path) -> None:
    """12 communes, two services, no asset, affectations only."""
    var, depot, bilans = tmp_path / "var", tmp_path / "depot", tmp_path / "bilans"
    ecrit = lancer(var, "initier", depot, "--depuis", REPONSES)
    assert (ecrit.code, ecrit.erreurs) == (0, "")
    # what it writes is taken as it stands, before anything is exported
    charge = lancer(var, "charger", "--depot", depot)
    assert charge.code == 0, charge.erreurs
    assert "!" not in charge.erreurs

    petit_epci.exporter(depot)
    _verifier_le_bilan(var, depot, bilans)


def test_les_exports_d_un_autre_editeur(tmp_path: Path) -> None:
    """What `essayer` says of the folder is enough: names to give, one row to write by hand, the others written."""
    depot, table = tmp_path / "depot", tmp_path / "depot" / "referentiel" / "correspondances.csv"
    var = tmp_path / "var"
    assert lancer(var, "initier", depot, "--depuis", REPONSES).code == 0
    petit_epci.exporter(depot, petit_epci.AUTRE_EDITEUR)

    essai = lancer(var, "essayer", depot)
    assert essai.code == 3
    assert "ARNOULD" not in essai.texte
    noms = dict(_A_DEPOSER.findall(essai.texte))
    assert len(noms) == len(list(petit_epci.AUTRE_EDITEUR.rglob("*.csv"))), essai.texte
    for ancien, nouveau in noms.items():
        (depot / ancien).rename(depot / nouveau.replace("AAAA", str(EXERCICE)))
    assert "« mandats;Budget;;(valeur) »" in essai.texte
    table.write_text(table.read_text("utf-8-sig") + "mandats;Budget;;00\r\n", "utf-8-sig", newline="")

    ecrit = lancer(var, "essayer", depot, "--ecrire")
    assert ecrit.code == 0, ecrit.texte
    _verifier_le_bilan(var, depot, tmp_path / "bilans")


def test_la_premiere_heure(tmp_path: Path) -> None:
    """`docs/premiere_heure.md`, followed to the letter: each command ends as the page says, and says what it quotes."""
    (tmp_path / "echantillon").symlink_to(RACINE / "echantillon")
    page = (RACINE / "docs" / "premiere_heure.md").read_text("utf-8")
    script, attendus = [], []
    for langue, bloc in re.findall(r"```(sh|text)\n(.*?)```", page, re.DOTALL):
        for ligne in bloc.splitlines():
            if langue == "sh":
                script.append(f"{ligne}\ncode=$?; echo; echo '{COUPE}' $code")
                attendus.append((int((re.search(r"# sortie (\d)", ligne) or "00")[1]), []))
            else:
                # what is quoted is what the last command of ours said
                dernier = max(n for n, commande in enumerate(script) if commande.startswith("mutualisation"))
                attendus[dernier][1].append(ligne)
    faits = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=environnement(tmp_path) | {"PATH": f"{EXECUTABLE.parent}:{os.environ['PATH']}"}, check=False,
    )  # fmt: skip
    dits = re.split(rf"{COUPE} (\d+)\n", re.sub("[\u00a0\u202f]", " ", faits.stdout))
    assert not {"Traceback", "ARNOULD"} & set(faits.stdout.split())
    assert len(dits) == 2 * len(script) + 1
    for commande, dit, code, (attendue, phrases) in zip(script, dits[::2], dits[1::2], attendus, strict=False):
        assert int(code) == attendue, (commande, dit)
        assert [x for x in phrases if x not in dit] == [], (commande, dit)
    extrait = tmp_path / "var" / "formation" / "bilans" / f"bilan_{EXERCICE}"
    synthese = {r["dispositif"]: r for r in lignes_csv(extrait / "synthese_financiere.csv")}
    # one pool: (52 000 + 72 000 + 80 000) / 5,30 = 38 490,566… per ETPT. ADS: A 1,00 → 38 490,57; B 0,80 + 0,50 →
    # 50 037,74. SECR: C 2,50 → 96 226,42
    assert [(synthese[d]["etp"], synthese[d]["cout_personnel"]) for d in ("ADS", "SECR")] == [
        ("2.300000", "88528.31"), ("2.500000", "96226.42"),
    ]  # fmt: skip
    lignes = {
        str(cellule)
        for fichier in (tmp_path / "var" / "formation" / "a_corriger").glob("*.xlsx")
        for feuille in openpyxl.load_workbook(fichier)
        for ligne in feuille.iter_rows(values_only=True)
        for cellule in ligne
    }
    assert {motif for motif in MOTIFS if motif not in lignes} == set(), lignes


def _verifier_le_bilan(var: Path, depot: Path, bilans: Path) -> None:
    bilan = lancer(var, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", bilans)
    assert bilan.code == 0, bilan.erreurs
    extrait = bilans / f"bilan_{EXERCICE}"
    synthese = {r["dispositif"]: r for r in lignes_csv(extrait / "synthese_financiere.csv")}
    # one pool, all under seuil_effectif: (104 000 + 41 000 + 61 200) / 4,80 = 42 958,333… per ETPT
    # ADS: A 0,60 → 25 775,00; B 1,00 → 42 958,33; mandats 1 200,00 + 350,40 + 60,00; 3,50 € × 8 097, S1 titled
    # SECR: C 0,80 + 0,50 → 55 845,83; mandats 480,00 + 500,00; three communes, 1 200,00 each
    attendu = {
        "ADS": ("68733.33", "1610.40", "70343.73", "14169.75"),
        "SECR": ("55845.83", "980.00", "56825.83", "3600.00"),
    }
    colonnes = ("cout_personnel", "cout_fonctionnement", "cout_net", "recettes")
    assert {d: tuple(synthese[d][c] for c in colonnes) for d in attendu} == attendu
    dus = lignes_csv(extrait / "recouvrement.csv")
    assert sum(Decimal(r["montant_du"]) for r in dus if r["dispositif"] == "ADS") == Decimal("28339.50")
    (unites,) = [r for r in lignes_csv(extrait / "cout_unitaire.csv") if r["dispositif"] == "ADS"]
    assert Decimal(unites["unites"]) == 50
    controles = lignes_csv(extrait / "controles.csv")
    assert {c["controle"] for c in controles if c["statut"] == "ecart"} <= {"unites_nulles"}
    assert [r for r in lignes_csv(extrait / "rejets.csv") if r["source"] == "referentiel"] == []
