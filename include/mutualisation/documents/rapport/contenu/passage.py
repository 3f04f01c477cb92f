"""The legal base of reimbursements is the full cost less the structure; receipts cover a part of it."""

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.enonces import lire_graphique, lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats

# a no-break hyphen keeps it on one line
D5211 = "D5211\u201116"
INTRODUCTION = lire_phrase("passage.introduction")
PORTEE = lire_phrase("passage.portee")
SANS_COMMENTAIRE = "aucun commentaire n'a été donné"
LONG = "Base de remboursement, article D5211\u201116 du CGCT"


def portee(passage: Ligne) -> str:
    """Say whether the base of a row of `passage_d5211` is binding (S11)."""
    return "obligatoire" if passage.get("base_opposable") else "à titre indicatif"


def section_base_legale(bilan: Bilan) -> m.Section:
    """Show the bridge of the total, then base, receipts and coverage of each dispositif."""
    rangees = bilan["passage_d5211"]
    blocs: list[m.Bloc] = [m.p(INTRODUCTION)] if rangees else []
    pont = cascade(bilan, rangees)
    if pont is not None:
        blocs.append(pont)
    # the comment of a service is in the part of its dispositif
    blocs += commenter(bilan, textes_dits=False)
    blocs.append(m.Repli("Voir la base et sa couverture, dispositif par dispositif", [_tableau(bilan, rangees)]))
    return m.Section("passage", LONG, f"Base {D5211}", blocs)


def ligne(bilan: Bilan, exercice: int, dispositif: str) -> Ligne:
    """Return the row of the bridge; empty when there is none."""
    return next((r for r in bilan.lignes("passage_d5211", exercice) if r["dispositif"] == dispositif), {})


def ecart(passage: Ligne, synthese: Ligne) -> str:
    """Say what calls for a comment: a binding base that receipts do not meet, a coverage above 100 %. It is empty where
    nothing does; `passage`, `synthese` are rows of `passage_d5211`, `synthese_financiere`."""
    base, recettes = passage.get("cout_d5211"), synthese["recettes"]
    cotes = [("le coût net", synthese["cout_net"])] + ([] if base is None else [(f"la base {D5211}", base)])
    if base is not None and _manque(passage, synthese):
        enonce = f"Le coût à rembourser est de {formats.euros(base)}"
        if recettes is None:
            return f"{enonce} ; aucune recette n'est renseignée."
        couvre = f" ({formats.pourcent(recettes / base, 1)})" if base > 0 else ""
        manque = formats.euros(base - recettes)
        return f"{enonce} ; les recettes sont de {formats.euros(recettes)}{couvre} : il manque {manque}."
    depasses = [
        f"{nom} de {formats.euros(recettes - cout)} ({formats.pourcent(recettes / cout, 1)})"
        for nom, cout in cotes
        if recettes is not None and 0 < cout < recettes
    ]
    return f"Les recettes dépassent {' et '.join(depasses)}." if depasses else ""


def _manque(passage: Ligne, synthese: Ligne) -> bool:
    base, recettes = passage.get("cout_d5211"), synthese["recettes"]
    return bool(passage.get("base_opposable")) and base is not None and (recettes is None or recettes < base)


def a_tarifer(bilan: Bilan) -> list[str]:
    """Return the dispositifs whose binding base the receipts do not meet, in the order of every table."""
    annee = bilan.synthese[bilan.exercice]
    return [c for c in bilan.dispositifs if c in annee and _manque(ligne(bilan, bilan.exercice, c), annee[c])]


def a_commenter(bilan: Bilan) -> dict[str, str]:
    """Return {dispositif: what calls for a comment}, in the order of every table."""
    enonces = {
        r["dispositif"]: ecart(ligne(bilan, bilan.exercice, r["dispositif"]), r) for r in bilan.lignes_exercice()
    }
    return {code: enonce for code, enonce in enonces.items() if enonce}


def commenter(bilan: Bilan, *, textes_dits: bool = True) -> list[m.Bloc]:
    """List what calls for a comment, with that of the service, or that none was given. `textes_dits` False leaves out
    comments that are read elsewhere."""
    points = []
    for code, enonce in a_commenter(bilan).items():
        texte = textes.avec_leurs_auteurs(bilan, "ecart", code)
        suite = f"Commentaire d'écart du service : {texte}" if texte else formats.majuscule(SANS_COMMENTAIRE)
        point = enonce if texte and not textes_dits else f"{enonce} {suite.rstrip('.')}."
        points.append((bilan.libelle(code), point))
    return [m.Liste(points)] if points else []


def cascade(bilan: Bilan, rangees: list[Ligne]) -> g.Cascade | None:
    """Go from the full cost, less structure, to the base."""
    if not rangees:
        return None
    complet, structure, base = (somme(rangees, c) for c in ("cout_complet", "dont_structure", "cout_d5211"))
    etapes = (
        g.Etape("Coût complet", complet, total=True),
        g.Etape("Charges de structure", -structure),
        g.Etape(f"Base {D5211}", base, total=True),
    )
    return g.Cascade(**lire_graphique("passage", e=bilan.exercice), etapes=etapes)


def _tableau(bilan: Bilan, rangees: list[Ligne]) -> m.Tableau:
    lignes = [r | {"portee": portee(r)} for r in bilan.dans_l_ordre(rangees)]
    base = somme(lignes, "cout_d5211")
    taux = {"taux_couverture_d5211": somme(lignes, "recettes") / base if base else None}
    return lire_tableau("base_legale.couverture", lignes, total=taux, note=PORTEE, e=bilan.exercice)
