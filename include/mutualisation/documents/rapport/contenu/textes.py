"""Texts of the bilan come with their authors (relation `textes`); so do the figures of the year and the glossary."""

import re
from collections.abc import Sequence
from decimal import Decimal

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.enonces import lire_listes
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles

RUBRIQUES = ("presentation", "activite", "cadre", "suite", "risque", "perspectives")
SUJETS = lire_listes("annee.sujets")


def de(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> list[Ligne]:
    """Return the texts of a rubrique in order, of a dispositif or of the whole bilan: columns texte, auteur."""
    textes_trouves = [
        r for r in bilan["textes"] if r["rubrique"] == rubrique and (r["dispositif"] or None) == dispositif
    ]
    return sorted(textes_trouves, key=lambda r: r["rang"])


def mots_seuls(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> list[str]:
    """Return the same texts, their words alone."""
    return [str(texte["texte"]) for texte in de(bilan, rubrique, dispositif)]


def avec_son_auteur(texte: Ligne) -> str:
    """Sign a text, unless its words name the author."""
    return str(texte["texte"]) if texte["auteur"] in texte["texte"] else f"{texte['texte']} — {texte['auteur']}"


def avec_leurs_auteurs(bilan: Bilan, rubrique: str, dispositif: str | None = None) -> str:
    """Join the texts of a rubrique, each author named once, after what he says; empty without text."""
    textes_trouves = de(bilan, rubrique, dispositif)
    enonces = []
    for rang, texte in enumerate(textes_trouves):
        suivant = textes_trouves[rang + 1]["auteur"] if rang + 1 < len(textes_trouves) else None
        signe = texte["texte"] if texte["auteur"] == suivant else avec_son_auteur(texte)
        enonces.append(signe if suivant in (None, texte["auteur"]) or signe.endswith(".") else f"{signe}.")
    return " ".join(enonces)


def auteur(bilan: Bilan, dispositif: str) -> str:
    """Return the one author of all texts of a dispositif; empty when they are several, or none."""
    auteurs = {r["auteur"] for r in bilan["textes"] if r["dispositif"] == dispositif}
    return auteurs.pop() if len(auteurs) == 1 else ""


def enonces(bilan: Bilan, rubrique: str, dispositif: str) -> str:
    """Join the texts of a rubrique of a dispositif, unsigned where `auteur` signs them all."""
    if auteur(bilan, dispositif):
        return " ".join(mots_seuls(bilan, rubrique, dispositif))
    return avec_leurs_auteurs(bilan, rubrique, dispositif)


def ce_que_c_est(bilan: Bilan, dispositif: str) -> str:
    """Say what a dispositif is: its presentation, else its theme and legal form; empty where nothing says it."""
    if presentation := avec_leurs_auteurs(bilan, "presentation", dispositif):
        return presentation
    fiche = bilan.fiche(dispositif)
    enonces = (fiche.get("thematique"), fiche.get("vehicule_juridique"))
    return " ".join(f"{formats.majuscule(x).rstrip('.')}." for x in enonces if x)


def visas(bilan: Bilan) -> list[str]:
    """Return what the EPCI itself cites, as an act does: `Vu … ;`."""
    return [f"{texte.rstrip(' ;.')} ;" for texte in mots_seuls(bilan, "visa")]


def section_annee(bilan: Bilan) -> m.Section:
    """Show the signed texts of the whole bilan, then the figures that tell the year."""
    enonces = ((libelles.RUBRIQUES[r], avec_leurs_auteurs(bilan, r)) for r in RUBRIQUES)
    listes = (m.Liste([x for x in enonces if x[1]]), liste_des_chiffres(bilan))
    blocs: list[m.Bloc] = [liste for liste in listes if liste.points]
    return m.Section("annee", f"L'année {bilan.exercice}", "L'année", blocs)


def liste_des_chiffres(bilan: Bilan) -> m.Liste:
    """List the figures that tell the year, by subject; no point where none is known."""
    connus = {r["indicateur"]: r for r in bilan["indicateurs_cles"] if r["valeur"] is not None}
    points = []
    for sujet, mots in SUJETS.items():
        chiffres = [(connus[n], mots_du_chiffre) for n, mots_du_chiffre in mots.items() if n in connus]
        # the last word is the plural
        enonces = [
            f"{_ecrire(r)}{formats.INSECABLE}{mots_du_chiffre[0 if r['valeur'] < 2 else -1]}"
            for r, mots_du_chiffre in chiffres
        ]
        if enonces:
            points.append((sujet, f"{' ; '.join(enonces)}."))
    return m.Liste(points)


def _ecrire(indicateur: Ligne) -> str:
    valeur = Decimal(indicateur["valeur"])
    match indicateur["unite"]:
        case "%":
            return formats.pourcent(valeur / 100, 1 if indicateur["indicateur"] == "cam_gain_pct" else 0)
        case "€":
            return formats.euros(valeur)
    return formats.nombre(valeur, 0 if valeur == int(valeur) else 1)


def section_glossaire(sections: Sequence[m.Section], *mots: str) -> m.Section:
    """Explain the words of the glossary that these sections, or `mots`, use, and no others."""
    tout = "\n".join(m.textes([*sections, *mots]))
    points = [(mot, f"{formats.majuscule(sens)}.") for mot, sens in libelles.GLOSSAIRE.items() if est_dit(mot, tout)]
    blocs: list[m.Bloc] = [m.Repli("Voir le glossaire", [m.Liste(points, longue=True)])] if points else []
    return m.Section("glossaire", "Glossaire", "Glossaire", blocs)


def est_dit(mot: str, textes_: str) -> bool:
    """Say whether a text has the word: an acronym as it is, another word in its plural and its feminine too."""
    sigle = mot[1:2].isupper()
    fin = r"\b" if sigle else ""
    return re.search(rf"\b{re.escape(mot)}{fin}", textes_, re.NOFLAG if sigle else re.IGNORECASE) is not None
