"""What each commune is asked: its draft, the note of its mayor, its letter, the services that it does not use."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from tests.atelier.tables import cas
from tests.unit.rapport import communes_factices as f
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import actes, actes_communaux, communes
from mutualisation.documents.rapport.contenu.communes import avis, offre
from mutualisation.documents.rapport.enonces import BLANC

MONTANT = re.compile(r"\d[\d\u202f]*(?:,\d+)?\u00a0€")
TRANSMIS = {"code_insee": "59350", "transmis_le": date(2022, 12, 19), "limite": date(2023, 3, 19), "delibere_le": None,
            "sens": None, "statut": "en_attente", "au": date(2023, 1, 8)}  # fmt: skip
TEXTE = {"exercice": 2021, "rang": 1, "auteur": "Direction des achats"}


def _documents(bilan: BilanFactice, cle: str = "59350") -> dict[str, m.Document]:
    """{kind: the document of a commune}."""
    genres = {"communes/notes/": "note", "communes/deliberations/": "projet", "communes/": "page"}
    siens: dict[str, m.Document] = {}
    for document in (*communes.documents(bilan), *actes_communaux.documents(bilan)):
        if (debut := document.chemin.rpartition("/")[0] + "/") in genres and f"/{cle}_" in document.chemin:
            siens.setdefault(f"{genres[debut]} {document.sorties[0]}", document)
    return siens


def _lignes(blocs: Any) -> Iterator[str]:
    """Every sentence and cell, as they are read."""
    for bloc in blocs:
        match bloc:
            case m.Paragraphe(morceaux):
                yield m.mots(*morceaux)
            case m.Liste():
                yield from (" ".join(point) for point in bloc.lus)
            case m.Tableau():
                yield from (c.texte for rangee in (*cellules.rangees(bloc), cellules.pied(bloc)) for c in rangee)
                yield cellules.note(bloc)
            case _:
                yield from _lignes(getattr(bloc, "blocs", ()))


def _texte(document: m.Document) -> str:
    chiffres = [f"{c.libelle} {c.valeur} {c.note}" for c in document.chiffres]
    avis_ = [f"{sujet} {enonce}" for sujet, enonce in m.avis(document)]
    return "\n".join((document.resume, *chiffres, *avis_, *(x for s in document.sections for x in _lignes(s.lus))))


def _parties(document: m.Document) -> list[str]:
    return [s.ancre for s in document.sections if s.lus]


# ---------------------------------------------------------------- opinions
@cas
def test_ce_qui_est_demande_a_un_conseil_suit_de_ce_qu_il_a_dit(
    statut: str,
    sens: str | None,
    delibere: date | None,
    page: str,
    note: str,
    reference: str | None,
    motifs: str | None,
) -> None:
    rendu_ = {"statut": statut, "sens": sens, "delibere_le": delibere, "reference": reference, "motifs": motifs}
    siens = _documents(BilanFactice(avis_commune=[TRANSMIS | rendu_]))
    assert page in _texte(siens["page html"])
    assert note in _texte(siens["note pdf"])
    rendu = statut not in avis.OUVERTS
    # nothing is drafted, nor announced, of an opinion that is no longer asked
    demande = "Ce qui est demandé au conseil municipal" in [s.titre for s in siens["note pdf"].sections if s.lus]
    liens = [x.cible for x in siens["page html"].liens if x.cible.startswith("deliberations/")]
    assert {"projet docx" in siens, "avis demandé" in siens["note pdf"].sous_titre, demande, bool(liens)} == {not rendu}
    assert ("est appelé à donner son avis" in _texte(siens["note pdf"])) is not rendu


def test_aucune_date_n_est_inventee_ou_rien_n_a_ete_transmis() -> None:
    non_transmis = TRANSMIS | {"transmis_le": None, "limite": None, "statut": "non_transmis"}
    for rangees in ([], [non_transmis]):
        siens = _documents(BilanFactice(avis_commune=rangees))
        projet = _texte(siens["projet docx"])
        assert (
            f"transmis à la commune le {BLANC}, et que le conseil municipal peut se prononcer jusqu'au {BLANC}"
            in projet
        )
        assert "trois mois pour se prononcer à compter de sa transmission" in projet
        assert f"Rapport transmis le {BLANC}" in _texte(siens["note pdf"])
    assert "L'avis du conseil municipal" not in [
        s.titre for s in _documents(BilanFactice())["page html"].sections if s.lus
    ]


# ---------------------------------------------------------------- draft and note
def test_un_projet_a_ses_visas_ses_chiffres_et_la_place_du_vote() -> None:
    projet = _documents(BilanFactice(avis_commune=[TRANSMIS]))["projet docx"]
    assert (projet.epci, projet.sorties) == ("Commune de Lille", ("docx", "pdf"))
    texte = _texte(projet)
    for attendu in (
        "L2121-29", "L5211-39-1", "jusqu'au 19/03/2023", "favorable — défavorable — avec réserves", "Pour : …",
        "Fait à Lille", "876\u00a0€", "Centrale d'achat", "Encaissement non suivi", "un gain de 20\u00a0€",
    ):  # fmt: skip
        assert attendu in texte, attendu


@pytest.mark.parametrize("genre", ["note pdf", "projet docx"])
def test_rien_n_est_dit_que_la_page_ne_dise(genre: str) -> None:
    """The commune alone: the 8 € of its CCAS are on the page, apart, and nowhere else."""
    siens = _documents(BilanFactice())
    page, dits = (set(MONTANT.findall(_texte(siens[x]))) for x in ("page html", genre))
    assert len(dits) > 4
    assert dits <= page
    assert "8,00\u00a0€" in page - dits
    assert siens[genre].etats == siens["page html"].etats


def test_un_prix_que_personne_n_a_dit_n_est_pas_gratuit() -> None:
    """« Total 0,00 € » stood under two unknown prices; free, unknown, « sans dû » were one or the other by document."""
    rangee = next(r for r in BilanFactice()["recouvrement"] if r["siret_adherent"] == f.LOOS)
    nul = rangee | {"montant_du": Decimal(0), "montant_titre": Decimal(0), "ecart": Decimal(0)}
    modes = {"UGAP": "gratuit", "D1": None, "D2": None}
    recouvrement = [nul | {"dispositif": d, "mode_recouvrement": x} for d, x in modes.items()]
    adhesion = next(r for r in BilanFactice()["adhesion"] if r["siret_adherent"] == f.LOOS)
    adhesions = [adhesion | {"dispositif": d} for d in modes]
    bilan = BilanFactice(recouvrement=recouvrement, adhesion=adhesions, cout_adherent=[])
    siens = _documents(bilan, "59360")
    page, note = (_texte(siens[x]).replace("\u00a0", " ") for x in ("page html", "note pdf"))
    hors = ", hors 2 services au prix non renseigné"
    total = "Total des prix connus\n\n\nprix non rens"
    for attendu in (f"ne doit rien{hors}.", "\ngratuit\n", "\nprix non renseigné\n", total):
        assert attendu in page, attendu
    assert "\n1 service gratuit. Convention UGAP.\n2 services au prix non renseigné. D1, D2.\n" in note
    assert f"Dû à l'intercommunalité non renseigné titré : 0 €{hors}" in note


def test_un_adherent_sans_commune_ne_vote_rien() -> None:
    chemins = {d.chemin for d in communes.documents(BilanFactice()) if d.forme == "note"}
    chemins |= {d.chemin for d in actes_communaux.documents(BilanFactice()) if "/deliberations/" in d.chemin}
    noms = ("59350_lille", "59360_loos")
    assert chemins == {f"communes/{dossier}/{nom}" for dossier in ("notes", "deliberations") for nom in noms}
    assert list(actes_communaux.documents(BilanFactice(adherent=[]))) == []
    sans = next(d for d in communes.documents(BilanFactice()) if "sans_commune" in d.chemin)
    assert not [x for x in sans.liens if "notes/" in x.cible]


def test_un_conseil_est_saisi_du_dernier_exercice_d_une_version() -> None:
    avant = BilanFactice()
    avant.contexte.dernier = False
    assert list(actes_communaux.documents(avant)) == []
    pages = list(communes.documents(avant))
    assert {d.forme for d in pages} == {d.forme for d in communes.documents(BilanFactice())} - {"note"}
    assert not [x for d in pages for x in d.liens if x.cible.startswith(("notes/", "deliberations/"))]


def test_une_note_tient_en_une_page_quoi_qu_utilise_la_commune(tmp_path: Path) -> None:
    code = "Un service dont le nom est aussi long que celui du plus long des dispositifs de la Métropole n° {}"
    adhesion = [
        {"exercice": 2021, "dispositif": code.format(n), "siret_adherent": f.LILLE, "type_adherent": "commune",
         "code_insee": "59350", "debut": date(2021, 2, 1), "fin": None} for n in range(40)
    ]  # fmt: skip
    du = f.RANGEES["recouvrement", 2021][0]
    dus = [*f.RANGEES["recouvrement", 2021], *(du | {"dispositif": code.format(n)} for n in range(40))]
    # services that ask nothing, others that it does not use, each with a price, and whom to ask
    adhesion += [r | {"dispositif": code.format(n + 100)} for n, r in enumerate(adhesion)]
    offres = [_offre(code.format(n), "titre", "614.00") | {"siret_adherent": f.LILLE} for n in range(200, 240)]
    bilan = BilanFactice(
        adhesion=adhesion, recouvrement=dus, avis_commune=[TRANSMIS], offre=offres,
        textes=[TEXTE | {"dispositif": None, "rubrique": "contact", "texte": "Le guichet."}],
    )  # fmt: skip
    note = _documents(bilan)["note pdf"]
    texte = _texte(note).replace("\u00a0", " ")
    for attendu in (
        "Et 35 autres : voir la page",
        "n'adhère pas à 44 services, dont 4 au prix non renseigné",
        "n° 200 : 614 €.",
        "Contact. Le guichet.",
    ):
        assert attendu in texte
    (fichier,) = imprimerie.ecrire(note, tmp_path)
    with pikepdf.open(fichier) as lu:
        assert len(lu.pages) == 1


def test_une_note_situe_ce_que_la_commune_doit_parmi_celles_de_sa_taille() -> None:
    villes = [{"exercice": 2021, "siret_adherent": f"2159{i}00010", "type_adherent": "commune", "nom": f"Ville {i}",
               "code_insee": f"5910{i}", "population": 1000} for i in range(3)]  # fmt: skip
    du = f.RANGEES["recouvrement", 2021][0]
    dus = [
        du | {"siret_adherent": x["siret_adherent"], "montant_du": Decimal(100 * n)} for n, x in enumerate(villes, 1)
    ]
    siens = _documents(BilanFactice(adherent=villes, recouvrement=dus, cout_adherent=[], adhesion=[]), "59100")
    dit = "Par habitant, elle doit 0,10 €. Médiane des 3 communes de sa taille (toutes tailles) : 0,20 €."
    for genre in ("note pdf", "page pdf"):
        assert dit in _texte(siens[genre]).replace("\u00a0", " ")


# ---------------------------------------------------------------- the vote of the schéma
def test_l_approbation_vise_ce_qu_elle_decide_et_les_services_qu_elle_a() -> None:
    """The third paragraph of L5211-39-1, though an EPCI's visa cites another; an article for each Cadre légal."""
    siens = {"rubrique": "visa", "dispositif": None, "texte": "Vu l'article L5211-39-1, dernier alinéa"}
    bilan = BilanFactice(avis_commune=[TRANSMIS], textes=[TEXTE | siens])
    lus = {}
    for cadres in ((), ("service commun", "biens partagés"), ("mise à disposition", "prestation")):
        bilan.contexte.dispositifs = [{"code": c, "libelle": c, "cadre_legal": c} for c in cadres]
        visas = next(s for s in actes.projet_d_approbation(bilan).sections if s.ancre == "visas").lus
        lus[cadres] = [*re.findall(r"troisième alinéa|dernier alinéa|L5211-4-\d|D5211-16", " ".join(_lignes(visas)))]
    assert list(lus.values()) == [
        ["troisième alinéa", "dernier alinéa"],
        ["troisième alinéa", "L5211-4-2", "L5211-4-3", "dernier alinéa"],
        ["troisième alinéa", "L5211-4-1", "D5211-16", "dernier alinéa"],
    ]


