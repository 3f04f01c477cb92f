"""A dispositif has members, users, units used, and a cost of a unit over the exercices shown."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.libelles import ADHERENTS
from mutualisation.socle.francais.typographie import lettres

# these keys of R11 share by membership, whatever was used
CLES_ADHESION = ("jours", "population")
# types of units that begin so count members, not what they use
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
    """Say whether a periode of adhesion holds that day."""
    return bool(adhesion["debut"] <= jour and (adhesion["fin"] is None or adhesion["fin"] >= jour))


def au_31_decembre(bilan: Bilan, exercice: int) -> dict[str, Counter[str]]:
    """Return {dispositif: {type of adherent: how many}} on 31 December, each SIRET counted once."""
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
    """Say `82 communes, 22 CCAS, 5 satellites`; empty without a member."""
    genres = [g for g in ADHERENTS if compte[g]] + sorted(set(compte) - set(ADHERENTS))
    return ", ".join(formats.plusieurs(compte[g], *ADHERENTS.get(g, (g, g))) for g in genres)


def types(bilan: Bilan) -> dict[str, list[str]]:
    """Return {dispositif: types of units that its adherents used in the exercice}."""
    return {r["dispositif"]: r["types"] for r in bilan.agreger("recours", TYPES)}


def nom_de_l_unite(types_: list[str], nombre: int = 2) -> str:
    """Name the unit, as `adhérents actifs`; several types are weighted together; empty without a type."""
    if len(types_) > 1:
        return "unité pondérée" if nombre < 2 else "unités pondérées"
    return libelles.libelle_unite(types_[0], nombre) if types_ else ""


def compte_les_membres(types_: Collection[str]) -> bool:
    """Say whether units of these types are the members themselves: they say nothing of use."""
    return bool(types_) and all(lettres(type_).startswith(MEMBRES) for type_ in types_)


def par_adhesion(bilan: Bilan, exercice: int) -> frozenset[str]:
    """Return the dispositifs whose cost R11 shares by membership, by the key or by the units that it weighs."""
    unites: dict[str, set[str]] = {}
    for r in bilan.lignes("recours", exercice):
        unites.setdefault(r["dispositif"], set()).add(r["type_unite"])
    return frozenset(
        r["dispositif"]
        for r in bilan.lignes("cout_adherent", exercice)
        if r["cle"] in CLES_ADHESION or (r["cle"] == "unites" and compte_les_membres(unites.get(r["dispositif"], ())))
    )


def nom_du_cout(couts: Collection[Ligne], membres: Collection[str]) -> str:
    """Name the cost of these rows of `cout_adherent`: of use only where units of use are counted. `membres` are the
    dispositifs that `par_adhesion` gives."""
    natures = {r["dispositif"] in membres for r in couts if r["cle"] != "aucune"}
    if natures == {True}:
        return "Coût de l'adhésion"
    return "Coût de l'usage" if natures == {False} else "Coût de l'adhésion et de l'usage"


def nom_de_la_cle(cle: str, *, membre: bool) -> str:
    """Name the key that a cost is shared on; units that count members are no use."""
    return "nombre d'adhérents" if membre and cle == "unites" else libelles.libelle(libelles.CLES_USAGE, cle)


def section_couts_unitaires(bilan: Bilan) -> m.Section:
    """Make a row per dispositif with a unit cost in two exercices at least, a column per exercice."""
    lignes = [ligne for code in bilan.dispositifs if (ligne := _par_annee(bilan, code)) is not None]
    annees = (m.Colonne(str(e), str(e), "centimes", fort=e == bilan.exercice) for e in bilan.exercices)
    unites = m.Colonne("libelle", "Dispositif, unité", part=4)
    tableau = m.Tableau(
        lire_phrase("couts_unitaires.titre"), (unites, *annees), lignes, note=lire_phrase("couts_unitaires.note")
    )
    return m.Section("couts-unitaires", "Ce que coûte une unité de service", "Coûts unitaires", [tableau])


def _par_annee(bilan: Bilan, code: str) -> Ligne | None:
    connues = {e: r for e in bilan.exercices for r in bilan.lignes("cout_unitaire", e) if r["dispositif"] == code}
    taille = lot(r["cout_complet_unitaire"] for r in connues.values())
    couts = {str(e): _cout(bilan, e, connues.get(e), taille) for e in bilan.exercices}
    if sum(cout is not None for cout in couts.values()) < 2:
        return None
    return {"libelle": f"{bilan.libelle(code)}, {pour(taille, types(bilan).get(code, []))}"} | couts


def _cout(bilan: Bilan, exercice: int, rangee: Ligne | None, taille: int) -> Decimal | None:
    if rangee is None:
        return None
    cout: Decimal | None = rangee["cout_complet_unitaire"]
    if taille == 1:
        return cout
    return du_lot(bilan.synthese[exercice].get(rangee["dispositif"], {}).get("cout_net"), rangee["unites"], taille)


# ---------------------------------------------------------------- units that are told
def lot(couts: Iterable[Decimal | None]) -> int:
    """Return how many units a cost is told of: 1, or 1 000 where one unit is under ten cents and not free."""
    return MILLE if any(cout and abs(cout) < MENU for cout in couts) else 1


def du_lot(cout: Decimal | None, unites: Decimal | None, taille: int) -> Decimal | None:
    """Return what `taille` units cost, in €, from the published cost and units."""
    return formats.arrondi(cout * taille / unites, 2) if cout is not None and unites else None


def pour(taille: int, types_: list[str]) -> str:
    """Say `par dossier`, `pour 1 000 unités pondérées`; of members, `en moyenne`: none has to bear that."""
    if taille == 1:
        return f"{'en moyenne ' if compte_les_membres(types_) else ''}par {nom_de_l_unite(types_, 1) or 'unité'}"
    return f"pour {formats.nombre(taille)}{formats.INSECABLE}{nom_de_l_unite(types_) or 'unités'}"


def partage(bilan: Bilan, code: str) -> str:
    """Say who bears a cost that use shares, its mean, and how many members bear none; empty where each bears some."""
    rangees = [r for r in bilan["cout_adherent"] if r["dispositif"] == code and r["siret_adherent"]]
    couts = [r["cout_usage"] for r in rangees if r["cout_usage"]]
    sans = len(rangees) - len(couts)
    if not sans or not couts or code in par_adhesion(bilan, bilan.exercice):
        return ""
    entre = formats.plusieurs(len(couts), "adhérent")
    autres = formats.plusieurs(sans, "autre n'en porte rien", "autres n'en portent rien")
    cle, moyenne = nom_de_la_cle(rangees[0]["cle"], membre=False), formats.euros(sum(couts) / len(couts), 2)
    return f"partagé entre {entre} selon les {cle}, {moyenne} en moyenne ; {autres}"


def stocks(bilan: Bilan, exercice: int) -> frozenset[str]:
    """Return the dispositifs whose units are the mean of the semestres (R10e): half of what `recours` adds up."""
    annuelles = {r["dispositif"]: r["unites"] for r in bilan.lignes("cout_unitaire", exercice) if r["unites"]}
    # a unit without its weight is unknown: the units of the year leave it out too
    sommes = {r["dispositif"]: r["unites"] for r in bilan.agreger("recours", QUANTITES, exercice=exercice)}
    return frozenset(d for d, annee in annuelles.items() if sommes.get(d) == 2 * annee)


def quantites(bilan: Bilan, exercice: int) -> dict[str, Decimal]:
    """Return {dispositif: units of the year before weights}; of a stock, the mean of its two semestres (R10e)."""
    sommes, moyennes = bilan.agreger("recours", QUANTITES, exercice=exercice), stocks(bilan, exercice)
    return {r["dispositif"]: r["quantite"] / (2 if r["dispositif"] in moyennes else 1) for r in sommes}


def nom_des_quantites(types_: list[str]) -> str:
    """Name units of several types before weights, as `Dossiers`; empty when they are not of one family."""
    return next((nom for nom, famille in libelles.FAMILLES_UNITES.items() if set(types_) <= set(famille)), "")
