"""Nobody's pay can be derived from what is published (K8, R2h, R2i): it is the same whatever one apprentice earns, one
version after the other.

What does not move with a pay can't tell it, however it is combined: no derivation is left to try.
"""

import json
import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from echantillon.siret import siret
from tests.atelier import petit_depot
from tests.atelier.atelier import Atelier
from tests.atelier.bases import lire
from tests.atelier.fouille import contenu, fichiers, lignes_csv, manifeste, octets
from tests.atelier.petit_depot import EPCI, EXERCICE, ajouter, ecrire_csv, ecriture
from tests.atelier.tables import cas

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.relations import Relation, relations_analyse
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage import operations as op
from mutualisation.usage.simulation.comparaison import simuler

# one apprentice, whose pay the pool hides among that of category C
PAIES = {
    "A": ("612 000,00", "1 000,00", "12,00"),
    "APP": ("17 298,61", "", "1,00"),
    "B": ("288 000,40", "500,25", "8,00"),
    "C": ("186 123,45", "", "6,20"),
}
DEPLACEES = PAIES | {"APP": ("19 298,61", "", "1,00"), "C": ("184 123,45", "", "6,20")}
# a first version pools the apprentice with B, alone the smallest of the others; late, B grows past C
PREMIERES = PAIES | {"B": ("160 000,40", "500,25", "5,00")}
TARDIVES = PAIES
# the same sums of APP and B in both versions, the same correction of B
PREMIERES_BIS = PREMIERES | {"APP": ("19 298,61", "", "1,00"), "B": ("158 000,40", "500,25", "5,00")}
TARDIVES_BIS = TARDIVES | {"APP": ("19 298,61", "", "1,00"), "B": ("286 000,40", "500,25", "8,00")}
# paid, of ETPT 0: in no group; then the row comes as it is, alone between the two versions
SANS_ETPT = PAIES | {"APP": ("17 298,61", "", "0")}
SANS_ETPT_BIS = PAIES | {"APP": ("19 298,61", "", "0")}
REVENUE = PAIES | {"APP": ("17 298,61", "", "0,70")}
INCOMPLETE = {c: ligne for c, ligne in PAIES.items() if c != "APP"}
AVANT = EXERCICE - 1
JUSTIFIES = (
    "lignes_rejetees", "unites_nulles", "ecart_etpt", "dotations_6811", "reprises_777", "masse_salariale_compte",
    "masse_salariale_manquante",
)  # fmt: skip
RESTREINTE = "Diffusion restreinte"
# digests of the files that were read, and of what is written from them
EMPREINTE = re.compile(rb"\b[0-9a-f]{16}(?:[0-9a-f]{48})?\b")
# signed, or dated by the moment of the run; a PDF says what its page says, on other streams
A_PART = {"manifeste.json", "manifeste.json.sig"}
Ecrire = Callable[..., Path]
# {category: payroll, deductions, ETPT}; {file or view: what it says}
Paies = dict[str, tuple[str, str, str]]
Dits = dict[str, bytes]


@pytest.fixture(scope="module")
def extraire(atelier: Atelier, petit: Path, tmp_path_factory: pytest.TempPathFactory) -> Ecrire:
    """Extract of the small drop where the third agent is an apprentice, under a payroll and a threshold; made once.
    Beside it, what `bi` says."""
    faits: dict[tuple[str, ...], Path] = {}

    def ecrire(paies: Paies = PAIES, seuil: str = "5") -> Path:
        cle = (str(paies), seuil)
        if cle not in faits:
            dossier = tmp_path_factory.mktemp("divulgation")
            depot = Path(shutil.copytree(petit, dossier / "depot"))
            _retoucher(depot, paies, seuil)
            _ecrire_la_paie_au_grand_livre(depot, paies)
            petit_depot.justifier(depot, *JUSTIFIES)
            session = atelier.neuf()
            op.bilan(session, str(depot), [EXERCICE], str(dossier / "bilans"), "alice")
            for nom, dite in _vues(session).items():
                (dossier / "bilans" / nom).write_bytes(dite)
            faits[cle] = dossier / "bilans" / f"bilan_{EXERCICE}"
        return faits[cle]

    return ecrire