# ---------------------------------------------------------------- the years ahead
def test_ce_qui_est_a_inscrire_se_dit_sans_ce_que_la_commune_ne_paie_pas() -> None:
    """Half of CAM goes by the AC, for this commune wholly; the fees of CEE are kept back; `Sobre` changes nothing."""
    modes = {"RGPD": "titre", "CAM": "imputation_AC", "CEE": "retenue"}
    dus = {2022: {"RGPD": 900, "CAM": 30, "CEE": 7}, 2023: {"RGPD": 950, "CAM": 30, "CEE": 7}}
    scenarios: dict[str, int] = {"engage": 0, "Sobre": 0, "Mandat": 50}
    prevus = [
        {"exercice": e, "scenario": s, "dispositif": d, "siret_adherent": f.LOOS, "montant_du": Decimal(x + plus)}
        for s, de_plus in scenarios.items() for e, annee in dus.items() for d, x in annee.items()
        for plus in [de_plus if d == "RGPD" else 0]
    ]  # fmt: skip
    du = f.RANGEES["recouvrement", 2021][0] | {"siret_adherent": f.LOOS}
    bilan = BilanFactice(
        avis_commune=[TRANSMIS],
        recouvrement=[du | {"dispositif": d, "mode_recouvrement": mode} for d, mode in modes.items()],
        prevision_adherent=[*prevus, prevus[0] | {"siret_adherent": None}],
        prevision=[x | {"montant_du": 2 * x["montant_du"], "dont_ac": 30 * (x["dispositif"] == "CAM")} for x in prevus],
        offre=[_offre("RGPD", "titre", "1", "par_unite+population")],
    )
    siens = _documents(bilan, "59360")
    dits = {
        "Déjà décidé": "900 € 950 €", "Mandat": "950 € 1 000 €",
        "Déjà décidé, déduit de l'attribution de compensation : pas une dépense à inscrire": "30 € 30 €",
        "Déjà décidé, retenu sur la vente des certificats d'énergie": "7 € 7 €",
    }  # fmt: skip
    (tableau,) = next(s for s in siens["page pdf"].sections if s.ancre == "budget").lus
    assert isinstance(tableau, m.Tableau)
    lus = [[c.texte.replace("\u00a0", " ").replace("\u202f", " ") for c in x] for x in cellules.rangees(tableau)]
    assert {nom: " ".join(x) for nom, *x in lus} == dits
    assert tableau.note.endswith("Suit l'usage : Protection des données.")
    note = _texte(siens["note pdf"]).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Mandat : 950 € en 2022, 1 000 € en 2023." in note
    # who would owe nothing reads nothing, nor does a version that foresaw nothing for it
    assert "budget" not in _parties(_documents(bilan)["page html"]) + _parties(_documents(bilan)["note pdf"])


