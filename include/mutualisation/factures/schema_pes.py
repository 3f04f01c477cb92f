"""What the schema of the PES v2 Aller (5.17) holds of a recette: order and number of the elements, form of each value.

The same verdict as the official XSD, without it: a test compares both where the folder of the schema is there.
Left out, because a draft never holds them: dépense, marché, facture, attachments, signatures, bank details.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

# Children of each block, in order: element=block or form of its value; ? optional, + one at least, * any number
STRUCTURE = {
    "PES_Aller": "Enveloppe=Enveloppe EnTetePES=EnTetePES PES_RecetteAller=PES_RecetteAller?",
    "Enveloppe": "Parametres=Parametres Emetteur=Emetteur Recepteur=Recepteur?",
    "Parametres": "Version=num2 TypFic=texte32 NomFic=texte100",
    "Emetteur": "Sigle=texte32 Adresse=texte38",
    "Recepteur": "Sigle=texte32? Adresse=texte38?",
    "EnTetePES": "DteStr=date IdPost=codique LibellePoste=texte38? IdColl=chiffres14 FinJur=lettres20? CodCol=codcol "
    "CodBud=codbud LibelleColBud=texte38?",
    "PES_RecetteAller": "EnTeteRecette=EnTeteRecette Bordereau=Bordereau+",
    "EnTeteRecette": "IdVer=num2 InfoDematerialisee=booleen?",
    "Bordereau": "BlocBordereau=BlocBordereau Piece=Piece+",
    "BlocBordereau": "Exer=num4 IdBord=num7 DteBordEm=date TypBord=TypBord NbrPce=num5 MtCumulAnnuel=montant? "
    "MtBordHt=montant MtBordTVA=montant? DteAsp=date? Objet=texte160?",
    "Piece": "BlocPiece=BlocPiece LigneDePiece=LigneDePiece+",
    "BlocPiece": "CodServ=texte10? Affect=texte10? IdPce=num8 TypPce=TypPce NatPce=NatPce IdRol=num7? DteAsp=date? "
    "Edition=Edition? ObjPce=texte160? DebFact=date? FinFact=date?",
    "LigneDePiece": "BlocLignePiece=BlocLignePiece Tiers=Tiers*",
    "BlocLignePiece": "InfoLignePiece=InfoLignePiece RattachPiece=RattachPiece? LiensIdent=LiensIdent?",
    "InfoLignePiece": "IdLigne=num6 ObjLignePce=texte160? CodProdLoc=alpha4 FinGeo=lettres9? CodEtGeo=alpha3? "
    "Nature=num12 Fonction=chiffres10? Operation=alpha10? TxTva=taux? Majo=booleen DteMajo=date? TxMajo=taux? "
    "CpteTiers=num12? TvaIntraCom=booleen MtHT=montant MtTVA=montant? MtNonMajo=montant?",
    "RattachPiece": "NatPceOrig=NatPceOrig ExerRat=annee IdPceOrig=num13 IdLigneOrig=numero6?",
    "LiensIdent": "IdConv=texte25? IdMarche=texte30? IdCaution=texte24? IdEmpruntOrdo=texte24? IdActif=texte25? "
    "IdRegie=texte10?",
    "Tiers": "InfoTiers=InfoTiers Adresse=AdresseTiers",
    "InfoTiers": "IdTiers=alpha80? DteNaissance=date? NatIdTiers=NatIdTiers? DteIdTiers=date? RefTiers=texte30? "
    "CatTiers=CatTiers NatJur=NatJur TypTiers=TypTiers Civilite=texte10? Nom=texte38 ComplNom=texte38? Prenom=texte38?",
    "AdresseTiers": "TypAdr=TypAdr Adr1=texte38? Adr2=texte38 Adr3=texte38? CP=chiffres5 Ville=texte38 "
    "CodRes=booleen CodPays=num3? DteAdr=date?",
}  # fmt: skip
CODES = {
    "TypBord": "01 02 03 04 05 06",
    "TypPce": "01 02 03 04 05 06 07 09 10 11 12 14 15",
    "NatPce": "01 02 03 04 05 06 07 08 09 10 11 18",
    "Edition": "01 02 03 04 05 06",
    "NatPceOrig": "01 02 03 05",
    "NatIdTiers": "01 02 03 04 05 06 07 08 09 10 11 12",
    "CatTiers": "01 20 21 22 23 24 25 26 27 28 29 50 60 61 62 63 64 65 70 71 72 73 74",
    "NatJur": "01 02 03 04 05 06 07 08 09 10 11",
    "TypTiers": "01 02 03 04 05 06 07 10 11 12 13 14 15 20 21 22 23 24 25 26 30",
    "TypAdr": "0 1 2",
}
# Blocks that may be named by an attribute Id, for a signature
NOMMABLES = {"PES_Aller", "Bordereau"}

# The schema keeps « nc », a lone dot, a lone space and zeros alone out of its texts
_TEXTE = re.compile(r"[^ .]|n[^c]|[^n]c|[^n][^c]|[^\n\r]{3,}")
_NON_NUL = re.compile(r"[^\n\r]*[^0][^\n\r]*")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_FUSEAU = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _FUSEAU)
_ANNEE = re.compile(r"-?([1-9][0-9]{4,}|[0-9]{4})" + _FUSEAU)
_IDENTIFIANT = re.compile(r"[^\W\d][\w.-]*")


def defauts_du_schema(racine: Any) -> list[str]:
    """What the schema refuses in a PES_Aller of recette, as French sentences with the line; empty when it is valid."""
    if racine.tag != f"{{{ESPACE}}}PES_Aller":
        return [f"la racine est {racine.tag} : PES_Aller dans l'espace de noms {ESPACE} attendu."]
    return list(_bloc(racine, "PES_Aller", "PES_Aller"))


def valeur_admise(forme: str, valeur: str) -> bool:
    """Whether a value has the form that the schema gives: `texte38`, `num7`, `montant`, `TypBord`…"""
    if forme in CODES:
        return valeur in CODES[forme].split()
    nom, longueur = re.fullmatch(r"([a-z]+)([0-9]*)", forme).groups()  # type: ignore[union-attr]
    return _FORMES[nom](valeur, int(longueur or 0))


def _bloc(element: Any, nom: str, bloc: str) -> Iterator[str]:
    """The children against the table: each expected name takes what matches, what is left over is out of place."""
    yield from _attributs(element, nom, {"Id"} if bloc in NOMMABLES else set())
    if _texte_libre(element):
        yield f"ligne {element.sourceline} : {nom} contient du texte hors de ses éléments."
    enfants = [e for e in element if isinstance(e.tag, str)]
    rang = 0
    for attendu, forme, cardinal in _attendus(bloc):
        vus = 0
        while rang < len(enfants) and enfants[rang].tag == attendu and (vus == 0 or cardinal in ("+", "*")):
            enfant = enfants[rang]
            yield from _bloc(enfant, attendu, forme) if forme in STRUCTURE else _valeur(enfant, nom, forme)
            vus, rang = vus + 1, rang + 1
        if vus == 0 and cardinal in ("", "+"):
            yield f"ligne {element.sourceline} : {attendu} manque dans {nom}, ou n'est pas à sa place."
    for enfant in enfants[rang:]:
        yield f"ligne {enfant.sourceline} : {enfant.tag} n'est pas attendu à cette place de {nom}."


def _attendus(bloc: str) -> Iterator[tuple[str, str, str]]:
    """(element, block or form, ?, * or + or nothing) of the children of a block, in order."""
    for mot in STRUCTURE[bloc].split():
        nom, _, forme = mot.partition("=")
        nu = forme.rstrip("?+*")
        yield nom, nu, forme[len(nu) :]


def _attributs(element: Any, nom: str, permis: set[str]) -> Iterator[str]:
    for cle, valeur in element.attrib.items():
        if cle in permis and (cle != "Id" or _IDENTIFIANT.fullmatch(valeur.strip())):
            continue
        if not cle.startswith(_XSI):
            yield f"ligne {element.sourceline} : l'attribut {cle} de {nom} n'est pas attendu, ou n'est pas lisible."


def _texte_libre(element: Any) -> bool:
    return any(t and t.strip() for t in (element.text, *(e.tail for e in element)))


def _valeur(element: Any, parent: str, forme: str) -> Iterator[str]:
    yield from _attributs(element, element.tag, {"V"})
    valeur = element.get("V")
    if valeur is None or element.text or any(isinstance(e.tag, str) for e in element):
        yield f"ligne {element.sourceline} : {element.tag} de {parent} porte sa valeur dans l'attribut V seul."
    elif not valeur_admise(forme, valeur):
        yield (
            f"ligne {element.sourceline} : {element.tag} de {parent} vaut « {valeur} » : {_attente(forme)} attendu "
            "(schéma PES)."
        )


def _attente(forme: str) -> str:
    if forme in CODES:
        return f"un code parmi {CODES[forme].replace(' ', ', ')}"
    nom, longueur = re.fullmatch(r"([a-z]+)([0-9]*)", forme).groups()  # type: ignore[union-attr]
    return _ATTENTES[nom].format(longueur)


def _est_texte(valeur: str, longueur: int) -> bool:
    return len(valeur) <= longueur and bool(_TEXTE.fullmatch(valeur)) and bool(_NON_NUL.fullmatch(valeur))


def _est_decimal(valeur: str, chiffres: int, decimales: int) -> bool:
    """A number above 0, of `chiffres` digits and `decimales` decimals at most."""
    nu = valeur.strip(" \t\n\r")
    if not _DECIMAL.fullmatch(nu):
        return False
    _, suite, exposant = Decimal(nu).normalize().as_tuple()
    puissance = int(exposant)
    return Decimal(nu) > 0 and max(0, -puissance) <= decimales and len(suite) + max(0, puissance) <= chiffres


def _est_date(valeur: str) -> bool:
    lu = _DATE.fullmatch(valeur.strip(" \t\n\r"))
    if lu is None:
        return False
    try:
        date(int(lu[1]), int(lu[2]), int(lu[3]))
    except ValueError:
        return False
    return True


def _motif(motif: str) -> Callable[[str, int], bool]:
    return lambda valeur, longueur: bool(re.fullmatch(motif, valeur)) and len(valeur) <= (longueur or 255)


_FORMES: dict[str, Callable[[str, int], bool]] = {
    "texte": _est_texte,
    "alpha": lambda v, n: _est_texte(v, n) and bool(re.fullmatch(r"[0-9a-zA-Z]*", v)),
    "num": lambda v, n: _est_decimal(v, n, 0),
    "montant": lambda v, _: _est_decimal(v, 14, 2),
    "taux": lambda v, _: _est_decimal(v, 5, 2),
    "date": lambda v, _: _est_date(v),
    "annee": lambda v, _: bool(_ANNEE.fullmatch(v.strip(" \t\n\r"))),
    "booleen": lambda v, _: v.strip(" \t\n\r") in ("0", "1", "true", "false"),
    "chiffres": _motif(r"[0-9]*"),
    "lettres": _motif(r"[0-9a-zA-Z]*"),
    "numero": _motif(r"[0-9]+"),
    "codique": lambda v, _: _est_texte(v, 7) and bool(re.fullmatch(r"02[AB][0-9]{3,4}|[0-9]{6,7}", v)),
    "codcol": lambda v, _: _est_texte(v, 3) and bool(re.fullmatch(r"[0-9]{3}", v)),
    "codbud": _motif(r"[0-9A-Z][0-9]"),
}
_ATTENTES = {
    "texte": "un texte de 1 à {} caractères",
    "alpha": "de 1 à {} lettres ou chiffres, sans accent",
    "num": "un entier positif de {} chiffres au plus",
    "montant": "un montant positif à point décimal, deux décimales au plus",
    "taux": "un taux positif",
    "date": "une date aaaa-mm-jj",
    "annee": "une année sur quatre chiffres",
    "booleen": "0 ou 1",
    "chiffres": "au plus {} chiffres",
    "lettres": "au plus {} lettres ou chiffres",
    "numero": "de 1 à {} chiffres",
    "codique": "un codique de 6 ou 7 chiffres",
    "codcol": "un code de 3 chiffres",
    "codbud": "un code de 2 caractères",
}