def _publier_deux_fois(atelier: Atelier, petit: Path, dossier: Path, premieres: Paies, tardives: Paies) -> Dits:
    """What a version, its closing, and the restatement made of it by a late payroll say: extracts, `bi` (K6, S17)."""
    session, depot = atelier.neuf(), Path(shutil.copytree(petit, dossier / "depot"))
    _retoucher(depot, premieres, "5")
    petit_depot.justifier(depot, *JUSTIFIES)
    op.bilan(session, str(depot), [EXERCICE], str(dossier / "bilans"), "alice")
    op.cloturer(session, EXERCICE, "bob")
    _payer(depot, f"masse_salariale_{EXERCICE}_v2.csv", tardives)
    op.bilan(session, str(depot), [EXERCICE], str(dossier / "bilans"), "alice")
    return _dit(dossier / "bilans") | _vues(session)


def _vues(session: op.Session) -> Dits:
    """What the schema of analysts says."""
    with connecter(session.dsn) as conn:
        return {f"bi.{nom}": _vue(conn, r) for nom, r in relations_analyse().items()}


def _vue(conn: psycopg.Connection[Any], vue: Relation) -> bytes:
    """Rows of a view, times and digests apart."""
    colonnes = ", ".join(c.nom for c in vue.colonnes if not c.est_horodatage)
    lues = conn.execute(f"select {colonnes} from bi.{vue.nom} order by {', '.join(vue.cle)}".encode()).fetchall()
    return EMPREINTE.sub(b"", repr(lues).encode())


def _retoucher(depot: Path, paies: Paies, seuil: str) -> None:
    _payer(depot, f"masse_salariale_{EXERCICE}.csv", paies)
    agents = depot / "rh" / f"agents_{EXERCICE}.csv"
    agents.write_text(agents.read_text(encoding="utf-8").replace(";;C;100;", ";;APP;100;"), encoding="utf-8")
    # nobody is alone in a group
    ajouter(agents, *(f"09074{n};N{n};P{n};Titulaire;;{c};100;2015-01-01;;T-STR;100;;" for n, c in enumerate("ABCC")))
    parametres = (f"seuil_effectif;{seuil}", "grand_livre_complet;oui")
    ajouter(depot / "referentiel" / "parametres.csv", *(f"{dit};2019-01-01;;Délib. 9" for dit in parametres))


def _payer(depot: Path, nom: str, paies: Paies) -> None:
    ecrire_csv(
        depot / "rh" / nom,
        "Exercice;Catégorie;Masse salariale;Atténuations;ETPT",
        *(f"{nom[16:20]};{c};{';'.join(ligne)}" for c, ligne in paies.items()),
    )


def _ecrire_la_paie_au_grand_livre(depot: Path, paies: Paies) -> None:
    """Account 6417 over the ETPT of `cout_moyen` would be the pay of one apprentice, and the balance is short of it."""
    masses = {c: _nombre(masse) for c, (masse, _, _) in paies.items()}
    autres = sum(masses.values()) - masses["APP"]
    ajouter(
        depot / "compta" / f"mandats_{EXERCICE}-12.csv",
        *(
            ecriture(777 + rang, 12, compte, "", f"{montant}".replace(".", ","))
            for rang, (compte, montant) in enumerate((("6417", masses["APP"]), ("64111", autres)))
        ),
    )
    ecrire_csv(
        depot / "compta" / f"balance_{EXERCICE}.csv",
        "EXER;IDENT;CODBUD1;CBUDG;COMPTE;OBNETDEB;OBNETCRE;OOBDEB;OOBCRE",
        f"{EXERCICE};{siret(EPCI)};;1;6064;1,00;0;0;0",
    )


def _nombre(texte: str) -> Decimal:
    return Decimal(texte.replace(" ", "").replace(",", "."))


def _dit(extrait: Path) -> Dits:
    """{file: what it says}, digests apart."""
    lus = (c for c in fichiers(extrait) if c.suffix != ".pdf" and c.name not in A_PART)
    return {c.relative_to(extrait).as_posix(): EMPREINTE.sub(b"", contenu(c)) for c in lus}


def test_deux_paies_de_meme_total_donnent_le_meme_extrait(extraire: Ecrire) -> None:
    """CSV, pages, workbook, drafts: the pool of R2c, and the masks of what controls find in the ledger and balance."""
    _sont_egaux(extraire(), extraire(DEPLACEES))
    # the accounts of pay are gaps that the controls found: had they been shown, they would differ
    cles = {r["cle"] for r in lignes_csv(extraire() / "controles.csv") if r["controle"] == "balance_dgfip"}
    assert {"6417/mandat", "6064/mandat"} <= cles


def _sont_egaux(*extraits: Path) -> None:
    """Extracts that say the same, and `bi` beside them."""
    un, deux = (_dit(extrait.parent) for extrait in extraits)
    assert len(un) > 60
    assert un.keys() == deux.keys()
    assert [nom for nom in un if un[nom] != deux[nom]] == []


