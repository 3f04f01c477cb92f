"""Around the sections, a document says key figures, states, reserves, origin, and who may be given the extract."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import recettes
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan, somme
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.ecartees import STATUTS, dire_ecartees, dire_ecarts

SEUIL, SEUIL_PROTECTEUR = "seuil_effectif", 5
# R1 sets by method the statuses of rows whose hours the ETP loses. In R, a row rejected or held is in no denominator:
# the other hours of the agent share its whole time
PERDUES = {"R": ("a_affecter",), "T": ("rejete", "retenu", "a_affecter")}
HEURES = "heures_reference"
A_APPROUVER, CLOS = "À approuver", "Clos"
SYNTHETIQUES = "Données synthétiques"
RESTREINTE = "Diffusion restreinte"
# a reason ends by its rule, as « (F3) »
REGLE = re.compile(r" \([A-Z]\d+[a-z]?\)$")
# an account (`root`) is no name: the name of a person has a capital letter, a space or a dot
COMPTE = re.compile(r"[a-z0-9_-]+")
Etiquettes = list[tuple[str, tuple[m.Morceau, ...]]]


def seuil_effectif(bilan: Bilan) -> Decimal:
    """Return the parameter `seuil_effectif` on 1 January of the exercice, in ETPT (R2c)."""
    return _parametre(bilan, SEUIL)


def _parametre(bilan: Bilan, nom: str) -> Decimal:
    """Return a number written in any form that C1 allows: « 1 000 », « 5,0 € », « (5) »."""
    en_vigueur = bilan.contexte.parametres_au(date(bilan.exercice, 1, 1))
    valeur = en_vigueur.get(nom, vocabulaire().parametres[nom].defaut)
    nombre = Decimal(re.sub(r"[^0-9.]", "", valeur.replace(",", ".")))
    return -nombre if re.search(r"[-(]", valeur) else nombre


def est_restreinte(bilan: Bilan) -> bool:
    """Say whether a mean may tell a pay (K8, R2i). The threshold is under 5, or a group of a year shown is under it, or
    has fewer than two agents."""
    seuil = seuil_effectif(bilan)
    groupes = (r["etpt_groupe"] for e in bilan.exercices for r in bilan.lignes("cout_moyen", e))
    isoles = (r.get("isole") for r in bilan.interne("groupes_lus") if r["exercice_lu"] in bilan.exercices)
    return seuil < SEUIL_PROTECTEUR or any(etpt is not None and etpt < seuil for etpt in groupes) or any(isoles)


def document(bilan: Bilan, chemin: str, titre: str, **autres: Any) -> m.Document:
    """Make a document of the extract, with what each says of the EPCI, its state, the origin of its figures. `autres`
    are fields of `Document` that replace these."""
    contexte = bilan.contexte
    communs: dict[str, Any] = {
        "exercice": bilan.exercice,
        "sous_titre": "",
        "epci": contexte.epci,
        "siren": contexte.siren,
        "version": contexte.construction.version,
        "synthetique": contexte.est_synthetique,
        **contexte.charte,
        "etats": etats(bilan),
        "avis": (),
        "resume": "",
        "chiffres": (),
        "sections": (),
        "identite": identite(bilan),
    }
    return m.Document(chemin=chemin, titre=titre, **(communs | autres))


# ---------------------------------------------------------------- figures
def chiffres(bilan: Bilan) -> list[m.Chiffre]:
    """Show five figures of the exercice, each with its change."""
    total, recues = bilan.total, formats.euros(bilan.recettes_totales(bilan.exercice))
    return [
        m.Chiffre(
            "Coût net destiné aux besoins des communes", formats.euros(total["cout_net"]), _note(bilan, "cout_net")
        ),
        m.Chiffre(libelles.MESURES["recettes"], recues, _couverture(bilan)),
        _chiffre_du_reste(bilan),
        m.Chiffre("Équivalents temps plein", formats.nombre(total["etp"], 2), _note(bilan, "etp")),
        *_communes(bilan),
    ]


def _note(bilan: Bilan, mesure: str) -> str:
    avant = bilan.totaux.get(bilan.exercice - 1)
    change = formats.evolution(avant[mesure], bilan.total[mesure]) if avant else None
    return f"{change} depuis {bilan.exercice - 1}" if change else ""


def _chiffre_du_reste(bilan: Bilan) -> m.Chiffre:
    """Show what is left to the EPCI, or by how much receipts exceed the cost: a minus sign would be misread."""
    reste = bilan.total["reste_a_charge"]
    if reste < 0:
        return m.Chiffre("Recettes au-delà du coût", formats.euros(-reste))
    return m.Chiffre(libelles.MESURES["reste_a_charge"], formats.euros(reste), _note(bilan, "reste_a_charge"))


def _couverture(bilan: Bilan) -> str:
    """Say `38,0 % du coût, +2,7 points depuis 2020`."""
    avant, taux = bilan.totaux.get(bilan.exercice - 1), bilan.total["taux_couverture"]
    if taux is None:
        return ""
    enonce = f"{formats.pourcent(taux, 1)} du coût"
    if not avant or avant["taux_couverture"] is None:
        return enonce
    ecart = formats.arrondi((taux - avant["taux_couverture"]) * 100, 1)
    mot = "point" if abs(ecart) < 2 else "points"
    return f"{enonce}, {formats.signe(ecart, 1)}{formats.INSECABLE}{mot} depuis {bilan.exercice - 1}"


def _communes(bilan: Bilan) -> list[m.Chiffre]:
    valeurs = {r["indicateur"]: r["valeur"] for r in bilan["indicateurs_cles"] if r["valeur"] is not None}
    part, moyenne = valeurs.get("communes_min1_pct"), valeurs.get("communes_moyenne")
    if part is None:
        return []
    note = f"au 31 décembre {bilan.exercice}"
    if moyenne is not None:
        note = f"{formats.nombre(Decimal(moyenne), 1)} dispositifs en moyenne, {note}"
    return [m.Chiffre(libelles.INDICATEURS["communes_min1_pct"], formats.pourcent(Decimal(part) / 100), note)]


# ---------------------------------------------------------------- sentences
def resume(bilan: Bilan) -> str:
    """Say the bilan in three sentences."""
    total, nombre = bilan.total, len(bilan.lignes_exercice())
    texte = (
        f"En {bilan.exercice}, {formats.plusieurs(nombre, 'dispositif valorisé', 'dispositifs valorisés')} "
        f"{'mobilise' if nombre < 2 else 'mobilisent'} {formats.nombre(total['etp'], 2)} ETP au service des communes, "
        f"pour un coût net de {formats.euros(total['cout_net'])}."
    )
    recues = bilan.recettes_totales(bilan.exercice)
    contribution = recettes.phrase(recues, total["taux_couverture"], recettes.redevables(bilan))
    if recues is None:
        return f"{texte} {contribution}."
    reste = total["reste_a_charge"]
    suite = (
        f"la part de l'EPCI est de {formats.euros(reste)}"
        if reste >= 0
        else f"les recettes dépassent le coût de {formats.euros(-reste)}"
    )
    return f"{texte} {contribution} ; {suite}."


def phrase_ecartees(bilan: Bilan) -> str:
    """Say which rows no figure counts, their amounts, what their hours may be worth; empty without any."""
    ecartees = bilan.interne("laisse_de_cote")
    montant, heures = (somme(ecartees, x) if ecartees else None for x in ("montant", "heures"))
    methode, cout = bilan.parametre("methode_etp") or "R", _cout_horaire(bilan)
    perdues = somme((r for r in ecartees if r["statut"] in PERDUES.get(methode, ())), "heures")
    effet = "leur coût suit les heures validées" if methode == "R" else ""
    if perdues:
        effet = (
            f"environ {formats.euros(perdues * cout)} de travail manquent aux coûts, à l'ETP le plus cher"
            if cout
            else ""
        )
    motifs = {REGLE.sub("", r["motif"]) for r in bilan.laissees_de_cote if r["statut"] in STATUTS}
    return dire_ecartees(comptes(bilan), montant, heures, effet, motifs.pop() if len(motifs) == 1 else "")


def comptes(bilan: Bilan) -> Counter[str]:
    """Count the rows left aside, by status."""
    par_statut: Counter[str] = Counter()
    for r in bilan.laissees_de_cote:
        par_statut[r["statut"]] += r["lignes"]
    return par_statut


def _cout_horaire(bilan: Bilan) -> Decimal | None:
    """Return the highest full cost of an ETP over the hours of one, in €; None where no cost is published."""
    couts = [(r["cout_moyen"] or 0) + (r["cout_structure"] or 0) for r in bilan["cout_moyen"]]
    heures = _parametre(bilan, HEURES)
    return max(couts) / heures if couts and heures > 0 else None


def laisse_de_cote(bilan: Bilan) -> str:
    """Say what no figure counts, then what is counted once: these two cover every row of `rejets`."""
    doublons = comptes(bilan)["doublon"]
    phrases = [(phrase_ecartees(bilan) or "Aucune ligne n'est écartée des chiffres") + "."]
    if doublons:
        phrases.append(
            f"{formats.plusieurs(doublons, 'ligne en répète', 'lignes en répètent')} une autre, qui compte une fois."
        )
    return " ".join(phrases)


def reserve(bilan: Bilan) -> str:
    """Say why the bilan is published with reserves (G4)."""
    ecarts = [c for c in bilan["controles"] if c["statut"] == "ecart"]
    ecarts_dits = dire_ecarts(len(ecarts), sum(not c["justification"] for c in ecarts))
    return " ; ".join(x for x in (phrase_ecartees(bilan), ecarts_dits) if x) + "."


# ---------------------------------------------------------------- states and origin
def etats(bilan: Bilan) -> list[tuple[str, bool]]:
    """Return (state of the document, False), then (warning, True) for each that holds."""
    vifs = [
        (RESTREINTE, est_restreinte(bilan)),
        ("Avec réserves", bilan.avec_reserves),
        (SYNTHETIQUES, bilan.contexte.est_synthetique),
    ]
    statut = CLOS if bilan.contexte.cloture else A_APPROUVER
    return [(statut, False), *(vif for vif in vifs if vif[1])]


def avis(bilan: Bilan) -> Etiquettes:
    """Return what the reader must know before any figure."""
    avis: Etiquettes = []
    if est_restreinte(bilan):
        avis.append((RESTREINTE, (lire_phrase("ouverture.pourquoi_restreinte"),)))
    if bilan.contexte.est_synthetique:
        phrase = "Ces chiffres viennent d'un jeu de données construit pour la démonstration : aucune ligne ne provient "
        avis.append((SYNTHETIQUES, (phrase + "d'un système réel.",)))
    if bilan.avec_reserves:
        qualite = (" et ", m.Lien("#qualite", "la qualité des données")) if bilan.laissees_de_cote else ()
        liens = (" Voir ", m.Lien("#controles", "les contrôles"), *qualite, ".")
        avis.append(("Publié avec réserves", (reserve(bilan), *liens)))
    return avis


def avis_imprimes(bilan: Bilan) -> Etiquettes:
    """Return the same notices without links, where their sections are absent: on paper, on a commune's page."""
    return [(sujet, morceaux[:1]) for sujet, morceaux in avis(bilan)]


