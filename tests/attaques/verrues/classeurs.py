"""Workbooks: sheets, number formats, archives (F9, F11)."""

import datetime as dt
import io
import zipfile

from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.atelier.verrues import USUELS, Classeur, Contenu, Lu, Refus, Rejet, Verrue, excel, remplacer_partie

MANDATS, TEMPS, AGENTS = "compta/mandats_AAAA-MM.xlsx", "rh/temps_AAAA-MM.xlsx", "rh/agents_AAAA.xlsx"
FEUILLE = [list(USUELS["mandats"]), list(USUELS["mandats"].values())]
GARDE = [["Export SEDIT Finances"], [], ["Édité le", "05/01/2021"], ["Service", "Comptabilité"]]
UNE = Lu(({"Montant TTC": "10"},))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _lu(nom: str, fichier: str, contenu: Contenu, valeurs: dict[str, str]) -> Verrue:
    return Verrue(f"classeur {nom}", fichier, contenu, Lu((valeurs,)))


def _rejete(nom: str, fichier: str, contenu: Contenu, sort: Rejet) -> Verrue:
    return Verrue(f"classeur {nom}", fichier, contenu, sort)


def _refuse(nom: str, contenu: Contenu, *motif: str) -> Verrue:
    return Verrue(f"classeur {nom}", MANDATS, contenu, Refus(motif))


def _avec_dtd(partie: bytes) -> bytes:
    return partie.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)


def _chiffre(octets: bytes) -> bytes:
    """The bit « encrypted » of every member, in the central directory."""
    return b"PK\x01\x02".join(
        m if i == 0 else m[:4] + bytes([m[4] | 1]) + m[5:] for i, m in enumerate(octets.split(b"PK\x01\x02"))
    )


def _bombe(octets: bytes) -> bytes:
    sortie = io.BytesIO(octets)
    with zipfile.ZipFile(sortie, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 20_000_000)
    return sortie.getvalue()


def _formule(partie: bytes) -> bytes:
    """The amount as a formula that no spreadsheet has ever computed."""
    return partie.replace(b'<c r="I2" t="n"><v>10</v></c>', b'<c r="I2"><f>SUM(1,2)</f></c>')


_FEUILLE_1 = "xl/worksheets/sheet1.xml"
CLASSEURS = (
    Verrue("classeur à feuille de garde", MANDATS, Classeur({"Accueil": GARDE, "Mandats": FEUILLE}), UNE),
    Verrue("classeur à feuille cachée devant", MANDATS,
           Classeur({"Paramètres": GARDE, "Mandats": FEUILLE}, cachees=("Paramètres",)), UNE),
    Verrue("classeur à données cachées", MANDATS,
           Classeur({"Mandats": FEUILLE, "Synthèse": GARDE}, cachees=("Mandats",)), UNE),
    Verrue("classeur à bannière", MANDATS, Classeur({"Mandats": [*GARDE, *FEUILLE]}), UNE),
    Verrue("classeur d'extension en capitales", "compta/mandats_AAAA-MM.XLSX", Classeur({"Mandats": FEUILLE}), UNE),
    _lu("à pourcentage formaté", AGENTS, excel("agents", {"% affectation": 0.5}, {"% affectation": "0%"}),
        {"% affectation": "50"}),
    _lu("à quotité formatée", AGENTS, excel("agents", {"Quotité": 0.8}, {"Quotité": "0.00%"}), {"quotite_pct": "80"}),
    _rejete("à montant en pourcentage", MANDATS, excel("mandats", {"Montant TTC": 0.5}, {"Montant TTC": "0%"}),
            Rejet("Montant TTC", None, ("montant illisible", "signe %", "C1"))),
    _lu("à heures de plus d'un jour", TEMPS, excel("temps", {"Durée": 0.3125}, {"Durée": "[h]:mm"}), {"Durée": "450"}),
    _lu("à heure du jour", TEMPS, excel("temps", {"Durée": dt.time(7, 30)}), {"Durée": "450"}),
    _rejete("à heure aux secondes", TEMPS, excel("temps", {"Durée": dt.time(7, 30, 15)}),
            Rejet("Durée", None, ("durée illisible", "C8"))),
    _lu("à dates de 1904 (Mac)", AGENTS,
        excel("agents", {"Date entrée": dt.date(2015, 3, 1)}, epoque=CALENDAR_MAC_1904), {"Date entrée": "2015-03-01"}),
    _lu("à date en nombre brut", AGENTS, excel("agents", {"Date entrée": 42064}), {"Date entrée": "2015-03-01"}),
    _rejete("à date et heure", AGENTS, excel("agents", {"Date entrée": dt.datetime(2015, 3, 1, 8, 30)}),
            Rejet("Date entrée", None, ("date illisible", "C3"))),
    _lu("à SIRET en nombre", "compta/titres_AAAA-MM.xlsx", excel("titres", {"SIRET": 21590001000012.0}),
        {"SIRET": "21590001000012"}),
    _lu("à SIRET en notation scientifique", "compta/titres_AAAA-MM.xlsx", excel("titres", {"SIRET": "2,159E+13"}),
        {"SIRET": "2,159E+13"}),
    _lu("à compte en nombre", MANDATS, excel("mandats", {"Nature": 611.0}), {"Nature": "611"}),
    _lu("à montant en flottant", MANDATS, excel("mandats", {"Montant TTC": 0.1 + 0.2}), {"Montant TTC": "0.3"}),
    _rejete("à montant à trois décimales", MANDATS, excel("mandats", {"Montant TTC": 12.345}),
            Rejet("Montant TTC", None, ("montant illisible", "C1"))),
    _rejete("à formule sans valeur", MANDATS,
            excel("mandats", {"Montant TTC": 10}, apres=remplacer_partie(_FEUILLE_1, _formule)),
            Rejet("Montant TTC", None, ("formule sans valeur enregistrée", "tableur", "F11"))),
    _rejete("à erreur de formule", MANDATS, excel("mandats", {"Montant TTC": "#REF!"}),
            Rejet("Montant TTC", None, ("montant illisible", "C1"))),
    _refuse("sans feuille de données", Classeur({"Accueil": GARDE, "Notes": GARDE}),
            "d'aucune des feuilles n° 1, n° 2", "F11"),
    _refuse("à colonne manquante", Classeur({"Mandats": [[c.replace("TTC", "T.T.C.") for c in r] for r in FEUILLE]}),
            "« Mandats »", "« Montant TTC »", "« Montant T.T.C. »", "F11", "F5"),
    _refuse("tronqué", excel("mandats", apres=lambda octets: octets[: len(octets) // 2]), "abîmé", ".xlsx", "G1"),
    _refuse("à parties chiffrées", excel("mandats", apres=_chiffre), "chiffré", "sans mot de passe", "G1"),
    _refuse("protégé par mot de passe", _OLE + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe", "enregistrer", "G1"),
    _refuse("ancien (.xls) nommé .xlsx", _OLE + "Workbook".encode("utf-16-le"), "ancien classeur (.xls)", "G1"),
    _refuse("CSV nommé .xlsx", "Exercice;Budget\n2021;P\n", "n'est pas un classeur", ".csv", "G1"),
    _refuse("à DTD dans une feuille", excel("mandats", apres=remplacer_partie(_FEUILLE_1, _avec_dtd)), "DTD", "G1"),
    _refuse("bombe", excel("mandats", apres=_bombe), "se déploie", "fois", "F9"),
)  # fmt: skip
