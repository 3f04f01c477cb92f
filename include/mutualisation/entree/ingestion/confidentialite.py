"""An allowlist by the declared type of its column, and nothing else, says what may land of a cell (K1, K7, K9).

In a source declared `personnes` a cell that its type can't read does not land; a code, a number of document or a SIRET
that has not its form lands as a keyed digest. No list of names, no second look: the registry decides. The key of the
digests never reaches the warehouse or a log."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from mutualisation.entree.lecteurs.bloc import BLANCS, visible
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.socle import disque
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.socle.poste import CLE_PSEUDONYMES, Poste

FICHIER_CLE = "cle_pseudonymes"
_CLE_MIN = 16
REMETTRE = (
    f"remettre l'ancienne (variable {CLE_PSEUDONYMES}, ou fichier {FICHIER_CLE}), ou charger de nouveau tous les "
    "fichiers sous la nouvelle dans un entrepôt vide ; rien n'a été chargé (K1)."
)
_CONSTANTE = b"mutualisation : empreinte de la cle des pseudonymes"
CODE_MAX = 40
# shorter figures are a function, a rank or a year before they are a matricule
MATRICULE_MIN = 4
# a code has capitals, digits, `_ - . /`, one at least that is no letter (K9)
_CODE = re.compile(r"(?=.*[0-9_./-])[A-Z0-9_./-]+")
# ledgers write theirs so: figures, and letters by three at most among them (« 2024 M 03 », « Bat-12 »)
_CODE_COMPTABLE = re.compile(r"(?=.*[0-9])(?!.*[A-Za-z]{4})[A-Za-z0-9_./° -]+")
# a budget has such letters (« BP »)
_SIGLE = re.compile(r"[A-Z]{1,2}")
_NUMERO_MAX = 12
# a SIRET or SIREN has nine or fourteen digits, and a spreadsheet makes « 2,159E+13 » of them
_SIRET = re.compile(r"[0-9]{9}|[0-9]{14}|[0-9](?:[.,][0-9]{1,12})?E\+[0-9]{2}")
# an IBAN is told by what follows its key; then a bank account of France, a number of social security (Corsica has
# letters in it)
_COMPTE_BANCAIRE = re.compile(
    r"[A-Z]{2}[0-9]{2}(?:[0-9]{11,30}|[A-Z]{4}[0-9]{6,26}|[A-Z][0-9]{10}[A-Z0-9]{12}|[0-9]{10}[A-Z0-9]{11}[0-9]{2}"
    r"|[0-9]{3}[A-Z0-9]{13})|^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$|(?<![0-9])[0-9]{10}[A-Z0-9]{11}[0-9]{2}(?![0-9])"
)
_SECURITE_SOCIALE = re.compile(
    r"(?<![0-9])[1-478]_[0-9]{2}_(?:0[1-9]|1[0-2]|[2-9][0-9])_(?:[0-9]{2}|2[AB])_[0-9]{3}_[0-9]{3}(?:_[0-9]{2})?"
    r"(?![0-9])".replace("_", r"[\s./_-]?")
)
_SEPARATEURS = re.compile(r"[\s./_-]+")
_BANCAIRE_MIN = 13
_ADRESSE = re.compile(r"([a-z0-9._+-]{1,64})@(?:[a-z0-9-]+\.)+[a-z]{2,}")
# the first or last word of an office's address; some are glued to what follows (« mairiedelille »)
_MOT_DE_SERVICE = re.compile(
    r"(?:mairie|ccas|cias|secretariat|contact|accueil|communed|villed|hoteld)[a-z]*"
    r"|commune|ville|courriers?|courriel|infos?|finances?|compta|comptabilite|budget|facturation|factures?|achats?"
    r"|marches|dgs|direction|administration|services?|collectivite|syndicat|sivu|sivom|regie|metropole|agglo|etablissement"
)
# `Pseudonymes` makes these digests: of a matricule, of a code, of a reason of absence
_PSEUDONYME, _MASQUE, _EMPREINTE = re.compile("[0-9a-f]{32}"), re.compile("~[0-9a-f]{16}"), re.compile("A-[0-9a-f]{12}")


# ---------------------------------------------------------------- keyed digests (K1)
def cle_pseudonymes(poste: Poste, *, creer: bool = True) -> bytes:
    """Return the HMAC key that is given, else that of a file of `var`, made at the first run with mode 0600. With
    `creer` false the warehouse has been loaded, and its key is not to be made. Raises `ErreurMutualisation` when the
    key is absent, too short or unreadable."""
    if poste.cle_pseudonymes is not None:
        return _verifier_cle(poste.cle_pseudonymes.strip(), CLE_PSEUDONYMES)
    chemin = poste.var / FICHIER_CLE
    try:
        if not chemin.exists():
            if not creer:
                raise ErreurMutualisation(f"La clé des pseudonymes n'est plus dans {chemin} : {REMETTRE}")
            disque.creer_secret(chemin, secrets.token_hex(32) + "\n")
        chemin.chmod(0o600)
        return _verifier_cle(chemin.read_text(encoding="ascii").strip(), str(chemin))
    except (OSError, UnicodeDecodeError) as e:
        raison = raison_systeme(e) if isinstance(e, OSError) else "ce n'est pas une clé"
        raise ErreurMutualisation(
            f"La clé des pseudonymes {chemin} ne peut pas être lue ({raison}) : {REMETTRE}"
        ) from None


def _verifier_cle(valeur: str, ou: str) -> bytes:
    if len(valeur) < _CLE_MIN:
        raise ErreurMutualisation(
            f"La clé des pseudonymes ({ou}) est vide ou trop courte : {_CLE_MIN} caractères au moins."
        )
    return valeur.encode()


def empreinte_de_cle(cle: bytes) -> str:
    """Return the HMAC of a constant, in hex: it tells whether two keys are the same, and never a key."""
    return hmac.digest(cle, _CONSTANTE, "sha256").hex()


class Pseudonymes:
    """Cells have keyed digests of three kinds that never meet: each kind has its own key, made from `cle`."""

    def __init__(self, cle: bytes) -> None:
        self._cle = cle
        self._absence = hashlib.sha256(b"absence" + cle).digest()
        self._code = hashlib.sha256(b"code" + cle).digest()

    def empreinte(self, *valeurs: str) -> str:
        """Digest several cells as `A-` and 12 hex characters: rows can be told apart (H4), and none read."""
        # keyed BLAKE2 is as sound as HMAC-SHA256 here, and one row in ten needs one
        return "A-" + hashlib.blake2b(_octets("|".join(valeurs)), key=self._absence, digest_size=6).hexdigest()

    def masque(self, valeur: str) -> str:
        """Digest one trimmed cell as `~` and 16 hex characters: equal cells stay equal, whatever the jeu (K9)."""
        return "~" + hashlib.blake2b(_octets(valeur.strip(BLANCS)), key=self._code, digest_size=8).hexdigest()

    def pseudonyme(self, cellule: str) -> str:
        """Digest a trimmed matricule as 32 hex characters; empty stays empty."""
        propre = cellule.strip(BLANCS)
        return hmac.digest(self._cle, _octets(propre), "sha256").hex()[:32] if propre else ""


def _octets(texte: str) -> bytes:
    return texte.encode("utf-8", "surrogatepass")


# ---------------------------------------------------------------- forms of what lands in clear
def bancaire(cellule: str) -> bool:
    """Say whether a bank account or a number of social security stands in the cell, whatever surrounds it."""
    if len(cellule) < _BANCAIRE_MIN:
        return False
    telle = cellule.upper()
    return bool(_COMPTE_BANCAIRE.search(_SEPARATEURS.sub("", telle)) or _SECURITE_SOCIALE.search(telle))


def forme_d_un_code(code: str) -> bool:
    """Say whether a text has the form of a `Code activité` (K9)."""
    return len(code) <= CODE_MAX and bool(_CODE.fullmatch(code)) and not bancaire(code)


def forme_d_un_code_comptable(code: str) -> bool:
    """Accept figures with a few letters among them: no word, that could be a name."""
    return len(code) <= CODE_MAX and bool(_CODE_COMPTABLE.fullmatch(code)) and not bancaire(code)


def forme_d_un_numero(numero: str) -> bool:
    """Accept the published number of a document: digits, fewer letters than them, two at most without."""
    if (numero.isascii() and numero.isdigit() and len(numero) <= _NUMERO_MAX) or _SIGLE.fullmatch(numero):
        return True
    lettres, chiffres = sum(c.isalpha() for c in numero), sum(c.isdigit() for c in numero)
    return forme_d_un_code_comptable(numero) and (lettres <= 2 or lettres <= chiffres)


def adresse_de_service(cellule: str) -> str | None:
    """Return an office's address in lower case; None for any other, which may be a person's."""
    trouvee = _ADRESSE.fullmatch(adresse := cellule.strip(BLANCS).lower())
    mots = [mot for mot in re.split(r"[._+0-9-]+", trouvee[1]) if mot] if trouvee else []
    return adresse if any(map(_MOT_DE_SERVICE.fullmatch, (*mots[:1], *mots[-1:]))) else None


@dataclass
class Confidentialite:
    """A load has its pseudonyms, the codes that the referentiel names, the agents that the warehouse knows.
    `deja_masquees` says that cells come from the warehouse, where digests stand already."""

    pseudonymes: Pseudonymes
    codes: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    deja_masquees: bool = False

    def empreinte(self, *cellules: str) -> str:
        """Digest a code that tells a reason of absence, the last of the cells (S2)."""
        if self.deja_masquees and _EMPREINTE.fullmatch(cellules[-1]):
            return cellules[-1]
        return self.pseudonymes.empreinte(*cellules)

    def gardien(self, jeu: Jeu, colonne: Colonne) -> Callable[[str], str] | None:
        """Return the function that says what lands of a text of the column, itself or a digest; None where every text
        lands. It is for types that are not read as numbers, days, accounts or values: those land when they are read."""
        if colonne.type == "pseudonyme":
            pseudonymes, deja = self.pseudonymes, self.deja_masquees
            return lambda cellule: (
                cellule if deja and _PSEUDONYME.fullmatch(cellule) else pseudonymes.pseudonyme(cellule)
            )
        if colonne.type == "pseudonyme_sans_zeros":
            return self._pseudonyme_sans_zeros
        if colonne.type == "empreinte":
            return self._sinon_masque(lambda _texte: False)
        if not colonne.gardee or colonne.type not in _FORMES:
            return None
        if colonne.type != "code":
            return self._sinon_masque(_FORMES[colonne.type])
        if colonne.document:
            return self._sinon_masque(lambda code: code in self.codes or forme_d_un_numero(code))
        return self._sinon_masque(lambda code: code in self.codes or self._anonyme(jeu, code))

    def _anonyme(self, jeu: Jeu, code: str) -> bool:
        """Say whether a code that nothing names has the form of one, and is no matricule. In a file of agents, the code
        of an affectation lands by its key alone: nothing else tells it from a matricule."""
        if jeu.pseudonymise:
            par_la_forme = any(c.clair_si for c in jeu.colonnes) and forme_d_un_code(code)
        else:
            par_la_forme = forme_d_un_code_comptable(code)
        return par_la_forme and (len(code) < MATRICULE_MIN or self.pseudonymes.pseudonyme(code) not in self.agents)

    def _pseudonyme_sans_zeros(self, cellule: str) -> str:
        """Say whom a matricule would be without its leading zeros (H5); empty where it has none."""
        propre = cellule.strip(BLANCS)
        nu = propre.lstrip("0")
        masquee = self.deja_masquees and _PSEUDONYME.fullmatch(propre)
        return "" if nu == propre or masquee else self.pseudonymes.pseudonyme(nu)

    def _sinon_masque(self, permise: Callable[[str], bool]) -> Callable[[str], str]:
        def garder(cellule: str) -> str:
            propre = cellule.strip(BLANCS)
            if not propre or permise(propre) or (self.deja_masquees and _MASQUE.fullmatch(propre)):
                return cellule
            return self.pseudonymes.masque(cellule)

        return garder


_FORMES: dict[str, Callable[[str], bool]] = {
    "code": forme_d_un_code_comptable,
    "numero": forme_d_un_numero,
    # the key of a SIRET does not matter (C6), nor its inner spaces (C13)
    "siret_libre": lambda siret: bool(_SIRET.fullmatch("".join(siret.split()))),
}


@dataclass
class CodesDuTemps:
    """A time file has these distinct codes on its worked rows (K9)."""

    confidentialite: Confidentialite
    tous: set[str] = field(default_factory=set)

    def noter(self, codes: set[str]) -> None:
        """Count the codes of some rows, each once."""
        self.tous |= {visible(c).strip(BLANCS) for c in codes} - {""}

    def verifier(self) -> None:
        """Raise `LectureRefusee` when more than half of them have neither key nor form (K9). No code is quoted."""
        autres = [c for c in self.tous if c not in self.confidentialite.codes and not forme_d_un_code(c)]
        if len(autres) * 2 > len(self.tous):
            raise LectureRefusee(
                f"{len(autres)} des {len(self.tous)} codes de la colonne « Code activité » n'ont ni clé analytique, ni "
                "la forme d'un code (capitales, chiffres, _ - . /) : les en-têtes de deux colonnes sont sans doute "
                "échangés ; rétablir l'en-tête, ou donner une clé à ces codes dans cles_analytiques (K9)."
            )
