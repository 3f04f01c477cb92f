"""The method in force in the exercice, in words, its glossary, and who signs what it gives."""

import re
from collections.abc import Sequence

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.contenu.ouverture import seuil_effectif
from mutualisation.documents.rapport.enonces import lire_points, lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles

RETROUVER = m.p(
    "Les paramètres en vigueur sont dans le classeur, et chaque montant se retrouve ligne à ligne dans ",
    m.Code("tracabilite.csv"), ".", note=True,
)  # fmt: skip
A_REMPLIR = "……………………………"


def section_methode(bilan: Bilan) -> m.Section:
    """Points folded, then where to look."""
    points = m.Liste(_points(bilan), longue=True)
    return m.Section("methode", "Méthode", "Méthode", [m.Repli("Voir la méthode de calcul", [points]), RETROUVER])


def _points(bilan: Bilan) -> list[tuple[str, str]]:
    """(subject, sentence) of the method."""
    valeurs = {x["parametre"]: x["valeur"] for x in bilan.contexte.parametres}
    methode = valeurs.get("methode_etp", "R")
    support = ", personnel des fonctions support compris" if valeurs.get("structure_personnel") == "oui" else ""
    jours = "en mois de 30 jours" if valeurs.get("base_jours") == "30_360" else "au prorata des jours réels"
    etp = formats.majuscule(libelles.METHODES_ETP.get(methode, methode))
    return lire_points("methode.points", etp=etp, support=support, jours=jours, regroupement=_regroupement(bilan))


def _regroupement(bilan: Bilan) -> str:
    """Which catégories share an average cost, and under which number (R2c): not each of them is small."""
    groupes = {r["groupe"] for r in bilan["cout_moyen"] if "+" in r["groupe"]}
    noms = [
        " et ".join(formats.minuscule(libelles.CATEGORIES.get(c, c)) for c in g.split("+")) for g in sorted(groupes)
    ]
    seuil = seuil_effectif(bilan)
    # under a threshold of 0, a former version alone joined them (R2h)
    motif = f"regroupement sous {formats.exact(seuil)} ETPT" if seuil > 0 else "réunies par une version précédente"
    return f" {formats.majuscule(', '.join(noms))} ont le même ({motif})." if noms else ""


def section_glossaire(sections: Sequence[m.Section]) -> m.Section:
    """Words of these sections that a councillor may ask about, and no others."""
    dits = "\n".join(m.textes(sections))
    points = [(mot, f"{formats.majuscule(sens)}.") for mot, sens in libelles.GLOSSAIRE.items() if est_dit(mot, dits)]
    blocs: list[m.Bloc] = [m.Repli("Voir le glossaire", [m.Liste(points, longue=True)])] if points else []
    return m.Section("glossaire", "Glossaire", "Glossaire", blocs)


def est_dit(mot: str, textes_: str) -> bool:
    """True where a text says the word: an acronym as it is, another word in its plural and its feminine too."""
    sigle = mot[1:2].isupper()
    fin = r"\b" if sigle else ""
    return re.search(rf"\b{re.escape(mot)}{fin}", textes_, re.NOFLAG if sigle else re.IGNORECASE) is not None


def section_signatures(bilan: Bilan) -> m.Section:
    """Visas where there are some, the table to sign, and what it signs: version and hash."""
    visas = [(f"Visa {rang}", textes.signe(t)) for rang, t in enumerate(textes.de(bilan, "visa"), start=1)]
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    approuve = (cloture.approuve_par, _jour(cloture.approuve_le)) if cloture else (A_REMPLIR, "…… / …… / ……")
    lignes = [
        {"libelle": "Préparé par", "nom": construction.prepare_par, "date": _jour(construction.construit_le)},
        {"libelle": "Approuvé par", "nom": approuve[0], "date": approuve[1]},
    ]
    signe = [ligne | {"signature": A_REMPLIR} for ligne in lignes]
    blocs: list[m.Bloc] = [m.Liste(visas, longue=True)] if visas else []
    blocs += [
        lire_tableau("signatures.signatures", signe, e=bilan.exercice, version=construction.version),
        m.p("Empreinte de la publication signée : ", m.Code(bilan.empreinte), note=True),
    ]
    return m.Section("signatures", "Visas et signatures" if visas else "Signatures", "Signatures", blocs)


def _jour(horodatage: str | None) -> str:
    return formats.jour(formats.lire_jour(horodatage)) or A_REMPLIR
