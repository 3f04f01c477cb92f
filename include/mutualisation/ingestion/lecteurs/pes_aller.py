"""Reader of PES v2 Aller (dépense and recette, schema 5.17): one row per LigneDePiece.

A streaming expat parser builds no tree, so attachments cost no memory and are never kept; a DTD, an entity or
a root that is no PES refuses the file. Only the elements named here are read: no bank data, address or name.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from pathlib import Path
from xml.parsers import expat

from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.limites import Limites, nombre_fr
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.jeux import Jeu

_TRANCHE = 1 << 16
_SENS = {"pes_depensealler": "depense", "pes_recettealler": "recette"}

# block → elements, which are columns of the registry; in lower case, since the schema spells them in several ways
_ENTETE = frozenset({"idcoll", "codbud"})
_BORDEREAU = frozenset({"exer", "idbord", "dtebordem", "typbord", "nbrpce", "mtbordht"})
_PIECE = frozenset({"codserv", "idpce", "typpce", "natpce", "obj", "objpce"})
_LIGNE = frozenset(
    {"idligne", "nature", "fonction", "operation", "cptana", "codprodloc", "mtht", "mttva", "objlignepce"}
)
_RATTACHEMENT = frozenset({"exerrat", "idpceorig"})
_LIENS = frozenset({"idmarche", "idactif"})
_TIERS = frozenset({"idtiers", "natidtiers", "typtiers"})
_BLOCS_LIGNE = {"infolignepce": _LIGNE, "infolignepiece": _LIGNE, "liensident": _LIENS}
_REDEPOSER = "redéposer le flux tel que le logiciel comptable l'envoie à la trésorerie"
_NAT_SIRET, _NAT_SIREN = ("01", "1"), ("02", "2")
_SIREN = re.compile(r"[0-9]{9}")
# the flows that the contract names beside the Aller (G7): what a user calls them
_FLUX = {
    "pes_retour": "un PES Retour",
    "pes_acquit": "un acquit de PES",
    "pes_pj": "un flux de pièces jointes",
    "pes_facture": "un flux de factures",
    "pes_marche": "un flux de marchés",
}
# roots of other XML files that a drop may hold; any other name may be that of a person (K9)
_RACINES = frozenset({"html", "workbook", "document", "invoice", "rss", "svg", "schema", "marches", "root", "data"})
# what expat says in English, by its code
_FAUTES_XML = {
    2: "du texte hors de toute balise",
    3: "le fichier s'arrête avant sa dernière balise",
    4: "une balise mal écrite ou un caractère interdit",
    5: "le fichier s'arrête au milieu d'une balise",
    6: "un caractère est coupé",
    7: "une balise fermante ne répond pas à la dernière ouverte",
    8: "un attribut est donné deux fois",
    9: "du texte suit la fin du document",
    11: "une entité inconnue (&…;)",
    14: "un renvoi à un caractère qui n'existe pas",
    17: "la déclaration XML n'est pas au début du fichier",
    20: "une section CDATA n'est pas terminée",
    27: "un préfixe sans espace de noms",
    30: "la déclaration XML est mal écrite",
}
_JETON_INVALIDE, _ENCODAGE_INCONNU, _ENCODAGE_FAUX = 4, 18, 19


class LecteurPes:
    """Reads a PES file. Rows follow the columns of the jeu; `ligne` is the line of the LigneDePiece element.

    A piece without lines gives one row without `idligne`, so that NbrPce can be checked (P3). A PES that holds
    neither dépense nor recette gives no row, and `dialecte["ignore"]` says what it is (G7).
    LectureRefusee when the XML is broken, has a DTD or an entity, lies about its encoding, or is no PES.
    """

    entete = None

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites) -> None:
        self._chemin = chemin
        self._limites = limites
        self._colonnes = [c.nom for c in jeu.colonnes_entrepot]
        self.dialecte: dict[str, object] = {}

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of rows, in the order of the file."""
        lecture = _Lecture(self._colonnes, self._limites)
        analyseur = expat.ParserCreate(namespace_separator=" ")
        lecture.brancher(analyseur)
        lus = 0
        with self._chemin.open("rb") as f:
            while True:
                tranche = f.read(_TRANCHE)
                if b"\0" in tranche:
                    raise LectureRefusee(
                        "octet nul : fichier binaire ou UTF-16, le fournir dans son encodage déclaré (F8)."
                    )
                try:
                    analyseur.Parse(tranche, not tranche)
                except expat.ExpatError as e:
                    octet = tranche[max(analyseur.ErrorByteIndex - lus, 0) :][:1]
                    raise LectureRefusee(_faute_xml(e, lecture.encodage, octet)) from None
                except (UnicodeError, LookupError, ValueError):
                    raise LectureRefusee(_encodage_illisible(lecture.encodage)) from None
                lus += len(tranche)
                # what expat holds of a tag that does not end
                if lus - max(analyseur.CurrentByteIndex, 0) > self._limites.jeton and tranche:
                    raise LectureRefusee(
                        f"ligne {analyseur.CurrentLineNumber} : une balise et ses attributs dépassent "
                        f"{nombre_fr(self._limites.jeton)} octets ; {_REDEPOSER} (F9)."
                    )
                if lecture.rangees:
                    yield Bloc(lecture.lignes, lecture.rangees, True)
                    lecture.lignes, lecture.rangees = [], []
                if not tranche:
                    break
        if not lecture.sens_vus:
            self.dialecte["ignore"] = (
                f"c'est {lecture.flux}, ni dépense ni recette : ignoré, rien n'en est chargé (G7)."
            )
        self.dialecte["encodage"] = lecture.encodage


