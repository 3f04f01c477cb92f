"""CSV files: encodings, quotes, separators, banners, bombs of text (F4 to F9, F14)."""

from __future__ import annotations

from tests.atelier.assaut import Assaut, Contenu, au_moment, en_csv, remplir

TEMPS, MANDATS = "rh/temps_2023-03.csv", "compta/mandats_2023-03.csv"
RANGEES = remplir("mandats")
TEXTE = en_csv(RANGEES)
LARGEUR = len(RANGEES[0])


def _lu(nom: str, contenu: Contenu, lignes: int = 2) -> Assaut:
    return Assaut(f"texte {nom}", {MANDATS: contenu}, lignes={MANDATS: lignes})


def _refuse(nom: str, contenu: Contenu, *mots: str) -> Assaut:
    return Assaut(f"texte {nom}", {MANDATS: contenu}, {MANDATS: mots})


def _objet(cellule: str, lignes: int = 2) -> str:
    return en_csv(remplir("mandats", lignes, objet=cellule))


def _banniere(lignes: int) -> str:
    return "".join(f"Export {n}\n" for n in range(lignes))


_PERSONNE = "ZYLBERSTEIN;Hermenegilde"
TEXTES = (
    _lu("à guillemets partout", "".join(";".join(f'"{c}"' for c in r) + "\n" for r in RANGEES)),
    _lu("à saut de ligne dans une cellule", _objet('"a\nb\r\nc"')),
    _lu("à retour seul dans une cellule", _objet('"a\rb"')),
    _lu("à séparateurs dans une cellule", _objet('"a;b;;c"')),
    _lu("à guillemets doublés", _objet('"dit ""oui"""')),
    _lu("à guillemet au milieu", _objet('12" x 3"')),
    _lu("à séparateur virgule", en_csv([[f'"{c}"' for c in r] for r in RANGEES], ",")),
    _lu("à directive sep=;", "sep=;\n" + TEXTE),
    _lu("à six lignes avant l'en-tête, dont une vide", _banniere(5) + "\n" + TEXTE),
    _lu("à espace de largeur nulle dans une cellule", _objet("a\u200bb\ufeffc")),
    _lu("à séparateurs de ligne Unicode", _objet("a\u2028b\u2029c\x85d")),
    _lu("à contrôles C0 dans une cellule", _objet("a\x0b\x0c\x1c\x1d\x1e\x1fb")),
    _lu("à écriture inversée", _objet("a\u202eb\u2066c")),
    _lu("à non-caractères", _objet("a\ufffe\uffff\U0010ffffb")),
    _lu("à emoji et idéogrammes", _objet("🏊 プール")),
    _lu("à formules et DDE", _objet("=cmd|' /C calc'!A0") + _objet("@SUM(1)").partition("\n")[2], 4),
    _lu("à SQL", _objet("'); drop table brut.mandats; --")),
    _lu("à barres inverses et tabulations", _objet("\\N\\.\\t\t\\")),
    _lu("à \\. seul sur sa ligne", _objet('"\n\\.\n"')),
    _lu("à caractère de fin MS-DOS", TEXTE + "\x1a", 3),
    _lu("à colonnes vides sans fin", en_csv([[*r, *[""] * 2000] for r in RANGEES])),
    _lu("à cellules vides en trop", TEXTE.replace("\n", ";" * 500 + "\n")),
    _lu("à cellule en trop, d'une personne", TEXTE.replace("\n", f";{_PERSONNE}\n").replace(f";{_PERSONNE}", "", 1)),
    _lu("à rangées plus courtes", TEXTE + "2023;P\n", 3),
    _lu("à cellule de 3 millions de caractères", au_moment(lambda: _objet("x" * 3_000_000))),
    _lu("à ligne Total au milieu", TEXTE + "Total" + ";" * (LARGEUR - 1) + "\n" + TEXTE.partition("\n")[2], 5),
    _lu("à deux lignes Total", TEXTE + ("Total" + ";" * (LARGEUR - 1) + "\n") * 2, 3),
    _lu("de vingt mille rangées", au_moment(lambda: en_csv(remplir("mandats", 20_000))), 20_000),
    _lu("sans fin de dernière ligne", TEXTE.removesuffix("\n")),
    _refuse("en retours seuls (vieux Mac)", TEXTE.replace("\n", "\r"), "retour chariot seul", "F8"),
    _refuse("d'une marque BOM seule", b"\xef\xbb\xbf", "F5"),
    _refuse("à double marque BOM", b"\xef\xbb\xbf\xef\xbb\xbf" + TEXTE.encode(), "Exercice", "F5"),
    _refuse("à séparateur barre", en_csv(RANGEES, "|"), "« | »", "point-virgule", "F5"),
    _refuse("à séparateur espace", en_csv(RANGEES, " "), "F5"),
    _refuse("à en-tête de largeur nulle", TEXTE.replace("Statut", "Sta\u200btut", 1), "« Statut »", "F5"),
    _refuse("à en-tête inversé", TEXTE.replace("Statut", "\u202etutatS", 1), "« Statut »", "F5"),
    _refuse("à en-tête en septième", _banniere(6) + TEXTE, "6 lignes de bannière", "F5"),
    _refuse("à en-tête presque double", TEXTE.replace("Objet", "STATUT\u00a0", 1), "« Statut »", "F5"),
    _refuse("à demi-codet", TEXTE.replace("Texte", "\udfff").encode("utf-8", "surrogatepass"), "UTF-8", "F8"),
    _refuse("à forme trop longue", TEXTE.encode().replace(b"Texte", b"\xc0\xafTexte"), "UTF-8", "F8"),
    _refuse("cp1252 à octet sans caractère", TEXTE.encode("cp1252").replace(b"Texte", b"\x9d"), "cp1252", "F8"),
    _refuse("en Mac Roman", TEXTE.encode("mac_roman"), "Mac OS Roman", "F8"),
    _refuse("en EBCDIC", TEXTE.encode("cp500"), "F8"),
    _refuse("en UTF-7", TEXTE.encode("utf-7"), "F5"),
    _refuse("encodé deux fois", TEXTE.encode().decode("latin-1").encode(), "deux fois", "F8"),
    _refuse("à texte après un guillemet", _objet('"a"b'), "guillemet", "G1"),
    _refuse("d'un programme", b"\x7fELF\x02\x01\x01" + b"\0" * 100, "octet nul", "F8"),
    _refuse("d'un PDF", b"%PDF-1.7\n" + b"x" * 100, "PDF", "G1"),
    _refuse("d'un texte mis en forme", "{\\rtf1\\ansi Exercice}", "RTF", "G1"),
    _refuse("d'une page", "<!DOCTYPE html><html>" + TEXTE, "HTML", "G1"),
    _refuse("de noms sans en-tête", f"{_PERSONNE};2023;P\n" * 20, "F5"),
    _refuse("de noms sous un en-tête incomplet", TEXTE.replace("Statut", "ZYLBERSTEIN", 1), "« Statut »", "F5"),
    Assaut(
        "texte au guillemet d'une personne",
        {TEMPS: en_csv(remplir("temps", nom='"ZYLBERSTEIN"x'))},
        {TEMPS: ("guillemet", "G1")},
    ),
    Assaut(
        "texte au nul d'une personne", {TEMPS: en_csv(remplir("temps", nom="ZYLBERSTEIN\0"))}, {TEMPS: ("nul", "F8")}
    ),
    # bombs
    _refuse(
        "de dix millions de colonnes", au_moment(lambda: ";".join(RANGEES[0]) + ";" * 10_000_000 + "\n"), "colonnes"
    ),
    _refuse(
        "de cent mille colonnes nommées",
        au_moment(lambda: en_csv([[*RANGEES[0], *(f"C{n}" for n in range(100_000))]])),
        "colonnes",
    ),
    _refuse(
        "d'une rangée de dix millions de cellules", au_moment(lambda: TEXTE + "x;" * 10_000_000 + "\n"), "ligne 4", "G1"
    ),
    _refuse(
        "à cinq millions de cellules entre guillemets",
        au_moment(lambda: TEXTE + '"";' * 5_000_000 + "1\n"),
        "ligne 4 : plus de 1 000 colonnes",
    ),
    _refuse("de 140 Mo sans fin de ligne", au_moment(lambda: TEXTE + "x" * 140_000_000), "fin de ligne", "G1"),
    _refuse("de 20 Mo dans un guillemet", au_moment(lambda: TEXTE + '"' + "x\n" * 10_000_000), "guillemet", "G1"),
)
