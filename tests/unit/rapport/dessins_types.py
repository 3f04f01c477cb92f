"""Charts of every kind, ordinary and hostile, for the tests of what is drawn."""

from decimal import Decimal

from mutualisation.documents.mise_en_forme.graphiques import (
    Barre,
    Carte,
    Cascade,
    Commune,
    CoutsCouverts,
    Etape,
    Flux,
    Graphique,
    Histogramme,
)

D = Decimal
LONG = "Système d'information géographique, photographies aériennes & données <ouvertes> de l'établissement"
SANS_ESPACE = "Anticonstitutionnellement" * 4
COMMUNES = {
    "59350": "Lille", "59009": "Villeneuve-d'Ascq", "59599": "Tourcoing", "59512": "Roubaix", "59017": "Armentières",
    "59143": "La Chapelle-d'Armentières", "59523": "Sainghin-en-Mélantois", "59636": "Wambrechies",
    "59196": "Ennetières-en-Weppes", "59051": "La Bassée", "59527": "Saint-André-lez-Lille", "59044": "Bauvin",
}  # fmt: skip
ENORME = D("987654321987.65")
LEGENDE = ("Couvert par les recettes", "Reste à la charge de la métropole")


def graphique(genre: str, *barres: Barre) -> CoutsCouverts:
    return CoutsCouverts("g-essai", "Titre", "Sujet", genre, LEGENDE, barres)


def cascade(*etapes: Etape) -> Cascade:
    return Cascade("g-essai", "Titre", "Sujet", etapes)


def flux(sources: list[tuple[str, D]], cibles: list[tuple[str, D]]) -> Flux:
    return Flux("g-essai", "Titre", "Sujet", sources, cibles)


def carte(*communes: Commune, signee: bool = False, repere: str = "") -> Carte:
    classes = ("Aucun", "1 à 4", "5 à 9", "10 à 14", "15 et plus")
    return Carte("g-essai", "Titre", "Sujet", communes, classes, "dispositifs", repere=repere, signee=signee)


def histogramme(*barres: tuple[str, D | None], unite: str = "") -> Histogramme:
    return Histogramme(
        "g-essai", "Titre", "Sujet", "Nombre de dispositifs", "Communes", barres, 2 if unite else 0, unite
    )


def _communes(valeurs: list[int]) -> list[Commune]:
    return [
        Commune(code, nom, v, min(abs(v) // 4, 4), f"communes/{code}.html")
        for (code, nom), v in zip(COMMUNES.items(), valeurs, strict=False)
    ]


BARRES = [
    Barre("Archives & impression", D(100), D(25)),
    Barre("Certificats", D(50), D(80)),
    Barre("Carrières", D(10), None),
    Barre("Subventionné", D(-5), D(0)),
]
PONT = (Etape("Coût complet", D(1200), total=True), Etape("Charges de structure", D(-200)), Etape("Prix", D(90)))
VALEURS = [18, 2, 0, 5, 7, 9, 14, 4, 11, 0, 20, 6]

CAS: dict[str, Graphique] = {
    "barres": graphique("barres", *BARRES),
    "barres_vides": graphique("barres"),
    "barres_longues": graphique("barres", Barre(LONG, ENORME, None), Barre(SANS_ESPACE, ENORME, ENORME * 2)),
    "barres_zero": graphique("barres", Barre("2021", D(0), None)),
    "colonnes": graphique("colonnes", *BARRES[:3]),
    "colonnes_vides": graphique("colonnes"),
    "colonnes_enormes": graphique("colonnes", *(Barre(str(a), ENORME, ENORME / 3) for a in range(2019, 2023))),
    "colonnes_longues": graphique("colonnes", Barre(LONG, D(-4), None), Barre(SANS_ESPACE, D(1), D(3))),
    "cascade": cascade(*PONT, Etape("Base", D(1090), total=True)),
    "cascade_vide": cascade(),
    "cascade_seule": cascade(Etape("Coût", D(0), total=True)),
    "cascade_negative": cascade(
        Etape(LONG, D(-900), total=True), Etape(SANS_ESPACE, ENORME), Etape("Fin", D(-1), total=True)
    ),
    "flux": flux(
        [("Personnel", D(800)), ("Charges de structure", D(200)), ("Subventions", D(100))],
        [("Communes", D(300)), ("CCAS", D(1)), ("Reste à charge", D(799))],
    ),
    "flux_vide": flux([], []),
    "flux_seul": flux([("Personnel", D(5))], [("Communes", D(5))]),
    "flux_long": flux([(LONG, ENORME), (SANS_ESPACE, D(1))], [(LONG, ENORME), *((f"P{i}", D(1)) for i in range(9))]),
    "carte": carte(*_communes(VALEURS)),
    "carte_vide": carte(),
    "carte_seule": carte(Commune("59350", "Lille", 3, 1)),
    "carte_signee": carte(*_communes([-9, 12, 0, 5, 17, -12, -3]), signee=True),
    "carte_muette": carte(*_communes(VALEURS), repere="59350"),
    "carte_inconnue": carte(Commune("99998", LONG, 2, 0), Commune("99999", SANS_ESPACE, 1, 0), *_communes([3, 20])),
    "carte_enorme": carte(*(Commune(code, nom, ENORME, 4) for code, nom in COMMUNES.items())),
    "histogramme": histogramme(*((str(i), D(i % 5)) for i in range(21))),
    "histogramme_vide": histogramme(),
    "histogramme_negatif": histogramme(("Petites", D(-3)), ("Moyennes", None), ("Grandes", D(4)), unite="€"),
    "histogramme_long": histogramme((LONG, ENORME), (SANS_ESPACE, -ENORME), ("Nul", D(0)), unite="€"),
}  # fmt: skip
