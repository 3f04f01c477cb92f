"""The report of a schéma (R14b): in the order of the law, nothing empty, and where none is submitted nothing asked."""

import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import docx
from tests.sql.publication.entrepot_publie import SIRET_LOOS

from mutualisation.documents.extrait import imprimerie, produits
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import actes, rapport_mutualisation
from mutualisation.documents.rapport.publie import Bilan

from .conftest import Lignes, Republier

NOM = "rapport_mutualisation_2020-2026"
RUBRIQUES = ("mutualisation", "concertation", "objectifs", "principes", "reseaux", "gouvernance")
# what a reader would take for a question that his council has to answer
DEMANDE = re.compile(
    r"donner (?:son|votre) avis|avis (?:est|de votre conseil)|avis demandé|avis attendu|est attendu", re.IGNORECASE
)


def _texte(document: m.Document) -> str:
    """Return what a document says; a workbook only describes its columns."""
    dites = [] if document.sorties == ("xlsx",) else document.sections
    return "\n".join(m.textes([document.titre, document.sous_titre, document.resume, dites, document.liens]))


def _dire_tout(lignes: Lignes) -> None:
    textes = [{"dispositif": None, "rubrique": r, "texte": f"Ce que {r} dit."} for r in RUBRIQUES]
    textes += [{"dispositif": "CAM", "rubrique": "adhesion", "texte": "Par convention."}]
    lignes["textes"] = [{"exercice": 2021, "rang": 1, "auteur": "DGS"} | texte for texte in textes]
    action = {"exercice": 2021, "statut": "etudiee", "en_retard": False, "horizon": "court_terme"}
    lignes["action"] = [
        action | {"code": "A", "dispositif": "CAM", "action": "Ouvrir des marchés"},
        action | {"code": "B", "dispositif": None, "action": "Régler les biens partagés", "horizon": "moyen_terme"},
    ]
    au_jour = {"responsable": "DGS", "echeance": None}
    lignes["schema_action"] = [
        r | au_jour | {"thematique": "Achat, fournitures et logistique" if r["dispositif"] else None}
        for r in lignes["action"]
    ]
    adhesion = {"exercice": 2021, "dispositif": "CAM", "siret_adherent": SIRET_LOOS, "debut": date(2019, 1, 1)}
    echeances = {"sans_echeance": None, "a_renouveler": date(2022, 6, 30), "en_cours": date(2025, 1, 1)}
    lignes["hypotheses_retenues"] += [r | {"mesure": "etp_communes"} for r in lignes["hypotheses_retenues"][-1:]]
    lignes["convention"] = [
        adhesion | {"convention": f"n° {statut}", "echeance": jour, "statut": statut}
        for statut, jour in echeances.items()
    ]


def test_le_rapport_suit_l_ordre_de_la_loi(republier: Republier, tmp_path: Path) -> None:
    (rapport,) = rapport_mutualisation.documents(republier(_dire_tout))
    assert [s.ancre for s in rapport.sections if s.lus] == [
        "origine", "objectifs", "principes", "themes", "reseaux", "gouvernance", "impacts",
        "annexe-synthese", "methode", "annexe-conventions", "glossaire",
    ]  # fmt: skip
    fichiers = imprimerie.ecrire(rapport, tmp_path)
    assert [f.name for f in fichiers] == [f"{NOM}.{forme}" for forme in ("html", "pdf", "docx")]
    livre = docx.Document(str(fichiers[-1]))
    cases = [c.text for t in livre.tables for r in t.rows for c in r.cells]
    texte = "\n".join([*(p.text for p in livre.paragraphs), *cases]).replace("\u00a0", " ").replace("\u202f", " ")
    for attendu in (
        "Ce que concertation dit.", "trois mois pour donner son avis", "Principe 1.", "Par convention.",
        "Ouvrir des marchés", "Régler les biens partagés", "−1,00 ETP", "Délibération du 3 mars",
        "1 jusqu’au 30/06/2022",
    ):  # fmt: skip
        assert any(attendu in x for x in texte.splitlines()), attendu
    # nobody says what the communes would spend: unknown is not zero, nor what the warehouse adds up
    assert not [x for x in ("Dépenses des communes", "−2 000 €") if x in texte]
    niveaux = [p.style.name for p in livre.paragraphs if p.style and p.style.name.startswith("Heading")]
    assert {"Heading 1", "Heading 2", "Heading 3"} == {*niveaux}
    avant = fichiers[-1].read_bytes()
    assert imprimerie.ecrire(rapport, tmp_path)[-1].read_bytes() == avant


