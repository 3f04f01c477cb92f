"""Exports of another system, read by the table `correspondances` (F16); titres and commandes are its jeux here."""

from tests.atelier.verrues import Lu, Refus, Rejet, Verrue, tableau

TITRES, COMMANDES = "compta/titres_AAAA-MM.csv", "cam/commandes_AAAA-MM.csv"
TABLE = """Jeu;Colonne;Lu;Vaut
titres;Statut;Mis en recouvrement;Pris en charge
Titres;OBJET;Libellé;
titres;Objet;Intitulé;
titres;Budget;;Q
titres;Type pièce;;01
commandes;Statut;;Émise
commandes;Prix de référence HT;Réf.;12,50
commande;Statut;X;Émise
titres;Montant;X;
titres;Statut;;
"""


CORRESPONDANCES = (
    Verrue("valeur d'un autre système", TITRES, tableau("titres", {"Statut": " MIS EN RECOUVREMENT "}),
           Lu(({"Statut": "Pris en charge"},))),
    Verrue("valeur inconnue d'une table aussi", TITRES, tableau("titres", {"Statut": "Soldé"}),
           Rejet("Statut", None, ("valeur inconnue", "Émis", "C7"))),
    Verrue("autre en-tête", TITRES, tableau("titres", {"libelle": "Loyer"}), Lu(({"Objet": "Loyer"},))),
    Verrue("en-tête littéral et autre en-tête", TITRES, tableau("titres", {"Objet": "Le bon", "Libellé": "L'autre"}),
           Lu(({"Objet": "Le bon"},))),
    Verrue("colonne obligatoire absente, donnée", TITRES, tableau("titres").replace("Budget;", "").replace(";P;", ";"),
           Lu(({"Budget": "Q"},))),
    Verrue("cellule vide : pas de valeur par défaut", TITRES, tableau("titres", {"Type pièce": ""}),
           Rejet("Type pièce", None, ("cellule obligatoire vide",))),
    Verrue("deux en-têtes pour une colonne", TITRES, tableau("titres", {"Libellé": "x", "Intitulé": "y"}),
           Refus(("« Libellé » et « Intitulé »", "« Objet »", "F16"))),
    Verrue("table de correspondances : jeu inconnu", "referentiel/correspondances.csv", TABLE,
           Rejet("Jeu", "commande", ("jeu inconnu", "le plus proche : « commandes »", "F16"), ligne=9)),
)  # fmt: skip
