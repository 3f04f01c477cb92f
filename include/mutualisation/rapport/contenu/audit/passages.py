"""Bridges: full cost to the legal base, one year to the next, what came in to where it went."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.audit import cadre, renvois
from mutualisation.rapport.contenu.passage import D5211, INTRODUCTION, PORTEE, portee
from mutualisation.rapport.publie import Bilan, Ligne, somme
from mutualisation.rapport.sceau import Sceau

# the order in which effects are read (R12)
EFFETS = ("entree", "sortie", "etp", "taux", "fonctionnement", "amortissements", "subventions", "reprises")
PERSONNEL = ("etp", "taux")
SOMME_REPARTITION = "somme_repartition"


def dire(bilan: Bilan, sceau: Sceau) -> m.Document:
    """The page; without the year before, no bridge from it."""
    e = bilan.exercice
    annees = f", de {e - 1} à {e}" if bilan["variation"] else ""
    resume = (
        f"Du coût complet à la base {D5211}{annees}, et de chaque source à ses destinations : ce qui entre dans un "
        "passage en sort, au centime."
    )
    sections = [_base_legale(bilan), *_variation(bilan), *_repartition(bilan)]
    return cadre.document(bilan, sceau, renvois.PASSAGES, f"Passages {e}", resume, sections)


# ---------------------------------------------------------------- full cost → D5211-16
def _base_legale(bilan: Bilan) -> m.Section:
    rangees = bilan.dans_l_ordre(bilan["passage_d5211"])
    avec_recettes = any("recettes" in r for r in rangees)
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("cout_complet", "Coût complet", "centimes", somme=True),
        m.Colonne("dont_structure", "Charges de structure écartées", "centimes", somme=True),
        m.Colonne("cout_d5211", f"Base {D5211}", "centimes", somme=True, fort=True),
        *(
            (
                m.Colonne("recettes", "Recettes", "centimes", formats.NON_RENSEIGNE, somme=True),
                m.Colonne("taux_couverture_d5211", "Base couverte", "taux"),
            )
            if avec_recettes
            else ()
        ),
        m.Colonne("portee", "Portée", part=2),
    )
    lignes = [r | {"portee": portee(r)} for r in rangees]
    titre = f"Du coût complet à la base {D5211}, {bilan.exercice}"
    blocs: list[m.Bloc] = [m.p(INTRODUCTION), m.tableau(titre, colonnes, lignes, PORTEE), *_comptes(bilan)]
    return m.Section("d5211", f"Du coût complet à la base {D5211}", f"Base {D5211}", blocs)


def _comptes(bilan: Bilan) -> list[m.Bloc]:
    """What leaves the full cost, by dispositif and account, with its reason."""
    rangees = bilan.dans_l_ordre(bilan["passage_d5211_detail"], "compte", "motif")
    if not rangees:
        return []
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("compte", "Compte M57", part=4),
        m.Colonne("nature", "Nature", part=2),
        m.Colonne("montant", "Montant écarté", "centimes", somme=True, fort=True),
    )
    lignes = [
        r | {"compte": libelles.libelle_compte(r["compte"]), "nature": r["nature_charge"].capitalize()} for r in rangees
    ]
    motifs = m.Liste(sorted({(r["nature_charge"].capitalize(), f"{r['motif']}.") for r in rangees}))
    titre = f"Charges de structure écartées, compte par compte, {bilan.exercice}"
    ecartes = somme(bilan["passage_d5211"], "dont_structure")
    phrase = (
        f"Les {formats.plusieurs(len(lignes), 'montant')} du tableau suivant font "
        f"{formats.euros(somme(rangees, 'montant'), 2)} ; le passage écarte {formats.euros(ecartes, 2)}."
    )
    limite, reste = cadre.LIGNES_MAX, cadre.renvoi("passage_d5211_detail.csv")
    return [m.p(phrase), motifs, m.tableau(titre, colonnes, lignes, limite=limite, reste=reste)]


# ---------------------------------------------------------------- N−1 → N
def _variation(bilan: Bilan) -> list[m.Section]:
    if not bilan["variation"]:
        return []
    e = bilan.exercice
    effets: dict[str, dict[str, Decimal]] = {}
    for r in bilan["variation"]:
        effets.setdefault(r["dispositif"], {})[r["effet"]] = r["montant"]
    avant, apres = bilan.synthese.get(e - 1, {}), bilan.synthese[e]
    presents = [x for x in EFFETS if any(montants.get(x) for montants in effets.values())]
    lignes = [
        {x: effets[code].get(x) for x in EFFETS}
        | {
            "libelle": bilan.libelle(code),
            "avant": avant[code]["cout_net"] if code in avant else None,
            "autres": sum((v for x, v in effets[code].items() if x not in PERSONNEL), Decimal(0)),
            "apres": apres[code]["cout_net"] if code in apres else None,
            "ecart": _reste(avant.get(code), apres.get(code), effets[code].values()),
        }
        for code in bilan.trier(effets)
    ]
    autres = m.Colonne("autres", "Autres effets", "centimes", somme=True)
    colonnes = (
        m.DISPOSITIF,
        m.Colonne("avant", f"Coût net {e - 1}", "centimes", somme=True),
        *(m.Colonne(x, libelles.EFFETS[x], "centimes", somme=True) for x in PERSONNEL),
        autres,
        m.Colonne("apres", f"Coût net {e}", "centimes", somme=True, fort=True),
        m.Colonne("ecart", "Inexpliqué", "centimes", somme=True),
    )
    reste = tuple(m.Colonne(x, libelles.EFFETS[x], "centimes", somme=True) for x in presents if x not in PERSONNEL)
    blocs: list[m.Bloc] = [
        m.tableau(f"Du coût net {e - 1} au coût net {e}", colonnes, lignes),
        *([m.tableau("Les autres effets, un par un", (m.DISPOSITIF, *reste, autres), lignes)] if reste else []),
        m.Liste([(libelles.EFFETS[x], f"{libelles.EFFETS_EXPLIQUES[x]}.") for x in presents]),
    ]
    return [m.Section("variation", f"De {e - 1} à {e}", f"De {e - 1} à {e}", blocs)]


def _reste(avant: Ligne | None, apres: Ligne | None, effets: Any) -> Decimal:
    """What the effects leave unexplained: 0 by R12."""
    net = Decimal(apres["cout_net"] if apres else 0) - (avant["cout_net"] if avant else 0)
    return net - sum(effets, Decimal(0))


# ---------------------------------------------------------------- sources
def _repartition(bilan: Bilan) -> list[m.Section]:
    sources = [s for s in libelles.SOURCES if any(r["source"] == s for r in bilan["repartition"])]
    if not sources:
        return []
    colonnes = (
        m.Colonne("libelle", "Source"),
        m.Colonne("lignes", "Lignes", "entier"),
        m.Colonne("sorti", "Réparti", fort=True, genre="lu"),
        m.Colonne("controle", "Contrôle de la somme (entré ; sorti)", part=4),
    )
    entete = [_source(bilan, s) for s in sources]
    blocs: list[m.Bloc] = [
        m.p("Chaque source est répartie en entier : ce qui ne va pas à un dispositif garde sa ligne et son motif."),
        m.Tableau(f"Ce qui est entré et ce qui est sorti, {bilan.exercice}", colonnes, entete),
        *(_destinations(bilan, s) for s in sources),
    ]
    return [m.Section("repartition", "Des sources à leurs destinations", "Répartition", blocs)]


def _source(bilan: Bilan, source: str) -> dict[str, Any]:
    rangees = [r for r in bilan["repartition"] if r["source"] == source]
    controles = [
        c for c in bilan["controles"] if c["controle"] == SOMME_REPARTITION and (c["cle"] or source).startswith(source)
    ]
    return {
        "libelle": libelles.SOURCES[source],
        "lignes": sum(r["lignes"] for r in rangees),
        "sorti": _quantite(somme(rangees, "montant"), rangees[0]["unite"]),
        "controle": " · ".join(_verdict(c) for c in controles),
    }


def _verdict(controle: Ligne) -> str:
    cotes = [formats.constat(controle[x]) for x in ("valeur_attendue", "valeur_constatee") if controle[x]]
    return f"{libelles.libelle(libelles.STATUTS, controle['statut'])}{' : ' if cotes else ''}{' ; '.join(cotes)}"


def _destinations(bilan: Bilan, source: str) -> m.Tableau:
    rangees = [r for r in bilan["repartition"] if r["source"] == source]
    unite = rangees[0]["unite"]
    colonnes = (
        m.Colonne("destination", "Destination", part=3),
        m.Colonne("motif", "Motif", part=4),
        m.Colonne("lignes", "Lignes", "entier"),
        m.Colonne("montant", "Montant" if unite == "EUR" else "ETP", "lu", fort=True),
    )
    lignes = [
        {
            "destination": libelles.DESTINATIONS.get(r["destination"]) or bilan.libelle(r["destination"]),
            "motif": libelles.libelle_motif(r["motif"]),
            "lignes": r["lignes"],
            "montant": _quantite(r["montant"], unite),
        }
        for r in rangees
    ]
    total = {
        "destination": "Total",
        "lignes": sum(r["lignes"] for r in rangees),
        "montant": _quantite(somme(rangees, "montant"), unite),
    }
    titre = f"{libelles.SOURCES[source]} : où va chaque montant, {bilan.exercice}"
    return m.Tableau(titre, colonnes, lignes, total, limite=cadre.LIGNES_MAX, reste=cadre.renvoi("repartition.csv"))


def _quantite(valeur: Decimal, unite: str) -> str:
    return formats.euros(valeur, 2) if unite == "EUR" else f"{formats.nombre(valeur, 6)}{formats.INSECABLE}ETP"
