"""A very small EPCI, from `initier` to a published bilan: nothing edited, exports dropped as they are."""

import re
from decimal import Decimal
from pathlib import Path

from tests.atelier import petit_epci
from tests.atelier.commande import lancer
from tests.atelier.fouille import lignes_csv
from tests.atelier.petit_epci import EXERCICE, REPONSES

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
        "compta/mandats_2024.csv : 7 lignes de grand_livre_2024.csv, telephone_2024.csv",
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
