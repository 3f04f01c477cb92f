"""Staff cost is redone from the extract alone: ETP × (average cost + structure), by dispositif and category."""

import re
from collections import defaultdict
from decimal import Decimal

from mutualisation.documents.audit import index
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import paie, renvois
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats, libelles

SUITES = (("etp", "D'où viennent ces ETP, fichier par fichier"), ("cout_personnel", "Lignes du coût de personnel"))
# a label ends with its acronym: « … (ADS) »
SIGLE = re.compile(r"\(([^()]+)\)$")


def cout_de_personnel(bilan: Bilan) -> m.Document:
    """Make the page: how to redo the cost, average costs, all dispositifs beside the synthèse, then each."""
    e = bilan.exercice
    detail: dict[str, list[Ligne]] = defaultdict(list)
    for r in bilan["etp_categorie"]:
        detail[r["dispositif"]].append(r)
    resume = (
        f"En {e}, {formats.nombre(somme(bilan['etp_categorie'], 'etp'), 2)} ETP sont valorisés pour "
        f"{formats.euros(somme(bilan['etp_categorie'], 'cout_personnel'), 2)}. Chaque montant se refait ici, à partir "
        "des seuls fichiers de l'extrait."
    )
    sections = [
        _formule(bilan),
        _couts_moyens(bilan),
        _ensemble(bilan, detail),
        *(_dispositif(bilan, code, detail[code]) for code in bilan.trier(detail)),
    ]
    return index.document(bilan, renvois.PERSONNEL, f"Coût de personnel {e}", resume, sections)


# ---------------------------------------------------------------- how
def _formule(bilan: Bilan) -> m.Section:
    fichiers = m.p(
        "Les fichiers : ", m.Code("etp_categorie.csv"), " (ETP et coût par dispositif et catégorie), ",
        m.Code("cout_moyen.csv"), " (coût moyen et charges de structure par catégorie), ",
        m.Code("synthese_financiere.csv"), " (le total de chaque dispositif, colonne ", m.Code("cout_personnel"), ").",
    )  # fmt: skip
    calcul = [m.p(lire_phrase(f"personnel.{nom}")) for nom in ("formule", "base")]
    blocs = [*calcul, fichiers, *_exemple(bilan), m.p(_precision(bilan), note=True)]
    return m.Section("formule", "Comment refaire le calcul", "Le calcul", blocs)


def _exemple(bilan: Bilan) -> list[m.Bloc]:
    """Show the largest product that can be redone: a category without payroll has ETP and no average cost."""
    couts, valorisees = _couts(bilan), _etp_recalculables(bilan)
    if not valorisees:
        return []
    r = max(valorisees, key=lambda r: (r["etp"], r["dispositif"], r["categorie"]))
    cout = couts[r["categorie"]]
    return [
        m.p(
            f"Exemple : « {bilan.libelle(r['dispositif'])} », {formats.minuscule(_categorie(r['categorie']))} : "
            f"{formats.nombre(r['etp'], 6)} ETP × ({_fin(cout['cout_moyen'])} + {_fin(cout['cout_structure'] or 0)}) = "
            f"{formats.euros(r['cout_personnel'], 2)}."
        )
    ]


def _precision(bilan: Bilan) -> str:
    """Say how far a product redone from six decimals falls from the published cost, measured over every row."""
    couts = _couts(bilan)
    ecarts = [
        abs(r["cout_personnel"] - formats.arrondi(r["etp"] * _complet(couts[r["categorie"]]), 2))
        for r in _etp_recalculables(bilan)
    ]
    pire, nombre = max(ecarts, default=Decimal(0)), formats.plusieurs(len(ecarts), "montant")
    suite = (
        f"aucun des {nombre} de cette page ne s'écarte de plus de {formats.euros(pire, 2)} du montant publié."
        if pire
        else f"les {nombre} de cette page retombent au centime sur le montant publié."
    )
    return f"Les ETP sont calculés exactement et publiés avec six décimales. Refaits depuis ces colonnes, {suite}"


# ---------------------------------------------------------------- average costs
def _couts_moyens(bilan: Bilan) -> m.Section:
    lignes = [
        {
            "categorie": _categorie(r["categorie"]),
            "etpt": r["etpt"],
            "groupe": _groupe(r["groupe"]),
            "etpt_groupe": r["etpt_groupe"],
            "cout_moyen": _fin(r["cout_moyen"]),
            "cout_structure": _fin(r["cout_structure"]),
            "cout_etp": _fin(_complet(r)),
        }
        for r in bilan["cout_moyen"]
    ]
    tableau = lire_tableau("personnel.moyens", lignes, e=bilan.exercice)
    calcul, promesse = m.p(lire_phrase("personnel.cout_moyen")), m.p(paie.protection(bilan))
    blocs = [calcul, promesse, tableau, *_structure(bilan)]
    return m.Section("couts", "Coût moyen par catégorie", "Coûts moyens", blocs)


