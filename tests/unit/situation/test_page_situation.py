"""What comes due and what lands too high, as a reader of a situation is told."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from mutualisation.documents.situation.atterrissages import dire_depassements
from mutualisation.documents.situation.calendrier import Echeance
from mutualisation.documents.situation.dossier_situation import COLONNES
from mutualisation.documents.situation.page_situation import EFFETS, Situation, dire_sans_cout, page, par_genre
from mutualisation.socle.francais.formats import ZERO


def test_ce_qui_vient_a_echeance_se_dit_par_genre():
    marches = [Echeance(date(2025, 2, j), "marche", f"M{j}") for j in range(1, 8)]
    (liste,) = par_genre([*marches, Echeance(date(2025, 3, 1), "convention", "CEP", 3)])
    assert [(nom, dit.replace("\u00a0", " ")) for nom, dit in liste.points] == [
        ("Fin de convention", "01/03/2025, CEP (3)."),
        (
            "Fin de marché",
            "01/02/2025, M1 ; 02/02/2025, M2 ; 03/02/2025, M3 ; 04/02/2025, M4 ; 05/02/2025, M5 ; et 2 autres.",
        ),
    ]
    assert par_genre([]) == []


def atterrissage(dispositif, cout, prevu, **autres):
    vers = lambda v: None if v is None else Decimal(v)  # noqa: E731
    return {"exercice": 2021, "mois": 6, "dispositif": dispositif, "atterrissage_cout": vers(cout),
            "prevu_cout": vers(prevu), "depasse": False} | autres  # fmt: skip


def test_ce_qui_depasse_se_dit_du_plus_grand_ecart_avec_le_total_de_ce_qui_etait_prevu():
    """A dispositif that nothing forecast is in no total; a forecast below 0 has no percentage."""
    lignes = [
        atterrissage("CEE", "110.00", "100.00", depasse=True), atterrissage("CAM", "80.00", "300.00"),
        atterrissage("GUICHET", "489.94", "-469.66", depasse=True), atterrissage("NEUF", None, None),
    ]  # fmt: skip
    assert dire_depassements(lignes).replace("\xa0", " ").replace("\u202f", " ") == (
        "Situation 2021-06, provisoire : 2 dispositifs finiraient au-dessus du coût net prévu : GUICHET 490 € au lieu "
        "de −470 € (+960 €) ; CEE 110 € au lieu de 100 € (+10 €, +10,0 %). En tout, 680 € au lieu de −70 € (+750 €)."
    )
    assert dire_depassements(lignes[1:2]) == ""


INCONNU = {"atterrissage_cout": None}
CONTEXTE = SimpleNamespace(
    exercice=2023, epci="Essai", siren="200000001", est_synthetique=False, charte={"marque": "", "phrase": ""}
)


def mois(exercice, dispositif, sans_cout=None, prix=2022):
    return {"exercice": exercice, "mois": 5, "dispositif": dispositif, "etp": Decimal(1), "exercice_prix": prix,
            "sans_cout": sans_cout}  # fmt: skip


def test_une_categorie_sans_cout_moyen_est_nommee_avec_son_remede():
    """Of either year, once; where no year has a payroll, that is what is said."""
    lignes = [mois(2023, "ADS", "B, C"), mois(2023, "CEP"), mois(2022, "ADS", "APP, B")]
    phrase = "temps de catégorie APP, B et C, sans coût moyen en 2022, compté 0 € : complétez masse_salariale_2022."
    assert dire_sans_cout(lignes).replace("\xa0", " ") == phrase
    assert dire_sans_cout(lignes[1:2]) == ""
    assert dire_sans_cout([mois(2023, "ADS", "B", prix=None)]) == ""
    avis = page(Situation(CONTEXTE, 5, lignes, [])).avis
    assert [(titre, dits[0].replace("\xa0", " ")) for titre, dits in avis[1:]] == [("Personnel incomplet", phrase)]


def test_ce_qui_est_arrive_se_compare_a_l_an_dernier_s_il_est_connu():
    vue, seule = (
        page(Situation(CONTEXTE, 5, [mois(e, "ADS") for e in annees], [])) for annees in ((2023, 2022), (2023,))
    )
    (dit,) = next(s.blocs for s in vue.sections if s.ancre == "absents")
    assert dit.morceaux == ("Fin mai : tous les fichiers reçus à cette date l'an dernier le sont aussi.",)
    assert "absents" not in [s.ancre for s in seule.sections]


def test_le_total_d_un_atterrissage_dit_qui_n_y_est_pas():
    """A dispositif without row the year before lands nowhere: unknown is not zero (R22a)."""

    def dits(*lignes):
        vides = dict.fromkeys((*COLONNES["atterrissage"], *(f"effet_{e}" for e in EFFETS)), Decimal(0))
        atterrissages = [
            vides
            | {"dispositif": d, "libelle": d, "atterrissage_cout": c, "atterrissage_recettes": c, "depasse": False}
            for d, c in lignes
        ]
        lue = page(Situation(CONTEXTE, 5, [mois(2023, "ADS")], atterrissages))
        (tableau,) = lue.sections[0].blocs
        return [c.note for c in lue.chiffres if c.libelle.startswith("Atterrissage")], tableau.note

    (tuiles, note), (tuiles_connues, note_connue) = dits(("ADS", Decimal(9)), ("NEUF", None)), dits(("ADS", Decimal(9)))
    assert (tuiles, tuiles_connues) == (["sans NEUF"] * 2, [""] * 2)
    assert note == f"{note_connue} Totaux de l'écart et de la fin de l'année : sans NEUF, sans comparaison en 2022."
    assert dits(("NEUF", None)) == (["", ""], note_connue), "no total, nothing left out of it"


def test_une_situation_ou_une_paie_peut_se_lire_est_restreinte():
    """R2i, of a situation too (R2j): on its first line as in its notices."""
    lues = [page(Situation(CONTEXTE, 5, [mois(2023, "ADS")], [], restreinte=oui)) for oui in (False, True)]
    dits = [("Diffusion restreinte" in dict(p.etats), "Diffusion restreinte" in dict(p.avis)) for p in lues]
    assert dits == [(False, False), (True, True)]


def test_le_budget_dit_qui_depasse_et_ce_qui_n_est_d_aucun_service():
    """R23a: the worst first, in words; no section without a budget, and unknown receipts are not zero."""
    ligne = dict.fromkeys(COLONNES["budget_suivi"]) | {"composante": "fonctionnement", "vote": Decimal(10)}
    suivi = [
        ligne | {"dispositif": d, "libelle": d, "disponible": Decimal(x)}
        for d, x in (("JUSTE", "0.00"), ("PEU", "-0.01"), ("ADS", "-5.00"))
    ] + [ligne | {"dispositif": "ADS", "libelle": "ADS", "composante": "recettes", "disponible": Decimal(-9)}]
    hors = [{"composante": c, "motif": "structure", "vote": Decimal(3)} for c in ("fonctionnement", "recettes")]
    vue, sans = (
        page(Situation(CONTEXTE, 5, [mois(2023, "ADS")], [], budget_suivi=x, credits_hors=y))
        for x, y in ((suivi, hors), ([], []))
    )
    assert dict(vue.avis)["Crédits dépassés"][0].replace("\xa0", " ") == (
        "Crédits dépassés (credits_depasses) : ADS de 5,00 € pour 10,00 € votés ; PEU de 0,01 € pour 10,00 € votés."
    )
    tableau, phrase = next(s.blocs for s in vue.sections if s.ancre == "budget")
    assert [getattr(x["disponible"], "suite", "") for x in tableau.lignes] == ["", *["crédits dépassés"] * 2]
    assert (tableau.total["disponible"], tableau.total["realise"]) == (Decimal("-5.01"), None)
    assert "".join(phrase.morceaux).replace("\xa0", " ").replace("\u202f", " ") == (
        "Recettes : 10 € votés, — titrés ; retenu pour 2023 : —, par service dans budget_suivi.csv. "
        "Voté, et dans aucune de ces lignes : 3 € de dépenses pour les charges de structure ; "
        "3 € de recettes pour les charges de structure."
    )
    assert ("budget" in [s.ancre for s in sans.sections], "Crédits dépassés" in dict(sans.avis)) == (False, False)


def test_la_page_dit_de_combien_la_meme_prevision_s_etait_trompee():
    """R22c: at the same month of E−1, beside what E−1 was; nothing where the year before that is not known."""
    fut = {
        "atterrissage_cout": Decimal(90),
        "cout": Decimal(100),
        "atterrissage_recettes": Decimal(7),
        "recettes": ZERO,
    }
    vues = [page(Situation(CONTEXTE, 5, [mois(2023, "ADS")], [], methode=x)) for x in (fut, None, fut | INCONNU)]
    lectures = [dict(next(s.blocs for s in v.sections if s.ancre == "lecture")[0].points) for v in vues]
    assert lectures[0]["Précision"].replace("\u00a0", " ") == (
        "fin mai 2022, la même prévision annonçait pour 2022 un coût net de 90 € au lieu de 100 € (−10,0 %), "
        "des recettes de 7 € au lieu de 0 € (+7 €)."
    )
    assert [len(points) for points in lectures] == [5, 4, 4]


def test_le_temps_se_dit_au_rythme_de_l_annee():
    """R22c: days of the year over those of the period, a leap year too: 366 ÷ 121 for April 2024."""
    contexte = SimpleNamespace(**(vars(CONTEXTE) | {"exercice": 2024}))
    (note,) = (
        c.note
        for c in page(Situation(contexte, 4, [mois(2024, "ADS") | {"mois": 4}], [])).chiffres
        if "ETP" in c.libelle
    )
    assert note == "3,02 au rythme de l'année"
    (note,) = (
        c.note
        for c in page(Situation(CONTEXTE, 12, [mois(2023, "ADS") | {"mois": 12}], [])).chiffres
        if "ETP" in c.libelle
    )
    assert note == "1,00 au rythme de l'année"
