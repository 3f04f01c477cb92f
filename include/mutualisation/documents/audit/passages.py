"""Bridges lead from full cost to the legal base, from one year to the next, from what came in to where it went."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from mutualisation.documents.audit import index
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import renvois
from mutualisation.documents.rapport.contenu.passage import D5211, INTRODUCTION, PORTEE, commenter, portee
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles

# effects are read in this order (R12)
EFFETS = ("entree", "sortie", "etp", "taux", "fonctionnement", "amortissements", "subventions", "reprises")
PERSONNEL = ("etp", "taux")
SOMME_REPARTITION = "somme_repartition"


def passages(bilan: Bilan) -> m.Document:
    """Make the page; without the year before, it has no bridge from it."""
    e = bilan.exercice
    annees = f", de {e - 1} à {e}" if bilan["variation"] else ""
    resume = (
        f"Du coût complet à la base {D5211}{annees}, et de chaque source à ses destinations : ce qui entre dans un "
        "passage en sort, au centime."
    )
    sections = [_base_legale(bilan), *_variation(bilan), *_repartition(bilan)]
    return index.document(bilan, renvois.PASSAGES, f"Passages {e}", resume, sections)


# ---------------------------------------------------------------- full cost → D5211-16
def _base_legale(bilan: Bilan) -> m.Section:
    lignes = [r | {"portee": portee(r)} for r in bilan.dans_l_ordre(bilan["passage_d5211"])]
    titre = f"Du coût complet à la base {D5211}"
    tableau = lire_tableau("passages.base_legale", lignes, note=PORTEE, e=bilan.exercice)
    return m.Section("d5211", titre, f"Base {D5211}", [m.p(INTRODUCTION), tableau, *commenter(bilan), *_comptes(bilan)])


def _comptes(bilan: Bilan) -> list[m.Bloc]:
    """Show what leaves the full cost, by dispositif and account, with its reason."""
    rangees = bilan.dans_l_ordre(bilan["passage_d5211_detail"], "compte", "motif")
    if not rangees:
        return []
    lignes = [
        r | {"compte": libelles.libelle_compte(r["compte"]), "nature": r["nature_charge"].capitalize()} for r in rangees
    ]
    motifs = m.Liste(sorted({(x["nature"], f"{x['motif']}.") for x in lignes}))
    ecartes = somme(bilan["passage_d5211"], "dont_structure")
    phrase = (
        f"Les {formats.plusieurs(len(lignes), 'montant')} du tableau suivant font "
        f"{formats.euros(somme(rangees, 'montant'), 2)} ; le passage écarte {formats.euros(ecartes, 2)}."
    )
    return [m.p(phrase), motifs, lire_tableau("passages.comptes", lignes, e=bilan.exercice)]


# ---------------------------------------------------------------- N−1 → N
def _variation(bilan: Bilan) -> list[m.Section]:
    if not bilan["variation"]:
        return []
    e = bilan.exercice
    effets: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for r in bilan["variation"]:
        effets[r["dispositif"]][r["effet"]] = r["montant"]
    presents = [x for x in EFFETS if any(du_dispositif.get(x) for du_dispositif in effets.values())]
    lignes = [_effets(bilan, code, effets[code]) for code in bilan.trier(effets)]
    mots: dict[str, Any] = {"avant": e - 1, "e": e} | libelles.EFFETS
    blocs: list[m.Bloc] = [lire_tableau("passages.variation", lignes, **mots)]
    if not set(presents) <= set(PERSONNEL):
        absents = [x for x in EFFETS if x not in presents]
        blocs.append(lire_tableau("passages.autres_effets", lignes, sans=absents, **mots))
    titre = f"De {e - 1} à {e}"
    blocs.append(
        m.Liste([(libelles.EFFETS[x], f"{formats.majuscule(libelles.EFFETS_EXPLIQUES[x])}.") for x in presents])
    )
    return [m.Section("variation", titre, titre, blocs)]


def _effets(bilan: Bilan, code: str, effets: dict[str, Decimal]) -> Ligne:
    """Return the net costs of both years, the effects between them, and what these leave unexplained: 0 by R12."""
    annees = (bilan.synthese.get(e, {}) for e in (bilan.exercice - 1, bilan.exercice))
    avant, apres = (annee.get(code, {}).get("cout_net") for annee in annees)
    return {
        **{x: effets.get(x) for x in EFFETS},
        "libelle": bilan.libelle(code),
        "avant": avant,
        "autres": sum((v for x, v in effets.items() if x not in PERSONNEL), Decimal(0)),
        "apres": apres,
        "ecart": Decimal(apres or 0) - (avant or 0) - sum(effets.values(), Decimal(0)),
    }


# ---------------------------------------------------------------- sources
def _repartition(bilan: Bilan) -> list[m.Section]:
    sources = {s: [r for r in bilan["repartition"] if r["source"] == s] for s in libelles.SOURCES}
    presentes = {s: rangees for s, rangees in sources.items() if rangees}
    if not presentes:
        return []
    entete = [
        _total(rangees) | {"libelle": libelles.SOURCES[s], "controle": _controles(bilan, s)}
        for s, rangees in presentes.items()
    ]
    blocs: list[m.Bloc] = [
        m.p("Chaque source est répartie en entier : ce qui ne va pas à un dispositif garde sa ligne et son motif."),
        lire_tableau("passages.repartition", entete, e=bilan.exercice),
        *(_destinations(bilan, s, rangees) for s, rangees in presentes.items()),
    ]
    return [m.Section("repartition", "Des sources à leurs destinations", "Répartition", blocs)]


def _total(rangees: list[Ligne]) -> Ligne:
    total = None if any(r["montant"] is None for r in rangees) else somme(rangees, "montant")
    montant = _quantite(total, rangees[0]["unite"])
    return {"lignes": sum(r["lignes"] for r in rangees), "montant": montant}


def _controles(bilan: Bilan, source: str) -> str:
    """Give both sides of the control of the sum of a source."""
    de_la_somme = (r for r in bilan["controles"] if r["controle"] == SOMME_REPARTITION)
    return " · ".join(_dire_verdict(r) for r in de_la_somme if (r["cle"] or source).startswith(source))


def _dire_verdict(controle: Ligne) -> str:
    cotes = [formats.constat(controle[x]) for x in ("valeur_attendue", "valeur_constatee") if controle[x]]
    return f"{libelles.libelle(libelles.STATUTS, controle['statut'])}{' : ' if cotes else ''}{' ; '.join(cotes)}"


def _destinations(bilan: Bilan, source: str, rangees: list[Ligne]) -> m.Tableau:
    unite = rangees[0]["unite"]
    lignes = [
        {
            "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
            "motif": libelles.libelle_motif(r["motif"]),
            "lignes": r["lignes"],
            "montant": _quantite(r["montant"], unite),
        }
        for r in rangees
    ]
    return lire_tableau(
        "passages.destinations",
        lignes,
        total={"destination": "Total"} | _total(rangees),
        source=libelles.SOURCES[source],
        quoi="Montant" if unite == "EUR" else "ETP",
        e=bilan.exercice,
    )


def _quantite(valeur: Decimal | None, unite: str) -> str:
    if valeur is None:
        return "non publié"  # R2i
    return formats.euros(valeur, 2) if unite == "EUR" else formats.etp(valeur, 6)
