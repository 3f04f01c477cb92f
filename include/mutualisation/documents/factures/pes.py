"""Write the PES v2 recette draft of a semestre: one piece per adherent and service, one line per dispositif, no bank
data.

Amounts of a PES are never negative: what an adherent is given back goes to a second bordereau, of type 02 (annulation,
réduction), one piece per titre reduced. Numbers of bordereau and piece are provisional, far from the series of the
ledger. Each value written from data has the form that `schema_pes.toml` gives; order and number of the elements are
those written here, and a test gives drafts to the official schema."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lxml import etree

from mutualisation.documents.factures.facturation import Semestre
from mutualisation.documents.factures.factures import Facture
from mutualisation.publication.versions.contexte import Contexte
from mutualisation.socle.chemins import SCHEMA_PES
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import ZERO

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
ENCODAGE = "ISO-8859-1"
# {element: (pattern of its value, words that say it)}
SCHEMA: dict[str, tuple[str, str]] = tomllib.loads(SCHEMA_PES.read_text(encoding="utf-8"))
# {TypBord: (TypPce, NatPce)} (pes_codes.csv): an ordinary titre, a corrective one that reduces
TRIPLETS = {"01": ("01", "01"), "02": ("02", "06")}
# CatTiers of the schema are communes, CCAS, other public bodies; NatJur 09 is a local authority or its establishment
CATEGORIES = {"commune": "23", "epci": "24", "ccas": "26"}
CATEGORIE_AUTRE, NATURE_JURIDIQUE = "29", "09"
DEBITEUR_PRINCIPAL, TITRE_D_ORIGINE = "01", "01"
LIGNE_POSTALE, OBJET = 38, 160
# these texts are cut
LONGUEURS = {
    "LibelleColBud": LIGNE_POSTALE, "Ville": LIGNE_POSTALE, "ComplNom": LIGNE_POSTALE, "Adr3": LIGNE_POSTALE,
    "ObjPce": OBJET, "ObjLignePce": OBJET,
}  # fmt: skip
# a decomposition does not bring these back to a letter of ISO-8859-1
EQUIVALENTS = str.maketrans({
    "’": "'", "‘": "'", "‚": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "œ": "oe", "Œ": "OE", "–": "-", "—": "-",
    "‑": "-", "‐": "-", "−": "-", "…": "...", "€": "EUR", "•": "-", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
    "ẞ": "SS", "™": "TM",
})  # fmt: skip
COMBINANTS = re.compile(r"[\u0300-\u036f]")
COMMANDES = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad]")


@dataclass(frozen=True)
class Titre:
    """A line of a titre of the exercice has numbers (ExerRat, IdPceOrig, IdLigneOrig) and an account."""

    exercice: int
    bordereau: str
    piece: str
    ligne: str
    nature: str


@dataclass(frozen=True)
class LignePes:
    """A line of an invoice has an object, a period, a dispositif (empty for a carry-over of unknown origin), a signed €
    amount. `imputation` holds Nature, Fonction, CodServ (may be empty) and CodProdLoc; a negative line reduces `titre`;
    `motif` says why it is left out of the draft."""

    facture: Facture
    objet: str
    periode: str
    dispositif: str
    montant: Decimal
    imputation: Mapping[str, str] = field(default_factory=dict)
    titre: Titre | None = None
    motif: str = ""

    @property
    def lue(self) -> dict[str, Any]:
        """Return what summary and CSV say of it."""
        facture = {"siret_adherent": self.facture.siret, "nom": self.facture.nom}
        return facture | {c: getattr(self, c) for c in ("dispositif", "periode", "montant", "motif")}


def octets_pes(
    contexte: Contexte, semestre: Semestre, poste: Mapping[str, str], lignes: Iterable[LignePes]
) -> bytes | None:
    """Return the draft, ISO-8859-1, of the lines kept; None when there is none. `poste` holds IdPost, IdColl, CodCol,
    CodBud. Raises `ErreurMutualisation` for a value that the schema does not take."""
    retenues = list(lignes)
    bordereaux = [b for b in (_bordereau(semestre, t, retenues) for t in TRIPLETS) if b is not None]
    if not bordereaux:
        return None
    racine = etree.Element(f"{{{ESPACE}}}PES_Aller", nsmap={"n": ESPACE})
    enveloppe = etree.SubElement(racine, "Enveloppe")
    nom = f"PROJET_R_{semestre.exercice}_S{semestre.numero}"
    _bloc(enveloppe, "Parametres", Version="2", TypFic="PESALR2", NomFic=nom)
    adresse = "DONNEES SYNTHETIQUES" if contexte.est_synthetique else "PROJET"
    _bloc(enveloppe, "Emetteur", Sigle="MUTUALISATION", Adresse=adresse)
    _bloc(racine, "EnTetePES", DteStr=semestre.fin.isoformat(), **poste, LibelleColBud=contexte.epci)
    aller = etree.SubElement(racine, "PES_RecetteAller")
    _bloc(aller, "EnTeteRecette", IdVer="2", InfoDematerialisee="0")
    aller.extend(bordereaux)
    etree.indent(racine, " ")
    tete = f'<?xml version="1.0" encoding="{ENCODAGE}"?>\n<!-- {_mention(contexte)} -->\n'
    corps: bytes = etree.tostring(racine, encoding=ENCODAGE, xml_declaration=False)
    return tete.encode(ENCODAGE, "xmlcharrefreplace") + corps + b"\n"


def _mention(contexte: Contexte) -> str:
    """Say what the file is, in a comment."""
    synthetique = "Données synthétiques. " if contexte.est_synthetique else ""
    c = contexte.construction
    return (
        f"{synthetique}Projet à valider par l'ordonnateur : numéros de bordereau et de pièce provisoires. "
        f"Publication version {c.version}, sha256 {c.publication_sha256}"
    )


def _bordereau(semestre: Semestre, type_bordereau: str, retenues: Iterable[LignePes]) -> Any | None:
    """Make a bordereau of the positive lines (01) or of the negative ones (02); None without any."""
    signe = 1 if type_bordereau == "01" else -1
    # pieces are by adherent, service (CodServ is of the piece) and titre reduced, in the order of the invoices
    pieces: dict[tuple[str, str, str], list[LignePes]] = defaultdict(list)
    for x in retenues:
        if x.montant * signe > 0:
            pieces[x.facture.siret, x.imputation["CodServ"], x.titre.piece if x.titre else ""].append(x)
    if not pieces:
        return None
    total = sum((x.montant * signe for lignes in pieces.values() for x in lignes), ZERO)
    element = etree.Element("Bordereau")
    _bloc(
        element,
        "BlocBordereau",
        Exer=str(semestre.exercice),
        IdBord=f"99{semestre.numero}00{type_bordereau}",
        DteBordEm=semestre.fin.isoformat(),
        TypBord=type_bordereau,
        NbrPce=str(len(pieces)),
        MtBordHt=f"{total:.2f}",
    )
    type_piece, nature_piece = TRIPLETS[type_bordereau]
    for rang, ((_, service, _), lignes) in enumerate(pieces.items(), start=1):
        piece = etree.SubElement(element, "Piece")
        _bloc(
            piece,
            "BlocPiece",
            **({"CodServ": service} if service else {}),
            IdPce=f"99{semestre.numero}{rang:05d}",
            TypPce=type_piece,
            NatPce=nature_piece,
            ObjPce=f"Facture consolidée {semestre} - {lignes[0].facture.nom}",
        )
        for numero, ligne in enumerate(lignes, start=1):
            _ecrire_ligne(piece, numero, ligne)
    return element


def _ecrire_ligne(piece: Any, numero: int, ligne: LignePes) -> None:
    titre, facture = ligne.titre, ligne.facture
    element = etree.SubElement(piece, "LigneDePiece")
    bloc = etree.SubElement(element, "BlocLignePiece")
    _bloc(
        bloc,
        "InfoLignePiece",
        IdLigne=str(numero),
        ObjLignePce=ligne.objet,
        CodProdLoc=ligne.imputation["CodProdLoc"],
        # a reduction goes back to the account of the titre it reduces
        Nature=titre.nature if titre else ligne.imputation["Nature"],
        Fonction=ligne.imputation["Fonction"],
        Majo="0",
        TvaIntraCom="0",
        MtHT=f"{abs(ligne.montant):.2f}",
    )
    if titre:
        origine = {"ExerRat": str(titre.exercice), "IdPceOrig": titre.piece, "IdLigneOrig": titre.ligne}
        _bloc(bloc, "RattachPiece", NatPceOrig=TITRE_D_ORIGINE, **origine)
    tiers = etree.SubElement(element, "Tiers")
    _bloc(
        tiers,
        "InfoTiers",
        IdTiers=facture.siret,
        NatIdTiers="01",
        CatTiers=CATEGORIES.get(facture.lu("type"), CATEGORIE_AUTRE),
        NatJur=NATURE_JURIDIQUE,
        TypTiers=DEBITEUR_PRINCIPAL,
        **_sur_deux_lignes("Nom", "ComplNom", facture.nom.upper()),
    )
    rue = _sur_deux_lignes("Adr2", "Adr3", facture.lu("adresse"))
    _bloc(tiers, "Adresse", TypAdr="1", **rue, CP=facture.lu("code_postal"), Ville=facture.lu("ville"), CodRes="0")


def _sur_deux_lignes(nom: str, suivant: str, texte: str) -> dict[str, str]:
    """Set a text on one postal line, and what does not fit on a second one."""
    premiere, suite = couper(en_latin1(texte), LIGNE_POSTALE)
    # the schema takes no lone dot nor space
    return {nom: premiere} | ({suivant: suite} if len(suite) > 1 else {})


def _bloc(parent: Any, nom: str, **valeurs: str) -> None:
    """Write a block of values in the order of the schema, in the letters of ISO-8859-1, cut at its lengths."""
    bloc = etree.SubElement(parent, nom)
    for champ, valeur in valeurs.items():
        lettres = en_latin1(valeur)
        lettres = couper(lettres, LONGUEURS[champ])[0] if champ in LONGUEURS else lettres
        if defaut := valeur_attendue(champ, lettres):
            raise ErreurMutualisation(
                f"Le projet de PES n'est pas valable : {champ} de {nom} vaut « {lettres} » : {defaut} attendu "
                "(schéma PES)."
            )
        etree.SubElement(bloc, champ, V=lettres)


def valeur_attendue(champ: str, valeur: str) -> str:
    """Say what the schema takes of an element, when the value is not that; else empty."""
    motif, mots = SCHEMA.get(champ, (".*", ""))
    return "" if re.fullmatch(motif, valeur) else mots


# ---------------------------------------------------------------- letters
def en_latin1(texte: str) -> str:
    """Write a text in the letters of ISO-8859-1: `Œuvre` as `OEuvre`, `Košice` as `Kosice`, else `?`."""
    compose = unicodedata.normalize("NFC", texte).translate(EQUIVALENTS)
    lettres = "".join(_lettre(c) for c in compose)
    return " ".join(COMMANDES.sub(" ", lettres).split())


def _lettre(caractere: str) -> str:
    if ord(caractere) < 0x100:
        return caractere
    if caractere.isspace():
        return " "
    simple = COMBINANTS.sub("", unicodedata.normalize("NFKD", caractere)).translate(EQUIVALENTS)
    return "".join(c if ord(c) < 0x100 else "?" for c in simple)


def couper(texte: str, longueur: int) -> tuple[str, str]:
    """Return the first words that fit in `longueur` characters, and the rest; a longer word is cut."""
    if len(texte) <= longueur:
        return texte, ""
    fin = texte.rfind(" ", 1, longueur + 1)
    fin = fin if fin > 0 else longueur
    return texte[:fin].rstrip(), texte[fin:].lstrip()
