"""A sheet whose rows are not those of a relation has here a function of its name, which makes them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mutualisation.documents.classeur.feuilles_du_contrat import HORS, Annuaire, annuaire, colonne, en_clair, feuille
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import paie, usage
from mutualisation.documents.rapport.contenu.communes.usages_et_titres import statut
from mutualisation.documents.rapport.contenu.conseil.dispositifs import mesures
from mutualisation.documents.rapport.contenu.controles import commentaires, lire_cle, noms_des_cles
from mutualisation.documents.rapport.contenu.imputations import RELATION, nommer
from mutualisation.documents.rapport.contenu.ouverture import laisse_de_cote
from mutualisation.documents.rapport.contenu.passage import PORTEE, portee
from mutualisation.documents.rapport.contenu.usage import en_vigueur, nom_de_la_cle, par_adhesion
from mutualisation.documents.rapport.publie import DESTINATIONS, Bilan, Ligne, somme
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.publication.versions.dataframes import lignes_de, trame
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.libelles import EFFETS, ORIGINES
from mutualisation.socle.francais.noms_propres import de
from mutualisation.socle.francais.typographie import ordre

if TYPE_CHECKING:
    from pandas import DataFrame

ANNEES = {"etp": "ETP", "cout_net": "Coût net", "recettes": "Recettes"}
ZERO = Decimal(0)
SUIVIES = ("cout_usage", "montant_du", "reste", "du_habitant", "cout_habitant")
ACHATS = {
    "achats_ht": "achats_ht",
    "prix_reference_ht": "reference_ht",
    "achats_compares_ht": "achats_compares_ht",
    "gain": "gain_ht",
}
VENTES = ["operations", "produit", "part_epci", "frais", "reversement"]
# an identifier is no number: its leading zeros count
CODES = ("code", "annee")
# a cell holds such a number exactly
NOMBRE = re.compile(r"[-+]?\d{1,15}([.,]\d{1,12})?")


def synthese(bilan: Bilan) -> m.Tableau:
    """Show ETP, net cost and receipts of each dispositif over the exercices, as in the printed annex."""
    rangees = [r for annee in bilan.synthese.values() for r in annee.values()]
    df = trame(rangees, "dispositif", "exercice", *ANNEES)
    df = df.pivot(index="dispositif", columns="exercice", values=list(ANNEES)).reindex(bilan.dispositifs)
    df = df.set_axis([f"{mesure}_{e}" for mesure, e in df.columns], axis=1)
    # the frame has no column for a year without a dispositif
    cases = [(f"{mesure}_{e}", mesure, e) for mesure in ANNEES for e in bilan.exercices]
    df = df.reindex(columns=[cle for cle, _, _ in cases])
    publie = {cle: bilan.totaux[e][mesure] for cle, mesure, e in cases}
    ajouts = [colonne(cle, f"{ANNEES[mesure]} {e}", largeur=16) for cle, mesure, e in cases]
    return feuille(bilan, "synthese", _lignes_nommees(bilan, df), ajouts=ajouts, total=publie, publie=publie)


def _lignes_nommees(bilan: Bilan, df: DataFrame) -> list[Ligne]:
    return lignes_de(df.assign(libelle=[bilan.libelle(code) for code in df.index]))


def detail(bilan: Bilan) -> m.Tableau:
    """Show the components of the net cost; what comes off the cost is negative (R5)."""
    return feuille(bilan, "detail", bilan.lignes_exercice(), total=bilan.total, publie=bilan.total)


def financement(bilan: Bilan) -> m.Tableau:
    """Show receipts, what is left, coverage; and the attribution de compensation when one dispositif uses it."""
    lignes = bilan.lignes_exercice()
    sans = () if any(r["recettes_ac"] is not None for r in lignes) else ("recettes_ac", "reste_a_charge_apres_ac")
    return feuille(bilan, "financement", lignes, sans=sans, total=bilan.total, publie=bilan.total)


def variation(bilan: Bilan) -> m.Tableau:
    """Go from N−1 to N, effect by effect (R12): the effects sum to the change of the net cost, to the cent."""
    e, (df, effets) = bilan.exercice, _croiser(bilan, "variation", "effet", EFFETS)
    for cle, annee in (("avant", bilan.synthese.get(e - 1, {})), ("apres", bilan.synthese[e])):
        df[cle] = [annee.get(code, {}).get("cout_net", ZERO) for code in df.index]
    publie = {"apres": bilan.total["cout_net"], "total": somme(bilan["variation"], "montant")}
    return feuille(
        bilan,
        "variation",
        _lignes_nommees(bilan, df),
        ajouts=[
            *(colonne(x, EFFETS[x], "variation") for x in effets),
            colonne("total", "Variation", "variation", formule=_addition(effets)),
        ],
        publie=publie | ({"avant": bilan.totaux[e - 1]["cout_net"]} if e - 1 in bilan.totaux else {}),
    )


def origine(bilan: Bilan) -> m.Tableau:
    """Give a column to whose the receipts of the synthèse are: communes, CCAS, satellites, others."""
    df, origines = _croiser(bilan, "recettes_origine", "origine", ORIGINES)
    ajouts = [
        *(colonne(x, ORIGINES[x]) for x in origines),
        colonne("total", "Recettes", formule=_addition(origines)),
    ]
    return feuille(bilan, "origine", _lignes_nommees(bilan, df), ajouts=ajouts)


def _croiser(bilan: Bilan, relation: str, axe: str, noms: Mapping[str, str]) -> tuple[DataFrame, list[str]]:
    """Return amounts by dispositif and `axe` with their `total`, and the values of the axis in the order of `noms`."""
    df = trame(bilan[relation], "dispositif", axe, "montant").pivot(index="dispositif", columns=axe, values="montant")
    valeurs = [nom for nom in noms if nom in df]
    df = df.reindex(bilan.trier(df.index))[valeurs].fillna(ZERO)
    return df.assign(total=df.sum(axis=1)), valeurs


def _addition(cles: list[str]) -> str:
    return f"=SUM({{{cles[0]}}}:{{{cles[-1]}}})" if cles else ""


def passage(bilan: Bilan) -> m.Tableau:
    """Show full cost, structure, legal base, and what receipts cover of that base where it is known."""
    lignes = [r | {"portee": portee(r)} for r in en_clair(bilan, "passage_d5211")]
    detaillees, base = bilan["passage_d5211_detail"], somme(lignes, "cout_d5211")
    return feuille(
        bilan,
        "passage",
        lignes,
        total={"taux_couverture_d5211": somme(lignes, "recettes") / base if base else None},
        suite=PORTEE,
        # another relation gives each total
        publie={
            "cout_complet": bilan.total["cout_net"],
            "dont_structure": somme(detaillees, "montant") if detaillees else somme(lignes, "dont_structure"),
            "cout_d5211": somme(bilan["cout_unitaire"] or lignes, "cout_d5211"),
        },
    )


def cout_unitaire(bilan: Bilan) -> m.Tableau:
    """Show the cost of a unit of service, on the full cost and on the legal base."""
    couts = {r["dispositif"]: r["cout_net"] for r in bilan.lignes_exercice()}
    noms = {code: usage.nom_de_l_unite(types) for code, types in usage.types(bilan).items()}
    lignes = [
        par_lot(r | {"unite": noms.get(r["dispositif"], ""), "cout_complet": couts.get(r["dispositif"])})
        for r in en_clair(bilan, "cout_unitaire")
    ]
    return feuille(bilan, "cout_unitaire", lignes)


def par_lot(ligne: Ligne) -> Ligne:
    """Tell by the thousand a unit that costs less than ten cents, as on the page."""
    lot = usage.lot([ligne["cout_complet_unitaire"]])
    if lot == 1:
        return ligne | {"unite": formats.majuscule(ligne["unite"])}
    return ligne | {
        "unite": f"Milliers {de(ligne['unite'] or 'unités')}",
        "unites": ligne["unites"] / lot,
        "cout_complet_unitaire": usage.du_lot(ligne["cout_complet"], ligne["unites"], lot),
        "cout_d5211_unitaire": usage.du_lot(ligne["cout_d5211"], ligne["unites"], lot),
    }


# ---------------------------------------------------------------- staff, recomputable from the extract alone (R2)
def couts_moyens(bilan: Bilan) -> m.Tableau:
    """Show the average cost of an ETPT by catégorie, pooled under the threshold (R2c), and structure per ETPT."""
    return feuille(bilan, "couts_moyens", _moyens(bilan), suite=paie.protection(bilan))


def _moyens(bilan: Bilan) -> list[Ligne]:
    return [
        r | {"complet": (r["cout_moyen"] or ZERO) + (r["cout_structure"] or ZERO)}
        for r in en_clair(bilan, "cout_moyen")
    ]


def etp_par_categorie(bilan: Bilan) -> m.Tableau:
    """Multiply ETP by dispositif and catégorie by the average cost: formulas give the staff cost again."""
    complets = {r["categorie"]: r["complet"] for r in _moyens(bilan)}
    lignes = []
    for r in en_clair(bilan, "etp_categorie"):
        if (moyen := complets.get(r["categorie"])) is not None:
            recalcule = formats.arrondi(r["etp"] * moyen, 2)
            lignes.append(r | {"moyen": moyen, "recalcule": recalcule, "ecart": recalcule - r["cout_personnel"]})
    return feuille(bilan, "etp_par_categorie", lignes)


def communes(bilan: Bilan) -> m.Tableau:
    """Give a row to each commune alone: adhesions, cost, due, borne, € per inhabitant. Sums read the list by adherent;
    one last row holds what is of no commune, so that totals are whole."""
    qui, valorises = annuaire(bilan), en_clair(bilan, "cout_adherent")
    montants = trame(valorises, "insee", "cout_usage", "montant_du").fillna(ZERO).groupby("insee").sum()
    sommes, services = montants.to_dict("index"), _services(bilan, qui)
    lignes = [
        {"nom": c["nom"], "insee": insee, "services": services[insee]}
        | _montants(sommes.get(insee), c["population"], suivi=not services[insee])
        for insee, c in sorted(qui.communes.items(), key=lambda x: (ordre(x[1]["nom"]), x[0]))
    ]
    if any(sommes.get(HORS, {}).values()):
        hors = {"nom": "CCAS, satellites et adhérents sans commune", "insee": HORS, "services": None}
        lignes.append(hors | _montants(sommes[HORS], None))
    if not valorises:
        return feuille(bilan, "communes", lignes, sans=SUIVIES)
    total = {c: somme(lignes, c) for c in ("population", "cout_usage", "montant_du")}
    publie = {"cout_usage": bilan.total["cout_net"], "montant_du": somme(valorises, "montant_du")}
    return feuille(bilan, "communes", lignes, total=_montants(total, total["population"]), publie=publie)


def _montants(sommes: Ligne | None, population: Any, *, suivi: bool = True) -> dict[str, Any]:
    """Return cost and due, in all and for an inhabitant; unknown, not zero, where nobody follows it."""
    cout, du = (sommes["cout_usage"], sommes["montant_du"]) if sommes else (ZERO if suivi else None, ZERO)
    return {
        "population": population,
        "cout_usage": cout,
        "montant_du": du,
        "reste": None if cout is None else cout - du,
        "du_habitant": du / population if population else None,
        "cout_habitant": cout / population if population and cout is not None else None,
    }


def _services(bilan: Bilan, qui: Annuaire) -> Counter[str]:
    fin = date(bilan.exercice, 12, 31)
    membres = {
        (r["dispositif"], qui.adherents[r["siret_adherent"]]["code_insee"])
        for r in bilan["adhesion"]
        if en_vigueur(r, fin) and r["type_adherent"] == "commune" and r["siret_adherent"] in qui.adherents
    }
    return Counter(insee for _, insee in membres)


def recouvrement(bilan: Bilan) -> m.Tableau:
    """Show due, to be titled, titled and gap by dispositif and mode; name free dispositifs under the table."""
    cles, montants = ["dispositif", "libelle", "mode_recouvrement"], ["montant_du", "montant_titre", "ecart"]
    rangees = trame(bilan["recouvrement"], *cles, "siret_adherent", *montants).fillna({"mode_recouvrement": ""})
    groupes = rangees.groupby(cles)
    df = groupes[montants].sum().assign(adherents=groupes["siret_adherent"].nunique()).reset_index()
    df["a_titrer"], df["mode"] = df["montant_titre"] + df["ecart"], df["mode_recouvrement"].map(libelles.libelle_mode)
    gratuits = (df["mode_recouvrement"] == libelles.GRATUIT) & (df["montant_du"] == 0) & (df["montant_titre"] == 0)
    sans = ", ".join(r["libelle"] for r in bilan.dans_l_ordre(lignes_de(df[gratuits])))
    return feuille(
        bilan,
        "recouvrement",
        bilan.dans_l_ordre(lignes_de(df[~gratuits])),
        suite=f" Sans participation financière : {sans}." if sans else "",
    )


def cam(bilan: Bilan) -> m.Tableau:
    """Show purchases by theme, and the gain where a reference price is stated (R9)."""
    par_theme = trame(bilan["cam_achats"], "thematique", "numero_marche", "commandes", *ACHATS).groupby(
        "thematique", dropna=False
    )
    df = par_theme[["commandes", *ACHATS]].sum(min_count=1).assign(marches=par_theme["numero_marche"].nunique())
    df = df.reset_index().sort_values("thematique", key=lambda s: s.map(ordre, "ignore"))
    cles = {r["indicateur"]: r["valeur"] for r in bilan["indicateurs_cles"]}
    lignes = [r | _gain(r) for r in lignes_de(df.sort_values("achats_ht", ascending=False, kind="stable"))]
    publie = {c: x for c, nom in ACHATS.items() if (x := cles.get(f"cam_{nom}")) is not None}
    return feuille(bilan, "cam", lignes, total=_gain({c: somme(lignes, c) for c in ACHATS}), publie=publie or None)


def _gain(r: Ligne) -> Ligne:
    connu = r["gain"] is not None and r["prix_reference_ht"]
    return {"gain_pct": r["gain"] / r["prix_reference_ht"] if connu else None}


def cee(bilan: Bilan) -> m.Tableau:
    """Show certificates by exercice of the sale (R8); a dépôt sold in two years counts once in the total."""
    annees = sorted(bilan.contexte.presentes)
    rangees = [r | {"vente": str(e)} for e in annees for r in bilan.lignes("cee_valorisation", e)]
    df = trame(rangees, "vente", "depot", "siren_beneficiaire", *VENTES).fillna(ZERO)
    uniques = df.drop_duplicates(["depot", "siren_beneficiaire"], keep="last")
    lignes = [r | _frais(r) for r in lignes_de(df.groupby("vente")[VENTES].sum().reset_index())]
    double, total = len(uniques) < len(df), {c: uniques[c].sum() for c in VENTES}
    suite = " Un dépôt vendu sur deux exercices figure entier dans chacun, et une fois dans le cumul."
    return feuille(
        bilan,
        "cee",
        lignes,
        ajouts=[colonne(c, somme=not double) for c in VENTES],
        total=total | _frais(total),
        intitule=f"Cumul {annees[0]}-{annees[-1]}" if len(lignes) > 1 else "Total",
        suite=suite if double else "",
    )


def _frais(r: Ligne) -> Ligne:
    autres = r["frais"] + r["reversement"]
    return {"taux": r["frais"] / autres if autres else None}


def couts_d_usage(bilan: Bilan) -> m.Tableau:
    """Show the cost of adhesion and use of each adherent, with the words of the key it follows."""
    rangees, membres = en_clair(bilan, "cout_adherent"), par_adhesion(bilan, bilan.exercice)
    cles = [nom_de_la_cle(r["cle"], membre=r["dispositif"] in membres) for r in rangees]
    return feuille(bilan, "couts_d_usage", [r | {"cle": cle} for r, cle in zip(rangees, cles, strict=True)])


def factures(bilan: Bilan) -> m.Tableau:
    """Show invoices by semestre, each with what became of it, as the page of its commune says it."""
    cle = itemgetter("semestre", "siret_adherent")
    titres: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for r in bilan["recouvrement"]:
        titres[cle(r)] += r["montant_titre"] if r["mode_recouvrement"] == "titre" else ZERO
    statuts = {cle(r): statut([r], titres[cle(r)]) for r in bilan["facture_semestrielle"]}
    rangees = [r | {"statut": statuts[cle(r)]} for r in en_clair(bilan, "facture_semestrielle")]
    return feuille(bilan, "factures", sorted(rangees, key=itemgetter("semestre")))


def ecarts(bilan: Bilan) -> m.Tableau:
    """Show the gaps between what is due and titled, largest first."""
    rangees = [r for r in en_clair(bilan, "recouvrement") if r["ecart"]]
    return feuille(bilan, "ecarts", sorted(rangees, key=lambda r: -abs(r["ecart"])))


def imputations(bilan: Bilan) -> m.Tableau:
    """Name the commune of each attribution de compensation (R21)."""
    return feuille(bilan, "imputations", nommer(bilan[RELATION], bilan["adherent"]))


def controles(bilan: Bilan) -> m.Tableau:
    """Show every control, its key in words."""
    noms = noms_des_cles(bilan)
    rangees = en_clair(bilan, "controles")
    return feuille(bilan, "controles", [r | {"cle": lire_cle(bilan, r["cle"], noms)} for r in rangees])


# ---------------------------------------------------------------- forecast
def _par_scenario(lues: list[Ligne], *autres: str) -> list[Ligne]:
    """Sort rows in words: our scenarios first, then the scenarios of hypotheses by name; then by these columns."""
    rangs = {nom: i for i, nom in enumerate(libelles.SCENARIOS.values())}
    return sorted(lues, key=lambda r: (rangs.get(r["scenario"], len(rangs)), ordre(r["scenario"]), *map(r.get, autres)))


def essai(bilan: Bilan) -> m.Tableau:
    """Show the forecast tried on known exercices, the newest first; nothing of a version published before R19."""
    lues = [r for r in en_clair(bilan, "prevision_essai") if "du_prevu" in r]
    return feuille(bilan, "essai", sorted(lues, key=lambda r: -r["exercice_base"]))


def ecart_prevision(bilan: Bilan) -> m.Tableau:
    """Go from the forecast to the actual, effect by effect, to the cent."""
    lues = _par_scenario(en_clair(bilan, "ecart_prevision"))
    somme = "=" + "+".join(f"{{effet_{x}}}" for x in libelles.EFFETS)
    ajouts = [*(colonne(f"effet_{x}", nom) for x, nom in libelles.EFFETS.items()), colonne("ecart", formule=somme)]
    return feuille(bilan, "ecart_prevision", lues, ajouts=ajouts)


def prevision(bilan: Bilan) -> m.Tableau:
    """Give a row to each scenario, dispositif and year, by component (R19); nothing of a version published before."""
    lues = [r for r in en_clair(bilan, "prevision") if "montant_du" in r]
    return feuille(bilan, "prevision", _par_scenario(bilan.dans_l_ordre(lues), "exercice"))


def prevision_adherents(bilan: Bilan) -> m.Tableau:
    """Show what each adherent has to put in its budget for the year to come, by scenario and dispositif."""
    prevue = bilan.exercice + 1
    lues = [r for r in en_clair(bilan, "prevision_adherent") if r["exercice"] == prevue]
    return feuille(bilan, "prevision_adherents", _par_scenario(bilan.dans_l_ordre(lues)))


# ---------------------------------------------------------------- controls and method
def indicateurs(bilan: Bilan) -> m.Tableau:
    """Show the key figures of the report (R10); a percentage is a percentage."""
    rang = {nom: i for i, nom in enumerate(libelles.INDICATEURS)}
    rangees = sorted(bilan["indicateurs_cles"], key=lambda r: rang.get(r["indicateur"], len(rang)))
    return feuille(bilan, "indicateurs", [_indicateur(r) for r in rangees])


def _indicateur(r: Ligne) -> Ligne:
    unite = r["unite"] or ""
    genre = {"€": "centimes", "EUR": "centimes", "%": "taux"}.get(unite, "nombre")
    valeur = r["valeur"] / 100 if genre == "taux" and r["valeur"] is not None else r["valeur"]
    return {
        "indicateur": libelles.libelle(libelles.INDICATEURS, r["indicateur"]),
        "valeur": m.Valeur("sans donnée" if valeur is None else valeur, genre),
        "unite": "" if unite in ("nombre", "EUR", "€", "%") else unite,
    }


def etats(bilan: Bilan) -> m.Tableau:
    """Show the state of each dispositif; what no key leads to is not measured, as in the council's document."""
    return feuille(bilan, "etats", [r | mesures(r) for r in en_clair(bilan, "etat_valorisation")])


