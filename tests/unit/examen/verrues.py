"""Warts over a sound file of each jeu, and files that are something else: what `essayer` must say of each.

A wart is a file, the exit code that a load would end with, the jeu, what the report must say and must not, and the rows
of `correspondances` that must, or must not, be proposed.
"""
# ruff: noqa: E501

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from tests.atelier.assaut import en_csv, remplir
from tests.atelier.tables import lire

from mutualisation.entree.sources.registre import registre

Rangees = list[list[str]]
LUES = lire(Path(__file__).with_suffix(".toml"))
# cells without which `remplir` breaks a rule of its jeu
_JUSTES: dict[str, dict[str, str]] = {
    "mandats": {"montant_ht": "", "tva": ""},
    "titres": {"montant_ht": "", "tva": "", "nature": "70875", "periode_service": "2023-S1"},
    "adherents": {"code_insee": "59350"},
    "populations": {"code_insee": "59350"},
    "attributions": {"code_insee": "59350"},
    "marches": {"siret_titulaire": "21590001000012"},
    "tarifs": {"tranche_min": ""},
    "dispositifs": {"population_min": ""},
}  # fmt: skip
_PERIODES = {
    "annee": "_2023",
    "mois": "_2023-03",
    "fin_de_mois": "_2023-03",
    "semestre": "_2023-S1",
    "depot": "_depot-1",
    "aucune": "",
}
JEUX = tuple(j.nom for j in registre().jeux if j.format == "tabulaire")


@dataclass(frozen=True)
class Verrue:
    """`propose`, `tus`: « column=header » or « column→value » proposed, words that no line may hold; `exactes`: nothing
    else is proposed; `suffit`: with what is proposed every row is read."""

    nom: str
    fichier: str
    octets: bytes
    code: int
    jeu: str | None = None
    dits: tuple[str, ...] = ()
    tus: tuple[str, ...] = ()
    propose: tuple[str, ...] = ()
    jamais: tuple[str, ...] = ()
    exactes: bool = False
    suffit: bool = True


def nom_de(jeu: str, extension: str = "csv") -> str:
    """A name that the contract gives to a file of that jeu."""
    return f"{jeu}{_PERIODES[registre().jeu(jeu).periode]}.{extension}"


def bon(jeu: str, lignes: int = 2, **cellules: Any) -> Rangees:
    """Header and rows of a sound file."""
    if jeu == "correspondances":
        return [["Jeu", "Colonne", "Lu", "Vaut"], ["temps", "Date", "Jour", ""]]
    return remplir(jeu, lignes, **{**_JUSTES.get(jeu, {}), **cellules})


def sans(rangees: Rangees, *colonnes: str) -> Rangees:
    """Without these columns."""
    gardees = [i for i, n in enumerate(rangees[0]) if n not in colonnes]
    return [[r[i] for i in gardees] for r in rangees]


def renomme(rangees: Rangees, **autres: str) -> Rangees:
    """Headers by another name: ASCII names of the columns are those of the contract, « _ » for a space."""
    noms = {k.replace("_", " "): v for k, v in autres.items()}
    return [[noms.get(_plat(n), n) for n in rangees[0]], *rangees[1:]]


def _plat(entete: str) -> str:
    return "".join(c for c in entete if c not in "°%*()").strip()


def _v(nom: str, jeu: str, contenu: str | bytes | Rangees, code: int = 0, *dits: str, **plus: Any) -> Verrue:
    texte = en_csv(contenu) if isinstance(contenu, list) else contenu
    octets = texte.encode() if isinstance(texte, str) else texte
    fichier = plus.pop("fichier", nom_de(jeu))
    return Verrue(nom, fichier, octets, code, plus.pop("attendu", jeu), dits, **plus)


