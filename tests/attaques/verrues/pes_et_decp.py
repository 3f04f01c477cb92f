"""PES v2, DECP, balance of the DGFiP (P1 to P4, S4, G7)."""

import json
from typing import Any

from tests.atelier.pes import Bordereau, Ligne, Piece, Tiers, pes_aller
from tests.atelier.verrues import Avertissement, Lu, Refus, Rejet, Verrue, tableau

ALPHA = "21590001000012"
_ESPACE = "xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller'"
_DECLARATION = b"<?xml version='1.0' encoding='ISO-8859-1'?>"
_RIRES = (
    "<!DOCTYPE PES_Aller [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]><PES_Aller>&c;</PES_Aller>"
)


def _depense(numero: str, ligne: Ligne, montant: str = "10.00", *, collectivite: str = "", **plus: Any) -> bytes:
    """One bordereau of one line, on line 3 of the file."""
    bordereau = Bordereau(numero, montant, [Piece("0007", [ligne])], date="2021-03-08", exercice="2021", **plus)
    return pes_aller([bordereau], **({"collectivite": collectivite} if collectivite else {}))


def _recette(numero: str, ligne: Ligne) -> bytes:
    bordereau = Bordereau(numero, "10.00", [Piece("7", [ligne])], date="2021-03-08", exercice="2021")
    return pes_aller(recette=[bordereau])


def _pes(nom: str, fichier: str, contenu: bytes | str, sort: Lu | Rejet | Refus | Avertissement) -> Verrue:
    return Verrue(f"PES {nom}", f"compta/{fichier}.xml", contenu, sort)


def _rejet(colonne: str, valeur: str | None, *motif: str) -> Rejet:
    return Rejet(colonne, valeur, motif, ligne=3)


def _autre(racine: str, corps: str = "") -> bytes:
    return _DECLARATION + f"<n:{racine} {_ESPACE}>{corps}</n:{racine}>".encode()


_DIX = Ligne("10.00")
_PES = (
    _pes("aux numéros à zéros en tête", "PES_ZEROS", _depense("0000901", Ligne("10.00", numero="000001")),
         Lu(({"bordereau": "901", "piece": "7", "ligne_piece": "1", "montant_ttc": "10"},))),
    _pes("de réduction", "PES_REDUCTION", _depense("902", _DIX, type_="02"), Lu(({"montant_ttc": "-10"},))),
    _pes("à TVA", "PES_TVA", _depense("903", Ligne("10.00", "2.00")),
         Lu(({"montant_ht": "10", "montant_ttc": "12"},))),
    _pes("de recette sans axe", "PES_RECETTE", _recette("904", Ligne("10.00", nature="70845", produit="R123")),
         Lu(({"axe_analytique": "", "produit": "R123", "sens": "titre"},))),
    _pes("au tiers en SIREN", "PES_SIREN",
         _recette("905", Ligne("10.00", nature="70845", tiers=[Tiers("215900028", "02")])),
         Lu(({"siret": "21590002800014"},))),
    _pes("déjà en CSV, zéros en plus", "PES_JUMEAU", _depense("0000906", _DIX),
         Rejet(None, None, ("R3f",), ligne=3, statut="doublon")),
    Verrue("CSV d'un mandat aussi en PES", "compta/mandats_2019-12.csv",
           tableau("mandats", {"Exercice": "2021", "Budget": "00", "Bordereau": "906", "Date émission": "08/03/2021"}),
           Lu(({"Bordereau": "906"},))),
    _pes("d'une commune dans le dossier de l'EPCI", "PES_COMMUNE", _depense("907", _DIX, collectivite=ALPHA),
         _rejet("IdColl", None, "autre collectivité", "epci", "P1")),
    _pes("de type de bordereau 03", "PES_TYPE_03", _depense("908", _DIX, type_="03"),
         _rejet("Type bordereau (TypBord)", "03", "01 et 02", "P1")),
    _pes("au montant illisible", "PES_MONTANT", _depense("909", Ligne("10,5O")),
         _rejet("Montant HT (MtHT)", None, "montant illisible", "C1")),
    _pes("au montant négatif", "PES_NEGATIF", _depense("910", Ligne("-10.00"), "-10.00"),
         _rejet("Montant HT (MtHT)", "-10.00", "négatif", "P1")),
    _pes("à la ligne sans numéro", "PES_SANS_LIGNE", _depense("913", Ligne("10.00", numero="")),
         _rejet("Ligne (IdLigne)", None, "ligne absente", "P1")),
    _pes("au compte à lettre", "PES_COMPTE", _depense("911", Ligne("10.00", nature="611A")),
         _rejet("Nature", None, "2 à 12 chiffres", "C11")),
    _pes("au total de bordereau faux", "PES_TOTAL", _depense("912", _DIX, "99.00"),
         _rejet("Montant du bordereau (MtBordHT)", "99.00", "bordereau incohérent", "P3")),
    _pes("Retour", "PES_RETOUR", _autre("PES_Retour"), Avertissement(("un PES Retour", "ignoré", "G7"))),
    _pes("Acquit", "PES_ACQUIT", _autre("PES_ACQUIT"), Avertissement(("un acquit", "ignoré", "G7"))),
    _pes("de pièces jointes", "PES_PJ", _autre("PES_Aller", "<EnTetePES/><PES_PJ/>"),
         Avertissement(("pièces jointes", "ignoré", "G7"))),
    _pes("de factures", "PES_FACTURE", _autre("PES_Aller", "<EnTetePES/><PES_Facture/>"),
         Avertissement(("factures", "ignoré", "G7"))),
    _pes("de marchés", "PES_MARCHE", _autre("PES_Aller", "<EnTetePES/><PES_Marche/>"),
         Avertissement(("marchés", "ignoré", "G7"))),
    _pes("à DTD", "PES_DTD", b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'http://x/y'><PES_Aller/>",
         Refus(("DTD", "la retirer", "G1"))),
    _pes("à entités en cascade", "PES_RIRES", _RIRES, Refus(("DTD", "G1"))),
    _pes("à entité inconnue", "PES_ENTITE", _autre("PES_Aller", "&eacute;"), Refus(("ligne 1", "entité", "G1"))),
    _pes("qui se dit en UTF-8", "PES_ENCODAGE",
         _depense("920", Ligne("10.00"), type_="01").replace(b"ISO-8859-1", b"UTF-8").replace(b"MARTIN", b"Ren\xe9")
         .replace(b"ESSAI", b"Ann\xe9e"), Refus(("ligne 1", "se dit en UTF-8", "ISO-8859-1", "F8"))),
    _pes("d'encodage inconnu", "PES_INCONNU", _DECLARATION.replace(b"ISO-8859-1", b"ANSI") + b"<PES_Aller/>",
         Refus(("encodage déclaré illisible", "« ansi »", "ISO-8859-1", "F8"))),
    _pes("en UTF-16", "PES_UTF16", "<?xml version='1.0' encoding='UTF-16'?><PES_Aller/>".encode("utf-16"),
         Refus(("UTF-16", "F8"))),
    _pes("tronqué", "PES_TRONQUE", _depense("921", _DIX)[:900], Refus(("ligne 3", "s'arrête", "redéposer", "G1"))),
    _pes("mal fermé", "PES_FERME", _DECLARATION + b"<PES_Aller><EnTetePES></PES_Aller>",
         Refus(("ligne 1", "balise fermante", "G1"))),
    _pes("qui est une page", "PES_HTML", b"<?xml version='1.0'?><html/>", Refus(("<html>", "pas un PES", "G7"))),
    _pes("de zéro octet", "PES_VIDE", b"", Refus(("vide", "F6"))),
)  # fmt: skip