def a_commenter(bilan: Bilan) -> m.Tableau:
    """Show the figures that stand out from N−1 or from a bound of finance: nothing forbids them."""
    return feuille(bilan, "a_commenter", commentaires(bilan))


def repartition(bilan: Bilan) -> m.Tableau:
    """Show what the sources held and where each amount went, with a summary by source."""
    sources = list(libelles.SOURCES.values())
    # ETP and euros do not add up: each has its column
    rangees = [
        r
        | {
            "code": r["destination"],
            "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
            "euros": r["montant"] if r["unite"] == "EUR" else None,
            "etp": r["montant"] if r["unite"] == "ETP" else None,
        }
        for r in en_clair(bilan, "repartition")
    ]
    rangees.sort(key=lambda r: (sources.index(r["source"]), r["code"] in DESTINATIONS, ordre(r["destination"])))
    return feuille(bilan, "repartition", rangees)


def rejets(bilan: Bilan) -> m.Tableau:
    """Count the rows left aside by file and reason."""
    lignes = [{**r, "issue": libelles.libelle(libelles.STATUTS, r["statut"])} for r in bilan.laissees_de_cote]
    publie = {"lignes": bilan.compter("rejets")}
    return feuille(bilan, "rejets", lignes, publie=publie, suite=laisse_de_cote(bilan) if lignes else "")


