"""Read DECP JSON (S4): format 2022 (`marches.marche`) and 2019 (`marches`), one contract or a list of them."""

import codecs
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

# this backend of ijson keeps a lone surrogate, which then refuses the file; yajl writes « ? »
from ijson.backends import python as ijson
from ijson.common import JSONError, ObjectBuilder

from mutualisation.entree.lecteurs.bloc import Bloc
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, nombre_fr
from mutualisation.entree.lecteurs.octets import encodage

# (line, then as ijson says: where, what, value)
Evenement = tuple[int, str, str, Any]

_AUTRE_FORME = (
    "aucun marché sous « marches » ou « marches.marche » : ce n'est pas un fichier DECP (formats 2019 et 2022) ; "
    "déposer celui que publie le profil d'acheteur, ou le retirer (S4)."
)
_PAS_UN_OBJET = (
    "ligne {ligne} : un marché doit être un objet JSON ; redéposer le fichier tel que le profil d'acheteur l'a "
    "publié (S4)."
)
# the key is not quoted: one that the format has not may be anything, a name too (K9)
_CLE_DOUBLE = (
    "ligne {ligne} : un objet donne deux fois une même clé, rien ne dit laquelle est la bonne ; redéposer le fichier "
    "tel que le profil d'acheteur l'a publié (G1)."
)
_CONCESSIONS = ("contrat-concession", "contratConcession")
# {where a contract is: format of the file}
_CONTRATS = {"marches.item": "2019", "marches.marche.item": "2022", "marches.marche": "2022"}
_LISTE = {("marches.marche", "start_array"), ("marches.marche", "end_array")}
_OUVRANTS, _FERMANTS = {"start_map", "start_array"}, {"end_map", "end_array"}


class LecteurDecp:
    """Give one row per contract and titulaire, in `colonnes`; `ligne` is the line of the contract's object. Raises
    `LectureRefusee` when the JSON is unreadable, too big, or of another shape."""

    def __init__(self, chemin: Path, colonnes: list[str], limites: Limites) -> None:
        if chemin.stat().st_size > limites.deploye:
            raise LectureRefusee(f"le JSON dépasse {nombre_fr(limites.deploye // 1024 // 1024)} Mo (F9).")
        self._chemin, self._colonnes, self._limites = chemin, colonnes, limites
        self._encodage = encodage(chemin, ("utf-8",))
        self.dialecte: dict[str, object] = {"encodage": self._encodage}

    def blocs(self) -> Iterator[Bloc]:
        """Yield a block of rows per contract; `rang_titulaire` numbers rows: one line of a JSON may hold them all."""
        rang = 0
        for ligne, forme, marche in _marches(_evenements(self._chemin, self._encodage, self._limites)):
            rangees_lues = [v | {"rang_titulaire": str(rang + i)} for i, v in enumerate(_rangees_de(marche, forme), 1)]
            rang += len(rangees_lues)
            rangees = [[v.get(c, "") for c in self._colonnes] for v in rangees_lues]
            bloc = Bloc([ligne] * len(rangees), rangees)
            bloc.vider_les_longues(self._limites.cellule)
            yield bloc


def _evenements(chemin: Path, code: str, limites: Limites) -> Iterator[Evenement]:
    """Stream the events of the JSON. Raises `LectureRefusee` where it is broken, doubles a key, or holds too much."""
    # each open object or list has its keys
    ouverts: list[set[str]] = []
    with chemin.open("rb") as f:
        f.seek(len(codecs.BOM_UTF8) if code == "utf-8-sig" else 0)
        lignes = _Lignes(f, limites.jeton)
        try:
            for rang, (prefixe, evenement, valeur) in enumerate(ijson.parse(lignes), 1):
                lignes.depuis = 0
                if evenement == "map_key":
                    if valeur in ouverts[-1]:
                        raise LectureRefusee(_CLE_DOUBLE.format(ligne=lignes.numero))
                    ouverts[-1].add(valeur)
                elif evenement in _OUVRANTS:
                    ouverts.append(set())
                elif evenement in _FERMANTS:
                    ouverts.pop()
                if rang > limites.noeuds:
                    raise _trop(lignes.numero, limites.noeuds, "valeurs")
                if len(ouverts) > limites.profondeur:
                    raise _trop(lignes.numero, limites.profondeur, "objets ou listes l'un dans l'autre")
                yield lignes.numero, prefixe, evenement, valeur
        except (JSONError, ValueError, ArithmeticError):
            raise LectureRefusee(
                f"ligne {lignes.numero} : le JSON est illisible : le valider et le redéposer (G1)."
            ) from None


def _trop(ligne: int, permis: int, quoi: str) -> LectureRefusee:
    return LectureRefusee(f"ligne {ligne} : le JSON a plus de {nombre_fr(permis)} {quoi} (F9).")


