"""CSV files: encodings, quotes, separators, banners, bombs of text (F4 to F9, F14)."""

from tests.atelier.assaut import Assaut, Sur, au_moment, en_csv, remplir

TEMPS, MANDATS = "rh/temps_2023-03.csv", "compta/mandats_2023-03.csv"
_SUR = Sur("texte", MANDATS)
_lu, _refuse = _SUR.lu, _SUR.refuse
RANGEES = remplir("mandats")
TEXTE = en_csv(RANGEES)
TOTAL = "Total" + ";" * (len(RANGEES[0]) - 1) + "\n"


def _objet(cellule: str, lignes: int = 2) -> str:
    return en_csv(remplir("mandats", lignes, objet=cellule))


def _banniere(lignes: int) -> str:
    return "".join(f"Export {n}\n" for n in range(lignes))


_PERSONNE = "ZYLBERSTEIN;Hermenegilde"
# of no width, of another line, of control, of the other way, of no character; and what needs four bytes
_SIGNES = "\u200b\ufeff\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\x1f\u202e\u2066\ufffe\uffff\U0010ffff🏊プール"
_PROGRAMMES = "=cmd|' /C calc'!A0 '); drop table brut.mandats; -- \\N\\.\\t\t\\"
TEXTES = (
    _lu("à guillemets partout", "".join(";".join(f'"{c}"' for c in r) + "\n" for r in RANGEES)),
    _lu("à fins de ligne de toutes sortes dans une cellule", _objet('"a\nb\r\nc\rd"')),
    _lu("à séparateurs et guillemets doublés dans une cellule", _objet('"a;b;;dit ""oui"""')),
    _lu("à guillemet au milieu", _objet('12" x 3"')),
    _lu("à séparateur virgule", en_csv([[f'"{c}"' for c in r] for r in RANGEES], ",")),
    _lu("à directive sep=;", "sep=;\n" + TEXTE),
    _lu("à six lignes avant l'en-tête, dont une vide", _banniere(5) + "\n" + TEXTE),
    _lu("à signes de toutes sortes", _objet(f"a{_SIGNES}b")),
    _lu("à formule, SQL et barres inverses", _objet(_PROGRAMMES)),
    _lu("à \\. seul sur sa ligne", _objet('"\n\\.\n"')),
    _lu("à caractère de fin MS-DOS", TEXTE + "\x1a"),
    _refuse("coupé en pleine ligne", TEXTE + "2023;P;1", "ligne 4 : 3", "24 colonnes", "reposer", "F19"),
    _refuse("coupé en pleine ligne, en cp1252", (TEXTE + "2023;P;1;é").encode("cp1252"), "ligne 4 : 4", "F19"),
    _refuse("coupé à sa première ligne", TEXTE.split("\n")[0] + "\n2023;P", "ligne 2 : 2", "F19"),
    Assaut("texte coupé que son contrôle annonce ainsi",
           {MANDATS: TEXTE + "2023;P;1", f"{MANDATS}.controle.json": '{"lignes": 3}'}, {MANDATS: ("ligne 4", "F19")}),
    _lu("sans dernière fin de ligne", TEXTE.removesuffix("\n")),
    _lu("dont deux lignes sont courtes, sans dernière fin de ligne", TEXTE + "2023;P\n2023;P", 4),
    _lu("à Total sans fin de ligne", TEXTE + "Total"),
    _lu("à cellule en trop, d'une personne", TEXTE.replace("\n", f";{_PERSONNE}\n").replace(f";{_PERSONNE}", "", 1)),
    _lu("à rangées plus courtes", TEXTE + "2023;P\n", 3),
    _lu("à cellule de 3 millions de caractères", au_moment(lambda: _objet("x" * 3_000_000))),
    _lu("à lignes Total au milieu et à la fin", TEXTE + TOTAL + TEXTE.partition("\n")[2] + TOTAL, 5),
    _lu("de vingt mille rangées", au_moment(lambda: en_csv(remplir("mandats", 20_000))), 20_000),
    _lu("à colonne facultative d'un autre nom", TEXTE.replace("Objet", "Objet de la dépense", 1), 2,
        "colonnes facultatives absentes", "Objet", "F5"),
    _refuse("en retours seuls (vieux Mac)", TEXTE.replace("\n", "\r"), "retour chariot seul", "F8"),
    _refuse("d'une marque BOM seule", b"\xef\xbb\xbf", "F5"),
    _refuse("à double marque BOM", b"\xef\xbb\xbf\xef\xbb\xbf" + TEXTE.encode(), "Exercice", "F5"),
    _refuse("à séparateur barre", en_csv(RANGEES, "|"), "« | »", "point-virgule", "F5"),
    _refuse("d'un autre export", "Compte;Débit;Crédit\n611;1;2\n", "colonnes obligatoires", "Montant TTC", "F5"),
    _refuse("à colonne d'un autre nom", TEXTE.replace("Montant TTC", "Mt TTC", 1),
            "« Montant TTC »", "le plus proche dans le fichier : « Mt TTC »", "correspondances", "F5"),
    _refuse("à en-tête de largeur nulle", TEXTE.replace("Statut", "Sta\u200btut", 1), "« Statut »", "F5"),
    _refuse("à en-tête en septième", _banniere(6) + TEXTE, "6 lignes de bannière", "5 au plus", "F5"),
    _refuse("à en-tête presque double", TEXTE.replace("Objet", "STATUT\u00a0", 1), "« Statut »", "n'en garder", "F5"),
    _refuse("à demi-codet", TEXTE.replace("Texte", "\udfff").encode("utf-8", "surrogatepass"), "UTF-8", "F8"),
    _refuse("cp1252 à octet sans caractère", TEXTE.encode("cp1252").replace(b"Texte", b"\x9d"), "cp1252", "F8"),
    _refuse("en Mac Roman", TEXTE.encode("mac_roman"), "Mac OS Roman", "F8"),
    _refuse("encodé deux fois", TEXTE.encode().decode("latin-1").encode(), "deux fois", "F8"),
    _refuse("à texte après un guillemet", _objet('"a"b'), "guillemet", "G1"),
    _refuse("d'un ancien classeur", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "ancien classeur (.xls)", "G1"),
    _refuse("d'une page", "<!DOCTYPE html><html>" + TEXTE, "HTML", "G1"),
    _refuse("de noms sans en-tête", f"{_PERSONNE};2023;P\n" * 20, "F5"),
    _refuse("de noms sous un en-tête incomplet", TEXTE.replace("Statut", "ZYLBERSTEIN", 1), "« Statut »", "F5"),
    Assaut("texte au guillemet d'une personne", {TEMPS: en_csv(remplir("temps", nom='"ZYLBERSTEIN"x'))},
           {TEMPS: ("guillemet", "G1")}),
    Assaut("texte au nul d'une personne", {TEMPS: en_csv(remplir("temps", nom="ZYLBERSTEIN\0"))},
           {TEMPS: ("nul", "F8")}),
    # bombs
    _refuse("de cent mille colonnes nommées",
            au_moment(lambda: en_csv([[*RANGEES[0], *(f"C{n}" for n in range(100_000))]])), "colonnes"),
    _refuse("à cinq millions de cellules entre guillemets",
            au_moment(lambda: TEXTE + '"";' * 5_000_000 + "1\n"), "ligne 4 : plus de 1 000 colonnes"),
    _refuse("de 140 Mo sans fin de ligne", au_moment(lambda: TEXTE + "x" * 140_000_000), "fin de ligne", "G1"),
    _refuse("de 20 Mo dans un guillemet", au_moment(lambda: TEXTE + '"' + "x\n" * 10_000_000), "guillemet", "G1"),
)  # fmt: skip
