"""What the page shows, prepared from a `Bilan`: sentences, key figures, cards, table rows, charts. No figure is
recomputed that the warehouse publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from mutualisation.francais import formats, libelles
from mutualisation.rapport import graphiques, tableaux_perimetre, tableaux_prevision, tableaux_recettes
from mutualisation.rapport.bilan import TOTAL, Bilan, Ligne, somme
from mutualisation.rapport.graphiques import Barre
from mutualisation.rapport.tableaux import Tableau

REJETS_MONTRES = 40
RECETTES = (
    "Participations des communes titrées au cours de l'exercice, diminuées des titres annulés, et frais retenus sur le "
    "produit des certificats d'économies d'énergie. Elles ne sont jamais déduites du coût net."
)
TOUT_TITRE = "Tout ce qui était à titrer l'a été, adhérent par adhérent."
NOTE_PARAMETRES = "Un paramètre absent de ce tableau a la valeur par défaut des règles de calcul."
NOTE_REPARTITION = (
    "Les titres attribués aux dispositifs comprennent leurs subventions ; les frais retenus sur les certificats "
    "d'économies d'énergie, qui ne sont pas titrés, s'y ajoutent dans les recettes."
)


@dataclass(frozen=True)
class Chiffre:
    """A key figure: what it is, how much, and how it moved since the exercice before."""

    libelle: str
    valeur: str
    note: str = ""


def periode(exercices: Sequence[int]) -> str:
    return str(exercices[0]) if len(exercices) == 1 else f"{exercices[0]}-{exercices[-1]}"


# ---------------------------------------------------------------- key figures
def _precedent(bilan: Bilan) -> Ligne | None:
    return bilan.totaux.get(bilan.exercice - 1)


def _note(bilan: Bilan, mesure: str) -> str:
    avant = _precedent(bilan)
    change = formats.evolution(avant[mesure], bilan.total[mesure]) if avant else None
    return f"{change} depuis {bilan.exercice - 1}" if change else ""


def chiffres(bilan: Bilan) -> list[Chiffre]:
    total = bilan.total
    chiffres = [
        Chiffre(
            "Coût net destiné aux besoins des communes", formats.euros(total["cout_net"]), _note(bilan, "cout_net")
        ),
        Chiffre("Recettes des communes", formats.euros(_recettes_total(bilan)), _note(bilan, "recettes")),
        _reste(bilan),
        Chiffre("Taux de couverture", formats.pourcent(total["taux_couverture"], 1), _points(bilan)),
        Chiffre("Équivalents temps plein", formats.nombre(total["etp"], 2), _note(bilan, "etp")),
        Chiffre("Dispositifs valorisés", formats.nombre(len(bilan.lignes_exercice()))),
    ]
    return chiffres + _chiffres_communes(bilan)


def _reste(bilan: Bilan) -> Chiffre:
    """What is left to the EPCI, or what communes paid above the cost: a negative figure would be misread."""
    reste = bilan.total["reste_a_charge"]
    if reste < 0:
        return Chiffre("Recettes au-delà du coût", formats.euros(-reste))
    return Chiffre("Reste à charge de l'intercommunalité", formats.euros(reste), _note(bilan, "reste_a_charge"))


def _recettes_total(bilan: Bilan) -> Decimal | None:
    """NULL counts 0 in the total (R6); when no dispositif states any, the total says so instead of 0."""
    return bilan.total["recettes"] if any(r["recettes_renseignees"] for r in bilan.lignes_exercice()) else None


def _points(bilan: Bilan) -> str:
    avant = _precedent(bilan)
    if not avant or avant["taux_couverture"] is None or bilan.total["taux_couverture"] is None:
        return ""
    ecart = formats.arrondi((bilan.total["taux_couverture"] - avant["taux_couverture"]) * 100, 1)
    signe = "+" if ecart > 0 else ""
    mot = "point" if abs(ecart) < 2 else "points"
    return f"{signe}{formats.nombre(ecart, 1)}{formats.INSECABLE}{mot} depuis {bilan.exercice - 1}"


def _chiffres_communes(bilan: Bilan) -> list[Chiffre]:
    chiffres = []
    for nom in ("communes_min1_pct", "communes_5_9_pct"):
        indicateur = bilan.indicateurs.get(nom)
        if indicateur and indicateur["valeur"] is not None:
            valeur = formats.pourcent(indicateur["valeur"] / 100)
            chiffres.append(Chiffre(libelles.INDICATEURS[nom], valeur, f"au 31 décembre {bilan.exercice}"))
    return chiffres


def resume(bilan: Bilan) -> str:
    total, nombre = bilan.total, len(bilan.lignes_exercice())
    texte = (
        f"En {bilan.exercice}, {formats.plusieurs(nombre, 'dispositif valorisé', 'dispositifs valorisés')} "
        f"{'mobilise' if nombre < 2 else 'mobilisent'} {formats.nombre(total['etp'], 2)} ETP au service des communes, "
        f"pour un coût net de {formats.euros(total['cout_net'])}."
    )
    recettes = _recettes_total(bilan)
    if recettes is None:
        return f"{texte} Aucune recette des communes n'est renseignée."
    reste = total["reste_a_charge"]
    suite = (
        f"{formats.euros(reste)} restent à la charge de l'intercommunalité"
        if reste >= 0
        else f"les recettes dépassent le coût de {formats.euros(-reste)}"
    )
    couverture = formats.pourcent(total["taux_couverture"], 1)
    part = f"à hauteur de {formats.euros(recettes)}, soit {couverture} du coût"
    return f"{texte} Les communes y contribuent {part} ; {suite}."


def reserve(bilan: Bilan) -> str:
    """Why the bilan is published with reserves (G4); empty when it is not."""
    if not bilan.avec_reserves:
        return ""
    motifs = []
    ecartees = sum(r["lignes"] for r in bilan.rejets if r["statut"] != "doublon")
    if ecartees:
        motifs.append(
            formats.plusieurs(ecartees, "ligne livrée n'est pas comptée", "lignes livrées ne sont pas comptées")
        )
    sans = sum(1 for c in bilan.controles if c["statut"] == "ecart" and not c["justification"])
    if sans:
        motifs.append(formats.plusieurs(sans, "écart reste à justifier", "écarts restent à justifier"))
    elif ecartees:
        motifs.append("les écarts constatés sont justifiés")
    return " ; ".join(motifs or ["Des lignes ont été écartées"]) + "."


# ---------------------------------------------------------------- charts
def barre(libelle: str, ligne: Ligne) -> Barre:
    return Barre(libelle, ligne["cout_net"], ligne["recettes"] if ligne["recettes_renseignees"] else None)


def barre_totale(exercice: int, bilan: Bilan) -> Barre:
    total = bilan.totaux[exercice]
    renseignees = any(r["recettes_renseignees"] for r in bilan.synthese[exercice].values())
    return Barre(str(exercice), total["cout_net"], total["recettes"] if renseignees else None)


def excedents(bilan: Bilan) -> dict[str, bool]:
    """Which charts show receipts above the cost, and need the legend of it."""
    barres = [barre(ligne["libelle"], ligne) for ligne in bilan.lignes_exercice()]
    totaux = [barre_totale(exercice, bilan) for exercice in bilan.exercices]
    return {"dispositifs": any(b.excedent for b in barres), "totaux": any(b.excedent for b in totaux)}


def graphes(bilan: Bilan) -> dict[str, Markup]:
    barres = [barre(ligne["libelle"], ligne) for ligne in bilan.lignes_exercice()]
    totaux = [barre_totale(exercice, bilan) for exercice in bilan.exercices]
    titre = f"Coût net, recettes des communes et reste à charge, {periode(bilan.exercices)}"
    return {
        "large": graphiques.couts_et_couverture(barres, bilan.exercice),
        "etroit": graphiques.couts_et_couverture(barres, bilan.exercice, etroit=True),
        "evolution": graphiques.evolution(totaux, titre, "g-evolution"),
    }


def fiches(bilan: Bilan) -> list[dict[str, Any]]:
    """One card per dispositif, like the printed annex: ETP, net cost and receipts of the exercices shown."""
    fiches = []
    for rang, code in enumerate(bilan.dispositifs, start=1):
        lignes = {e: bilan.synthese[e].get(code) for e in bilan.exercices}
        barres = [barre(str(e), ligne) if ligne else Barre(str(e), Decimal(0), None) for e, ligne in lignes.items()]
        fiches.append(
            {
                "id": f"fiche-{rang}",
                "code": code,
                "libelle": bilan.libelle(code),
                "lignes": lignes,
                "vignette": graphiques.vignette(barres),
            }
        )
    return fiches


# ---------------------------------------------------------------- tables
def ecarts(bilan: Bilan) -> dict[str, Any]:
    """Change of the net cost since the exercice before, largest first; Σ of the rows = the change of the total."""
    avant = bilan.synthese.get(bilan.exercice - 1)
    if avant is None:
        return {"rangees": [], "total": None}
    apres = bilan.synthese[bilan.exercice]
    couples = [(bilan.libelle(c), avant.get(c), apres.get(c)) for c in bilan.dispositifs if c in avant or c in apres]
    couples.sort(key=lambda c: -abs(_valeur_nette(c[2]) - _valeur_nette(c[1])))
    return {
        "rangees": [_ecart(*couple) for couple in couples],
        "total": _ecart("Total", bilan.totaux[bilan.exercice - 1], bilan.total),
    }


def _valeur_nette(ligne: Ligne | None) -> Decimal:
    return Decimal(ligne["cout_net"]) if ligne else Decimal(0)


def _ecart(libelle: str, avant: Ligne | None, apres: Ligne | None) -> dict[str, Any]:
    etp = (apres["etp"] if apres else Decimal(0)) - (avant["etp"] if avant else Decimal(0))
    change = formats.evolution(avant["cout_net"], apres["cout_net"]) if avant and apres else None
    return {
        "libelle": libelle,
        "avant": avant["cout_net"] if avant else None,
        "apres": apres["cout_net"] if apres else None,
        "ecart": _signe(_valeur_nette(apres) - _valeur_nette(avant), 0) + f"{formats.INSECABLE}€",
        "evolution": change or ("—" if avant and apres else "nouveau" if apres else "arrêté"),
        "etp": _signe(etp, 2),
    }


def _signe(valeur: Decimal, decimales: int) -> str:
    return ("+" if formats.arrondi(valeur, decimales) > 0 else "") + formats.nombre(valeur, decimales)


def passage(bilan: Bilan) -> dict[str, Any]:
    rangees = [r | {"libelle": bilan.libelle(r["dispositif"])} for r in bilan.passage if r["dispositif"] != TOTAL]
    ordre = {code: i for i, code in enumerate(bilan.dispositifs)}
    rangees.sort(key=lambda r: ordre.get(r["dispositif"], len(ordre)))
    total = {c: somme(rangees, c) for c in ("cout_complet", "dont_structure", "cout_d5211")}
    return {"rangees": rangees, "total": total}


def controles(bilan: Bilan) -> dict[str, Any]:
    comptes: dict[str, int] = {}
    for controle in bilan.controles:
        comptes[controle["statut"]] = comptes.get(controle["statut"], 0) + 1
    ordre = ["conforme", "ecart", "sans_donnee", "non_execute"]
    return {
        "comptes": [(s, comptes[s]) for s in ordre if s in comptes],
        "ecarts": [c for c in bilan.controles if c["statut"] in ("ecart", "non_execute")],
        "autres": [c for c in bilan.controles if c["statut"] not in ("ecart", "non_execute")],
    }


def repartition(bilan: Bilan) -> list[dict[str, Any]]:
    """One row per source: what it held and where it went; Σ destinations = the source."""
    sources: dict[str, dict[str, Any]] = {}
    for ligne in bilan.repartition:
        destination = bilan.destination(ligne["destination"])
        rangee = sources.setdefault(ligne["source"], {"unite": ligne["unite"], "montants": {}, "total": Decimal(0)})
        rangee["montants"][destination] = rangee["montants"].get(destination, Decimal(0)) + ligne["montant"]
        rangee["total"] += ligne["montant"]
    return [
        sources[source] | {"libelle": nom, "affiche": formats.euros if sources[source]["unite"] == "EUR" else _etp}
        for source, nom in libelles.SOURCES.items()
        if source in sources
    ]


def _etp(valeur: Decimal) -> str:
    return f"{formats.nombre(valeur, 2)}{formats.INSECABLE}ETP"


def portes(bilan: Bilan) -> str:
    """How many checks each gate executed; without a figure where the build did not keep it."""
    lues = bilan.contexte.construction.portes
    fichier, modele, rapport = (lues.get(nom) or {} for nom in ("fichier", "modele", "bilan"))
    livraison = fichier.get("executees") if not fichier.get("sans_resultat") else None
    return (
        f"à la livraison des fichiers{_compte(livraison)}, pendant le calcul{_compte(modele.get('tests'))}, "
        f"et sur le bilan avant publication{_compte(rapport.get('executees'))}"
    )


def _compte(nombre: int | None) -> str:
    return f" ({formats.plusieurs(nombre, 'contrôle exécuté', 'contrôles exécutés')})" if nombre else ""


def rejets(bilan: Bilan) -> dict[str, Any]:
    comptes: dict[str, int] = {}
    for rejet in bilan.rejets:
        comptes[rejet["statut"]] = comptes.get(rejet["statut"], 0) + rejet["lignes"]
    return {
        "comptes": sorted(comptes.items()),
        "rangees": bilan.rejets[:REJETS_MONTRES],
        "autres": max(len(bilan.rejets) - REJETS_MONTRES, 0),
    }


def note_methodologique(bilan: Bilan) -> list[tuple[str, str]]:
    """(subject, sentence) of the method in force in the exercice."""
    valeurs = {p["parametre"]: p["valeur"] for p in bilan.contexte.parametres}
    methode = valeurs.get("methode_etp", "R")
    support = ", personnel des fonctions support compris" if valeurs.get("structure_personnel") == "oui" else ""
    jours = "en mois de 30 jours" if valeurs.get("base_jours") == "30_360" else "au prorata des jours réels"
    return [
        ("Temps consacré", f"{libelles.METHODES_ETP.get(methode, methode)}."),
        (
            "Coût de personnel",
            "Les ETP sont valorisés au coût moyen de leur catégorie (masse salariale nette des atténuations, rapportée "
            f"aux ETPT), augmenté des charges de structure par ETPT{support}.",
        ),
        (
            "Fonctionnement direct",
            "Dépenses de l'exercice rattachées au dispositif par leur axe analytique, pour la part destinée aux "
            "communes.",
        ),
        (
            "Investissement",
            f"Amortissements de l'année, {jours} ; les reprises de subventions viennent en déduction.",
        ),
        ("Recettes", RECETTES),
        (
            "Arrondis",
            "Les calculs sont exacts ; l'arrondi au centime puis à l'euro n'intervient qu'à la publication.",
        ),
    ]


def introduction_prevision(bilan: Bilan) -> str:
    """What a forecast is worth, before its figures."""
    return (
        f"Ce qui est prévu à partir de {bilan.exercice}, dispositifs valorisés. Une prévision n'est pas un "
        f"engagement : {tableaux_prevision.reserve_prevision(bilan)}. Elle n'entre dans aucun total du bilan."
    )


def traces(bilan: Bilan) -> dict[str, int]:
    """How many source lines stand behind the figures of the exercice."""
    return {"lignes": sum(t["lignes"] for t in bilan.traces.values()), "chiffres": len(bilan.traces)}


def tableaux(bilan: Bilan) -> dict[str, Tableau | None]:
    """The tables that the page and the PDF share, by name; None where the exercice has no row."""
    faits = {
        "passage_compte": tableaux_perimetre.passage_par_compte(bilan),
        "passage_detail": tableaux_perimetre.passage_detaille(bilan),
        "cout_unitaire": tableaux_perimetre.cout_unitaire(bilan),
        "recouvrement": tableaux_recettes.recouvrement(bilan),
        "ecarts_adherents": tableaux_recettes.ecarts_adherents(bilan),
        "factures": tableaux_recettes.factures(bilan),
        "cee": tableaux_recettes.cee(bilan),
        "cam": tableaux_recettes.cam(bilan),
        "en_attente": tableaux_perimetre.en_attente(bilan),
        "hors_perimetre": tableaux_perimetre.hors_perimetre(bilan),
        "membres": tableaux_perimetre.membres(bilan),
        "indicateurs": tableaux_perimetre.indicateurs(bilan),
        "motifs": tableaux_perimetre.repartition_par_motif(bilan),
    }
    return {nom: tableau if tableau.lignes else None for nom, tableau in faits.items()}


def prevision(bilan: Bilan) -> dict[str, Any]:
    """Forecast, its test and its gaps; `couts` None without a forecast."""
    essais = (tableaux_prevision.essai_cout(bilan), tableaux_prevision.essai_recettes(bilan))
    ecart = tableaux_prevision.ecart(bilan)
    prevues = bool(bilan.previsions)
    return {
        "couts": tableaux_prevision.prevu(bilan, "cout_net", "Coût net prévu par scénario") if prevues else None,
        "recettes": tableaux_prevision.prevu(bilan, "recettes", "Recettes prévues par scénario") if prevues else None,
        "etp": tableaux_prevision.prevu(bilan, "etp", "ETP prévus par scénario") if prevues else None,
        "dispositifs": [
            tableaux_prevision.prevu_par_dispositif(bilan, mesure, nom)
            for mesure, nom in (("cout_net", "Coût net prévu"), ("recettes", "Recettes prévues"))
            if prevues
        ],
        "methodes": tableaux_prevision.methodes(bilan),
        "introduction": introduction_prevision(bilan),
        "essais": [essai for essai in essais if essai.lignes],
        "lecture": tableaux_prevision.lecture_essai(bilan),
        "ecart": ecart if ecart.lignes else None,
        "ecarts": tableaux_prevision.ecarts_par_dispositif(bilan),
    }
