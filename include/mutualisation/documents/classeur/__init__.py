"""The workbook of a bilan is its relations: a typed sheet each, as the contract describes them, after a synthèse."""

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.publication.versions.relations import Colonne, Relation, lire_relations
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.libelles import en_mots

SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
ANNEES = (("etp", "ETP", "etp"), ("cout_net", "Coût net", "centimes"), ("recettes", "Recettes", "centimes"))
# {type of the contract: kind of its cells}; the words of the unit, that end a description, say more
GENRES = {"integer": "entier", "bigint": "entier", "numeric": "nombre", "boolean": "booleen", "date": "date"}
UNITES = {"€": "centimes", "€/unité": "centimes", "€/ETP": "moyen", "ETP": "etp_fin", "ratio": "taux"}
# amounts and ETP add up; not those of scenarios, which are alternatives
ADDITIVES = ("€", "ETP")
# a sheet of more rows than these opens on no desk
LIGNES_MAX = 50_000
LECTURE = {
    "Feuilles": "Chaque feuille est une relation de l'extrait, ligne à ligne : celle du CSV de même nom.",
    "Colonnes": "Le commentaire d'un en-tête dit ce que la colonne porte, et son nom dans le CSV.",
    "Totaux": (
        "Une formule somme ce qu'un filtre laisse voir ; « Total publié par l'entrepôt » est dessous. Ce qui ne "
        "s'additionne pas (taux, coûts unitaires, scénarios) n'a pas de total."
    ),
    "Tableaux": "Chaque feuille est un tableau nommé (T_…), à reprendre dans vos formules et vos croisements.",
    "Cellules vides": "Une cellule vide n'est pas zéro : le chiffre n'est pas renseigné.",
}


def documents(bilan: Bilan) -> list[m.Document]:
    """Make the workbook. The same bilan gives the same cells."""
    feuilles, longues = [_synthese(bilan)], []
    for relation in (bilan.relations[nom] for nom in lire_relations() if nom in bilan.relations):
        lignes, feuille = _relation(bilan, relation)
        if lignes <= LIGNES_MAX:
            feuilles.append(feuille)
        else:
            longues.append(relation.nom)
    return [
        ouverture.document(
            bilan,
            f"bilan_etape_{bilan.exercice}",
            f"Bilan d'étape {bilan.exercice}",
            sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
            sections=[m.Section("feuilles", "Feuilles", "Feuilles", feuilles)],
            identite=(),
            notice=_notice(bilan, longues),
            sorties=("xlsx",),
            forme="classeur",
        )
    ]


def _synthese(bilan: Bilan) -> m.Tableau:
    """Show ETP, net cost and receipts of each dispositif over the exercices, as in the printed annex."""
    cases = [(f"{cle}_{e}", f"{titre} {e}", genre, cle, e) for cle, titre, genre in ANNEES for e in bilan.exercices]
    lignes = [
        {"libelle": bilan.libelle(d)} | {x: bilan.synthese[e].get(d, {}).get(cle) for x, *_, cle, e in cases}
        for d in bilan.dispositifs
    ]
    colonnes = (m.DISPOSITIF, *(m.Colonne(x, titre, genre, somme=True) for x, titre, genre, *_ in cases))
    publie = {x: bilan.totaux[e][cle] for x, *_, cle, e in cases}
    notice = "ETP, coût net et recettes des exercices présentés, comme dans l'annexe du rapport."
    titre = "Synthèse des dépenses destinées aux besoins des communes"
    return m.Tableau(titre, colonnes, lignes, feuille=m.Feuille("Synthèse", notice, publie))


def _relation(bilan: Bilan, relation: Relation) -> tuple[int, m.Tableau]:
    """Make the sheet of a relation from the contract alone: its rows are those of the CSV beside the workbook."""
    colonnes = tuple(_colonne(relation, c) for c in relation.colonnes if not c.est_horodatage)
    lignes, sommes = bilan.sommer(relation, [c.cle for c in colonnes if c.somme])
    # the row TOTAL of the synthèse is a row of the relation (S11)
    publie = {c: bilan.total[c] for c in sommes} if "est_total" in relation.noms_colonnes else sommes
    feuille = m.Feuille(relation.nom, relation.description, publie, f"{relation.nom}.csv")
    return lignes, m.Tableau(en_mots(relation.nom), colonnes, (), feuille=feuille)


def _colonne(relation: Relation, colonne: Colonne) -> m.Colonne:
    unite = colonne.description.rstrip(".").rpartition(", ")[2]
    genre = UNITES.get(unite) or GENRES.get(colonne.type.partition("(")[0], "code")
    if colonne.nom.startswith("exercice"):
        genre = "annee"
    return m.Colonne(
        colonne.nom,
        en_mots(colonne.nom),
        genre,
        somme=unite in ADDITIVES and "scenario" not in relation.cle,
        aide=f"{colonne.nom} : {colonne.description}",
    )


def _notice(bilan: Bilan, longues: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Say before the list of sheets what the workbook is, after it how to read it and where it comes from."""
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    phrase = bilan.contexte.charte["phrase"]
    avant = [(bilan.contexte.epci, phrase)] if phrase else []
    if bilan.contexte.est_synthetique:
        avant.append(("DONNÉES SYNTHÉTIQUES", "Jeu de démonstration : aucune ligne ne provient d'un système réel."))
    if bilan.avec_reserves:
        avant.append(("AVEC RÉSERVES", f"{formats.majuscule(ouverture.reserve(bilan))} Voir controles."))
    avant.append(("Exercices", f"{bilan.exercice} ; synthèse {formats.periode(bilan.exercices)}"))
    prepare = f"préparée par {construction.prepare_par}, logiciel {construction.code_version}"
    apres = [*LECTURE.items(), ("Version", f"{construction.version}, {prepare}")]
    if longues:
        apres.append(("Trop longues pour une feuille", f"{', '.join(longues)} : leurs lignes sont dans leur CSV."))
    if cloture:
        jour = formats.jour(formats.lire_jour(cloture.approuve_le))
        apres.append(("Clôture", f"approuvée par {cloture.approuve_par} le {jour}"))
    return avant, [*apres, ("Publication", bilan.empreinte), ("Licence", ouverture.licence(bilan))]
