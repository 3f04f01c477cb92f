"""A very small EPCI, from `initier` to a published bilan: nothing edited, exports dropped as they are."""

import re
from decimal import Decimal
from pathlib import Path

import openpyxl
from tests.atelier import petit_epci
from tests.atelier.commande import lancer
from tests.atelier.fouille import lignes_csv
from tests.atelier.petit_epci import EXERCICE, REPONSES

MOTIFS = {
    "agent absent du fichier des agents, sinon aux zéros de tête près, comme 4 matricules de ce fichier : exporter "
    "Matricule en texte dans les deux (H5)",
    "date illisible, année sur deux chiffres (01/01/24 est le 01/01/2024) : en écrire 4 (C3)",
    "date illisible, nombre de jours de tableur (45292 est le 01/01/2024) : exporter en jj/mm/aaaa (C3)",
    "cellule obligatoire vide (C2)",
}
DITS = MOTIFS | {
    "compta/mandats_2024-T3.csv : texte à colonnes, jeu « mandats » (compta/mandats_AAAA-MM), sûr, 100 %.\n"
    "  Tel quel : 1\u00a0ligne, 0\u00a0rejetée (0,0 %).\n",
    "lignes 3, 4 : un total ou un sous-total",
}
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
    # sources of its own: the ledger and the bills of a telephone operator make the mandats, a software counts units
    assemble = lancer(var, "assembler", petit_epci.SOURCES, depot)
    assert assemble.texte.replace("\u00a0", " ").splitlines() == [
        "activite/unites_2024-S1.csv : 2 lignes de dossiers_2024-S1.csv",
        "activite/unites_2024-S2.csv : 1 ligne de dossiers_2024-S2.csv",
        "compta/mandats_2024.csv : 7 lignes de mandats_2024.csv, telephone_2024.csv",
    ]
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


# what a person does once told, file by file: what is changed, by what
A_LA_MAIN = {
    # exported again: rows under the separator of the header, days with a year in full, matricules as text
    "services/heures_urbanisme_2024.csv": (r"(?m)^(\d+),(\w+),([\d/]+),([\w-]+),(\d)\.", r"\1;\2;\3;\4;\5,"),
    "services/heures_secretariat_2024.csv": ("45299|08/01/24", "08/01/2024"),
    "depot/rh/agents_2024.csv": (r"(?m)^1(\d\d);", r"001\1;"),
    # two totals taken away, a duration filled in
    "depot/compta/mandats_2024-T1.csv": (r"(?m)^Total.*\n", ""),
    "depot/compta/etat_actif_2024.csv": (";5 000,00;;", ";5 000,00;5;"),
}


def _corriger(dossier: Path, nom: str) -> None:
    texte, fois = re.subn(*A_LA_MAIN[nom], (dossier / nom).read_text("utf-8"))
    assert fois, nom
    (dossier / nom).write_text(texte, "utf-8")


def test_les_douze_exports_d_un_second_epci(tmp_path: Path) -> None:
    """Hours by service, days and separators of spreadsheets, matricules without zeros, totals at the foot: each is
    named before the first bilan, whose « rejets » say the same; the second is published."""
    var, depot, services, bilans = (tmp_path / nom for nom in ("var", "depot", "services", "bilans"))
    assert lancer(var, "initier", depot, "--depuis", petit_epci.SECOND / "reponses.toml").code == 0
    petit_epci.exporter(depot, petit_epci.SECOND / "exports")
    petit_epci.exporter(services, petit_epci.SECOND / "services")

    refuse = lancer(var, "assembler", services, depot)
    assert (refuse.code, refuse.texte) == (3, "")
    assert (
        "heures_urbanisme_2024.csv : ligne 2 : cellules séparées par des virgules, en-tête par des points"
        in refuse.erreurs
    )
    _corriger(tmp_path, "services/heures_urbanisme_2024.csv")
    assert lancer(var, "assembler", services, depot).code == 0

    essai = lancer(var, "essayer", depot).texte
    noms = dict(_A_DEPOSER.findall(essai))
    assert len(noms) == 5, essai
    for ancien, nouveau in noms.items():
        (depot / ancien).rename(depot / nouveau.replace("AAAA", str(EXERCICE)))
    table = depot / "referentiel" / "correspondances.csv"
    table.write_text(table.read_text("utf-8-sig") + "mandats;Statut;Soldé;Payé\r\n", "utf-8-sig", newline="")
    essai = lancer(var, "essayer", depot, "--ecrire").texte
    assert {dit for dit in DITS if dit not in essai} == set(), essai
    assert "ARNOULD" not in essai

    premier = lancer(var, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", bilans)
    assert premier.code == 2, premier.erreurs
    assert lancer(var, "reparer", "--sortie", tmp_path / "lignes").code == 0
    classeurs = [openpyxl.load_workbook(f) for f in sorted((tmp_path / "lignes").glob("*.xlsx"))]
    lignes = {
        str(c) for livre in classeurs for feuille in livre for r in feuille.iter_rows(values_only=True) for c in r
    }
    assert {motif for motif in MOTIFS if motif not in lignes} == set(), lignes

    for nom in (n for n in A_LA_MAIN if "urbanisme" not in n):
        _corriger(tmp_path, nom)
    assert lancer(var, "assembler", services, depot).code == 0
    second = lancer(var, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", bilans)
    assert second.code == 0, second.erreurs
    synthese = {r["dispositif"]: r for r in lignes_csv(bilans / f"bilan_{EXERCICE}" / "synthese_financiere.csv")}
    # one pool: (52 000 + 72 000 + 80 000) / 5,30 = 38 490,566… per ETPT. ADS: A 1,00 → 38 490,57; B 0,80 + 0,50 →
    # 50 037,74. SECR: C 2,50 → 96 226,42
    assert [(synthese[d]["etp"], synthese[d]["cout_personnel"]) for d in ("ADS", "SECR")] == [
        ("2.300000", "88528.31"), ("2.500000", "96226.42"),
    ]  # fmt: skip


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