def test_ce_qu_une_convention_finie_devrait_est_a_part_avec_le_jour_ou_elle_finit() -> None:
    """R19f: 900 € of 2022 are decided, 250 € of 2023 are; 650 € need the convention, over on 31/05/2023, renewed."""
    prevue = {"scenario": "engage", "dispositif": "RGPD", "siret_adherent": f.LOOS, "montant_du": Decimal(900)}
    prevues = [prevue | {"exercice": e, "dont_a_renouveler": Decimal(x)} for e, x in ((2022, 0), (2023, 650))]
    du = f.RANGEES["recouvrement", 2021][0] | {"siret_adherent": f.LOOS, "dispositif": "RGPD"}
    fin = {"dispositif": "RGPD", "siret_adherent": f.LOOS, "statut": "en_cours", "libelle": "Protection"}
    bilan = BilanFactice(
        avis_commune=[TRANSMIS | {"code_insee": "59360"}],
        recouvrement=[du],
        prevision_adherent=prevues,
        prevision=[x | {"dont_ac": Decimal(0)} for x in prevues],
        convention=[
            fin | {"echeance": date(2023, 5, 31)},
            fin | {"echeance": date(2022, 5, 31)},
            fin | {"echeance": date(2026, 1, 1), "siret_adherent": f.LILLE},
        ],
    )
    siens = _documents(bilan, "59360")
    (tableau,) = next(s for s in siens["page pdf"].sections if s.ancre == "budget").lus
    lus = [[c.texte.replace("\u00a0", " ") for c in x] for x in cellules.rangees(tableau)]
    assert lus == [["Déjà décidé", "900 €", "250 €"], ["Déjà décidé, à renouveler", "0 €", "650 €"]]
    assert tableau.note.endswith("Finit avant ou pendant ces années : Protection des données (31/05/2023).")
    for genre in ("note pdf", "projet docx"):
        assert (
            "Déjà décidé : 900 € en 2022 ; 250 € en 2023, et 650 € si la convention est renouvelée : "
            "Protection des données (31/05/2023)."
        ) in _texte(siens[genre]).replace("\u00a0", " "), genre