def preparateur(bilan: Bilan) -> str:
    """Return who prepared the bilan, by name; empty for an account, which the audit file tells."""
    nom = bilan.contexte.construction.prepare_par
    return "" if COMPTE.fullmatch(nom) else nom


def identite(bilan: Bilan, *, audit: bool = False) -> Etiquettes:
    """Say who prepared the bilan, from what, and how to reuse it. `audit` adds the software, the hash, and the account
    where nobody is named."""
    construction = bilan.contexte.construction
    premier, *vifs = (etat for etat, _ in etats(bilan))
    accord = "authentifiée" if bilan.contexte.identite == "authentifiee" else "déclarée"
    reutilisation = f" ; {RESTREINTE.lower()}" if est_restreinte(bilan) else f", sous {licence(bilan)}"
    nom = construction.prepare_par if audit else preparateur(bilan)
    version = lire_phrase("ouverture.version", version=construction.version, rang=construction.rang)
    calcul = f"calculée par mutualisation {construction.code_version}" if audit else "empreinte au dossier d'audit"
    return [
        ("Statut", (", ".join([premier, *(vif.lower() for vif in vifs)]),)),
        *([("Préparé par", (f"{nom} (identité {accord})",))] if nom else []),
        *approbation(bilan, accord),
        ("Version", (f"{version}, {calcul}",)),
        (
            "Sources",
            (
                f"{formats.plusieurs(len(bilan.contexte.fichiers), 'fichier')}, listés avec leur empreinte dans ",
                m.Code("manifeste.json"),
            ),
        ),
        *([("Publication", (m.Code(bilan.empreinte),))] if audit else []),
        ("Réutilisation", ("Fichiers CSV décrits dans ", m.Code("datapackage.json"), reutilisation)),
    ]


def approbation(bilan: Bilan, accord: str) -> Etiquettes:
    """Say who approved, of which identity, and when; empty until the closing."""
    cloture = bilan.contexte.cloture
    if cloture is None:
        return []
    jour = formats.jour(formats.lire_jour(cloture.approuve_le))
    etiquettes: Etiquettes = [("Approuvé par", (f"{cloture.approuve_par} (identité {accord}), le {jour}",))]
    if reprise := cloture.enonce.get("reprise"):
        jour = formats.jour(formats.lire_jour(reprise["approuve_le"]))
        logiciel = f"mutualisation {reprise['code_version']}"
        etiquettes.append(("Reprend", (f"la clôture du {jour} faite par {logiciel} : mêmes chiffres",)))
    return etiquettes


def licence(bilan: Bilan) -> str:
    """Return the licence of the figures, or their restriction (K8)."""
    return RESTREINTE if est_restreinte(bilan) else "Licence Ouverte 2.0"
