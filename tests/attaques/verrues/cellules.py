"""Cells: amounts, percentages, dates, hours, codes, values of a list (C1 to C13)."""

from tests.atelier.verrues import Lu, Rejet, Verrue, tableau

FICHIERS = {
    "mandats": "compta/mandats_AAAA-MM.csv", "titres": "compta/titres_AAAA-MM.csv", "temps": "rh/temps_AAAA-MM.csv",
    "agents": "rh/agents_AAAA.csv", "etat_actif": "compta/etat_actif_AAAA.csv", "marches": "cam/marches_AAAA.csv",
    "unites": "activite/unites_AAAA-S1.csv", "tarifs": "referentiel/tarifs.csv",
}  # fmt: skip
SECABLE, FINE = "\u00a0", "\u202f"


def _lue(nom: str, jeu: str, colonne: str, cellule: str, valeur: str, **autres: str) -> Verrue:
    """A cell that is read as `valeur`; `autres`: cells of the same row, by header with _ for a space."""
    contenu = tableau(jeu, {**{k.replace("_", " "): v for k, v in autres.items()}, colonne: cellule})
    return Verrue(nom, FICHIERS[jeu], contenu, Lu(({colonne: valeur},)))


def _rejetee(
    nom: str, jeu: str, colonne: str, cellule: str, *motif: str, lisible: bool = False, **autres: str
) -> Verrue:
    """A cell that rejects its row; of rh and compta it is shown when it can be read (K9), elsewhere as delivered."""
    contenu = tableau(jeu, {**{k.replace("_", " "): v for k, v in autres.items()}, colonne: cellule})
    montree = cellule.strip() if lisible or not FICHIERS[jeu].startswith(("rh/", "compta/")) else None
    return Verrue(nom, FICHIERS[jeu], contenu, Rejet(colonne, montree, motif))


def _montant(nom: str, cellule: str, valeur: str, type_piece: str = "01") -> Verrue:
    return _lue(f"montant {nom}", "mandats", "Montant TTC", cellule, valeur, Type_pièce=type_piece)


def _montant_rejete(nom: str, cellule: str, *motif: str) -> Verrue:
    return _rejetee(f"montant {nom}", "mandats", "Montant TTC", cellule, *motif)


def _date(nom: str, cellule: str) -> Verrue:
    contenu = tableau("mandats", {"Date émission": cellule})
    return Verrue(f"date {nom}", FICHIERS["mandats"], contenu, Lu(({"Date émission": "AAAA-MM-05"},)))


def _date_rejetee(nom: str, cellule: str) -> Verrue:
    return _rejetee(f"date {nom}", "mandats", "Date émission", cellule, "date illisible", "jj/mm/aaaa", "C3")


def _duree(nom: str, cellule: str, minutes: str) -> Verrue:
    return _lue(f"durée {nom}", "temps", "Durée", cellule, minutes)


def _duree_rejetee(nom: str, cellule: str, *motif: str) -> Verrue:
    return _rejetee(f"durée {nom}", "temps", "Durée", cellule, *motif)