def test_des_adherents_nouveaux_ne_font_pas_payer_ce_que_porte_l_attribution() -> None:
    """They are in what the dispositif is owed, never in `dont_ac` (R19c); Loos owes nothing yet in E."""
    prevus = [
        {"exercice": 2022, "scenario": s, "dispositif": "CAM", "siret_adherent": siret, "montant_du": Decimal(du)}
        for s, siret, du in (("engage", f.LOOS, 30), ("Mandat", f.LOOS, 33), ("Mandat", None, 10))
    ]
    ensemble = [
        {"exercice": 2022, "scenario": s, "dispositif": "CAM", "montant_du": Decimal(du), "dont_ac": Decimal(dont_ac)}
        for s, du, dont_ac in (("engage", 60, 60), ("Mandat", 76, 66))
    ]
    page = _documents(BilanFactice(recouvrement=[], prevision_adherent=prevus, prevision=ensemble), "59360")["page pdf"]
    dits = [*_lignes(next(s for s in page.sections if s.ancre == "budget").lus)]
    assert [x for x in dits if x.startswith(("Déjà", "Mandat"))] == [
        f"{nom}, déduit de l'attribution de compensation : pas une dépense à inscrire"
        for nom in ("Déjà décidé", "Mandat")
    ]


def test_qui_adhere_plus_tard_est_recouvre_comme_les_autres() -> None:
    """The fees of CEE are kept back from Lille, the only member of E: they will be from Loos, which joins in 2022."""
    prevue = {"exercice": 2022, "scenario": "engage", "dispositif": "CEE", "montant_du": Decimal(7)}
    du = f.RANGEES["recouvrement", 2021][0] | {"dispositif": "CEE", "mode_recouvrement": "retenue"}
    bilan = BilanFactice(
        recouvrement=[du | {"siret_adherent": f.LILLE}],
        prevision_adherent=[prevue | {"siret_adherent": f.LOOS}],
        prevision=[prevue | {"dont_ac": Decimal(0)}],
    )
    page = _documents(bilan, "59360")["page pdf"]
    dits = [*_lignes(next(s for s in page.sections if s.ancre == "budget").lus)]
    assert [x for x in dits if x.startswith("Déjà")] == ["Déjà décidé, retenu sur la vente des certificats d'énergie"]


