"""Read PES v2 Aller (dépense and recette, schema 5.17): one row per LigneDePiece. expat builds no tree: attachments
cost no memory, and `ligne` is exact (lxml counts 65 535 lines). A DTD, an entity or a root that is no PES refuses the
file. Only the elements named here are read: no bank data, address or name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from pathlib import Path
from xml.parsers import expat
from xml.parsers.expat import errors

from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, analyseur_xml, nombre_fr
from mutualisation.socle.chemins import ELEMENTS_PES

_TRANCHE = 1 << 16
_SENS = {"pes_depensealler": "depense", "pes_recettealler": "recette"}
_TABLES = tomllib.loads(ELEMENTS_PES.read_text(encoding="utf-8"))
_LUS = {parent: (bloc, frozenset(elements.split())) for parent, (bloc, elements) in _TABLES["lus"].items()}
_NEUFS, _FLUX = _TABLES["neufs"], _TABLES["flux"]
_FAUTES_XML = {getattr(errors, nom): faute for nom, faute in _TABLES["fautes"].items()}
_REDEPOSER = "redéposer le flux tel que le logiciel comptable l'envoie à la trésorerie"
_SIREN = re.compile(r"[0-9]{9}")
# other XML files of a drop may have these roots; any other name may be that of a person (K9)
_RACINES = frozenset({"html", "workbook", "document", "invoice", "svg"})
_ENCODAGE_ILLISIBLE = (errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING)


class LecteurPes:
    """Give rows in `colonnes`, those of the jeu; `ligne` is the line of the LigneDePiece element.

    A piece without lines gives one row without `idligne`, so that NbrPce can be checked (P3). A PES that holds neither
    dépense nor recette gives no row, and `dialecte["ignore"]` says what it is (G7). Raises `LectureRefusee` when the
    XML is broken, has a DTD or an entity, lies about its encoding, or is no PES."""

    def __init__(self, chemin: Path, colonnes: list[str], limites: Limites) -> None:
        self._chemin, self._colonnes, self._limites = chemin, colonnes, limites
        self.dialecte: dict[str, object] = {}

    def blocs(self) -> Iterator[Bloc]:
        analyseur = analyseur_xml()
        parcours = _Parcours(analyseur, self._colonnes, self._limites)
        octets_lus = 0
        with self._chemin.open("rb") as f:
            while tranche := f.read(_TRANCHE):
                if b"\0" in tranche:
                    raise LectureRefusee(
                        "octet nul : fichier binaire ou UTF-16, le fournir dans son encodage déclaré (F8)."
                    )
                _analyser(parcours, tranche, octets_lus)
                octets_lus += len(tranche)
                # expat holds this much of a tag that does not end
                if octets_lus - max(analyseur.CurrentByteIndex, 0) > self._limites.jeton:
                    raise LectureRefusee(
                        f"ligne {analyseur.CurrentLineNumber} : une balise et ses attributs dépassent "
                        f"{nombre_fr(self._limites.jeton)} octets ; {_REDEPOSER} (F9)."
                    )
                if parcours.rangees:
                    bloc = Bloc(parcours.lignes, parcours.rangees)
                    parcours.lignes, parcours.rangees = [], []
                    bloc.vider_les_longues(self._limites.cellule)
                    yield bloc
        _analyser(parcours, b"", octets_lus)
        if not parcours.sens_vus:
            self.dialecte["ignore"] = (
                f"c'est {parcours.flux}, ni dépense ni recette : ignoré, rien n'en est chargé (G7)."
            )
        self.dialecte["encodage"] = parcours.encodage


def _analyser(parcours: _Parcours, tranche: bytes, octets_lus: int) -> None:
    """Give a slice to expat, the last one empty. Raises `LectureRefusee`, in French, on what it can't read."""
    analyseur = parcours.analyseur
    try:
        analyseur.Parse(tranche, not tranche)
    except expat.ExpatError as e:
        faute = errors.messages[e.code]
        octet = tranche[max(analyseur.ErrorByteIndex - octets_lus, 0) :][:1]
        if faute in _ENCODAGE_ILLISIBLE:
            raise _encodage_illisible(parcours.encodage) from None
        if faute == errors.XML_ERROR_INVALID_TOKEN and octet >= b"\x80" and parcours.encodage == "utf-8":
            raise LectureRefusee(
                f"ligne {e.lineno} : le fichier se dit en UTF-8 et n'en est pas ; corriger l'encodage qu'il déclare à "
                "sa première ligne (ISO-8859-1 pour un PES) et le redéposer (F8)."
            ) from None
        quoi = _FAUTES_XML.get(faute, "le balisage n'est pas celui d'un XML")
        raise LectureRefusee(
            f"ligne {e.lineno} : le XML est abîmé ({quoi}) ; redéposer le fichier tel que le logiciel l'a produit (G1)."
        ) from None
    except (UnicodeError, LookupError, ValueError):
        raise _encodage_illisible(parcours.encodage) from None


def _encodage_illisible(encodage: str) -> LectureRefusee:
    # a name that is no encoding may be anybody's (K9)
    connu = normalize_encoding(encodage) in {*aliases, *aliases.values()}
    nomme = f" (« {encodage} »)" if connu else ""
    return LectureRefusee(
        f"encodage déclaré illisible{nomme} : écrire à la première ligne celui du fichier, ISO-8859-1 pour un PES (F8)."
    )


