"""Names of files (G7, F1): said from the name alone."""

from tests.atelier.verrues import Ignore, Lu, Refus, Verrue, tableau

MANDATS = tableau("mandats")


def _refuse(nom: str, fichier: str, *motif: str) -> Verrue:
    return Verrue(f"nom {nom}", fichier, "x", Refus((*motif, "G7")))


NOMS = (
    Verrue("nom à l'extension en capitales", "compta/mandats_AAAA-MM.CSV", MANDATS, Lu(({"Montant TTC": "10"},))),
    Verrue("nom de seconde version", "compta/mandats_AAAA-MM_v2.csv", MANDATS, Lu(({"Montant TTC": "10"},))),
    _refuse("au mois collé", "compta/mandats_202001.csv", "période", "« mandats_2020-01.csv »"),
    _refuse("en majuscule", "compta/Mandats_2020-02.csv", "minuscules", "« mandats_2020-02.csv »"),
    _refuse("au mois devant", "compta/mandats_03-2020.csv", "période", "« mandats_AAAA-MM.csv »"),
    _refuse("sans période", "compta/mandats.csv", "période", "AAAA-MM"),
    _refuse("d'une copie de Windows", "compta/mandats_2020-04 (1).csv", "« _vN »", "« mandats_AAAA-MM.csv »"),
    _refuse("d'un ancien classeur", "compta/mandats_2020-05.xls", ".xls", "enregistrer en .xlsx"),
    _refuse("d'un classeur OpenDocument", "rh/temps_2020-01.ods", "OpenDocument", "enregistrer en .xlsx"),
    _refuse("d'un classeur à macros", "rh/temps_2020-02.xlsm", "macros", "enregistrer en .xlsx"),
    _refuse("d'une archive", "rh/temps_2020.zip", "archive", "extraire"),
    _refuse("d'un texte", "rh/agents_2020.txt", ".txt", "« agents_2020.csv »"),
    _refuse("d'un fichier compressé", "rh/temps_2020-03.csv.gz", "compressé", "décompresser"),
    _refuse("d'une autre source", "rh/mandats_2020-06.csv", "source compta", "« compta/mandats_2020-06.csv »"),
    _refuse("à la racine", "agents_2020.csv", "dossier de sa source", "« rh/agents_2020.csv »"),
    _refuse("d'un PES chez rh", "rh/PES_2020.xml", "compta"),
    _refuse("d'un référentiel daté", "referentiel/tarifs_2020.csv", "« tarifs.csv »"),
    Verrue("nom de Windows", "compta/Thumbs.db", "x", Ignore()),
    Verrue("nom de verrou d'Excel", "compta/~$mandats_2020-01.xlsx", "x", Ignore()),
    Verrue("nom caché de macOS", "compta/._mandats_2020-01.csv", "x", Ignore()),
    Verrue("nom d'une ressource de macOS", "__MACOSX/mandats_2020-01.csv", "x", Ignore()),
    Verrue("dossier qui n'est pas une source", "comptabilite/mandats_2020-01.csv", "x",
           Refus(("« compta »", "source", "G12"))),
)  # fmt: skip
