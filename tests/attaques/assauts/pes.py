"""PES v2: XML that lies, includes, nests, swells (G1, G7, F8, P1)."""

from tests.atelier.assaut import Assaut, Sur, au_moment
from tests.atelier.pes import Bordereau, Ligne, Piece, Tiers, pes_aller

FICHIER = "compta/PESALR2_2023.xml"
_SUR = Sur("PES", FICHIER)
_lu, _refuse = _SUR.lu, _SUR.refuse
PES = pes_aller([Bordereau("1", "20.00", [Piece("1", [Ligne("10.00", numero="1"), Ligne("10.00", numero="2")])])])
_DECLARATION = b"<?xml version='1.0' encoding='ISO-8859-1'?>"
_CORPS = PES.removeprefix(_DECLARATION)
_LIGNE = b'<IdLigne V="1"/>'
assert _LIGNE in PES


def _dans(xml: bytes) -> bytes:
    """That XML before the first line number."""
    return PES.replace(_LIGNE, xml + _LIGNE, 1)


def _apres(declaration: bytes) -> bytes:
    return declaration + _CORPS


def _hors(xml: bytes) -> bytes:
    """That XML at the end of the flow, where attachments stand."""
    return PES.replace(b"</n:PES_Aller>", xml + b"</n:PES_Aller>")


def _flux(racine: str, corps: str = "") -> bytes:
    """Another flow, or one without dépense nor recette."""
    return _DECLARATION + f"<n:{racine} xmlns:n='x'>{corps}</n:{racine}>".encode()


_PERSONNE = pes_aller(
    recette=[Bordereau("1", "10.00", [Piece("1", [Ligne("10.00", tiers=[Tiers("0907331", "04")])])])]
).replace(b"MARTIN", b"ZYLBERSTEIN")
_ENTITES = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
# ignored with a warning that names it (G7)
_IGNORES = {
    "un PES Retour": _flux("PES_Retour"), "un acquit": _flux("PES_ACQUIT"),
    "pièces jointes": _flux("PES_Aller", "<PES_PJ/>"), "factures": _flux("PES_Aller", "<PES_Facture/>"),
    "marchés": _flux("PES_Aller", "<PES_Marche/>"),
}  # fmt: skip
ASSAUTS_PES = (
    _lu("usuel", PES),
    _lu("en UTF-8 à marque", b"\xef\xbb\xbf" + _apres(b"<?xml version='1.0' encoding='UTF-8'?>")),
    _lu("sans déclaration", _CORPS),
    _lu("à XInclude, qui n'est pas suivi, instructions et commentaires", _dans(
        b"<?xml-stylesheet href='http://x/y.xsl'?><!-- ZYLBERSTEIN --><x><![CDATA[<!DOCTYPE a>]]></x>"
        b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>")),
    _lu("à schéma sur le réseau, qui n'est pas lu", PES.replace(
        b"<n:PES_Aller ", b"<n:PES_Aller xmlns:s='http://www.w3.org/2001/XMLSchema-instance'"
        b" s:schemaLocation='http://192.0.2.1/x http://192.0.2.1/x.xsd' ", 1)),
    _lu("à préfixe d'un autre nom", PES.replace(b"xmlns:n=", b"xmlns:zz=").replace(b"n:PES", b"zz:PES")),
    _lu("à personne pour tiers", _PERSONNE, 1),
    _lu("à montants illisibles", PES.replace(b'MtHT V="10.00"', b'MtHT V="INF"', 1).replace(b"MtHT V=", b"MtHT W=", 1)),
    _lu("à ligne répétée dix mille fois", au_moment(
        lambda: pes_aller([Bordereau("1", "1.00", [Piece("1", [Ligne("1.00")] * 10_000)])])), 10_000),
    _refuse("à DTD interne", _apres(_DECLARATION + _ENTITES), "DTD", "la retirer", "G1"),
    _refuse("à DTD externe", _apres(_DECLARATION + b"<!DOCTYPE x SYSTEM 'file:///dev/zero'>"), "DTD", "G1"),
    _refuse("à entité inconnue", _dans(b"<x>&xxe;</x>"), "entité", "G1"),
    _refuse("à octet nul", PES.replace(b"ESSAI", b"ESS\0AI", 1), "octet nul", "F8"),
    _refuse("à deux racines", PES + _CORPS, "fin du document", "G1"),
    _refuse("à texte après la fin", PES + b"ZYLBERSTEIN", "G1"),
    _refuse("mal fermé", _DECLARATION + b"<PES_Aller><EnTetePES></PES_Aller>", "ligne 1", "balise fermante", "G1"),
    _refuse("coupé au milieu d'une ligne", PES[: PES.index(_LIGNE) + 5], "s'arrête", "redéposer", "G1"),
    _refuse("à attribut doublé", PES.replace(b'IdLigne V="1"', b'IdLigne V="1" V="2"', 1), "deux fois", "G1"),
    _refuse("en UTF-16", PES.decode("latin-1").replace("ISO-8859-1", "UTF-16").encode("utf-16"), "UTF-16", "F8"),
    _refuse("qui se dit en UTF-8", _apres(b"<?xml version='1.0' encoding='UTF-8'?>").replace(b"ESSAI", b"Andr\xe9"),
            "ligne 1", "se dit en UTF-8", "ISO-8859-1", "F8"),
    _refuse("d'encodage inconnu", _apres(b"<?xml version='1.0' encoding='ANSI'?>"), "« ansi »", "ISO-8859-1", "F8"),
    _refuse("de racine à nom de personne", b"<ZYLBERSTEIN/>", "pas un PES", "G7"),
    _refuse("qui est une page", b"<?xml version='1.0'?><html/>", "<html>", "pas un PES", "G7"),
    _refuse("de zéro octet", b"", "vide", "F6"),
    Assaut("PES d'autres flux", {f"compta/{n}.xml": c for n, c in enumerate(_IGNORES.values())},
           dits=(*_IGNORES, "ignoré", "G7")),
    # bombs, and the limit that stops each
    _refuse("à éléments emboîtés cent mille fois", _hors(b"<x>" * 100_000 + b"</x>" * 100_000), "l'un dans l'autre",
            "F9"),
    _refuse("à attribut de 100 Mo", au_moment(lambda: _hors(b"<x V='" + b"x" * 100_000_000 + b"'/>")),
            "une balise et ses attributs", "F9"),
    _lu("à cent mille attributs", _hors(b"<x " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>")),
    _refuse("à cinq millions d'éléments", au_moment(lambda: _hors(b"<x/>" * 5_000_000)), "F9"),
    _lu("à deux cent mille tiers", _dans(b"<Tiers>" + b"<InfoTiers/>" * 200_000 + b"</Tiers>")),
)  # fmt: skip
