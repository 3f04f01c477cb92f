"""The audit file: a page by dispositif, whose sums are those of the synthèse, and what no figure counts."""

from decimal import Decimal
from pathlib import Path

import pytest

from mutualisation.documents import audit
from mutualisation.documents import classeur as feuilles
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme import pdf
from mutualisation.documents.rapport.contenu import conseil
from mutualisation.documents.rapport.contenu import renvois as adresses
from mutualisation.documents.rapport.publie import Bilan

from .conftest import Lignes, Republier


def _section(document: m.Document, ancre: str) -> list[m.Bloc]:
    return next(s.lus for s in document.sections if s.ancre == ancre)


def _tableaux(document: m.Document, ancre: str) -> list[m.Tableau]:
    return [b for b in _section(document, ancre) if isinstance(b, m.Tableau)]


def _mots(document: m.Document, ancre: str) -> str:
    """Words of the paragraphs, plain."""
    return " ".join(m.mots(*b.morceaux) for b in _section(document, ancre) if isinstance(b, m.Paragraphe))


def _cam(bilan: Bilan) -> m.Document:
    return next(d for d in audit.documents(bilan) if d.chemin.endswith("trace_cam"))


def test_l_index_mene_a_une_page_par_dispositif_trace(extrait: Path, bilan: Bilan) -> None:
    assert {f.name for f in (extrait / "dossier_audit_2021").iterdir()} == {"index.html", "trace_cam.html"}
    (lien,) = (x for b in _section(next(audit.documents(bilan)), "dispositifs") for x in b.morceaux)  # type: ignore[union-attr]
    assert lien == m.Lien("trace_cam.html", bilan.libelle("CAM"))


def test_la_somme_de_la_trace_est_a_cote_du_chiffre_publie(bilan: Bilan) -> None:
    dit = _mots(_cam(bilan), "cout_fonctionnement").replace("\u202f", " ").replace("\u00a0", " ")
    lignes = _tableaux(_cam(bilan), "cout_fonctionnement")[0].lignes
    somme = sum(Decimal(x["montant"].replace("\u202f", "").replace("\u00a0€", "").replace(",", ".")) for x in lignes)
    assert somme == Decimal("10130.80")
    assert dit == "Synthèse : 10 130,80 € ; somme de la trace : 10 130,80 €."


def test_des_mois_reunis_ne_sont_sous_aucun_mois_ni_un_arrondi_sous_un_fichier(republier: Republier) -> None:
    def reunir(lignes: Lignes) -> None:
        (ligne,) = [r for r in lignes["tracabilite"] if (r["exercice"], r["mesure"]) == (2021, "etp")]
        rangs = ("petits effectifs de l'année/40", "A2/100", "arrondi")
        lignes["tracabilite"] += [ligne | {"rang": rang} for rang in rangs]

    lignes = _tableaux(_cam(republier(reunir)), "etp")[0].lignes
    assert [(x["origine"], x["lignes"]) for x in lignes] == [
        ("aucun fichier", 1), ("plusieurs mois réunis", 1), ("rh/temps_2021-01.csv", 2),
    ]  # fmt: skip


def test_la_repartition_est_dite_sur_la_page_de_qui_recoit_et_le_reste_a_l_index(bilan: Bilan) -> None:
    (index, *_), cam = audit.documents(bilan), _cam(bilan)
    assert {x["destination"] for x in _tableaux(cam, "repartition")[0].lignes} == {"CAM"}
    assert {(x["destination"], x["motif"]) for x in _tableaux(index, "repartition")[0].lignes} == {
        ("Exclu du coût", "Opération d'ordre"), ("Hors mutualisation", "Sans axe analytique"),
        ("Non réparti", "Axe sans clé en vigueur, à affecter"),
    }  # fmt: skip


def test_les_rejets_disent_leurs_lignes_leur_motif_et_leur_remede(bilan: Bilan) -> None:
    (ligne,) = _tableaux(next(audit.documents(bilan)), "rejets")[0].lignes
    assert (ligne["ou"], ligne["lignes"], ligne["motif"]) == ("3, 8", 2, "montant illisible")
    assert ligne["remede"]


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
    page, (classeur,) = next(audit.documents(bilan)), feuilles.documents(bilan)
    (avant, _) = classeur.notice
    conseil_lu = conseil.bilan_etape(bilan)
    (reserves,) = (b for s in conseil_lu.sections if s.ancre == "qualite" for b in s.lus if isinstance(b, m.Liste))
    dites = {
        "audit": _mots(page, "rejets"),
        "classeur": dict(avant)["AVEC RÉSERVES"],
        "première page": next(m.mots(*mots) for sujet, mots in conseil_lu.avis if sujet == "Publié avec réserves"),
        "réserves": dict(reserves.points)["Lignes laissées de côté"],
    }
    lues = {ou: x.replace("\u202f", " ").replace("\u00a0", " ") for ou, x in dites.items()}
    assert [ou for ou, x in lues.items() if not x.startswith(dite)] == []
    assert lues["audit"] == f"{dite}. 3 lignes en répètent une autre, qui compte une fois."
    assert "; 1 des 2 écarts constatés reste à justifier." in lues["première page"]
    remedes = {x["remede"] for x in _tableaux(page, "rejets")[0].lignes}
    assert {"faire valider la saisie, puis écrire O dans Validé", "rien à faire"} <= remedes


def test_une_page_sans_rejet_le_dit(republier: Republier) -> None:
    index = next(audit.documents(republier(lambda lignes: lignes.update(rejets=[]))))
    assert _mots(index, "rejets") == "Aucune ligne n'est écartée des chiffres."
    assert _tableaux(index, "rejets") == []


@pytest.mark.parametrize(
    ("code", "attendue"),
    [("SIM_ADS", "sim_ads"), ("SIM-ADS", "sim-ads"), ("SIM ADS", "sim-ads-6534ef55"), ("…", "sans-code-b4935894")],
)
def test_une_ancre_est_simple(code: str, attendue: str) -> None:
    assert adresses.ancre(code) == attendue


def test_des_liens_seuls_ne_s_impriment_pas() -> None:
    seuls, dits = m.p(m.Lien("a.html", "Ici"), ".", ecran=True), m.p("Dit.")
    assert [b["texte"] for b in pdf._blocs([seuls, dits])] == ["Dit."]
