"""The synthèse totals the exercices and the exercice by dispositif; it says where the money goes and who pays."""

from decimal import Decimal
from operator import itemgetter

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import encaissement, recettes, textes
from mutualisation.documents.rapport.enonces import lire_colonnes, lire_graphique, lire_phrase
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import NON_RENSEIGNE, ZERO

CHARGES = ("cout_personnel", "cout_fonctionnement", "amortissements")
AIDES = ("subventions", "reprises")
NOTE_ORIGINE = "Origine d'une recette : l'adhérent que son titre nomme, ou dont les certificats sont vendus."
# columns of a dispositif: a new column that is published is a line in `enonces.toml`
AVANT = lire_colonnes("synthese.avant")
APRES = lire_colonnes("synthese.apres")
# (label of the annex, kind, measure)
MESURES: tuple[m.Mesure, ...] = (
    ("Équivalents temps plein (ETP)", "etp", itemgetter("etp")),
    (libelles.MESURES["cout_net"], "euros", itemgetter("cout_net")),
    (
        "Recettes : participations et frais retenus",
        "euros",
        lambda r: NON_RENSEIGNE if r["recettes"] is None else r["recettes"],
    ),
    (libelles.MESURES["reste_a_charge"], "euros", itemgetter("reste_a_charge")),
    ("Taux de couverture", "taux", itemgetter("taux_couverture")),
)
# this row is shown where the years do not have the same number of communes
MEMBRES: m.Mesure = (libelles.INDICATEURS["communes"], "entier", itemgetter("communes"))


def flux(bilan: Bilan) -> g.Flux | None:
    """Draw the cost and who finances it, both sides equal; None when a part is negative: it couldn't be drawn."""
    total = bilan.total
    reste = total["reste_a_charge"]
    sources = [(libelles.MESURES[c], total[c]) for c in CHARGES]
    cibles = [
        *recettes.redevables(bilan),
        *((libelles.AIDES[a], total[a]) for a in AIDES),
        ("Intercommunalité", max(reste, ZERO)),
    ]
    if reste < 0:
        sources.append(("Recettes au-delà du coût", -reste))
    if any(montant < 0 for _, montant in (*sources, *cibles)):
        return None
    champs = lire_graphique("flux", e=bilan.exercice, cout=formats.euros(total["cout_net"]))
    return g.Flux(**champs, sources=[x for x in sources if x[1]], cibles=[x for x in cibles if x[1]])


def par_dispositif(bilan: Bilan) -> dict[str, dict[str, Decimal | None]]:
    """Return {dispositif: {origin: euros}}, a key per origin of the exercice; they add up to the receipts."""
    sommes: dict[str, dict[str, Decimal | None]] = {}
    for r in bilan["recettes_origine"]:
        par_origine = sommes.setdefault(r["dispositif"], dict.fromkeys(_origines(bilan)))
        par_origine[r["origine"]] = (par_origine.get(r["origine"]) or ZERO) + r["montant"]
    return sommes


def colonnes(bilan: Bilan) -> list[m.Colonne]:
    """Return a column per origin that the exercice knows."""
    return [m.Colonne(o, libelles.ORIGINES.get(o, o), "euros", somme=True, discret=True) for o in _origines(bilan)]


def _origines(bilan: Bilan) -> list[str]:
    connues = {r["origine"] for r in bilan["recettes_origine"] if r["montant"]}
    return [o for o in libelles.ORIGINES if o in connues]


def section_synthese(bilan: Bilan) -> m.Section:
    """Show two tables: years, dispositifs."""
    sommes = par_dispositif(bilan)
    origines = colonnes(bilan)
    lignes = [{**r, **sommes.get(r["dispositif"], {})} for r in bilan.lignes_exercice()]
    total = {**bilan.total, **m.additionner("Total", (m.DISPOSITIF, *origines), [*sommes.values()])}
    titre = f"Coût, qui le finance et part de l'EPCI, par dispositif, {bilan.exercice}"
    note = NOTE_ORIGINE if origines else ""
    exercice = m.Tableau(titre, (*AVANT, *origines, *APRES), lignes, total, note)
    encaisse = encaissement.phrase(bilan.exercice, bilan[encaissement.RELATION], encaissement.arrete(bilan))
    pourquoi = textes.avec_leurs_auteurs(bilan, "ecart")
    blocs: list[m.Bloc] = [totaux(bilan), *([m.p(pourquoi)] if pourquoi else []), m.p(encaisse)]
    blocs.append(m.Repli(f"Voir {bilan.exercice} par dispositif", [exercice]))
    return m.Section("synthese", "Dépenses destinées aux besoins des communes", "Synthèse", blocs)


def totaux(bilan: Bilan) -> m.Tableau:
    """Make the table of the printed annex: a row per measure, a column per exercice shown."""
    sans = ", ".join(str(e) for e in bilan.exercices if not bilan.totaux[e]["recettes_renseignees"])
    omises = f" Un dispositif dont les recettes ne sont pas renseignées compte pour zéro dans le total ({sans})."
    titre = f"Synthèse {formats.periode(bilan.exercices)}, tous dispositifs valorisés"
    communes = {e: _communes(bilan, e) for e in bilan.totaux}
    annees = {e: total | {"communes": communes[e]} for e, total in bilan.totaux.items()}
    mesures = [MEMBRES, *MESURES] if len({*communes.values()} - {None}) > 1 else MESURES
    return m.par_annee(titre, annees, mesures, note=lire_phrase("synthese.note") + (omises if sans else ""))


def _communes(bilan: Bilan, exercice: int) -> Decimal | None:
    valeurs = (r["valeur"] for r in bilan.lignes("indicateurs_cles", exercice) if r["indicateur"] == "communes")
    return next(valeurs, None)


def financement(bilan: Bilan) -> g.CoutsCouverts:
    """Draw cost and receipts, a column per exercice shown."""
    barres = [g.Barre(str(e), bilan.totaux[e]["cout_net"], bilan.recettes_totales(e)) for e in bilan.exercices]
    return g.CoutsCouverts(**lire_graphique("financement", periode=formats.periode(bilan.exercices)), barres=barres)


def couverture(bilan: Bilan) -> g.CoutsCouverts:
    """Draw one bar per dispositif, the largest cost first."""
    barres = [
        g.Barre(r["libelle"], r["cout_net"], r["recettes"] if r["recettes_renseignees"] else None)
        for r in sorted(bilan.lignes_exercice(), key=lambda r: -r["cout_net"])
    ]
    return g.CoutsCouverts(**lire_graphique("couverture", e=bilan.exercice), barres=barres)
