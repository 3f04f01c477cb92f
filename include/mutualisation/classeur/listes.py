"""Raw sheets: each row of a relation, to filter; a long one prints a summary, or nothing where another sheet has it."""

from __future__ import annotations

from mutualisation.classeur.colonnes_du_contrat import colonne, colonnes
from mutualisation.classeur.feuilles_du_contrat import Liste, feuille, rangees
from mutualisation.francais import libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import modele as m
from mutualisation.publication.dataframes import lignes_de, trame
from mutualisation.rapport.contenu.controles import commentaires, lire_cle, noms_des_cles
from mutualisation.rapport.publie import DESTINATIONS, Bilan, Ligne, somme

COUT_ADHERENT = "T_Cout_adherent"
SCENARIOS = list(libelles.SCENARIOS.values())
# columns of former versions, then those of R12
EFFETS = {"effet_volume": "Volume", "effet_mix": "Mix", "effet_prix": "Prix"} | {
    f"effet_{cle}": nom for cle, nom in libelles.EFFETS.items()
}
ECRAN = {"imprimee": False}

par_compte = Liste(
    "passage_d5211_detail",
    "Passage par compte",
    "Montants écartés de la base D5211-16, par dispositif et par compte",
    "libelle compte motif montant",
    titres={"montant": "Montant écarté"},
    publie=lambda bilan: {"montant": somme(bilan["passage_d5211"], "dont_structure")},
    options=ECRAN,
)
couts_d_usage = Liste(
    "cout_adherent",
    "Coût par adhérent",
    "Coût de ce que chaque adhérent utilise",
    "libelle adherent insee cle poids cout_usage montant_du reste_a_charge",
    titres={"reste_a_charge": "À la charge de l'EPCI"},
    formules={"reste_a_charge": "={cout_usage}-{montant_du}"},
    traduire=lambda _, r: {"cle": libelles.CLES_USAGE.get(r["cle"], r["cle"])},
    publie=lambda bilan: {
        "cout_usage": bilan.total["cout_net"],
        "montant_du": somme(bilan["cout_adherent"], "montant_du"),
    },
    options=ECRAN | {"table": COUT_ADHERENT},
)
adhesions = Liste("adhesion", "Adhésions", "Adhésions", "libelle adherent code_insee debut fin", options=ECRAN)
factures = Liste(
    "facture_semestrielle",
    "Factures",
    "Factures semestrielles",
    "semestre statut adherent montant_du report_precedent montant_facture",
    titres={"montant_du": "Dû"},
    trier=lambda r: r["semestre"],
    publie=lambda bilan: {c: somme(bilan["facture_semestrielle"], c) for c in ("montant_du", "montant_facture")},
    options={"resume": ("semestre", "statut")},
)
ecarts = Liste(
    "recouvrement",
    "Écarts par adhérent",
    "Écarts entre le dû et le titré",
    "libelle semestre adherent montant_du montant_titre ecart",
    garder=lambda r: bool(r["ecart"]),
    trier=lambda r: -abs(r["ecart"]),
    publie=lambda bilan: {"ecart": somme(bilan["recouvrement"], "ecart")},
    longue=40,
    options={"resume": ("libelle",)},
)
essai = Liste(
    "prevision_essai",
    "Essai de la prévision",
    "Essai de la prévision sur les exercices connus",
    "scenario exercice_base libelle cout_prevu cout_constate erreur erreur_relative etp_prevu etp_constate "
    "recettes_prevues recettes_constatees",
    formules={"erreur": "={cout_prevu}-{cout_constate}"},
    trier=lambda r: (SCENARIOS.index(r["scenario"]), -r["exercice_base"]),
    options={"additive": False, "resume": ("scenario", "exercice_base")},
)
etats = Liste(
    "etat_valorisation",
    "États de valorisation",
    "États de valorisation des dispositifs",
    "libelle thematique valorisation etp_mesure charges_mesurees unites adherents manque",
)
controles = Liste(
    "controles",
    "Contrôles",
    "Contrôles",
    "controle cle statut bloquant valeur_attendue valeur_constatee seuil justification",
    titres={"cle": "Sur", "statut": "Résultat"},
    traduire=lambda bilan, r: {"cle": lire_cle(bilan, r["cle"], noms_des_cles(bilan))},
)


def ecart_prevision(bilan: Bilan) -> m.Tableau:
    """From the forecast to the actual, effect by effect, to the cent."""
    effets = [x for x in EFFETS if any(r[x] is not None for r in bilan["ecart_prevision"])]
    return Liste(
        "ecart_prevision",
        "Écart à la prévision",
        "Écart entre le constaté et la prévision",
        f"scenario libelle cout_prevu cout_constate {' '.join(effets)} ecart",
        titres=EFFETS,
        formules={"ecart": "=" + "+".join(f"{{{x}}}" for x in effets)},
        trier=lambda r: SCENARIOS.index(r["scenario"]),
        options={
            "additive": False,
            "resume": ("scenario",),
            "note": "Écart : constaté moins prévu un an plus tôt. Les effets somment à l'écart, au centime.",
        },
    )(bilan)


