"""Documents written by hand, one a form, that hold every kind of block: enough to see how each one looks."""

from dataclasses import replace
from decimal import Decimal

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme.modele import (
    Chiffre,
    Code,
    Colonne,
    Comptes,
    CoteACote,
    Document,
    Lien,
    Liste,
    Paragraphe,
    Repli,
    Section,
    SousTitre,
    Tableau,
    Volet,
    additionner,
    p,
)

FORMES = ("rapport", "deux_pages", "fiche", "dossier")
# and forms that are on paper alone
IMPRIMEES = (*FORMES, "note", "acte", "diapositives")
CHEMINS = {
    "rapport": "bilan_etape_2021",
    "deux_pages": "synthese_2021",
    "fiche": "communes/59350_lille",
    "dossier": "dossier_audit_2021/dossier",
}
COLONNES = (
    Colonne("nom", "Dispositif"),
    Colonne("mode", "Mode de recouvrement"),
    Colonne("etp", "ETP", "etp", somme=True),
    Colonne("cout", "Coût net", "euros", somme=True, fort=True),
    Colonne("recettes", "Recettes", "euros", "non renseigné", somme=True),
    Colonne("reste", "Reste à charge", "euros", somme=True),
    Colonne("taux", "Taux de couverture", "taux"),
)
BARRES = (g.Barre("2020", Decimal(125330), Decimal(39450)), g.Barre("2021", Decimal(188131), Decimal(45050)))


def lignes(nombre: int) -> list[dict[str, object]]:
    """Rows of `COLONNES`, the third with unknown receipts."""
    return [
        {
            "nom": f"Service instructeur métropolitain n° {rang}", "mode": "Titre de recette", "etp": Decimal("1.25"),
            "cout": Decimal(188131), "recettes": None if rang == 3 else Decimal(45050), "reste": Decimal(143081),
            "taux": None if rang == 3 else Decimal("0.239"),
        }
        for rang in range(1, nombre + 1)
    ]  # fmt: skip


def table(nombre: int = 4, titre: str = "Coûts par dispositif, 2021") -> Tableau:
    """A table with its total and its note."""
    rangees = lignes(nombre)
    total = additionner("Total", COLONNES, rangees)
    return Tableau(titre, COLONNES, rangees, total, "Les totaux sont arrondis après addition.")


def sans_nom() -> Tableau:
    """A table whose first column has no title: its rows say what they are."""
    return replace(table(2, "Activité"), colonnes=(Colonne("nom", ""), *COLONNES[1:]))


def graphiques() -> list[g.Graphique]:
    """One chart of each kind."""
    return [
        g.CoutsCouverts("barres", "Coût et couverture", "Coût", "barres", ("Couvert", "Reste à charge"), BARRES),
        g.Cascade("cascade", "Du coût à la base", "Base", [
            g.Etape("Coût complet", Decimal(200), total=True), g.Etape("Structure", Decimal(-40)),
            g.Etape("Base", Decimal(160), total=True),
        ]),
        g.Flux("flux", "Qui paie", "Financement", [("Personnel", Decimal(150)), ("Achats", Decimal(50))],
               [("Communes", Decimal(80)), ("Intercommunalité", Decimal(120))]),
        g.Carte("carte", "Services par commune", "Services", [
            g.Commune("59350", "Lille", 9, 1), g.Commune("59599", "Tourcoing", 3, 0),
        ], ["1 à 4", "5 et plus"], "services"),
        g.Histogramme("histogramme", "Répartition", "Communes", "nombre de services", "Communes",
                      [("1 à 4", Decimal(40)), ("5 à 9", Decimal(55))]),
    ]  # fmt: skip


def sections(nombre: int = 4) -> list[Section]:
    """Sections that hold every kind of block; `nombre`: rows of their tables."""
    annexe = Tableau("Trois années", COLONNES[:1] + COLONNES[3:5], lignes(2), annexe=True)
    colonnes = g.CoutsCouverts("colonnes", "Qui finance", "Financement", "colonnes", ("Recettes", "Reste"), BARRES)
    return [
        Section("synthese", "Synthèse", "Synthèse", [CoteACote((table(nombre), colonnes)), annexe]),
        Section("dispositifs", "Chaque dispositif", "Dispositifs", [
            Volet("Conseil en énergie", "39 adhérents, 206 247 €", [p("Ce qu'il fait."), sans_nom()], "cep"),
            Repli("Tout le détail", [SousTitre("Compte par compte"), table(3, "Comptes")]),
        ]),
        Section("dessins", "En images", "Images", list(graphiques())),
        Section("methode", "Méthode", "Méthode", [
            Liste([("Coût net", "ce qui reste après subventions"), ("ETP", "équivalent temps plein")]),
            Comptes([(12, "conformes", False), (1, "écart", True)]),
            Paragraphe(("Voir ", Code("controles.csv"), " et ", Lien("#synthese", "la synthèse"), "."), note=True),
        ]),
    ]  # fmt: skip


def document(forme: str, parts: list[Section] | None = None) -> Document:
    """A document of a form; the pages lead to each other."""
    remonter = "../" * CHEMINS.get(forme, forme).count("/")
    return Document(
        chemin=CHEMINS.get(forme, forme),
        exercice=2021,
        titre="Lille" if forme == "fiche" else "Bilan d'étape 2021",
        sous_titre="Schéma de mutualisation : synthèse financière 2019-2021",
        epci="Métropole Européenne de Lille",
        siren="200093201",
        version=3,
        synthetique=True,
        etats=[("À approuver", False), ("Données synthétiques", True)],
        avis=[("Données synthétiques", ("Aucune ligne ne vient d'un système réel. ", Lien("#methode", "Méthode")))],
        resume="En 2021, 8 dispositifs ont coûté 1 395 534 €, dont les recettes couvrent 38,0 %.",
        chiffres=[Chiffre(f"Chiffre clé {i}", "1 395 534 €", "+8,9 % depuis 2020") for i in range(1, 6)],
        sections=sections() if parts is None else parts,
        identite=[("Version", ("3, calculée par mutualisation",)), ("Publication", (Code("0" * 64),))],
        liens=[
            Lien(f"{remonter}{chemin}.html", f"Vers {autre}") for autre, chemin in CHEMINS.items() if autre != forme
        ],
        forme=forme,
    )
