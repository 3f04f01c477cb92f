"""The audit file: what it holds, that its sums are those of the synthèse, that nothing is cut without saying so."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.atelier.tables import cas

from mutualisation.documents import classeur as feuilles
from mutualisation.documents.audit import constats, index, passages, personnel, trace
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme import pdf
from mutualisation.documents.rapport.contenu import conseil
from mutualisation.documents.rapport.contenu import renvois as adresses
from mutualisation.documents.rapport.publie import Bilan, somme

from .conftest import Lignes, Republier

PAGES = {"index", "personnel", "passages", "controles", "rejets"}


def _tableaux(document: m.Document) -> list[m.Tableau]:
    return [b for s in document.sections for b in s.lus if isinstance(b, m.Tableau)]


def _mots(document: m.Document) -> str:
    """Words of the paragraphs, plain."""
    blocs = (b for s in document.sections for b in s.lus)
    return " ".join(m.mots(*b.morceaux) for b in blocs if isinstance(b, m.Paragraphe))


def test_chaque_page_est_la_et_les_traces_ne_sont_que_des_pages(extrait: Path) -> None:
    dossier = extrait / "dossier_audit_2021"
    assert {c.stem for c in dossier.glob("*.pdf")} == PAGES
    assert {c.stem for c in dossier.glob("*.html")} == PAGES | {"trace_cam"}


def test_les_verifications_ne_sont_pas_les_controles_publies(bilan: Bilan) -> None:
    (section,) = (s for s in index.sommaire(bilan).sections if s.ancre == "portes")
    dits = [b.titre if isinstance(b, m.Tableau) else m.mots(*b.morceaux) for b in section.blocs]  # type: ignore[union-attr]
    assert dits[1:] == [
        "Vérifications automatiques faites",
        "En plus : 4\u00a0contrôles publiés, chacun avec son résultat.",
    ]


def test_le_cout_du_personnel_est_celui_de_la_synthese(bilan: Bilan) -> None:
    ensemble = next(t for t in _tableaux(personnel.cout_de_personnel(bilan)) if "Somme des catégories" in _titres(t))
    assert [x["ecart"] for x in ensemble.lignes] == [Decimal(0)] * 3
    assert ensemble.total is not None
    assert ensemble.total["cout_personnel"] == bilan.total["cout_personnel"]


def test_une_difference_avec_la_synthese_se_voit(republier: Republier) -> None:
    def changer(lignes: Lignes) -> None:
        rangee = next(r for r in lignes["etp_categorie"] if r["exercice"] == 2021 and r["dispositif"] == "CAM")
        rangee["cout_personnel"] = Decimal(rangee["cout_personnel"]) - 1

    ensemble = next(
        t for t in _tableaux(personnel.cout_de_personnel(republier(changer))) if "Somme des catégories" in _titres(t)
    )
    assert sorted(x["ecart"] for x in ensemble.lignes) == [0, 0, 1]


def _titres(t: m.Tableau) -> list[str]:
    return [c.titre for c in t.colonnes]


def test_chaque_dispositif_a_son_ancre_et_sa_somme(bilan: Bilan) -> None:
    sections = {s.ancre: s for s in personnel.cout_de_personnel(bilan).sections}
    for code in ("CAM", "ARCHIVES", "IMPRESSION"):
        (tableau,) = [b for b in sections[adresses.ancre_personnel(code)].lus if isinstance(b, m.Tableau)]
        assert tableau.total is not None
        assert tableau.total["cout_personnel"] == bilan.synthese[2021][code]["cout_personnel"]
        categories = [r for r in bilan["etp_categorie"] if r["dispositif"] == code]
        assert tableau.total["cout_personnel_d5211"] == somme(categories, "cout_personnel_d5211")


def test_les_effets_ne_laissent_rien_d_inexplique(bilan: Bilan) -> None:
    tableau = next(t for t in _tableaux(passages.passages(bilan)) if "Inexpliqué" in _titres(t))
    assert tableau.lignes
    assert {x["ecart"] for x in tableau.lignes} == {Decimal(0)}


def test_chaque_source_est_repartie_a_cote_de_son_controle(bilan: Bilan) -> None:
    tableau = next(t for t in _tableaux(passages.passages(bilan)) if t.titre.startswith("Ce qui est entré"))
    (ligne,) = tableau.lignes
    assert ligne["montant"].replace("\u202f", "").startswith("180217,80")
    assert "Conforme" in ligne["controle"]


def test_trop_de_lignes_sont_groupees_comptees_et_renvoyees_au_csv(
    bilan: Bilan, monkeypatch: pytest.MonkeyPatch
) -> None:
    entier = next(d for d in trace.traces(bilan) if d.chemin.endswith("trace_cam"))
    assert [t.titre for t in _tableaux(entier)][-1].endswith("lignes source")
    monkeypatch.setattr(trace, "LIGNES_PAR_PAGE", 1)
    coupe = next(d for d in trace.traces(bilan) if d.chemin.endswith("trace_cam"))
    groupes = [t for t in _tableaux(coupe) if t.titre.endswith("par fichier")]
    assert len(groupes) == 1
    assert "tracabilite.csv" in groupes[0].note
    assert re.search(r"1\s ligne|1\u00a0ligne", groupes[0].note)
    assert _mots(entier) == _mots(coupe)


def test_les_rejets_disent_leurs_lignes_leur_motif_et_leur_remede(bilan: Bilan) -> None:
    (ligne,) = [x for t in _tableaux(constats.lignes_ecartees(bilan)) for x in t.lignes]
    assert (ligne["ou"], ligne["lignes"], ligne["motif"]) == ("3, 8", 2, "montant illisible")
    assert "redéposer" in ligne["remede"]


@pytest.mark.parametrize(
    ("statut", "effet"),
    [
        # R1: what is in no denominator changes no ETP; « environ 479 € » stood beside « sans effet sur les ETP »
        ("retenu", "leur coût suit les heures validées"),
        ("a_affecter", "environ 479 € de travail manquent aux coûts, à l'ETP le plus cher"),
    ],
)
def test_un_seul_compte_de_ce_qui_est_ecarte_dans_tous_les_documents(
    republier: Republier, statut: str, effet: str
) -> None:
    """2 rows held, 7 h; 2 rejected, 12,50 €; 3 repeats. Highest ETP: (108 000 + 2 000) / 1 607 = 68,45 € an hour."""

    def ecarter(lignes: Lignes) -> None:
        modele = next(r for r in lignes["rejets"] if r["exercice"] == 2021)
        retenue = modele | {"source": "rh", "fichier": "rh/temps_2021-11.csv", "statut": "retenu",
                            "motif": "saisie non validée, retenue (R1g)", "a_corriger": False}  # fmt: skip
        double = modele | {"statut": "doublon", "motif": "ligne déjà présente (R3f)", "a_corriger": False}
        lignes["rejets"] += [retenue | {"ligne": x} for x in (139, 188)] + [double | {"ligne": x} for x in (20, 21, 22)]
        lignes["laisse_de_cote"] = [
            {"exercice": 2021, "statut": "rejete", "lignes": 2, "montant": Decimal("12.50"), "heures": None},
            {"exercice": 2021, "statut": statut, "lignes": 2, "montant": None, "heures": Decimal("7.00")},
        ]

    bilan = republier(ecarter)
    dite = (
        "4 lignes livrées, soit 12,50 € et 7 heures de travail, ne sont pas comptées (2 rejetées, 2 retenues) ; "
        f"{effet}"
    )
    page, (classeur,) = constats.lignes_ecartees(bilan), feuilles.documents(bilan)
    (avant, _) = classeur.notice
    (rejets,) = (t for s in classeur.sections for t in s.lus if isinstance(t, m.Tableau) and t.feuille.nom == "Rejets")
    conseil_lu = conseil.bilan_etape(bilan)
    (reserves,) = (b for s in conseil_lu.sections if s.ancre == "qualite" for b in s.lus if isinstance(b, m.Liste))
    dites = {
        "audit": page.resume,
        "classeur": dict(avant)["AVEC RÉSERVES"],
        "feuille": rejets.note,
        "première page": next(m.mots(*mots) for sujet, mots in conseil_lu.avis if sujet == "Publié avec réserves"),
        "réserves": dict(reserves.points)["Lignes laissées de côté"],
    }
    lues = {ou: x.replace("\u202f", " ").replace("\u00a0", " ") for ou, x in dites.items()}
    assert [ou for ou, x in lues.items() if not x.startswith(dite)] == []
    assert lues["audit"] == f"{dite}. 3 lignes en répètent une autre, qui compte une fois." == lues["feuille"]
    assert "; 1 des 2 écarts constatés reste à justifier." in lues["première page"]
    remedes = {x["remede"] for t in _tableaux(page) for x in t.lignes}
    assert "faire valider la saisie, puis écrire O dans Validé ; redéposer le fichier" in remedes
    assert "à corriger" not in " ".join([page.resume, _mots(page)])


def test_une_page_sans_rejet_le_dit(republier: Republier) -> None:
    document = constats.lignes_ecartees(republier(lambda lignes: lignes.update(rejets=[])))
    assert document.resume == constats.SANS_REJET


@pytest.mark.parametrize(
    ("code", "attendue"),
    [("SIM_ADS", "sim_ads"), ("SIM-ADS", "sim-ads"), ("SIM ADS", "sim-ads-6534ef55"), ("…", "sans-code-b4935894")],
)
def test_une_ancre_est_simple(code: str, attendue: str) -> None:
    assert adresses.ancre(code) == attendue


def test_le_partage_de_la_structure_est_refait_la_ou_il_fait_le_cout(republier: Republier) -> None:
    def partager(lignes: Lignes) -> None:
        etpt = sum(Decimal(r["etpt"]) for r in lignes["cout_moyen"] if r["exercice"] == 2021)
        for r in lignes["cout_moyen"]:
            r["cout_structure"] = round(Decimal("1234.50") / etpt, 6)
        modele = next(r for r in lignes["repartition"] if r["exercice"] == 2021)
        lignes["repartition"].append(
            modele | {"source": "mandats", "destination": "STRUCTURE", "unite": "EUR", "montant": Decimal("1234.50")}
        )

    assert "1\u202f234,50\u00a0€, divisés par" in _mots(personnel.cout_de_personnel(republier(partager)))


ANNEE = "petits effectifs de l'année/40"


@cas
def test_une_ligne_de_temps_montre_le_calcul_applique(
    mesure: str, rang: str, source: str, part: str, montant: str, dite: list[str]
) -> None:
    """`source`: hours of the file in ETP, or the cents of a rounding."""
    temps = {"ligne": None, "fichier": "rh/temps_2021-01.csv", "nature": None, "rang": rang}
    chiffres = {"montant_source": Decimal(source), "part": Decimal(part), "montant": Decimal(montant)}
    ligne = trace._ligne_tracee(temps | chiffres, mesure)
    lus = (ligne[c] for c in ("fichier", "activite", "montant_source", "part", "cout", "montant"))
    assert [x.replace("\u202f", " ").replace("\u00a0", " ") for x in lus] == dite


def test_des_mois_reunis_ne_sont_sous_aucun_mois_par_fichier_non_plus(
    republier: Republier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reunir(lignes: Lignes) -> None:
        (ligne,) = [r for r in lignes["tracabilite"] if (r["exercice"], r["mesure"]) == (2021, "etp")]
        lignes["tracabilite"] += [ligne | {"rang": ANNEE}, ligne | {"rang": "A2/100"}]

    monkeypatch.setattr(trace, "LIGNES_PAR_PAGE", 0)
    cam = next(d for d in trace.traces(republier(reunir)) if d.chemin.endswith("trace_cam"))
    tableau = next(t for t in _tableaux(cam) if t.titre.startswith("Équivalents"))
    assert [(x["fichier"], x["lignes"]) for x in tableau.lignes] == [
        ("plusieurs mois réunis", 1),
        ("rh/temps_2021-01.csv", 2),
    ]


@pytest.mark.parametrize(("seuil", "reunies"), [("5", "que moins de 5 agents se partagent"), ("0", "")])
def test_ce_qui_est_reuni_se_dit_la_ou_il_y_a_un_seuil(seuil: str, reunies: str) -> None:
    dit = trace._du_temps(Decimal(seuil))
    assert dit.startswith("Le temps de travail n'est publié que par fichier et par activité")
    assert (reunies in dit) if reunies else dit.endswith("jamais par agent.")


def test_des_liens_seuls_ne_s_impriment_pas() -> None:
    seuls, dits = m.p(m.Lien("a.html", "Ici"), ".", ecran=True), m.p("Dit.")
    assert [b["texte"] for b in pdf._blocs([seuls, dits])] == ["Dit."]
