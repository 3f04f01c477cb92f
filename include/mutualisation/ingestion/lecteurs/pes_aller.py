"""Reader of PES v2 Aller (dépense and recette): one row per LigneDePiece.

A streaming expat parser builds no tree, so attachments cost no memory and are never kept; a DTD, an entity or
a foreign root refuses the file. Only the elements named here are read: no bank data, address or name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from mutualisation.ingestion.bloc import Bloc
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
_TIERS = frozenset({"idtiers", "natidtiers"})
_BLOCS_LIGNE = {"infolignepce": _LIGNE, "infolignepiece": _LIGNE, "liensident": _LIENS, "infotiers": _TIERS}
_NAT_SIRET = ("01", "1")


class LecteurPes:
    """Reads a PES file. Rows follow the columns of the jeu; `ligne` is the line of the LigneDePiece element.

    A piece without lines gives one row without `idligne`, so that NbrPce can be checked (P3).
    LectureRefusee when the XML is broken, has a DTD or an entity, or holds neither dépense nor recette.
    """

    entete = None

    def __init__(self, chemin: Path, jeu: Jeu) -> None:
        self._chemin = chemin
        self._colonnes = [c.nom for c in jeu.colonnes_entrepot]
        self.dialecte: dict[str, object] = {}

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of rows, in the order of the file."""
        lecture = _Lecture(self._colonnes)
        analyseur = expat.ParserCreate(namespace_separator=" ")
        lecture.brancher(analyseur)
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
                    raise LectureRefusee(
                        f"ligne {e.lineno} : le XML est abîmé ({expat.ErrorString(e.code)}) ; redéposer le fichier."
                    ) from None
                except (UnicodeError, LookupError, ValueError) as e:
                    raise LectureRefusee(
                        f"encodage déclaré illisible ({type(e).__name__}) : le corriger (F8)."
                    ) from None
                if lecture.rangees:
                    yield Bloc(lecture.lignes, lecture.rangees, True)
                    lecture.lignes, lecture.rangees = [], []
                if not tranche:
                    break
        if not lecture.sens_vus:
            raise LectureRefusee(
                "ni PES_DepenseAller ni PES_RecetteAller dans ce fichier : ce n'est pas un PES v2 Aller "
                "de mandats ou de titres."
            )
        self.dialecte["encodage"] = lecture.encodage


class _Lecture:
    """State of the walk: where we are, what the current bordereau, piece and line hold."""

    def __init__(self, colonnes: list[str]) -> None:
        self._colonnes = colonnes
        self._chemin: list[str] = []
        self._entete: dict[str, str] = {}
        self._bordereau: dict[str, str] = {}
        self._piece: dict[str, str] = {}
        self._ligne: dict[str, str] | None = None
        self._ligne_numero = 0
        self._piece_numero = 0
        self._piece_lignes = 0
        self._rang_bordereau = 0
        self._rang_piece = 0
        self._sens = ""
        self._analyseur: expat.XMLParserType | None = None
        self.sens_vus: set[str] = set()
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
        raise LectureRefusee("le XML contient une DTD (DOCTYPE) : la retirer, un PES n'en a pas.")

    def _entite(self, *_: object) -> int:
        raise LectureRefusee("le XML contient une entité : la retirer, un PES n'en a pas.")

    def _debut(self, nom_complet: str, attributs: dict[str, str]) -> None:
        nom = nom_complet.rpartition(" ")[2].lower()
        parent = self._chemin[-1] if self._chemin else ""
        if not self._chemin and nom != "pes_aller":
            raise LectureRefusee("la racine du XML n'est pas PES_Aller : ce n'est pas un PES v2 Aller.")
        self._chemin.append(nom)
        if nom in _SENS and len(self._chemin) == 2:
            self._sens = _SENS[nom]
            self.sens_vus.add(self._sens)
        elif nom == "entetepes":
            self._entete = {}
        elif not self._sens and parent == "entetepes":
            self._noter(self._entete, _ENTETE, nom, attributs)
        elif self._sens:
            self._dans_le_corps(nom, parent, attributs)

    def _dans_le_corps(self, nom: str, parent: str, attributs: dict[str, str]) -> None:
        numero = self._analyseur.CurrentLineNumber if self._analyseur else 0
        if nom == "bordereau":
            self._rang_bordereau += 1
            self._bordereau = {}
        elif nom == "piece" and parent == "bordereau":
            self._rang_piece += 1
            self._piece, self._piece_numero, self._piece_lignes = {}, numero, 0
        elif nom == "lignedepiece":
            self._ligne, self._ligne_numero = {}, numero
        elif parent == "blocbordereau":
            self._noter(self._bordereau, _BORDEREAU, nom, attributs)
        elif parent in ("blocpiece", "infopce"):
            self._noter(self._piece, _PIECE, nom, attributs)
        elif parent == "rattachpiece":
            self._noter(self._piece if self._ligne is None else self._ligne, _RATTACHEMENT, nom, attributs)
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
            self._emettre({}, self._piece_numero)
        elif nom in _SENS and len(self._chemin) == 1:
            self._sens = ""

    def _emettre(self, ligne: dict[str, str], numero: int) -> None:
        valeurs = {**self._entete, **self._bordereau, **self._piece, **ligne}
        objet_piece = self._piece.get("objpce" if self._sens == "recette" else "obj", "")
        valeurs |= {
            "sens": self._sens,
            "rang_bordereau": str(self._rang_bordereau),
            "rang_piece": str(self._rang_piece),
            "objet": ligne.get("objlignepce") or objet_piece,
            "siret": ligne.get("idtiers", "") if ligne.get("natidtiers") in _NAT_SIRET else "",
        }
        self.lignes.append(numero)
        self.rangees.append([valeurs.get(c, "") for c in self._colonnes])
