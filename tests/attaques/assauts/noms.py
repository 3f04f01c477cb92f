"""Names of files and folders (F1, G7, G12)."""

from collections.abc import Sequence
from pathlib import Path

from tests.atelier.assaut import Assaut, Contenu, en_csv, remplir
from tests.atelier.tables import lire
from tests.attaques.assauts.partout import classeur

TEXTE = en_csv(remplir("mandats"))
MANDATS = "compta/mandats_2023-03.csv"


def _refuse(nom: str, fichier: str, mots: Sequence[str] = (), montre: str | None = None) -> Assaut:
    regle = ("G7",) if not mots or not mots[-1].startswith(("G", "F")) else ()
    return Assaut(f"nom {nom}", {fichier: TEXTE}, {montre or fichier: (*mots, *regle)})


def _ignore(nom: str, *fichiers: str) -> Assaut:
    return Assaut(f"nom {nom}", {MANDATS: TEXTE, **dict.fromkeys(fichiers, "x")}, lignes={MANDATS: 2})


def _lu(nom: str, fichier: str) -> Assaut:
    return Assaut(f"nom {nom}", {fichier: TEXTE}, lignes={fichier: 2})


def octets_du_nom(octets: bytes) -> Contenu:
    """A file whose name holds bytes that are no UTF-8, beside a sound one."""

    def faire(chemin: Path) -> None:
        chemin.write_text(TEXTE, encoding="utf-8")
        with open(bytes(chemin.parent) + b"/" + octets, "wb") as f:  # noqa: PTH123 - a Path can't be made of bytes
            f.write(TEXTE.encode())

    return faire


def _beaucoup(nombre: int, modele: str) -> Contenu:
    """Many files of that name, which holds a number, beside a sound one."""

    def faire(chemin: Path) -> None:
        chemin.write_text(TEXTE, encoding="utf-8")
        for n in range(nombre):
            (chemin.parent / modele.format(n)).write_bytes(b"x")

    return faire


DOUBLES: dict[str, Contenu] = {MANDATS: TEXTE, "compta/mandats_2023-03_v1.csv": TEXTE}
CASSE: dict[str, Contenu] = {MANDATS: TEXTE, "compta/mandats_2023-03.CSV": TEXTE + TEXTE.splitlines()[1] + "\n"}
FORMATS: dict[str, Contenu] = {MANDATS: TEXTE, "compta/mandats_2023-03.xlsx": classeur(remplir("mandats"))}
NOMS = (
    *(_refuse(**refus) for refus in lire(Path(__file__).with_suffix(".toml"))["refus"]),
    _lu("de la plus haute version", "compta/mandats_2023-03_v999.csv"),
    _lu("de version datée", "compta/mandats_2023-03_v20240315.csv"),
    _refuse("de 250 caractères", f"compta/mandats_{'9' * 237}.csv"),
    _refuse("d'un dossier nommé comme un fichier", "compta/mandats_2023-03.csv/x.csv", ["G12"], montre=MANDATS),
    _ignore("que le bureau laisse", "compta/.DS_Store", "compta/~$m.xlsx", "compta/Thumbs.db", "compta/desktop.ini",
            "compta/DESKTOP.INI", ".git/config", "__MACOSX/x", "compta/__MACOSX", ".x.csv"),
    _ignore("d'un contrôle sans son fichier", "compta/mandats_2023-04.csv.controle.json"),
    Assaut("nom d'une source qui est un fichier", {"rh": "x", MANDATS: TEXTE}, {"rh": ("G7",)}, lignes={MANDATS: 2}),
    Assaut("nom en octets qui ne sont pas de l'UTF-8", {MANDATS: octets_du_nom(b"mandats_2023-04\xff\xfe.csv")},
           {"compta/mandats_2023-04\\udcff\\udcfe.csv": ("G7",)}),
    Assaut("nom de même version deux fois", DOUBLES, dict.fromkeys(DOUBLES, ("même jeu", "F1"))),
    Assaut("nom en deux formats", FORMATS, dict.fromkeys(FORMATS, ("même jeu", "F1"))),
    Assaut("nom à la casse près", CASSE, dict.fromkeys(CASSE, ("même jeu", "F1"))),
    Assaut("nom : dix mille fichiers cachés", {MANDATS: _beaucoup(10_000, ".{}.csv")}, lignes={MANDATS: 2}),
    Assaut("nom : mille fichiers mal nommés", {MANDATS: _beaucoup(1000, "mandat_{}.csv")},
           {f"compta/mandat_{n}.csv": ("G7",) for n in range(1000)}),
    Assaut("nom : que des choses ignorées", {".git/config": "x"}),
)  # fmt: skip