def _structure(bilan: Bilan) -> list[m.Bloc]:
    """Divide the pool of structure by its ETPT, where both are published and make the cost that was used. Staff of
    structure that joins the pool (parameter `structure_personnel`) is published nowhere: nothing is said then."""
    charges = [r for r in bilan["repartition"] if r["destination"] == "STRUCTURE" and r["unite"] == "EUR"]
    total, etpt = somme(charges, "montant"), somme(bilan["cout_moyen"], "etpt")
    couts = {r["cout_structure"] for r in bilan["cout_moyen"]}
    if not total or not etpt or couts != {formats.arrondi(total / etpt, 6)}:
        return []
    parts = " + ".join(
        f"{formats.euros(r['montant'], 2)} ({libelles.SOURCES[r['source']].lower().replace(' (', ', ').rstrip(')')})"
        for r in sorted(charges, key=lambda r: list(libelles.SOURCES).index(r["source"]))
    )
    return [
        m.p(
            f"Charges de structure par ETP : {parts} = {formats.euros(total, 2)}, divisés par "
            f"{formats.nombre(etpt, 2)} ETPT = {_fin(couts.pop())}. Les montants sont dans ",
            m.Code("repartition.csv"), ", destination ", m.Code("STRUCTURE"), ".",
        )
    ]  # fmt: skip


# ---------------------------------------------------------------- every dispositif, then each
def _ensemble(bilan: Bilan, detail: dict[str, list[Ligne]]) -> m.Section:
    """Set the sum of the categories beside the synthèse: nothing is between them."""
    lignes = []
    for r in bilan.lignes_exercice():
        du_dispositif = detail[r["dispositif"]]
        categories, d5211 = somme(du_dispositif, "cout_personnel"), somme(du_dispositif, "cout_personnel_d5211")
        lignes.append(r | {"categories": categories, "ecart": r["cout_personnel"] - categories, "d5211": d5211})
    tableau = lire_tableau("personnel.ensemble", lignes, e=bilan.exercice)
    codes = bilan.trier({r["dispositif"] for r in bilan["etp_categorie"]})
    liens = [x for code in codes for x in (" · ", m.Lien(f"#{renvois.ancre_personnel(code)}", bilan.libelle(code)))][1:]
    blocs: list[m.Bloc] = [tableau, m.p("Voir le détail : ", *liens, ".", ecran=True)]
    return m.Section("ensemble", "Tous les dispositifs", "Ensemble", blocs)


def _dispositif(bilan: Bilan, code: str, rangees: list[Ligne]) -> m.Section:
    couts, tracees, libelle = _couts(bilan), renvois.lignes_tracees(bilan), bilan.libelle(code)
    lignes = []
    for r in rangees:
        cout = couts.get(r["categorie"], {})
        unitaires = {c: _fin(cout.get(c)) for c in ("cout_moyen", "cout_structure")}
        lignes.append(r | unitaires | {"categorie": _categorie(r["categorie"]), "etp": formats.nombre(r["etp"], 6)})
    total = {"etp": formats.nombre(somme(rangees, "etp"), 6)}
    suites = [
        m.p(renvois.vers_trace(code, texte, mesure), ".", ecran=True)
        for mesure, texte in SUITES
        if (code, mesure) in tracees
    ]
    tableau = lire_tableau("personnel.detail", lignes, total=total, nom=libelle, e=bilan.exercice)
    sigle = SIGLE.search(libelle)
    return m.Section(renvois.ancre_personnel(code), libelle, sigle[1] if sigle else libelle, [tableau, *suites])


# ---------------------------------------------------------------- words
def _couts(bilan: Bilan) -> dict[str, Ligne]:
    return {r["categorie"]: r for r in bilan["cout_moyen"]}


def _etp_recalculables(bilan: Bilan) -> list[Ligne]:
    """Return the ETP of the categories that have an average cost: one without payroll has none."""
    couts = _couts(bilan)
    return [r for r in bilan["etp_categorie"] if r["categorie"] in couts]


def _complet(cout: Ligne) -> Decimal:
    return Decimal(cout["cout_moyen"]) + (cout["cout_structure"] or 0)


def _fin(valeur: Decimal | int | None) -> str:
    """Write an average cost with the decimals that a redone product needs."""
    return formats.euros(valeur, 6)


def _categorie(code: str) -> str:
    return libelles.CATEGORIES.get(code, f"Catégorie {code}")


def _groupe(groupe: str) -> str:
    noms = [_categorie(code) for code in groupe.split("+")]
    return noms[0] if len(noms) == 1 else f"{formats.et(noms)}, ensemble"