def classeur(feuilles: dict[str, Sequence[Sequence[Any]]], faire: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook."""
    livre = Workbook()
    livre.remove(livre.active)
    for nom, rangees in feuilles.items():
        feuille = livre.create_sheet(nom)
        for r in rangees:
            feuille.append(list(r))
    if faire:
        faire(livre)
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


def zippe(**membres: str) -> bytes:
    """A zip of these parts; « __ » for a slash, « _P » for a dot."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        for nom, texte in membres.items():
            archive.writestr(nom.replace("__", "/").replace("_P", "."), texte)
    return sortie.getvalue()


def _cacher(livre: Workbook) -> None:
    livre.worksheets[0].sheet_state = "hidden"


def _fusionner(livre: Workbook) -> None:
    livre.worksheets[0].merge_cells("A2:A3")


def _suite(jeu: str, colonne: str, cellule: str, code: int, dits: Sequence[str] = ()) -> Verrue:
    entete = registre().jeu(jeu).colonne(colonne).entete
    return _v(f"{entete} « {cellule} »", jeu, bon(jeu, 1, **{colonne: cellule}), code, *dits)


# what is said of most files that are no table of rows
FORME = "une ligne de noms de colonnes, une seule"
M, T, TITRES, UNITES, AGENTS = bon("mandats"), bon("temps"), bon("titres"), bon("unites"), bon("agents")
TEXTE = en_csv(M)
# the columns of which mandats and titres are known, both without a word of the piece
_SANS_NATURE = [[*r[:7], "1641", *r[8:]] if i else r for i, r in enumerate(TITRES)]


def _entete_autre(jeu: str, colonne: str, entete: str, code: int = 3, **plus: Any) -> Verrue:
    """A column under a usual name of other systems."""
    rangees = bon(jeu)
    rangees[0] = [entete if n == colonne else n for n in rangees[0]]
    return _v(f"{jeu} : « {entete} » pour « {colonne} »", jeu, rangees, code, propose=(f"{colonne}={entete}",), **plus)


def _sans_remplacant(jeu: str, colonne: str, entete: str, *cellules: str, **plus: Any) -> Verrue:
    """A column that a resembling header does not stand for."""
    rangees = bon(jeu, len(cellules) or 2)
    place = rangees[0].index(colonne)
    rangees[0][place] = entete
    for r, cellule in zip(rangees[1:], cellules, strict=False):
        r[place] = cellule
    nom = f"{jeu} : « {entete} » n'est pas « {colonne} », {len(rangees) - 1} lignes"
    return _v(nom, jeu, rangees, 3, colonne, jamais=(f"{colonne}={entete}",), **plus)


def _total(jeu: str, *cellules: str) -> list[str]:
    largeur = len(registre().jeu(jeu).colonnes)
    return [*cellules, *[""] * (largeur - len(cellules))]


ENCODAGES = (
    _v("UTF-8 avec BOM", "mandats", b"\xef\xbb\xbf" + TEXTE.encode()),
    _v("cp1252", "mandats", TEXTE.encode("cp1252")),
    _v("cp1252, CRLF", "mandats", TEXTE.replace("\n", "\r\n").encode("cp1252")),
    _v("UTF-16", "mandats", TEXTE.encode("utf-16"), 3, "UTF-16", "UTF-8", attendu=None),
    _v("cp850", "mandats", TEXTE.encode("cp850"), 3, "cp850", "UTF-8", propose=(), jamais=("*",)),
    _v("Mac OS Roman", "mandats", TEXTE.encode("mac_roman"), 3, "Mac OS Roman", "UTF-8", jamais=("*",)),
    _v("UTF-8 deux fois", "mandats", TEXTE.encode().decode("cp1252").encode(), 3, "deux fois", jamais=("*",)),
    _v("UTF-8 sauf un octet", "mandats", TEXTE.replace("Texte", "\0", 1).encode().replace(b"\0", b"\xff\x9d"), 3,
       "octet", "UTF-8"),
    _v("CR seul, UTF-8", "mandats", TEXTE.replace("\n", "\r"), 3, "retour chariot seul", "CRLF",
       tus=("aucune des 6", "Mac OS Roman"), jamais=("*",), attendu=None),
    _v("CR seul, cp1252", "mandats", TEXTE.replace("\n", "\r").encode("cp1252"), 3, "retour chariot seul", "CRLF",
       tus=("aucune des 6", "Mac OS Roman"), jamais=("*",), attendu=None),
)  # fmt: skip
SEPARATEURS = (
    *(_v(f"séparateur {nom}", "temps", en_csv([[c.replace(",", ".") for c in r] for r in T], s))
      for nom, s in (("virgule", ","), ("tabulation", "\t"), ("point-virgule", ";"))),
    *(_v(f"séparateur « {s} »", "temps", en_csv(T, s), 3, f"« {s} »", "point-virgule", tus=("aucun jeu", "aucune des 6"), attendu=None)
      for s in "|^~#"),
    _v("en-tête « ; », lignes « , »", "temps", en_csv(T[:1]) + en_csv(T[1:], ","), 2, "2 × cellules séparées par des "
       "virgules, en-tête par des points-virgules"),
    _v("en-tête « ; », lignes « , » entre guillemets", "temps", en_csv(T[:1]) + '"1","","","","05/03/2023","A","","7","T","O"\n',
       3, "ligne 2 : cellules séparées par des virgules", tus=("guillemet",)),
    _v("séparateur « | », autres en-têtes", "temps", en_csv(renomme(T, Matricule="N° agent"), "|"), 3, FORME, attendu=None),
    _v("séparateur « : »", "masse_salariale", en_csv(bon("masse_salariale"), ":"), 3, "deux-points", "point-virgule",
       attendu=None),
    _v("largeur fixe", "unites", "".join("   ".join(f"{c:<24}" for c in r) + "\n" for r in UNITES), 3, "largeur fixe",
       "point-virgule", attendu=None),
    _v("directive sep=;", "temps", "sep=;\n" + en_csv(T)),
    _v("tout entre guillemets", "temps", "".join(";".join(f'"{c}"' for c in r) + "\n" for r in T)),
    _v("points-virgules en fin de ligne", "temps", en_csv(T).replace("\n", ";;;\n")),
)  # fmt: skip
EN_TETES = (
    *(_entete_autre(**e) for e in LUES["entetes"]),
    _v("en-têtes en capitales sans accent", "temps", [[
        "MATRICULE", "NOM", "PRENOM", "SERVICE", "DATE", "CODE ACTIVITE", "LIBELLE ACTIVITE", "DUREE", "TYPE JOUR",
        "VALIDE"], *T[1:]]),
    _v("colonnes en plus", "temps", [[*T[0], "Divers", "Divers"], *T[1:]]),
    _v("colonne sans nom", "temps", [[*T[0], ""], *[[*r, "x"] for r in T[1:]]]),
    _v("colonne deux fois", "temps", [[*T[0], "DATE"], *T[1:]], 3, "« Date » et « DATE »", "n'en garder qu'une"),
    _v("colonne obligatoire absente", "temps", sans(T, "Durée"), 3, "Durée* : absente", "Date* : 05/03/2023",
       tus=("Date* : vide", "Type jour* : vide")),
    _v("deux colonnes absentes, les autres pleines", "unites", sans(UNITES, "Semestre", "Quantité"), 3,
       "Exercice* : 2023", "Dispositif* : 1", tus=("Exercice* : vide", "Dispositif* : vide")),
    _v("colonne absente d'un état de l'actif", "etat_actif", sans(bon("etat_actif"), "Mode"), 3,
       "Compte* : 611", "Valeur brute* : 10,00", tus=("Compte* : vide", "Valeur brute* : vide")),
    _v("modèle de tableau CEE", "operations", [[
        "REFERENCE interne de l'opération", "REFERENCE DE LA FICHE d'opération standardisée", "SIREN du demandeur", "SIREN",
        "DATE d'envoi du RAI", "DATE D'ENGAGEMENT de l'opération", "Nombre de luminaires", "VOLUME classique (kWh cumac)"],
        ["D3-1", "RES-EC-104", "200093201", "215905605", "10/02/2021", "12/03/2021", "40", "372000"]], 3,
       "SIREN bénéficiaire* ← « SIREN »", "« VOLUME classique (kWh cumac) »", "Statut* : absente", tus=("croisé",)),
    _v("colonne à valeur usuelle absente", "temps", sans(T, "Validé"), 3, propose=("Validé→O",)),
    _sans_remplacant("unites", "Semestre", "Trimestre", *[f"T{1 + n % 4}" for n in range(168)]),
    _sans_remplacant("unites", "Semestre", "Trimestre", "1", "2", "1", "2"),
    _sans_remplacant("commandes", "Montant HT", "Montant net TTC"),
    _sans_remplacant("agents", "Date entrée", "Date de départ", "", ""),
    _sans_remplacant("etat_actif", "Valeur brute", "Valeur nette"),
)  # fmt: skip
CELLULES = (
    *(_suite(**c) for c in LUES["cellules"]),
    _v("mots d'un autre logiciel", "temps", bon("temps", type_jour="TRAVAIL", valide="Oui"), 2,
       propose=("Type jour→T", "Validé→O")),
    _v("mot que rien ne dit", "temps", bon("temps", type_jour="Zorglub"), 2, "valeur inconnue de « Type jour »"),
    _v("cellules en trop", "temps", [*T, [*T[1], "x"]], 2, "11 cellules pour 10 colonnes",
       "3\u00a0lignes, 1\u00a0rejetée (33,3 %)"),
)  # fmt: skip
LIGNES = (
    _v("ligne Total juste", "ventes", [*bon("ventes"), _total("ventes", "Total", "", "", "2")]),
    _v("ligne TOTAL en capitales", "ventes", [*bon("ventes"), _total("ventes", "TOTAL", "", "", "2")]),
    _v("ligne Total fausse", "ventes", [*bon("ventes"), _total("ventes", "Total", "", "", "3")], 3, "la ligne Total porte 3,",
       tus=("Volume vendu (kWhc)* : vide",)),
    _v("« Total général »", "ventes", [*bon("ventes"), _total("ventes", "Total général", "", "", "2")], 2,
       "ligne 4", "un total", "retirer"),
    _v("sous-totaux", "temps", [*T, _total("temps", "", "", "", "", "", "Sous-total", "", "14"), *T[1:],
                                _total("temps", "", "", "", "", "", "Sous-total", "", "14")], 2,
       "lignes 4, 7", "un total", "retirer"),
    _v("sous-totaux au pied d'un grand livre", "mandats", [*M, _total("mandats", "Total URBA"), _total("mandats", "Totaux")],
       2, "lignes 4, 5 : un total ou un sous-total", tus=("ligne 4 : une cellule",)),
    _v("« Total mars 2023 » au milieu", "unites", [*UNITES, ["", "", "Total mars 2023", "", "", "2", ""], UNITES[1]], 2,
       "ligne 4", "un total", "retirer"),
    _v("« Cumul » en bas", "masse_salariale", [*bon("masse_salariale"), ["", "Cumul", "20", "", "2"]], 2, "ligne 4",
       "un total"),
    _v("un fournisseur TotalEnergies n'est pas un total", "mandats",
       bon("mandats", tiers="TotalEnergies", montant_ttc="x"), 2, "illisible"),
    _v("en-tête répété", "temps", [*T, T[0], *T[1:]], 2, "ligne 4", "répété"),
    _v("lignes vides", "temps", en_csv([T[0], [""], T[1], [""] * 10, T[2]]) + "\n\n"),
    _v("cinq lignes de bannière", "temps", "Export\nGTA\nÉdité le 01/04/2023\nPage 1\n--\n" + en_csv(T)),
    _v("six lignes de bannière", "temps", "Export\nGTA\nÉdité le 01/04/2023\nPage 1\n--\n==\n" + en_csv(T), 3,
       "6 lignes de bannière", "5 au plus"),
    _v("en-tête seul", "temps", [T[0]], 0, "en-tête est seul", "filtre", "sans une ligne", tus=("accepté sans rejet",)),
    _v("pas d'en-tête", "temps", T[1:], 3, "en-tête", "rétablir", attendu=None, tus=("ZYLBERSTEIN",)),
    _v("en-tête sur deux lignes", "masse_salariale",
       [["Exercice", "Catégorie", "Masse", "", "ETPT"], ["", "", "salariale", "Atténuations", ""],
        *bon("masse_salariale")[1:]], 3, "« Masse salariale »"),
    _v("en-tête double, milieu fusionné", "unites",
       [["Exercice", "Semestre", "Dispositif", "Adhérent", "", "Unité", ""],
        ["", "", "", "SIRET adhérent", "Type unité", "Quantité", "Référence"], *UNITES[1:]], 3, "« Semestre »"),
    _v("guillemet jamais fermé", "temps", en_csv(T).replace("Instruction", '"Instruction', 1), 3, "guillemet",
       tus=("Date* : vide",)),
)  # fmt: skip
CLASSEURS = (
    _v("classeur", "temps", classeur({"Feuil1": T}), fichier="temps_2023-03.xlsx"),
    _v("classeur, seconde feuille", "temps", classeur({"Garde": [["Export"]], "Temps": T}), fichier="temps_2023-03.xlsx"),
    _v("classeur, feuille masquée", "temps", classeur({"Temps": T, "Garde": [["Export"]]}, _cacher), 0, "masquée",
       fichier="temps_2023-03.xlsx"),
    _v("classeur, cellules fusionnées", "temps", classeur({"Temps": T}, _fusionner), 2, "fusionnées", "défusionner",
       fichier="temps_2023-03.xlsx"),
    _v("classeur, deux feuilles de données", "temps", classeur({"Mars": T, "Avril": T}), 0, "une autre feuille",
       fichier="temps_2023-03.xlsx"),
    _v("classeur, colonne absente", "temps", classeur({"Temps": sans(T, "Durée")}), 3, "Durée* : absente",
       tus=("Date* : vide",), fichier="temps_2023-03.xlsx"),
    _v("classeur, total général", "ventes", classeur({"V": [*bon("ventes"), ["Total général", "", "", "2"]]}), 2,
       "ligne 4", "un total", fichier="ventes_2023.xlsx"),
    _v("classeur nommé .csv", "temps", classeur({"Temps": T}), 3, "classeur .xlsx sous le nom d'un .csv"),
    _v("texte nommé .xlsx", "temps", T, 3, "n'est pas un classeur", "nommer .csv", fichier="temps_2023-03.xlsx"),
    _v("classeur à macros", "temps", zippe(xl__vbaProject_Pbin="x", xl__workbook_Pxml="x"), 3, "macros",
       fichier="temps_2023-03.xlsx", attendu=None),
    _v("classeur abîmé", "temps", classeur({"Temps": T})[:2000], 3, "abîmé", fichier="temps_2023-03.xlsx", attendu=None),
)  # fmt: skip
NOMS = (
    _v("titres que le nom seul dit", "titres", _SANS_NATURE),
    _v("mandats que le nom seul dit", "mandats", _SANS_NATURE),
    _v("titres nommés recettes", "titres", _SANS_NATURE, fichier="export_recettes_mars.csv"),
    _v("mandats nommés dépenses", "mandats", _SANS_NATURE, fichier="dépenses 2023.csv"),
    _v("titres que « N° titre » seul dit", "titres", [["N° titre" if c == "Pièce" else c for c in _SANS_NATURE[0]],
                                                    *_SANS_NATURE[1:]], 3, fichier="export.csv", propose=("Pièce=N° titre",)),
    _v("mandats que « N° mandat » seul dit", "mandats", [["N° mandat" if c == "Pièce" else c for c in _SANS_NATURE[0]],
                                                      *_SANS_NATURE[1:]], 3, fichier="export.csv",
       propose=("Pièce=N° mandat",)),
    _v("titres que les comptes seuls disent", "titres", TITRES, fichier="export.csv"),
    _v("mandats ou titres, rien ne le dit", "mandats", _SANS_NATURE, 0, "« mandats »", "« titres »", "incertain", "--jeu",
       fichier="export.csv", tus=("sûr",)),
    _v("titres nommés mandats", "mandats", sans(TITRES, "Période service"), 0, "classe 7", "titres_AAAA-MM"),
    _v("temps nommés agents", "temps", T, 3, "« agents »", "le nommer rh/temps_AAAA-MM.csv", fichier="agents_2023.csv"),
    _v("nom au mois collé, dans une source", "temps", T, 3, "« temps_2023-03.csv »", fichier="rh/temps_202303.csv"),
    _v("temps chez compta", "temps", T, 3, "source rh", fichier="compta/temps_2023-03.csv"),
    _v("agents nommés en clair", "agents", AGENTS, 0, "à déposer sous le nom rh/agents_AAAA.csv", fichier="Agents.csv"),
    _v("unités d'un trimestre", "unites", UNITES, 0, "à déposer sous le nom activite/unites_2023-S1.csv",
       fichier="unites_2023-T1.csv"),
)  # fmt: skip
BONS = tuple(_v(f"{j} : un bon fichier", j, bon(j)) for j in JEUX)
VERRUES = (*BONS, *ENCODAGES, *SEPARATEURS, *EN_TETES, *CELLULES, *LIGNES, *CLASSEURS, *NOMS)

_MOIS = ["janvier", "février", "mars", "avril", "mai", "juin"]


def _drole(nom: str, fichier: str, octets: bytes | str, *paroles: str, dits: Sequence[str] = (), **plus: Any) -> Verrue:
    contenu = octets.encode() if isinstance(octets, str) else octets
    jamais = plus.pop("jamais", ("*",))
    return Verrue(nom, fichier, contenu, 3, plus.pop("jeu", None), (*paroles, *dits), jamais=jamais, **plus)


DROLES = (
    *(_drole(**d) for d in LUES["droles"]),
    _drole("tableau croisé dynamique", "mandats_2023-03.csv",
           "Étiquettes de lignes;Somme de Montant TTC\n611;10,00\n6156;20,00\nTotal général;30,00\n",
           FORME, "tableau croisé", "exporter le détail"),
    _drole("tableau croisé dynamique, classeur", "export.xlsx",
           classeur({"TCD": [["Nombre de Matricule", "Étiquettes de colonnes"], ["Étiquettes de lignes", "A", "B"],
                             ["ADS", 1, 2], ["Total général", 1, 2]]}), FORME, "tableau croisé"),
    _drole("heures, agents par mois", "temps_2023.csv",
           en_csv([["Matricule", "Nom", *_MOIS, "Total"], ["0907331", "ZYLBERSTEIN", *"789567", "42"]]),
           FORME, "tableau croisé", tus=("ZYLBERSTEIN",)),
    _drole("heures, agents et activités par mois", "temps_2023.csv",
           en_csv([["Matricule", "Code activité", "Type jour", "Validé", *_MOIS],
                   ["0907331", "ADS", "T", "O", *"789567"]]),
           "sans « Date », « Durée »", jeu="temps"),
    _drole("heures, agents par jour", "pointage.csv",
           en_csv([["Matricule", "Nom", *[f"{n:02}/03/2023" for n in range(1, 32)]],
                   ["0907331", "ZYLBERSTEIN", *["7"] * 31]]), FORME),
    _drole("heures, agents par quantième", "temps_2023-03.csv",
           en_csv([["Matricule", *map(str, range(1, 32))], ["0907331", *["7"] * 31]]), FORME),
    _drole("heures, agents par mois chiffrés", "temps_2023.csv",
           en_csv([["Matricule", "2023-01", "2023-02", "2023-03"], ["0907331", "7", "8", "9"]]), FORME),
    _drole("heures, agents par semaine", "gta.csv",
           en_csv([["Matricule", "S01", "S02", "S03", "S04"], ["0907331", "35", "35", "35", "35"]]),
           FORME),
    _drole("PDF", "mandats.pdf", b"%PDF-1.7\n" + b"x" * 100, "PDF", "demander l'export"),
    _drole("image", "mandats.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image", "demander l'export"),
    _drole("message d'Outlook", "export.msg",
           b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40 + b"\0\0\0\0" + b"\0" * 460 + "__substg1.0".encode("utf-16-le"),
           "message", "pièce jointe", tus=("ancien classeur",)),
    _drole("base Access", "compta.accdb", b"\0\1\0\0Standard ACE DB\0" + b"\0" * 100, "Access", "exporter la table"),
    _drole("table dBase", "actif.dbf", b"\x03\x17\x05\x11\x02\0\0\0\x41\0\x20\0" + b"\0" * 40, "dBase", "enregistrer"),
    _drole("document Word", "export.docx", zippe(word__document_Pxml="x"), "Word", "demander l'export"),
    _drole("document OpenDocument", "export.odt", zippe(mimetype="application/vnd.oasis.opendocument.text"),
           "texte mis en forme", tus=("classeur",)),
    _drole("archive", "depot.zip", zippe(temps_Pcsv="x"), "archive", "extraire"),
    _drole("prose", "lisez-moi.txt", "Bonjour,\nvoici l'export demandé.\nCordialement.\n", FORME),
    _drole("fichier vide", "temps_2023-03.csv", b"", "0 octet", "redéposer"),
)  # fmt: skip