def test_une_paie_que_nul_groupe_ne_contient_n_est_dans_aucun_total(extraire: Ecrire) -> None:
    """R2i: justified, it moves alone, in the payroll and in the ledger, whose every account is counted."""
    _sont_egaux(extraire(SANS_ETPT), extraire(SANS_ETPT_BIS))
    assert _rapprochement(extraire(SANS_ETPT)) == ("ecart", "", "")
    # R2j: no more of a payroll that differs from its accounts, be each catégorie in a group
    assert _rapprochement(extraire()) == ("ecart", "", "")


def _rapprochement(extrait: Path) -> tuple[str, str, str]:
    """Outcome, payroll and ledger."""
    (r,) = (r for r in lignes_csv(extrait / "controles.csv") if r["controle"] == "masse_salariale_compte")
    return r["statut"], r["valeur_attendue"], r["valeur_constatee"]


def test_une_paie_qui_revient_seule_est_nommee_avant_tout_document(
    atelier: Atelier, petit: Path, tmp_path: Path
) -> None:
    """R2i: between two versions the row of the apprentice comes with its ETPT; justified, it is published (G5)."""
    session, depot, bilans = atelier.neuf(), Path(shutil.copytree(petit, tmp_path / "depot")), tmp_path / "bilans"
    _retoucher(depot, SANS_ETPT, "5")
    petit_depot.justifier(depot, *JUSTIFIES)
    op.bilan(session, str(depot), [EXERCICE], str(bilans), "alice")
    publies = octets(bilans)
    _payer(depot, f"masse_salariale_{EXERCICE}_v2.csv", REVENUE)
    with pytest.raises(ControleEchoue, match=r"divulgation_entre_versions \(APP\), exercice 2021 : .* 0,7 ETPT"):
        op.bilan(session, str(depot), [EXERCICE], str(bilans), "alice")
    assert octets(bilans) == publies
    petit_depot.justifier(depot, *JUSTIFIES, "divulgation_entre_versions")
    op.bilan(session, str(depot), [EXERCICE], str(bilans), "alice")
    lus = lignes_csv(bilans / f"bilan_{EXERCICE}" / "controles.csv")
    dite = [(r["cle"], r["justification"]) for r in lus if r["controle"] == "divulgation_entre_versions"]
    assert dite == [("APP", "Vu")]


# what may be given out, of 2020 or of the year that reads its mean costs
ACTES: dict[str, Callable[[op.Session, Path, str], object]] = {
    "bilan 2020": lambda session, depot, sortie: op.bilan(session, str(depot), [AVANT], sortie, "alice"),
    "bilan 2021": lambda session, depot, sortie: op.bilan(session, str(depot), [EXERCICE], sortie, "alice"),
    "situation": lambda session, _, sortie: op.situer(session, EXERCICE, 6, sortie),
    "factures": lambda session, _, sortie: op.facturer(session, EXERCICE, 1, sortie),
    "simulation": lambda session, depot, _: simuler(session, [EXERCICE], {"tarifs": depot / "referentiel/tarifs.csv"}),
    "la paie": lambda session, depot, _: _livrer_la_paie(session, depot, INCOMPLETE),
    "une justification": lambda session, depot, _: _justifier_2020(session, depot),
}


@cas
def test_ce_qui_a_ete_remis_compte_comme_publie(
    atelier: Atelier, petit: Path, tmp_path: Path, remis: list[str], bloques: list[str], ecrits: list[str] | None
) -> None:
    """R2j: the payroll of 2020 lacks its one apprentice in what is given out, then has it: what would tell his pay is
    blocked and named before anything is written; the rest reads 2020 as it is published, without him."""
    session, depot, sortie = atelier.neuf(), Path(shutil.copytree(petit, tmp_path / "depot")), tmp_path / "sortie"
    _preparer_deux_annees(depot)
    if "la paie" not in remis:
        _payer(depot, f"masse_salariale_{AVANT}.csv", INCOMPLETE)
    op.charger(session, str(depot))
    for acte in remis:
        ACTES[acte](session, depot, str(sortie))
    _livrer_la_paie(session, depot, PAIES)
    for acte in bloques:
        avant = octets(sortie)
        with pytest.raises(ControleEchoue, match=r"divulgation_entre_versions \(APP\), exercice 2020 : .* 1 ETPT"):
            ACTES[acte](session, depot, str(sortie))
        assert (acte, octets(sortie)) == (acte, avant)
    for acte in ecrits or ():
        ACTES[acte](session, depot, str(sortie))
        lues = "select groupe from construction.int_couts_categories where exercice = 2020 and groupe ~ 'APP'"
        assert (acte, lire(session.dsn, lues)) == (acte, [("APP+C",)] * 2 if "une justification" in ecrits else [])