def test_sans_rapport_la_note_dit_l_annee_et_ne_demande_rien() -> None:
    """A bilan is communicated to the council of the EPCI: no council of a commune is asked anything (R14b)."""
    bilan = BilanFactice()
    bilan.contexte.parametres_au = lambda _jour: {}
    siens = _documents(bilan)
    note = siens["note pdf"]
    assert _parties(note) == [x for x in _parties(_documents(BilanFactice())["note pdf"]) if x != "avis"]
    dit = "\n".join((note.sous_titre, *map(_texte, siens.values())))
    assert not re.search(r"\bavis\b|appelé à|opinion", dit)
    assert list(actes_communaux.documents(bilan)) == []


# ---------------------------------------------------------------- since the year before
def _depuis(bilan: BilanFactice) -> list[list[str]]:
    """What the note and the draft of Loos say of the year before."""
    siens = _documents(bilan, "59360")
    section = next(s for s in siens["note pdf"].sections if s.ancre == "annees")
    textes = [[*_lignes(section.lus)], [x for x in _texte(siens["projet docx"]).split("\n") if "2020" in x]]
    return [[x.replace("\u00a0", " ") for x in dits] for dits in textes]


@cas
def test_seul_ce_qui_a_bouge_se_dit_et_un_du_au_dela_du_cout_porte_son_nom(de_plus: int, dits: list[str]) -> None:
    bilan = BilanFactice()
    avant = {nom: [r | {"exercice": 2020} for r in bilan[nom]] for nom, e in f.RANGEES if e == 2021}
    for r in avant["cout_adherent"]:
        r |= {"cout_usage": r["cout_usage"] + de_plus, "reste_a_charge": r["reste_a_charge"] + de_plus}
    bilan._rangees |= {(nom, 2020): lignes for nom, lignes in avant.items()}
    assert _depuis(bilan) == [dits, dits]


