"""The method in force in the exercice is told in words, then who signs what it gives."""

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.contenu.ouverture import preparateur, seuil_effectif
from mutualisation.documents.rapport.enonces import lire_points, lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles

RETROUVER = m.p(
    "Les paramètres en vigueur sont dans ", m.Code("manifeste.json"),
    ", et chaque montant se retrouve ligne à ligne dans ", m.Code("tracabilite.csv"), ".", note=True,
)  # fmt: skip
A_REMPLIR = "……………………………"


def section_methode(bilan: Bilan) -> m.Section:
    """Fold the points of the method, then say where to look."""
    points = m.Liste(_points(bilan), longue=True)
    return m.Section("methode", "Méthode", "Méthode", [m.Repli("Voir la méthode de calcul", [points]), RETROUVER])


def _points(bilan: Bilan) -> list[tuple[str, str]]:
    valeurs = {x["parametre"]: x["valeur"] for x in bilan.contexte.parametres}
    methode = valeurs.get("methode_etp", "R")
    support = ", personnel des fonctions support compris" if valeurs.get("structure_personnel") == "oui" else ""
    jours = "en mois de 30 jours" if valeurs.get("base_jours") == "30_360" else "au prorata des jours réels"
    etp = formats.majuscule(libelles.METHODES_ETP.get(methode, methode))
    return lire_points("methode.points", etp=etp, support=support, jours=jours, regroupement=_regroupement(bilan))


def _regroupement(bilan: Bilan) -> str:
    """Say which catégories share an average cost, and under which number of ETPT (R2c): not each is small."""
    groupes = {r["groupe"] for r in bilan["cout_moyen"] if "+" in r["groupe"]}
    noms = [
        " et ".join(formats.minuscule(libelles.CATEGORIES.get(c, c)) for c in g.split("+")) for g in sorted(groupes)
    ]
    seuil = seuil_effectif(bilan)
    # under a threshold of 0, only a former version can have joined them (R2h)
    motif = f"regroupement sous {formats.exact(seuil)} ETPT" if seuil > 0 else "réunies par une version précédente"
    return f" {formats.majuscule(', '.join(noms))} ont le même ({motif})." if noms else ""


def section_signatures(bilan: Bilan) -> m.Section:
    """Show the visas if any, then the table to sign, which names the version signed; the audit file has its hash."""
    visas: list[m.Bloc] = [m.p(visa) for visa in textes.visas(bilan)]
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    approuve = (cloture.approuve_par, _jour(cloture.approuve_le)) if cloture else (A_REMPLIR, "…… / …… / ……")
    lignes = [
        {"libelle": "Préparé par", "nom": preparateur(bilan) or A_REMPLIR, "date": _jour(construction.construit_le)},
        {"libelle": "Approuvé par", "nom": approuve[0], "date": approuve[1]},
    ]
    signe = [ligne | {"signature": A_REMPLIR} for ligne in lignes]
    auteurs = ", ".join(dict.fromkeys(t["auteur"] for t in textes.de(bilan, "visa")))
    blocs = [
        *visas,
        *([m.p(f"Visas : {auteurs}.", note=True)] if visas else []),
        lire_tableau("signatures.signatures", signe, e=bilan.exercice, version=construction.version),
        m.p("L'empreinte de la publication signée est dans le dossier d'audit.", note=True),
    ]
    return m.Section("signatures", "Visas et signatures" if visas else "Signatures", "Signatures", blocs)


def _jour(horodatage: str | None) -> str:
    return formats.jour(formats.lire_jour(horodatage)) or A_REMPLIR
