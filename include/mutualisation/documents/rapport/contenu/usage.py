"""Who is a member of a dispositif, who uses it, how much, and what a unit of it costs over the exercices shown."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.libelles import ADHERENTS
from mutualisation.socle.francais.typographie import ordre

# keys of R11 that share by membership, whatever was used
CLES_ADHESION = ("jours", "population")
# how the types of units begin that count members, not what they use
MEMBRES = ("adherent", "adhesion", "membre", "abonne")
TYPES = """
select dispositif, array_agg(distinct type_unite collate "C") as types
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif
"""

QUANTITES = """
select dispositif, sum(quantite) as quantite, sum(unites) as unites
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif
"""
# a unit that costs less than this is told by the thousand
MENU, MILLE = Decimal("0.10"), 1000


def en_vigueur(adhesion: Ligne, jour: date) -> bool:
    """True when a period of adhesion holds that day."""
    return bool(adhesion["debut"] <= jour and (adhesion["fin"] is None or adhesion["fin"] >= jour))


def au_31_decembre(bilan: Bilan, exercice: int) -> dict[str, Counter[str]]:
    """{dispositif: {type of adherent: how many}} on 31 December, each SIRET once."""
    fin = date(exercice, 12, 31)
    presents = {
        (r["dispositif"], r["siret_adherent"], r["type_adherent"])
        for r in bilan.lignes("adhesion", exercice)
        if en_vigueur(r, fin)
    }
    comptes: dict[str, Counter[str]] = {}
    for dispositif, _, genre in sorted(presents):
        comptes.setdefault(dispositif, Counter())[genre] += 1
    return comptes


def en_mots(compte: Counter[str]) -> str:
    """`82 communes, 22 CCAS, 5 satellites`; empty without a member."""
    genres = [g for g in ADHERENTS if compte[g]] + sorted(set(compte) - set(ADHERENTS))
    return ", ".join(formats.plusieurs(compte[g], *ADHERENTS.get(g, (g, g))) for g in genres)


def types(bilan: Bilan) -> dict[str, list[str]]:
    """{dispositif: types of units that its adherents used in the exercice}."""
    return {r["dispositif"]: r["types"] for r in bilan.agreger("recours", TYPES)}


def nom_de_l_unite(lus: list[str], nombre: int = 2) -> str:
    """`adhérents actifs`; several types are weighted against one another; empty without a type."""
    if len(lus) > 1:
        return "unité pondérée" if nombre < 2 else "unités pondérées"
    return libelles.libelle_unite(lus[0], nombre) if lus else ""


def compte_les_membres(lus: Collection[str]) -> bool:
    """True when the units of these types are the members themselves: they say nothing of use."""
    return bool(lus) and all(ordre(type_).startswith(MEMBRES) for type_ in lus)


def par_adhesion(bilan: Bilan, exercice: int) -> frozenset[str]:
    """Dispositifs whose cost R11 shares by membership, by the key or by the units that it weighs."""
    unites: dict[str, set[str]] = {}
    for r in bilan.lignes("recours", exercice):
        unites.setdefault(r["dispositif"], set()).add(r["type_unite"])
    return frozenset(
        r["dispositif"]
        for r in bilan.lignes("cout_adherent", exercice)
        if r["cle"] in CLES_ADHESION or (r["cle"] == "unites" and compte_les_membres(unites.get(r["dispositif"], ())))
    )


def nom_du_cout(couts: Collection[Ligne], membres: Collection[str]) -> str:
    """What these rows of `cout_adherent` are the cost of: of use only where units of use are counted.

    `membres`: dispositifs that `par_adhesion` gives.
    """
    natures = {r["dispositif"] in membres for r in couts if r["cle"] != "aucune"}
    if natures == {True}:
        return "Coût de l'adhésion"
    return "Coût de l'usage" if natures == {False} else "Coût de l'adhésion et de l'usage"


def nom_de_la_cle(cle: str, *, membre: bool) -> str:
    """What a cost is shared on; units that count members are no use."""
    return "nombre d'adhérents" if membre and cle == "unites" else libelles.libelle(libelles.CLES_USAGE, cle)


def section_couts_unitaires(bilan: Bilan) -> m.Section:
    """A row per dispositif that two exercices at least give a unit cost, a column per exercice."""
    lignes = [ligne for code in bilan.dispositifs if (ligne := _par_annee(bilan, code)) is not None]
    annees = (m.Colonne(str(e), str(e), "centimes", fort=e == bilan.exercice) for e in bilan.exercices)
    unites = m.Colonne("libelle", "Dispositif, unité", part=4)
    tableau = m.Tableau(
        lire_phrase("couts_unitaires.titre"), (unites, *annees), lignes, note=lire_phrase("couts_unitaires.note")
    )
    return m.Section("couts-unitaires", "Ce que coûte une unité de service", "Coûts unitaires", [tableau])


def _par_annee(bilan: Bilan, code: str) -> Ligne | None:
    connues = {e: r for e in bilan.exercices for r in bilan.lignes("cout_unitaire", e) if r["dispositif"] == code}
    lu = lot(r["cout_complet_unitaire"] for r in connues.values())
    couts = {str(e): _cout(bilan, e, connues.get(e), lu) for e in bilan.exercices}
    if sum(cout is not None for cout in couts.values()) < 2:
        return None
    return {"libelle": f"{bilan.libelle(code)}, {pour(lu, types(bilan).get(code, []))}"} | couts


def _cout(bilan: Bilan, exercice: int, rangee: Ligne | None, lu: int) -> Decimal | None:
    if rangee is None:
        return None
    cout: Decimal | None = rangee["cout_complet_unitaire"]
    if lu == 1:
        return cout
    return du_lot(bilan.synthese[exercice].get(rangee["dispositif"], {}).get("cout_net"), rangee["unites"], lu)


# ---------------------------------------------------------------- units that are told
def lot(couts: Iterable[Decimal | None]) -> int:
    """How many units the cost is told of: one, a thousand where one is under ten cents and not free."""
    return MILLE if any(cout and abs(cout) < MENU for cout in couts) else 1


def du_lot(cout: Decimal | None, unites: Decimal | None, lu: int) -> Decimal | None:
    """What so many units cost, from the published cost and units."""
    return formats.arrondi(cout * lu / unites, 2) if cout is not None and unites else None


def pour(lu: int, lus: list[str]) -> str:
    """`par dossier`, `pour 1 000 unités pondérées`; of members, a mean: none has to bear it."""
    if lu == 1:
        return f"{'en moyenne ' if compte_les_membres(lus) else ''}par {nom_de_l_unite(lus, 1) or 'unité'}"
    return f"pour {formats.nombre(lu)}{formats.INSECABLE}{nom_de_l_unite(lus) or 'unités'}"


def partage(bilan: Bilan, code: str) -> str:
    """Who bears a cost that use shares, how much in mean, and how many members bear none; empty where each does."""
    lues = [r for r in bilan["cout_adherent"] if r["dispositif"] == code and r["siret_adherent"]]
    couts = [r["cout_usage"] for r in lues if r["cout_usage"]]
    sans = len(lues) - len(couts)
    if not sans or not couts or code in par_adhesion(bilan, bilan.exercice):
        return ""
    entre = formats.plusieurs(len(couts), "adhérent")
    autres = formats.plusieurs(sans, "autre n'en porte rien", "autres n'en portent rien")
    cle, moyenne = nom_de_la_cle(lues[0]["cle"], membre=False), formats.euros(sum(couts) / len(couts), 2)
    return f"partagé entre {entre} selon les {cle}, {moyenne} en moyenne ; {autres}"


def stocks(bilan: Bilan, exercice: int) -> frozenset[str]:
    """Dispositifs whose units of the year are the mean of its semestres (R10e): half of what `recours` adds up."""
    annuelles = {r["dispositif"]: r["unites"] for r in bilan.lignes("cout_unitaire", exercice) if r["unites"]}
    # a unit without its weight is unknown: the units of the year leave it out too
    lues = {r["dispositif"]: r["unites"] for r in bilan.agreger("recours", QUANTITES, exercice=exercice)}
    return frozenset(d for d, annee in annuelles.items() if lues.get(d) == 2 * annee)


def quantites(bilan: Bilan, exercice: int) -> dict[str, Decimal]:
    """{dispositif: units of the year before they are weighted}; of a stock, the mean of its two semestres (R10e)."""
    lues, moyennes = bilan.agreger("recours", QUANTITES, exercice=exercice), stocks(bilan, exercice)
    return {r["dispositif"]: r["quantite"] / (2 if r["dispositif"] in moyennes else 1) for r in lues}


def nom_des_quantites(lus: list[str]) -> str:
    """`Dossiers`: what units of several types are before they are weighted; empty when they are no one thing."""
    return next((nom for nom, famille in libelles.FAMILLES_UNITES.items() if set(lus) <= set(famille)), "")