def _trop(permis: int, quoi: str) -> LectureRefusee:
    return LectureRefusee(f"le XML a plus de {nombre_fr(permis)} {quoi} ; {_REDEPOSER} (F9).")


def _faute_xml(faute: expat.ExpatError, encodage: str, octet: bytes) -> str:
    """The reason in French: what is broken and where, or the encoding that the bytes deny."""
    if faute.code in (_ENCODAGE_INCONNU, _ENCODAGE_FAUX):
        return _encodage_illisible(encodage)
    if faute.code == _JETON_INVALIDE and octet >= b"\x80" and encodage == "utf-8":
        return (
            f"ligne {faute.lineno} : le fichier se dit en UTF-8 et n'en est pas ; corriger l'encodage qu'il "
            "déclare à sa première ligne (ISO-8859-1 pour un PES) et le redéposer (F8)."
        )
    quoi = _FAUTES_XML.get(faute.code, "le balisage n'est pas celui d'un XML")
    return (
        f"ligne {faute.lineno} : le XML est abîmé ({quoi}) ; redéposer le fichier tel que le logiciel l'a produit (G1)."
    )


def _encodage_illisible(encodage: str) -> str:
    # a name of no encoding may be anybody's (K9)
    nomme = f" (« {encodage} »)" if _est_un_encodage(encodage) else ""
    return (
        f"encodage déclaré illisible{nomme} : écrire à la première ligne celui du fichier, ISO-8859-1 pour un PES (F8)."
    )


def _est_un_encodage(nom: str) -> bool:
    if normalize_encoding(nom) in aliases:
        return True  # « ansi » too, which another system reads
    try:
        codecs.lookup(nom)
    except (LookupError, ValueError):
        return False
    return True