def parametres(bilan: Bilan) -> m.Tableau:
    """Show the parameters of the method in force in the exercice, each value in its type."""
    lignes = [
        x
        | {
            "parametre": libelles.libelle_parametre(x["parametre"], bilan.libelle),
            "valeur": lire_parametre(bilan, x["parametre"], x["valeur"]),
            "debut": formats.lire_jour(x["debut"]),
            "fin": formats.lire_jour(x["fin"]),
        }
        for x in bilan.contexte.parametres
    ]
    return feuille(bilan, "parametres", lignes)


def lire_parametre(bilan: Bilan, nom: str, valeur: str) -> m.Valeur:
    """Type the value of a parameter that the contract knows: words, date, rate, number; any other is a text."""
    connu = vocabulaire().parametres.get(nom.partition(":")[0])
    if (en_mots := libelles.valeur_parametre(nom, valeur)) != valeur:
        return m.Valeur(en_mots)
    if connu is None or connu.genre in CODES:
        return m.Valeur(valeur)
    if NOMBRE.fullmatch(valeur):
        return m.Valeur(Decimal(valeur.replace(",", ".")), "taux" if connu.taux else "nombre")
    try:
        return m.Valeur(date.fromisoformat(valeur), "date")
    except ValueError:
        return m.Valeur(bilan.libelle(valeur))
