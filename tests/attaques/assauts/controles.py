"""`.controle.json` of all sorts (F3), and the `Total` row (F4)."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.atelier.assaut import Assaut, Contenu, en_csv, remplir
from tests.atelier.pes import Bordereau, Ligne, Piece, pes_aller
from tests.atelier.tables import lire
from tests.attaques.assauts.partout import classeur

MANDATS = "compta/mandats_2023-03.csv"
TEXTE = en_csv(remplir("mandats"))
PES = pes_aller([Bordereau("1", "10.00", [Piece("1", [Ligne("10.00")])])])
TEMPS = "rh/temps_2023-03.csv"


def _refuse(nom: str, controle: Contenu, *mots: str) -> Assaut:
    fichiers = {MANDATS: TEXTE, f"{MANDATS}.controle.json": controle}
    return Assaut(f"contrôle {nom}", fichiers, {MANDATS: (*mots, "F3")})


def _juste(nom: str, controle: Contenu) -> Assaut:
    fichiers = {MANDATS: TEXTE, f"{MANDATS}.controle.json": controle}
    return Assaut(f"contrôle {nom}", fichiers, lignes={MANDATS: 2})


def tube(chemin: Path) -> None:
    """A FIFO, which nobody writes into."""
    os.mkfifo(chemin)


def lien(cible: str) -> Callable[[Path], None]:
    """A symbolic link to that target."""
    return lambda chemin: chemin.symlink_to(cible)


def _annonces(cas: dict[str, tuple[str, str]]) -> dict[str, Contenu]:
    """A file of mandats a month, each with its `.controle.json`; months are those of the table."""
    poses: dict[str, Contenu] = {}
    for mois, (controle, total) in cas.items():
        nom = f"compta/mandats_2023-{mois}.csv"
        # a file of its own: the same bytes would be those of another month (F2)
        poses[nom] = TEXTE.replace("Texte", mois) + (total and f"Total{';' * 22}{total};\n")
        poses[f"{nom}.controle.json"] = controle
    return poses


_JUSTES = {
    "01": ('{"lignes": 2, "colonne": "montant  ttc", "total": "20.00"}', ""),
    "02": ('{"total": "+20", "colonne": "Montant TTC"}', ""),
    "03": ('{"lignes": "2"}', "20,00 €"), "04": ("{}", ""), "05": ('{"colonne": "TVA", "total": 20}', "20"),
    # a cell that is no number says nothing (F4)
    "06": ("{}", "vingt"), "07": ("{}", "1e1"),
}  # fmt: skip
_FAUSSES = {
    "01": ('{"lignes": 3}', ""), "02": ('{"lignes": 1}', ""),
    "03": ('{"colonne": "Montant TTC", "total": "20.01"}', ""),
    "04": ('{"colonne": "Montant TTC", "total": -20}', ""), "05": ("{}", "20,01"), "06": ('{"lignes": 3}', "20,00"),
}  # fmt: skip
_MOTS = {"01": ("3", "2", "F3"), "02": ("1", "2", "F3"), "03": ("20,01", "F3"), "04": ("-20", "F3"),
         "05": ("20,01", "F4"), "06": ("3", "F3")}  # fmt: skip
# hours and hundredths are summed exactly, floats of a workbook too, and a cell that can't be read counts 0 (F3, F4)
_ABC = en_csv([*remplir("mandats"), *remplir("mandats", 3, montant_ttc="abc")[3:]])
_COMPLET = json.dumps({"lignes": 3, "colonne": "Montant\u00a0TTC", "total": "20", "producteur": "SIRH",
                       "sha256": hashlib.sha256(_ABC.encode()).hexdigest().upper()})  # fmt: skip
_SAISIES = "Matricule;Date;Code activité;Durée;Type jour;Validé\na;02/03/2023;X1;3h45;T;O\na;03/03/2023;X1;30,10;T;O\n"
_CENTIEMES = _SAISIES.replace("3h45", "3h20").replace("30,10", "1,40") + "x;04/03/2023;X1;16h16;T;O\nTotal;;;21;;\n"
_FLOTTANTS = [
    *([*r[:-2], 0.1, r[-1]] if n else r for n, r in enumerate(remplir("mandats", 3))),
    ["Total", *[None] * 21, 0.1 + 0.1 + 0.1, None],
]
_TOTAUX: dict[str, Contenu] = {
    "compta/mandats_2023-04.csv": _ABC + ";;;total" + ";" * 19 + "20,00 €;\n;;;;\n\n",
    TEMPS: _SAISIES + "Total;;;33:51;;\n",
    "rh/temps_2023-04.csv": _CENTIEMES,
    "compta/mandats_2023-05.xlsx": classeur(_FLOTTANTS),
}
_ILLISIBLE = "JSON lisible"
CONTROLES = (
    *(_refuse(r["nom"], r["controle"], *r["mots"]) for r in lire(Path(__file__).with_suffix(".toml"))["refus"]),
    _juste("à clé inconnue", '{"producteur": {"nom": "SEDIT", "version": [1, 2]}}'),
    _juste("à BOM et clés nulles", '\ufeff{"lignes": null, "colonne": null, "total": null, "sha256": null}'),
    _refuse("de zéro octet", "", _ILLISIBLE),
    _refuse("suivi d'un reste", '{"lignes": 2} x', _ILLISIBLE),
    _refuse("en UTF-16", '{"lignes": 2}'.encode("utf-16"), _ILLISIBLE),
    _refuse("de listes profondes", "[" * 60_000, _ILLISIBLE),
    _refuse("à entier de 5 000 chiffres", f'{{"colonne":"Montant TTC","total":{"9" * 5000}}}'),
    _refuse("d'empreinte d'un autre", f'{{"sha256": "{"0" * 64}"}}', "sha256"),
    _refuse("de 64 ko et un octet", "{}" + " " * (64 * 1024 - 1), "64 ko"),
    _juste("de 64 ko tout juste", "{}" + " " * (64 * 1024 - 2)),
    _refuse("qui est un tube", tube, "fichier ordinaire"),
    _refuse("qui est un lien vers un périphérique", lien("/dev/zero"), "fichier ordinaire"),
    _refuse("qui est un dossier", lambda chemin: chemin.mkdir(), "fichier ordinaire"),
    Assaut("contrôle sur un PES : seule l'empreinte compte", {"compta/A.xml": PES, "compta/A.xml.controle.json":
           '{"lignes": 99, "colonne": "x"}'}, lignes={"compta/A.xml": 1}),
    Assaut("contrôle d'empreinte fausse sur un PES", {"compta/A.xml": PES, "compta/A.xml.controle.json":
           f'{{"sha256": "{"f" * 64}"}}'}, {"compta/A.xml": ("sha256", "F3")}),
    Assaut("contrôle en capitales", {"compta/mandats_2023-03.CSV": TEXTE, "compta/mandats_2023-03.CSV.CONTROLE.JSON":
           '{"sha256": "0"}'}, {"compta/mandats_2023-03.CSV": ("sha256", "F3")}),
    # what the file gate compares: every announce of a load at once
    Assaut("contrôles et totaux justes", _annonces(_JUSTES), porte=True,
           lignes={f"compta/mandats_2023-{m}.csv": 2 for m in _JUSTES}),
    Assaut("contrôles et totaux faux", {**_annonces(_FAUSSES), TEMPS: _SAISIES + "Total;;;33:50;;\n"}, porte=True,
           refus={f"compta/mandats_2023-{m}.csv": mots for m, mots in _MOTS.items()} | {TEMPS: ("Total", "F4")}),
    Assaut("totaux de toutes sortes", {MANDATS: _ABC, f"{MANDATS}.controle.json": _COMPLET, **_TOTAUX}, porte=True,
           lignes={MANDATS: 3, **dict.fromkeys(_TOTAUX, 3), TEMPS: 2}),
)  # fmt: skip