def test_une_commune_venue_depuis_le_dit_au_lieu_d_un_tiret() -> None:
    bilan = BilanFactice(adhesion=[r | {"debut": date(2021, 3, 14)} for r in f.RANGEES["adhesion", 2021]])
    bilan._rangees["adherent", 2020] = [r for r in bilan.lignes("adherent", 2020) if r["siret_adherent"] != f.LOOS]
    dit = "Loos ne figurait pas parmi les adhérents en 2020 ; première adhésion le 14/03/2021."
    assert _depuis(bilan) == [[dit], [dit]]
    assert dit in _texte(_documents(bilan, "59360")["page pdf"])


# ---------------------------------------------------------------- services not used
def _offre(dispositif: str, mode: str, montant: str | None, depend: str | None = None) -> dict[str, Any]:
    return {"exercice": 2021, "dispositif": dispositif, "siret_adherent": f.LOOS, "mode_recouvrement": mode,
            "montant": Decimal(montant) if montant else None, "depend_de": depend}  # fmt: skip


@cas
def test_un_prix_dit_de_quoi_il_depend(
    mode: str, montant: str | None, depend: str | None, dit: str, mini: int | None, maxi: int | None
) -> None:
    fiche = {"population_min": mini, "population_max": maxi}
    assert offre.prix(_offre("CAM", mode, montant, depend), fiche) == dit


def test_les_services_non_utilises_ont_un_prix_et_une_voie_d_entree() -> None:
    rangees = [_offre("RGPD", "titre", "420.00"), _offre("UGAP", "gratuit", "0.00"), _offre("CAM", "titre", "200.00")]
    textes = [TEXTE | {"dispositif": "RGPD", "rubrique": "adhesion", "texte": "Par convention."},
              TEXTE | {"dispositif": "RGPD", "rubrique": "contact", "texte": "Direction des achats, au guichet."},
              TEXTE | {"dispositif": "UGAP", "rubrique": "contact", "texte": "Au guichet."},
              TEXTE | {"dispositif": None, "rubrique": "contact", "texte": "Le guichet."}]  # fmt: skip
    siens = _documents(BilanFactice(offre=rangees, textes=textes), "59360")
    # Loos is a member of CAM
    page = _texte(siens["page html"]).replace("\u00a0", " ")
    for attendu in (
        "la commune n'adhère pas à 3 services, dont 1 gratuit et 1 au prix non renseigné.",
        "Prix estimé d'une année entière",
        "Protection des données\n420 €\nPar convention. Direction des achats, au guichet.",
        "Convention UGAP\ngratuit\nAu guichet. — Direction des achats",
        "Contact. Le guichet. — Direction des achats",
    ):  # fmt: skip
        assert attendu in page, attendu
    feuille = _texte(siens["page pdf"]).replace("\u00a0", " ")
    prix = (
        "Gratuit. Convention UGAP.",
        "Protection des données : 420 €.",
        "Prix non renseigné. Cert",
    )
    assert sorted(prix, key=feuille.index) == [*prix]
    # a mayor asks how much, and whom to call: nobody where the drop names nobody
    note = _texte(siens["note pdf"]).replace("\u00a0", " ")
    for attendu in (
        "dont 1 gratuit et 1 au prix non renseigné. Prix estimé",
        "Protection des données : 420 €.",
        "Contact. Le guichet.",
    ):
        assert attendu in note
    assert "Contact" not in _texte(_documents(BilanFactice(offre=rangees), "59360")["note pdf"])
    sans_general = _documents(BilanFactice(offre=rangees, textes=textes[:3]), "59360")["page pdf"]
    assert "Par convention." in _texte(sans_general)


