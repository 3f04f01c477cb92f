"""Slides of a bilan: a page for what has something to say, and no more of it than a room reads."""

from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import conseil, diapositives, elus
from mutualisation.documents.rapport.publie import Bilan

from .conftest import Lignes, Republier

D = Decimal
SOBRES = [
    "L'année 2021 en chiffres", "Ce que coûte chaque service, et qui le paie, 2021",
    "De 2020 à 2021 : ce qui fait évoluer le coût", "Qui utilise quoi", "Les communes", "Ce qui vous est demandé",
]  # fmt: skip
RICHES = ["Ce qu'en disent les conseils municipaux", "Ce qui est à faire", "La centrale d'achat"]


def _pages(bilan: Bilan) -> dict[str, list[m.Bloc]]:
    (document,) = diapositives.documents(bilan)
    assert (document.sorties, document.forme) == (("pdf", "pptx"), "diapositives")
    return {s.titre: s.lus for s in document.sections}


def _dire(lignes: Lignes) -> None:
    """Opinions, ten actions, purchases of nine themes: what the warehouse by hand has not."""
    action: dict[str, Any] = {"exercice": 2021, "dispositif": None, "horizon": "court_terme", "responsable": "R"}
    lignes["action"] = [
        action | {"code": f"A{n}", "action": "Mot " * 70 + str(n), "echeance": date(2021, 3, 1) if n == 9 else None,
                  "statut": "en_cours", "statut_precedent": None, "en_retard": n == 9}
        for n in range(10)
    ]  # fmt: skip
    lignes["avis_commune"] = [
        {"exercice": 2021, "code_insee": "59350", "transmis_le": date(2022, 3, 1), "limite": date(2022, 6, 1),
         "delibere_le": None, "sens": None, "statut": "en_attente", "au": date(2022, 4, 1)}
    ]  # fmt: skip
    lignes["cam_achats"] = [
        {"exercice": 2021, "numero_marche": f"M{n}", "thematique": f"Thème {n}", "siret_adherent": "21590350100017",
         "commandes": 1, "achats_ht": D(n + 1), "achats_compares_ht": None, "prix_reference_ht": None, "gain": None}
        for n in range(9)
    ]  # fmt: skip


def test_ce_qu_aucun_fichier_ne_dit_n_a_pas_de_page(bilan: Bilan) -> None:
    assert list(_pages(bilan)) == SOBRES


def test_dix_pages_de_quelques_lignes(republier: Republier) -> None:
    pages = _pages(republier(_dire))
    assert list(pages) == [*SOBRES[:5], *RICHES, SOBRES[5]]
    (actions,), (themes,) = pages["Ce qui est à faire"], pages["La centrale d'achat"]
    for tableau in (x for blocs in pages.values() for x in blocs if isinstance(x, m.Tableau)):
        assert len(tableau.lignes[: tableau.limite]) + bool(tableau.total) <= diapositives.LIGNES
    assert isinstance(actions, m.Tableau)
    assert isinstance(themes, m.Tableau)
    assert actions.lignes[0]["code"] == "A9"
    assert all(len(r["action"]) <= diapositives.SIGNES + 2 and r["action"].endswith(" …") for r in actions.lignes)
    assert [r["thematique"] for r in themes.lignes[:2]] == ["Thème 8", "Thème 7"]
    assert ("01/06/2022", "dernier avis attendu d'un conseil municipal") in pages[SOBRES[5]][-1].points


def test_ce_que_quelqu_un_signe_est_entier_et_les_dates_d_un_jour_ont_un_ordre(republier: Republier) -> None:
    """« qui porte l'écart … » was cut, and what a service signs; of one day, the code of an action decided which came
    first, and none said its service."""

    def changer(lignes: Lignes) -> None:
        _dire(lignes)
        par_code = {r["code"]: r for r in lignes["action"]}
        for code, dispositif in (("A2", "ARCHIVES"), ("A4", "CAM")):
            par_code[code] |= {"echeance": date(2022, 12, 31), "action": code, "dispositif": dispositif}
        for code in ("A5", "A6", "A7"):
            par_code[code] |= {"echeance": date(2023, 1, 1), "action": code}
        texte = {"exercice": 2021, "rubrique": "perspectives", "rang": 9, "texte": "Mot " * 99 + "fin", "auteur": "DGS"}
        lignes["textes"] = [*lignes["textes"], lignes["textes"][0] | texte]

    lu = republier(changer)
    assert lu.synthese[2021]["CAM"]["cout_net"] > lu.synthese[2021]["ARCHIVES"]["cout_net"]
    demandes, _, dates = _pages(lu)[SOBRES[5]]
    assert [points for points in elus.points(lu) if points not in demandes.points] == []
    assert any(phrase.endswith("fin — DGS") for _, phrase in demandes.points)
    a2, a4 = (f"{lu.libelle(code)}\u00a0: {a}" for code, a in (("ARCHIVES", "a2"), ("CAM", "a4")))
    assert dates.points == [
        ("01/06/2022", "dernier avis attendu d'un conseil municipal"), ("31/12/2022", a4), ("31/12/2022", a2),
        ("Et 3\u00a0autres", "voir le bilan d'étape."),
    ]  # fmt: skip


def test_les_diapositives_disent_ce_que_lit_le_conseil(bilan: Bilan) -> None:
    (document,), sien = diapositives.documents(bilan), conseil.bilan_etape(bilan)
    assert (document.etats, document.resume) == (sien.etats, sien.resume)
    pages = _pages(bilan)
    cles, _ = pages[SOBRES[0]]
    assert [(r["libelle"], r["valeur"]) for r in cles.lignes] == [(c.libelle, c.valeur) for c in sien.chiffres]
    demandes = pages[SOBRES[5]][0].points
    assert [sujet for sujet, _ in demandes] == [d.sujet for d in elus.demandes(bilan)][: len(demandes)]
    assert f"diapositives_{bilan.exercice}.pdf" in [lien.cible for lien in sien.liens]


def test_la_carte_d_une_diapositive_ne_mene_nulle_part(bilan: Bilan) -> None:
    (cotes,) = _pages(bilan)["Les communes"]
    assert isinstance(cotes, m.CoteACote)
    assert {c.adresse for c in cotes.blocs[0].communes} == {""}