_ILLISIBLE = ("montant illisible", "deux décimales", "C1")
CELLULES = (
    _montant("à virgule, euro collé", "1234,56€", "1234.56"),
    _montant("à milliers insécables", f"1{SECABLE}234,50{SECABLE}€", "1234.5"),
    _montant("à milliers fins (U+202F)", f"1{FINE}234,56", "1234.56"),
    _montant("à point décimal", "1234.56", "1234.56"),
    _montant("négatif entre parenthèses", "(12,50)", "-12.5", "02"),
    _montant("négatif à la fin (SAP, CIRIL)", "12,50-", "-12.5", "02"),
    _montant_rejete("à point des milliers", "1.234,56", *_ILLISIBLE),
    _montant_rejete("à l'anglaise", "1,234.56", *_ILLISIBLE),
    _montant_rejete("en notation scientifique", "1e5", *_ILLISIBLE),
    _montant_rejete("à trois décimales", "12,345", *_ILLISIBLE),
    _montant_rejete("en pourcentage", "12 %", *_ILLISIBLE),
    _montant_rejete("non renseigné d'un tiret", "-", "cellule obligatoire vide", "C2"),
    _montant_rejete("en erreur de tableur", "#N/A", *_ILLISIBLE),
    _lue("HT d'un tiret : non renseigné", "mandats", "Montant HT", "-", ""),
    _lue("pourcentage « 50 % »", "agents", "% affectation", "50 %", "50"),
    _lue("pourcentage « 50% » et quotité « 80 % »", "agents", "% affectation", "50%", "50", Quotité="80 %"),
    _lue("quote-part à trois décimales et %", "etat_actif", "Quote-part %", f"33,333{SECABLE}%", "33.333"),
    _rejetee("quote-part au double %", "etat_actif", "Quote-part %", "50 %%", "pourcentage illisible", "C1"),
    _rejetee("« 12 % » dans un forfait", "tarifs", "Montant", "12 %", "nombre illisible", "signe %", "C1"),
    _date("à points (Astre)", "05.MM.AAAA"),
    _date("à barres, année devant", "AAAA/MM/05"),
    _date("en huit chiffres (Hélios)", "AAAAMM05"),
    _date("à minuit (SQL Server)", "05/MM/AAAA 00:00"),
    _date("à minuit ISO", "AAAA-MM-05T00:00:00"),
    _date("à tirets, jour devant", "05-MM-AAAA"),
    _date_rejetee("à année de deux chiffres", "05/01/21"),
    _date_rejetee("sans zéros", "1/2/2021"),
    _date_rejetee("à séparateurs mêlés", "05/01-2021"),
    _date_rejetee("à l'heure", "05/01/2021 08:30"),
    _date_rejetee("américaine", "2021-31-01"),
    _date_rejetee("du 31 février", "31/02/2021"),
    _date_rejetee("en toutes lettres", "5 janvier 2021"),
    _rejetee(
        "date hors de l'exercice", "mandats", "Date émission", "05/01/1999", "hors de l'exercice", "C5", lisible=True
    ),
    _duree("« 7h »", "7h", "420"),
    _duree("« 7h30 » (Kelio)", "7h30", "450"),
    _duree("« 07:30:00 » (Excel)", "07:30:00", "450"),
    _duree("en centièmes", "7,50", "450"),
    _duree_rejetee("« 7h5 »", "7h5", "durée illisible", "3h30", "C8"),
    _duree_rejetee("aux secondes", "07:30:15", "durée illisible", "C8"),
    _duree_rejetee("de plus d'un jour", "25:00", "plus de 24 h", "C8"),
    _duree_rejetee("négative", "-1,5", "durée illisible", "C8"),
    _lue("SIRET à espaces", "titres", "SIRET", f"215 900{SECABLE}010 00012", "21590001000012"),
    _lue("compte suivi d'espaces", "mandats", "Nature", "611  ", "611"),
    _rejetee("compte à lettre", "mandats", "Nature", "611A", "2 à 12 chiffres", "C11"),
    _rejetee("compte et libellé collés", "mandats", "Nature", "611 Contrats", "2 à 12 chiffres", "C11"),
    _lue("bordereau à zéros en tête", "mandats", "Bordereau", "00012MM", "12MM"),
    _lue("numéro gardé par Excel", "marches", "N° marché", '="00123"', "00123"),
    _lue("statut en capitales et espaces", "mandats", "Statut", f" PAYÉ{SECABLE}", "Payé"),
    _lue("statut sans accent", "mandats", "Statut", "PRIS EN  CHARGE", "Pris en charge"),
    _rejetee(
        "statut d'un autre système", "mandats", "Statut", "Mis en paiement",
        "valeur inconnue", "Pris en charge", "correspondances", "C7",
    ),
    _lue("taille d'entreprise inconnue : non renseignée", "marches", "Taille entreprise", "Micro", ""),
    _rejetee("exercice sur deux chiffres", "mandats", "Exercice", "21", "année sur quatre chiffres"),
    _rejetee("SIRET d'adhérent faux", "unites", "SIRET adhérent", "21590001000099", "clé est fausse", "C6"),
    _rejetee("période de service d'une autre forme", "titres", "Période service", "T1 2021", "AAAA-S1", "C9"),
)  # fmt: skip