def test_un_service_reserve_n_a_ni_prix_ni_voie_d_entree() -> None:
    bilan = BilanFactice(
        offre=[_offre("RGPD", "titre", None, "eligibilite"), _offre("UGAP", "gratuit", "0.00")],
        textes=[TEXTE | {"dispositif": "RGPD", "rubrique": "adhesion", "texte": "Par convention."},
                TEXTE | {"dispositif": None, "rubrique": "contact", "texte": "Le guichet."}],
    )  # fmt: skip
    bilan.contexte.dispositifs[1] |= {"population_min": None, "population_max": 10000}
    siens = _documents(bilan, "59360")
    page, feuille = (_texte(siens[x]).replace("\u00a0", " ").replace("\u202f", " ") for x in ("page html", "page pdf"))
    assert "dont 1 gratuit, 1 au prix non renseigné et 1 réservé à d'autres communes." in page
    assert "réservé aux communes de moins de 10 000 habitants" in page
    assert "Par convention." not in page
    dits = [*_lignes(next(s for s in siens["note pdf"].sections if s.ancre == "offre").lus)]
    assert len(dits) == 2
    assert not any("Protection" in dit for dit in dits)
    assert feuille.index("Gratuit.") < feuille.index("Réservé aux communes de moins de 10 000 habitants. Protection")


@cas
def test_un_service_sans_tarif_n_est_propose_qu_a_qui_il_est_ouvert(
    insee: str, mini: int | None, maxi: int | None, dit: str
) -> None:
    """RGPD has no row of `offre`; Lille has 232 741 inhabitants, those of Loos are not known (R17b)."""
    textes = [TEXTE | {"dispositif": "RGPD", "rubrique": "adhesion", "texte": "Par convention."}]
    bilan = BilanFactice(offre=[_offre("UGAP", "gratuit", "0.00")], textes=textes)
    bilan.contexte.dispositifs[1] |= {"population_min": mini, "population_max": maxi}
    page = _texte(_documents(bilan, insee)["page html"]).replace("\u00a0", " ").replace("\u202f", " ")
    assert f"Protection des données\n{dit}\n" in page
    assert ("Par convention." in page) is ("Par convention." in dit)


@pytest.mark.parametrize(("fin", "services"), [("2021-12-30", 2), ("2021-12-31", 3), ("2022-06-30", 3), (None, 3)])
def test_un_service_qui_a_pris_fin_dans_l_annee_n_est_plus_propose(fin: str | None, services: int) -> None:
    """The sentence says 31 December; a version that did not keep this day has none (R17)."""
    bilan = BilanFactice(offre=[_offre("UGAP", "gratuit", "0.00")])
    bilan.contexte.dispositifs[1] |= {"fin": fin}
    page = _texte(_documents(bilan, "59360")["page html"]).replace("\u00a0", " ")
    assert f"la commune n'adhère pas à {services} services" in page


def test_sans_offre_il_n_y_a_pas_de_cadre() -> None:
    assert "offre" not in _parties(_documents(BilanFactice(), "59360")["page html"])


# ---------------------------------------------------------------- letters
def test_les_courriers_sont_un_fichier_et_chacun_une_page(tmp_path: Path) -> None:
    (document,) = (
        d for d in actes_communaux.documents(BilanFactice(avis_commune=[TRANSMIS])) if d.forme == "courriers"
    )
    (fichier,) = imprimerie.ecrire(document, tmp_path)
    assert fichier.relative_to(tmp_path).as_posix() == "projets_actes/transmission_communes_2021.docx"
    paragraphes = docx.Document(str(fichier)).paragraphs
    pages = [p.text for p in paragraphes if p.paragraph_format.page_break_before]
    assert pages == [
        *(f"Madame la Maire, Monsieur le Maire de {nom}" for nom in ("Lille", "Loos")),
        "D’où viennent ces chiffres",
    ]
    textes = [p.text.replace("\u00a0", " ") for p in paragraphes]
    delais = [x for x in textes if x.startswith("Les trois mois dont dispose votre conseil")]
    assert "transmission, le 19/12/2022 : son avis est attendu jusqu’au 19/03/2023." in delais[0]
    assert f"transmission, le {BLANC} : son avis est attendu jusqu’au {BLANC}." in delais[1]
    # a mayor opens no folder: what to enclose is said once, to the clerk
    (a_joindre,) = (x for x in textes if re.search(r"\.(?:pdf|docx)|communes/|dossier", x))
    assert a_joindre.startswith("2 lettres, une par page")
    assert sum("la page de votre commune, une note d’une page" in x for x in textes) == 2
    # same document, same bytes: no clock inside
    avant = fichier.read_bytes()
    assert imprimerie.ecrire(document, tmp_path)[0].read_bytes() == avant