def _decp(nom: str, contenu: Any, sort: Lu | Refus) -> Verrue:
    texte = contenu if isinstance(contenu, str) else json.dumps(contenu, ensure_ascii=False)
    return Verrue(f"DECP {nom}", "cam/decp_AAAA.json", texte, sort)


def _marche(**plus: Any) -> dict[str, Any]:
    titulaires = [{"titulaire": {"typeIdentifiant": "SIRET", "id": "12345678901234"}}]
    return {
        "id": "M1", "acheteur": {"id": "20000000800017"}, "dateNotification": "2021-02-01", "montant": 1000.5,
        "titulaires": titulaires, **plus,
    }  # fmt: skip


_UN = {"identifiant": "M1", "montant": "1000.5", "siret_titulaire": "12345678901234"}
_DECP = (
    _decp("2022, une liste", {"marches": {"marche": [_marche()]}}, Lu(({**_UN, "format": "2022"},))),
    _decp("2022, un objet", {"marches": {"marche": _marche()}}, Lu(({**_UN, "format": "2022"},))),
    _decp("2019, une liste", {"marches": [_marche(_type="Marché", titulaires=[{"id": "123 456 789 01234"}])]},
          Lu(({**_UN, "format": "2019"},))),
    _decp("2019, un objet", {"marches": _marche()}, Lu(({**_UN, "format": "2019"},))),
    _decp("à titulaire modifié", {"marches": {"marche": [_marche(modifications=[{"modification": {
        "dateNotificationModification": "2021-06-01", "titulaires": [{"titulaire": {"id": "98765432109876"}}]}}])]}},
          Lu(({"siret_titulaire": "98765432109876"},))),
    _decp("de concessions seules", {"marches": {"contrat-concession": [{"id": "C1"}]}}, Lu(())),
    _decp("d'une autre forme", {"records": [{"id": "M1"}]}, Refus(("n'est pas un fichier DECP", "déposer", "S4"))),
    _decp("qui est une liste", [_marche()], Refus(("n'est pas un fichier DECP", "S4"))),
    _decp("coupé", '{"marches": {"marche": [\n{"id": "M1",', Refus(("ligne 2", "JSON est illisible", "G1"))),
    _decp("à chaîne au lieu d'un marché", {"marches": ["M1"]}, Refus(("ligne 1", "objet JSON", "S4"))),
)  # fmt: skip

_BALANCE = (
    Verrue(
        "balance DGFiP en minuscules, de plusieurs collectivités", "compta/balance_2021.csv",
        "exer;ident;ndept;lbudg;cbudg;compte;obnetdeb;obnetcre;oobdeb;oobcre\n"
        "2021;20000000800017;059;METROPOLE;1;6064;1234.5;0;0;0\n2021;21590001000012;059;ALPHA;1;6064;7;0;0;0\n",
        Lu(({"COMPTE": "6064", "OBNETDEB": "1234.5"}, {"IDENT": ALPHA, "OBNETDEB": "7"})),
    ),
)  # fmt: skip
PES_ET_DECP = (*_PES, *_DECP, *_BALANCE)