class _Lignes:
    """This file is given to ijson line by line, since its events don't say where they stand."""

    def __init__(self, fichier: BinaryIO, jeton: int) -> None:
        self._fichier = fichier
        self._jeton = jeton
        self.depuis = 0
        self._finie = True
        self.numero = 0

    def read(self, taille: int) -> bytes:
        """Return the next line, or a part of it when it is longer than `taille` bytes; ijson asks for 0 first."""
        tranche = self._fichier.readline(taille)
        # ijson holds these bytes since the last event, in a text that does not end
        self.depuis += len(tranche)
        if self.depuis > self._jeton:
            raise LectureRefusee(
                f"ligne {self.numero} : un texte ou un blanc dépasse {nombre_fr(self._jeton)} octets ; redéposer le "
                "fichier tel que le profil d'acheteur l'a publié (F9)."
            )
        if tranche:
            self.numero += self._finie
            self._finie = tranche.endswith(b"\n")
        return tranche


def _marches(evenements: Iterator[Evenement]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield (line, format, contract) of each contract, concessions apart. Raises `LectureRefusee` if none could be."""
    debut: int | None = None
    # members of `"marches": {` that hold no contract are those of one contract, in the format of 2019
    seul: dict[str, Any] = {}
    conteneurs = False
    for ligne, prefixe, evenement, valeur in evenements:
        if prefixe == "marches":
            if evenement in _OUVRANTS:
                debut = ligne
            elif evenement == "map_key":
                conteneurs = conteneurs or valeur in ("marche", *_CONCESSIONS)
                if valeur != "marche":
                    seul[valeur] = _construire_valeur(evenements)
            elif evenement == "end_map" and not conteneurs:
                yield debut or ligne, "2019", _avec_id(seul)
        elif prefixe in _CONTRATS and (prefixe, evenement) not in _LISTE:
            marche = _contrat(evenements, evenement, ligne)
            if "concession" not in _texte_de(marche.get("_type")).lower():
                yield ligne, _CONTRATS[prefixe], marche
    if debut is None:
        raise LectureRefusee(_AUTRE_FORME)


def _contrat(evenements: Iterator[Evenement], ouvrant: str, ligne: int) -> dict[str, Any]:
    if ouvrant != "start_map":
        raise LectureRefusee(_PAS_UN_OBJET.format(ligne=ligne))
    marche: dict[str, Any] = _construire_valeur(evenements, ouvrant)
    enveloppe = marche.get("marche")
    return enveloppe if isinstance(enveloppe, dict) else marche


def _avec_id(marche: dict[str, Any]) -> dict[str, Any]:
    if "id" not in marche:
        raise LectureRefusee(_AUTRE_FORME)
    return marche


def _construire_valeur(evenements: Iterator[Evenement], ouvrant: str | None = None) -> Any:
    """Build the value whose first event is the next one, or was `ouvrant`."""
    objet, ouverts = ObjectBuilder(), 0
    if ouvrant is not None:
        objet.event(ouvrant, None)
        ouverts = 1
    while True:
        _, _, evenement, valeur = next(evenements)
        objet.event(evenement, valeur)
        ouverts += (evenement in _OUVRANTS) - (evenement in _FERMANTS)
        if not ouverts:
            return objet.value


def _rangees_de(marche: dict[str, Any], forme: str) -> list[dict[str, str]]:
    commun = {
        "format": forme,
        "identifiant": _texte_de(marche.get("id")),
        "siret_acheteur": _identifiant(marche.get("acheteur")),
        "date_notification": _texte_de(marche.get("dateNotification")),
        "montant": _texte_de(marche.get("montant")),
    }
    sirets = dict.fromkeys(_derniers_titulaires(marche))
    return [commun | {"siret_titulaire": s} for s in sirets or [""]]


def _derniers_titulaires(marche: dict[str, Any]) -> list[str]:
    """Return those of the latest modification (by date, then place) that names some, else of the contract."""
    modifications = enumerate(_deballer(marche.get("modifications"), "modification"))
    ordonnees = sorted(modifications, key=lambda m: (_texte_de(m[1].get("dateNotificationModification"))[:10], m[0]))
    for _, modification in reversed(ordonnees):
        if titulaires := _titulaires(modification):
            return titulaires
    return _titulaires(marche)


def _titulaires(objet: dict[str, Any]) -> list[str]:
    return [s for t in _deballer(objet.get("titulaires"), "titulaire") if (s := _identifiant(t))]


def _deballer(valeur: Any, nom: str) -> list[dict[str, Any]]:
    """Return the objects of a list, of a list of lists, or wrapped one by one or all together under `nom`."""
    if isinstance(valeur, list):
        return [objet for v in valeur for objet in _deballer(v, nom)]
    if not isinstance(valeur, dict):
        return []
    return _deballer(valeur[nom], nom) if nom in valeur else [valeur]


def _identifiant(valeur: Any) -> str:
    """Return an identifier without its inner spaces (C13)."""
    return "".join(_texte_de(valeur.get("id")).split()) if isinstance(valeur, dict) else ""


def _texte_de(valeur: Any) -> str:
    if valeur is None or isinstance(valeur, (dict, list, bool)):
        return ""
    if isinstance(valeur, Decimal):
        return format(valeur, "f") if valeur.is_finite() and abs(valeur.adjusted()) < 40 else str(valeur)
    return str(valeur)