def _preparer_deux_annees(depot: Path) -> None:
    """Invoices of 2021 bill the cost of 2020, when the same agents worked."""
    _retoucher(depot, PAIES, "5")
    petit_depot.compter_des_unites(depot)
    ajouter(depot / "referentiel" / "tarifs.csv", "ADS;cout_unitaire;;;;;titre;2021-01-01;;Délib. 8")
    couts = ("unites_previsionnelles:ADS;16", "actualisation:ADS;0")
    ajouter(depot / "referentiel" / "parametres.csv", *(f"{dit};2019-01-01;;Délib. 8" for dit in couts))
    agents = (depot / "rh" / f"agents_{EXERCICE}.csv").read_text(encoding="utf-8").replace(";;;;;\n", ";;T-ADS;100;;\n")
    (depot / "rh" / f"agents_{AVANT}.csv").write_text(agents, encoding="utf-8")
    petit_depot.justifier(depot, *JUSTIFIES, "cout_precedent_absent")
    autres = ("fichier_manquant", "mois_manquant", "masse_salariale_manquante", "population_manquante")
    ajouter(depot / "referentiel" / "justifications.csv", *(f"{AVANT};{nom};;Vu;A. Essai;2022-03-01" for nom in autres))


def _livrer_la_paie(session: op.Session, depot: Path, paies: Paies) -> None:
    _payer(depot, f"masse_salariale_{AVANT}_v{len(paies)}.csv", paies)
    op.charger(session, str(depot))


def _justifier_2020(session: op.Session, depot: Path) -> None:
    dite = f"{AVANT};divulgation_entre_versions;APP;Vu;A. Essai;2022-03-01"
    ajouter(depot / "referentiel" / "justifications.csv", dite)
    op.charger(session, str(depot))


def test_deux_versions_ne_disent_pas_ce_qu_une_seule_tait(atelier: Atelier, petit: Path, tmp_path: Path) -> None:
    """R2h: B, larger than C by now, stays with the apprentice that a closed version pooled it with."""
    un = _publier_deux_fois(atelier, petit, tmp_path / "un", PREMIERES, TARDIVES)
    deux = _publier_deux_fois(atelier, petit, tmp_path / "deux", PREMIERES_BIS, TARDIVES_BIS)
    assert un.keys() == deux.keys()
    assert [nom for nom in un if un[nom] != deux[nom]] == []
    # what is compared holds both versions, and moves with the payroll
    moyens = [f"bilan_{EXERCICE}{suite}/cout_moyen.csv" for suite in ("", "_v2")]
    assert [b";APP+B;" in un[nom] for nom in moyens] == [True, True]
    assert un[moyens[0]] != un[moyens[1]]
    assert f"bilan_{EXERCICE}_v2/redressement.csv" in un


def test_sans_regroupement_la_paie_se_lit_et_la_diffusion_est_restreinte(extraire: Ecrire) -> None:
    ouverte, restreinte = extraire(), extraire(seuil="1")
    # the pay of the apprentice is what the pool hides: were it to break, the test above would fail
    assert [b"17298.61" in _dit(dossier)["cout_moyen.csv"] for dossier in (ouverte, restreinte)] == [False, True]
    page = f"bilan_etape_{EXERCICE}.html"
    for dossier, dite in ((ouverte, "ouverte"), (restreinte, "restreinte")):
        assert (RESTREINTE in (dossier / page).read_text(encoding="utf-8")) is (dite == "restreinte")
        assert manifeste(dossier)["diffusion"] == dite
    paquet = json.loads((restreinte / "datapackage.json").read_text(encoding="utf-8"))
    assert RESTREINTE in paquet["description"]
    assert paquet["licenses"] == []
    notices = [_notice(dossier / f"bilan_etape_{EXERCICE}.xlsx") for dossier in (ouverte, restreinte)]
    assert ["Licence Ouverte" in notice for notice in notices] == [True, False]
    assert [RESTREINTE in notice for notice in notices] == [False, True]


def _notice(classeur: Path) -> str:
    """Words of the first sheet of a workbook."""
    return "\n".join(str(c) for ligne in openpyxl.load_workbook(classeur).worksheets[0].values for c in ligne if c)
