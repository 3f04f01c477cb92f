"""Names of files and folders (F1, G7, G12)."""

from __future__ import annotations

from pathlib import Path

from tests.atelier.assaut import Assaut, Contenu, en_csv, remplir
from tests.attaques.assauts.partout import classeur

TEXTE = en_csv(remplir("mandats"))
MANDATS = "compta/mandats_2023-03.csv"


def _refuse(nom: str, fichier: str, *mots: str, montre: str | None = None) -> Assaut:
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
    _refuse("au mois 13", "compta/mandats_2023-13.csv"),
    _refuse("de l'an 99999", "compta/mandats_99999-01.csv"),
    _refuse("au mois pour un semestre", "compta/mandats_2023-S1.csv"),
    _refuse("au singulier", "compta/mandat_2023-03.csv", "« mandats_2023-03.csv »"),
    _refuse("de version à zéro", "compta/mandats_2023-03_v01.csv"),
    _refuse("de version en capitale", "compta/mandats_2023-03_V2.csv"),
    _refuse("de version de quatre chiffres", "compta/mandats_2023-03_v1000.csv", "N de 1 à 999"),
    _lu("de la plus haute version", "compta/mandats_2023-03_v999.csv"),
    _lu("de version datée", "compta/mandats_2023-03_v20240315.csv"),
    _refuse("de version d'un jour à venir", "compta/mandats_2023-03_v20991231.csv", "le jour de sa correction"),
    _refuse("en chiffres pleine chasse", "compta/mandats_２０２３-03.csv"),
    _refuse("en chiffres arabes", "compta/mandats_2٠٢٣-03.csv", "« mandats_AAAA-MM.csv »"),
    _refuse("à lettre cyrillique", "compta/mаndats_2023-03.csv"),
    _refuse("à écriture inversée", "compta/mandats_2023-03\u202evsc.csv",
            montre="compta/mandats_2023-03\\u202evsc.csv"),
    _refuse("à caractère d'échappement", "compta/\x1b[2Jmandats_2023-03.csv",
            montre="compta/\\x1b[2Jmandats_2023-03.csv"),
    _refuse("à barre inverse", "compta/mandats_2023-03\\x.csv"),
    _refuse("à point final", "compta/mandats_2023-03.csv."),
    _refuse("à espace devant", "compta/ mandats_2023-03.csv"),
    _refuse("d'un programme", "compta/mandats_2023-03.csv.exe"),
    _refuse("sans extension", "compta/mandats_2023-03", "extension"),
    _refuse("de 250 caractères", f"compta/mandats_{'9' * 237}.csv"),
    _refuse("d'un semestre en minuscule", "activite/unites_2023-s1.csv", "« unites_2023-S1.csv »"),
    _refuse("d'un référentiel et d'un mot", "referentiel/tarifs_corrige.csv", "rien d'autre", "« tarifs.csv »"),
    _refuse("d'une source chez une autre", "rh/mandats_2023-03.csv", "compta"),
    _refuse("d'une archive", "compta/mandats_2023-03.zip", "archive"),
    _refuse("à la racine", "mandats_2023-03.csv", "compta"),
    _refuse("d'un dossier dans une source", "compta/2023/mandats_2023-03.csv", "G12", montre="compta/2023"),
    _refuse("d'un dossier nommé comme un fichier", "compta/mandats_2023-03.csv/x.csv", "G12", montre=MANDATS),
    _refuse("d'une source en capitales", "COMPTA/mandats_2023-03.csv", "« compta »", "G12", montre="COMPTA"),
    _refuse("d'une source à espace", "compta /mandats_2023-03.csv", "« compta »", "G12", montre="compta "),
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
