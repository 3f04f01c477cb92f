"""What no single cell shows: controls over a file or two of 2021 (C10, C12, C13, G13, G14)."""

from tests.atelier.verrues import Controle, Lu, Verrue, tableau

_ILLISIBLES = [{"Référence": str(n), "Quantité": "beaucoup"} for n in range(10)]
CONTROLES = (
    Verrue(
        "pourcentages d'Excel lus en fractions", "compta/etat_actif_2021.csv",
        tableau("etat_actif", {"Quote-part %": "0,5"}, {"N° inventaire": "I2", "Quote-part %": "1"}),
        Controle("pourcentage_douteux", "etat_actif/Quote-part %", ("1",)),
    ),
    Verrue(
        "quotité en fraction", "rh/agents_2021.csv", tableau("agents", {"Quotité": "0,8"}),
        Controle("quotite_convertie", "", ("1 ligne",)),
    ),
    Verrue(
        "SIRET tronqué à 13 chiffres", "compta/titres_2020-11.csv",
        tableau("titres", {
            "Exercice": "2021", "Date émission": "05/01/2021", "Nature": "70845", "SIRET": "2159000100001",
            "Axe analytique": "ADS",
        }),
        Controle("siret_illisible", "", ("titre", "10,00 €")),
    ),
    Verrue(
        "colonne perdue d'un export à l'autre, avant", "cam/commandes_2021-01.csv",
        tableau("commandes", {"N° commande": "C9", "Date commande": "05/01/2021", "Lot": "2"}),
        Lu(({"Lot": "2"},)),
    ),
    Verrue(
        "colonne perdue d'un export à l'autre", "cam/commandes_2021-02.csv",
        tableau("commandes", {"N° commande": "C10", "Date commande": "05/02/2021"}),
        Controle("colonne_disparue", "commandes/Lot", ("2021-02",)),
    ),
    Verrue(
        "tout un fichier illisible", "activite/unites_2021-S2.csv",
        tableau("unites", *({"Exercice": "2021", "Semestre": "S2", **r} for r in _ILLISIBLES)),
        Controle("rejets_excessifs", "unites", ("10 lignes rejetées sur 1",)),
    ),
)  # fmt: skip