def test_ce_que_rien_ne_dit_n_a_pas_de_place(republier: Republier) -> None:
    """No text, action, forecast, opinion, convention."""

    def taire(lignes: Lignes) -> None:
        muettes = ("textes", "hypotheses_retenues", "prevision", "prevision_adherent", "prevision_essai")
        lignes.update({nom: [] for nom in (*muettes, "prevision_fourchette", "ecart_prevision")})

    bilan = republier(taire)
    (rapport,) = rapport_mutualisation.documents(bilan)
    parties = [s.ancre for s in rapport.sections if s.lus]
    assert parties == ["origine", "themes", "impacts", "annexe-synthese", "methode", "glossaire"]
    sous_titres = [b.texte for s in rapport.sections for b in s.lus if isinstance(b, m.SousTitre)]
    assert not [x for x in sous_titres if "scénario" in x]
    assert not [b for s in rapport.sections for b in s.lus if isinstance(b, m.Liste) and not b.points]
    assert [d.chemin for d in actes.documents(bilan) if "schema" in d.chemin] == []


def test_sans_rapport_personne_n_est_interroge(republier: Republier, bilan: Bilan) -> None:
    def retirer(lignes: Lignes) -> None:
        jours = {"transmis_le": date(2022, 9, 12), "limite": date(2022, 12, 12), "au": date(2022, 10, 1)}
        lignes["avis_commune"] = [{"exercice": 2021, "code_insee": "59360", "statut": "en_attente"} | jours]
        parametres = lignes["parametres_en_vigueur"]
        lignes["parametres_en_vigueur"] = [r for r in parametres if r["parametre"] != "rapport_mutualisation"]

    demandes = [d.chemin for d in produits.documents(bilan) if DEMANDE.search(_texte(d))]
    assert {x.partition("/")[0].partition("_")[0] for x in demandes} == {"communes", "projets", "rapport"}
    sans: dict[str, str] = defaultdict(str)
    for d in produits.documents(republier(retirer)):
        sans[d.chemin] += _texte(d)
    assert [chemin for chemin, texte in sans.items() if DEMANDE.search(texte)] == []
    assert not [x for x in sans if "schema" in x or "rapport" in x or "transmission" in x or "deliberations" in x]
    # the bilan is communicated, at the debate on the budget
    assert "débat d'orientation budgétaire" in sans["bilan_etape_2021"]
    assert "Prend acte de la communication du bilan d'étape 2021" in sans["projets_actes/deliberation_2021"]


def test_le_schema_s_approuve_avec_l_avis_de_chaque_commune(republier: Republier) -> None:
    jours = {"transmis_le": date(2022, 9, 12), "limite": date(2022, 12, 12), "au": date(2023, 1, 30)}
    rendus: dict[str, dict[str, Any]] = {
        "59350": {"statut": "favorable", "sens": "favorable", "delibere_le": date(2022, 10, 10)},
        "59360": {"statut": "repute_favorable", "sens": "defavorable", "delibere_le": date(2023, 1, 4)},
    }

    def approuver(**changes: Any) -> m.Document:
        avis = [{"exercice": 2021, "code_insee": c} | jours | rendu for c, rendu in rendus.items()]
        avis[-1] |= changes
        (projet,) = (
            d for d in actes.documents(republier(lambda x: x.update(avis_commune=avis))) if "schema" in d.chemin
        )
        return projet

    projet = approuver()
    texte = _texte(projet)
    for attendu in (
        "Approuve le schéma de mutualisation 2020-2026",
        "L5211-39-1",
        "adressé à chaque conseil municipal",
    ):
        assert attendu in texte
    (tableau,) = (b for s in projet.sections for b in s.lus if isinstance(b, m.Tableau))
    assert [(x["etat"], x["dit"]) for x in tableau.lignes] == [
        ("favorable", "favorable"),
        ("réputé favorable", "défavorable"),
    ]
    assert not [x for x in projet.avis if x[0] == "Avis attendus"]
    attente = approuver(statut="en_attente", sens=None, delibere_le=None).avis[-1]
    assert m.mots(*attente[1]).replace("\u00a0", " ").startswith("Reste à recevoir l'avis de 1 conseil :")
    assert "après le 12/12/2022" in m.mots(*attente[1])