class _Parcours:
    """expat walks through a file: open elements, what the current bordereau, piece and line hold, rows made."""

    def __init__(self, analyseur: expat.XMLParserType, colonnes: list[str], limites: Limites) -> None:
        self.analyseur = analyseur
        self._colonnes = colonnes
        self._limites = limites
        self._elements = 0
        self._ouverts: list[str] = []
        self._valeurs: dict[str, dict[str, str]] = {n: {} for n in ("entete", "bordereau", "piece", "ligne")}
        self._tiers: list[dict[str, str]] = []
        self._rangs = dict.fromkeys(_NEUFS, 0)
        # the open piece has its line while no line of it was met; then the open line has its own
        self._piece_seule: int | None = None
        self._ligne: int | None = None
        self._sens = ""
        self.sens_vus: set[str] = set()
        self.flux = "un PES sans dépense ni recette"
        self.encodage = "utf-8"
        self.lignes: list[int] = []
        self.rangees: list[list[str]] = []
        analyseur.XmlDeclHandler = self._declaration
        analyseur.StartDoctypeDeclHandler = self._dtd
        analyseur.StartElementHandler = self._debut
        analyseur.EndElementHandler = self._fin

    def _declaration(self, _version: str, encodage: str | None, _autonome: int) -> None:
        self.encodage = (encodage or "utf-8").lower()

    def _dtd(self, *_: object) -> None:
        raise LectureRefusee("le XML contient une DTD (DOCTYPE) : la retirer, un PES n'en a pas (G1).")

    def _debut(self, nom_complet: str, attributs: dict[str, str]) -> None:
        nom = nom_complet.rpartition(" ")[2].lower()
        parent = self._ouverts[-1] if self._ouverts else ""
        if not parent and not nom.startswith("pes_"):
            raise LectureRefusee(
                f"ce XML commence par <{nom if nom in _RACINES else '…'}> et non par <PES_Aller> : ce n'est pas un "
                "PES ; déposer le flux PES v2 Aller que le logiciel comptable envoie à la trésorerie, ou le retirer "
                "(G7)."
            )
        if len(self._ouverts) < 2:
            self.flux = _FLUX.get(nom, self.flux)
        if nom in _SENS and self._ouverts == ["pes_aller"]:
            self._sens = _SENS[nom]
            self.sens_vus.add(self._sens)
        self._ouverts.append(nom)
        self._elements += 1
        if self._elements > self._limites.noeuds:
            raise _trop(self._limites.noeuds, "éléments")
        if len(self._ouverts) > self._limites.profondeur:
            raise _trop(self._limites.profondeur, "éléments l'un dans l'autre")
        if self._sens:
            self._ouvrir_element(nom, parent)
        elif nom == "entetepes":
            self._valeurs["entete"] = {}
        bloc, elements_lus = _LUS.get(parent, ("", frozenset[str]()))
        if nom in elements_lus and "V" in attributs and bool(self._sens) is (bloc != "entete"):
            self._destination(bloc).setdefault(nom, attributs["V"])

    def _ouvrir_element(self, nom: str, parent: str) -> None:
        """Begin a bordereau, a piece, a line or a third party."""
        if nom == "piece" and parent != "bordereau":
            return
        if nom in _NEUFS:
            self._rangs[nom] += 1
            for bloc in _NEUFS[nom]:
                self._valeurs[bloc] = {}
        if nom == "piece":
            self._piece_seule = self.analyseur.CurrentLineNumber
        elif nom == "lignedepiece":
            self._ligne, self._piece_seule, self._tiers = self.analyseur.CurrentLineNumber, None, []
        elif nom == "infotiers":
            self._tiers.append({})

    def _destination(self, bloc: str) -> dict[str, str]:
        """Return where the elements of a block go; outside a line, they are the piece's."""
        if bloc == "tiers":
            return self._tiers[-1]
        return self._valeurs["piece" if bloc == "ligne" and self._ligne is None else bloc]

    def _fin(self, _nom: str) -> None:
        nom = self._ouverts.pop()
        if nom == "lignedepiece" and self._ligne is not None:
            self._emettre(self._ligne, str(self._rangs["lignedepiece"]))
            self._ligne, self._tiers, self._valeurs["ligne"] = None, [], {}
        elif nom == "piece" and self._piece_seule is not None and self._ouverts[-1] == "bordereau":
            self._emettre(self._piece_seule, "")
            self._piece_seule = None
        elif nom in _SENS and len(self._ouverts) == 1:
            self._sens = ""

    def _emettre(self, numero: int, rang_ligne: str) -> None:
        piece, ligne = self._valeurs["piece"], self._valeurs["ligne"]
        valeurs = {
            **self._valeurs["entete"],
            **self._valeurs["bordereau"],
            **piece,
            **ligne,
            "sens": self._sens,
            "rang_bordereau": str(self._rangs["bordereau"]),
            "rang_piece": str(self._rangs["piece"]),
            "rang_ligne": rang_ligne,
            "objet": ligne.get("objlignepce") or piece.get("objpce" if self._sens == "recette" else "obj", ""),
            **_identifiants(self._tiers),
        }
        self.lignes.append(numero)
        self.rangees.append([valeurs.get(c, "") for c in self._colonnes])


def _trop(permis: int, quoi: str) -> LectureRefusee:
    return LectureRefusee(f"le XML a plus de {nombre_fr(permis)} {quoi} ; {_REDEPOSER} (F9).")


def _identifiants(tiers: list[dict[str, str]]) -> dict[str, str]:
    """Return the SIRET or SIREN of the third party of type 01, else of the first (P4); any other is a person's."""
    tenu: dict[str, str] = next((t for t in tiers if t.get("typtiers") == "01"), tiers[0] if tiers else {})
    numero, nature = tenu.get("idtiers", ""), tenu.get("natidtiers", "").lstrip("0")
    siren = "".join(numero.split()) if nature == "2" else ""
    return {"siret": numero if nature == "1" else "", "siren": siren if _SIREN.fullmatch(siren) else ""}