def prevision(bilan: Bilan) -> m.Tableau:
    """A row per scenario, measure and dispositif, a column per year; summed up by scenario and measure."""
    cles = ["scenario", "dispositif", "libelle", "mesure"]
    df = trame(rangees(bilan, "prevision"), *cles[:3], "exercice", "cout_net", "recettes")
    df = df.rename(columns={"cout_net": "Coût net", "recettes": "Recettes"}).melt(
        [*cles[:3], "exercice"], var_name="mesure"
    )
    df = df.pivot(index=cles, columns="exercice", values="value")
    df.columns = [str(annee) for annee in df.columns]
    lignes = bilan.dans_l_ordre(lignes_de(df.reset_index()))
    return feuille(
        "Prévision",
        f"Prévision à partir de {bilan.exercice}, par scénario et par dispositif",
        "Prévision par scénario, en milliers d'euros, hors de tout total du bilan ; le résumé est imprimé.",
        sorted(lignes, key=lambda r: (SCENARIOS.index(r["scenario"]), r["mesure"])),
        [*colonnes("scenario mesure libelle"), *(colonne(annee, annee, "milliers") for annee in df.columns)],
        additive=False,
        filtre=True,
        resume=("scenario", "mesure"),
    )


def indicateurs(bilan: Bilan) -> m.Tableau:
    """Key figures of the report (R10); a percentage is a percentage."""
    rang = {nom: i for i, nom in enumerate(libelles.INDICATEURS)}
    return feuille(
        "Indicateurs",
        f"Indicateurs clés, {bilan.exercice}",
        "Indicateurs clés du rapport.",
        [_indicateur(r) for r in sorted(bilan["indicateurs_cles"], key=lambda r: rang.get(r["indicateur"], len(rang)))],
        [colonne("indicateur", largeur=60), colonne("valeur", largeur=22), colonne("unite", largeur=18)],
    )


def _indicateur(r: Ligne) -> Ligne:
    unite = r["unite"] or ""
    genre = {"€": "centimes", "EUR": "centimes", "%": "taux"}.get(unite, "nombre")
    valeur = r["valeur"] / 100 if genre == "taux" and r["valeur"] is not None else r["valeur"]
    return {
        "indicateur": libelles.libelle(libelles.INDICATEURS, r["indicateur"]),
        "valeur": m.Valeur("sans donnée" if valeur is None else valeur, genre),
        "unite": "" if unite in ("nombre", "EUR", "€", "%") else unite,
    }


def _destination(bilan: Bilan, r: Ligne) -> Ligne:
    """ETP and euros do not add up: a column each."""
    return {
        "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
        "euros": r["montant"] if r["unite"] == "EUR" else None,
        "etp": r["montant"] if r["unite"] == "ETP" else None,
    }


def repartition(bilan: Bilan) -> m.Tableau:
    """What the sources held and where each amount went, with a summary by source."""
    sources = list(libelles.SOURCES.values())
    lues = [r | _destination(bilan, r) | {"code": r["destination"]} for r in rangees(bilan, "repartition")]
    return feuille(
        "Répartition",
        f"Où vont les sources, {bilan.exercice}",
        "Ce que contenaient les sources, et où chaque montant est allé ; résumé par source imprimé.",
        sorted(lues, key=lambda r: (sources.index(r["source"]), r["code"] in DESTINATIONS, ordre(r["destination"]))),
        [
            *colonnes("source destination motif lignes", {"lignes": "Lignes source"}),
            colonne("euros", "Montant", absent="", largeur=20),
            colonne("etp", absent="", largeur=14),
        ],
        filtre=True,
        resume=("source",),
    )


def rejets(bilan: Bilan) -> m.Tableau:
    """Rows left aside, counted by file and reason."""
    lignes = [{**r, "issue": libelles.libelle(libelles.STATUTS, r["statut"])} for r in bilan.laissees_de_cote]
    return feuille(
        "Rejets",
        f"Lignes écartées par fichier et par motif, {bilan.exercice}",
        "Lignes écartées, comptées par fichier et par motif ; le détail est dans rejets.csv.",
        lignes,
        colonnes("fichier issue colonne motif lignes"),
        publie={"lignes": len(bilan["rejets"])},
        filtre=True,
    )


def a_commenter(bilan: Bilan) -> m.Tableau:
    """Figures that stand out from N−1 or from a bound of finance: nothing forbids them."""
    return feuille(
        "À commenter",
        "Points à commenter",
        "Chiffres qui s'écartent de N−1 ou d'une borne d'alerte, à commenter par le service.",
        commentaires(bilan),
        colonnes("sujet constat", {"sujet": "Chiffre"}),
    )