class _Lecture:
    """State of the walk: where we are, what the current bordereau, piece and line hold."""

    def __init__(self, colonnes: list[str], limites: Limites) -> None:
        self._colonnes = colonnes
        self._limites = limites
        self._noeuds = 0
        self._chemin: list[str] = []
        self._entete: dict[str, str] = {}
        self._bordereau: dict[str, str] = {}
        self._piece: dict[str, str] = {}
        self._ligne: dict[str, str] | None = None
        self._tiers: list[dict[str, str]] = []
        self._ligne_numero = 0
        self._piece_numero = 0
        self._piece_lignes = 0
        self._rang_bordereau = 0
        self._rang_piece = 0
        self._rang_ligne = 0
        self._sens = ""
        self._analyseur: expat.XMLParserType | None = None
        self.sens_vus: set[str] = set()
        self.flux = "un PES sans dépense ni recette"
        self.encodage = "utf-8"
        self.lignes: list[int] = []
        self.rangees: list[list[str]] = []

    def brancher(self, analyseur: expat.XMLParserType) -> None:
        """Set the handlers of a new parser."""
        self._analyseur = analyseur
        analyseur.XmlDeclHandler = self._declaration
        analyseur.StartDoctypeDeclHandler = self._dtd
        analyseur.EntityDeclHandler = self._entite
        analyseur.SkippedEntityHandler = self._entite
        analyseur.ExternalEntityRefHandler = self._entite
        analyseur.StartElementHandler = self._debut
        analyseur.EndElementHandler = self._fin

    def _declaration(self, _version: str, encodage: str | None, _autonome: int) -> None:
        self.encodage = (encodage or "utf-8").lower()

    def _dtd(self, *_: object) -> None:
        raise LectureRefusee("le XML contient une DTD (DOCTYPE) : la retirer, un PES n'en a pas (G1).")

    def _entite(self, *_: object) -> int:
        raise LectureRefusee("le XML contient une entité : la retirer, un PES n'en a pas (G1).")

    def _debut(self, nom_complet: str, attributs: dict[str, str]) -> None:
        nom = nom_complet.rpartition(" ")[2].lower()
        parent = self._chemin[-1] if self._chemin else ""
        if not self._chemin and not nom.startswith("pes_"):
            montree = nom if nom in _RACINES else "…"
            raise LectureRefusee(
                f"ce XML commence par <{montree}> et non par <PES_Aller> : ce n'est pas un PES ; déposer le flux "
                "PES v2 Aller que le logiciel comptable envoie à la trésorerie, ou le retirer (G7)."
            )
        if len(self._chemin) < 2:
            self.flux = _FLUX.get(nom, self.flux)
        self._chemin.append(nom)
        self._compter()
        if nom in _SENS and self._chemin[:-1] == ["pes_aller"]:
            self._sens = _SENS[nom]
            self.sens_vus.add(self._sens)
        elif nom == "entetepes":
            self._entete = {}
        elif not self._sens and parent == "entetepes":
            self._noter(self._entete, _ENTETE, nom, attributs)
        elif self._sens:
            self._dans_le_corps(nom, parent, attributs)

    def _compter(self) -> None:
        self._noeuds += 1
        if self._noeuds > self._limites.noeuds:
            raise _trop(self._limites.noeuds, "éléments")
        if len(self._chemin) > self._limites.profondeur:
            raise _trop(self._limites.profondeur, "éléments l'un dans l'autre")

    def _dans_le_corps(self, nom: str, parent: str, attributs: dict[str, str]) -> None:
        numero = self._analyseur.CurrentLineNumber if self._analyseur else 0
        if nom == "bordereau":
            self._rang_bordereau += 1
            self._bordereau = {}
        elif nom == "piece" and parent == "bordereau":
            self._rang_piece += 1
            self._piece, self._piece_numero, self._piece_lignes = {}, numero, 0
        elif nom == "lignedepiece":
            self._ligne, self._tiers, self._ligne_numero = {}, [], numero
        elif parent == "blocbordereau":
            self._noter(self._bordereau, _BORDEREAU, nom, attributs)
        elif parent in ("blocpiece", "infopce"):
            self._noter(self._piece, _PIECE, nom, attributs)
        elif parent == "rattachpiece":
            self._noter(self._piece if self._ligne is None else self._ligne, _RATTACHEMENT, nom, attributs)
        elif self._ligne is not None and nom == "infotiers":
            self._tiers.append({})
        elif self._ligne is not None and parent == "infotiers":
            self._noter(self._tiers[-1], _TIERS, nom, attributs)
        elif self._ligne is not None and parent in _BLOCS_LIGNE:
            self._noter(self._ligne, _BLOCS_LIGNE[parent], nom, attributs)

    @staticmethod
    def _noter(ou: dict[str, str], permis: frozenset[str], nom: str, attributs: dict[str, str]) -> None:
        if nom in permis and "V" in attributs:
            ou.setdefault(nom, attributs["V"])

    def _fin(self, _nom: str) -> None:
        nom = self._chemin.pop()
        if nom == "lignedepiece" and self._ligne is not None:
            self._emettre(self._ligne, self._ligne_numero)
            self._piece_lignes += 1
            self._ligne = None
        elif nom == "piece" and self._sens and not self._piece_lignes and self._chemin[-1] == "bordereau":
            self._emettre({}, self._piece_numero, de_la_ligne=False)
        elif nom in _SENS and len(self._chemin) == 1:
            self._sens = ""

    def _emettre(self, ligne: dict[str, str], numero: int, *, de_la_ligne: bool = True) -> None:
        valeurs = {**self._entete, **self._bordereau, **self._piece, **ligne}
        objet_piece = self._piece.get("objpce" if self._sens == "recette" else "obj", "")
        self._rang_ligne += de_la_ligne
        valeurs |= {
            "sens": self._sens,
            "rang_bordereau": str(self._rang_bordereau),
            "rang_piece": str(self._rang_piece),
            "rang_ligne": str(self._rang_ligne) if de_la_ligne else "",
            "objet": ligne.get("objlignepce") or objet_piece,
            **_identifiants(self._tiers if de_la_ligne else []),
        }
        self.lignes.append(numero)
        self.rangees.append([valeurs.get(c, "") for c in self._colonnes])


def _identifiants(tiers: list[dict[str, str]]) -> dict[str, str]:
    """P4: SIRET or SIREN of the third party of type 01, else of the first; any other identifier is a person's."""
    tenu: dict[str, str] = next((t for t in tiers if t.get("typtiers") == "01"), tiers[0] if tiers else {})
    numero, nature = tenu.get("idtiers", ""), tenu.get("natidtiers")
    siren = "".join(numero.split()) if nature in _NAT_SIREN else ""
    return {"siret": numero if nature in _NAT_SIRET else "", "siren": siren if _SIREN.fullmatch(siren) else ""}
