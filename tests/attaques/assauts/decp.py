"""DECP: JSON that repeats, nests, swells, or says no contract (S4, G1, F8, F9)."""

import json
from typing import Any

from tests.atelier.assaut import Assaut, Contenu, Sur, au_moment

_SUR = Sur("DECP", "cam/decp_2023.json")


def _lu(nom: str, contenu: Any, lignes: int = 1) -> Assaut:
    return _SUR.lu(nom, _texte(contenu), lignes)


def _refuse(nom: str, contenu: Any, *mots: str) -> Assaut:
    return _SUR.refuse(nom, _texte(contenu), *mots)


def _texte(contenu: Any) -> Contenu:
    return contenu if isinstance(contenu, str | bytes) or callable(contenu) else json.dumps(contenu, ensure_ascii=False)


def _marche(**plus: Any) -> dict[str, Any]:
    return {"id": "M1", "acheteur": {"id": "20000000800017"}, "dateNotification": "2023-02-01", "montant": 1000.5,
            "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "12345678901234"}}], **plus}  # fmt: skip


def _liste(*marches: Any) -> dict[str, Any]:
    return {"marches": {"marche": list(marches)}}


UN = json.dumps(_liste(_marche()))
_FORME, _JSON = ("n'est pas un fichier DECP", "S4"), ("JSON est illisible", "G1")
DECP = (
    _lu("à BOM", "\ufeff" + UN),
    _lu("à titulaires de toutes formes",
        _liste(_marche(titulaires=["x", 3, None, [], {}, {"id": {}}, [[{"id": "1"}]]]))),
    _lu("à montants de toutes formes",
        _liste(*(_marche(id=f"M{n}", montant=m) for n, m in enumerate(("mille", [1])))), 2),
    _lu("à exposants sans fin", UN.replace("1000.5", "1e999999999")),
    _lu("à nombre de quatre mille chiffres", UN.replace("1000.5", "9" * 4000)),
    _lu("à modifications sans date",
        _liste(_marche(modifications=[None, 3, {"titulaires": []}, {"modification": {}}]))),
    _lu("de liste vide", {"marches": []}, 0),
    _lu("à texte de 1 Mo", _liste(_marche(objet="x" * 1_000_000))),
    _refuse("suivi d'un reste", UN + "x", *_JSON),
    _refuse("à NaN", UN.replace("1000.5", "NaN"), *_JSON),
    _refuse("coupé", UN[:-10], *_JSON),
    _refuse("à demi-codet", UN.replace("M1", "M\\ud800"), "F8"),
    _refuse("à nul échappé", UN.replace("M1", "M\\u0000"), "nul", "F8"),
    _refuse("à octet nul", UN.replace("M1", "M\0"), "nul", "F8"),
    _refuse("en UTF-16", UN.encode("utf-16"), "UTF-16", "F8"),
    _refuse("en cp1252", json.dumps(_liste(_marche(objet="Été")), ensure_ascii=False).encode("cp1252"), "F8"),
    _refuse("qui est une liste", [_marche()], *_FORME),
    _refuse("qui est un texte", '"ZYLBERSTEIN"', *_FORME),
    _refuse("d'une autre forme", {"records": [_marche()]}, *_FORME),
    _refuse("de marchés nuls", {"marches": None}, *_FORME),
    _refuse("de marchés qui sont des textes", {"marches": ["ZYLBERSTEIN"]}, "ligne 1", "objet JSON", "S4"),
    _refuse("de blancs", "   \n", *_JSON),
    _refuse("à clé deux fois", UN.replace('"id": "M1"', '"id": "M0", "id": "M1"'), "deux fois", "G1"),
    # bombs, and the limit that stops each
    _refuse("à listes emboîtées", '{"marches":' + "[" * 500_000, "S4"),
    _refuse("à objets emboîtés", '{"marches":{"marche":[' + '{"a":' * 200_000, "l'un dans l'autre", "F9"),
    _refuse("à crochets dans un marché", '{"marches": [{"a": ' + "[" * 500_000, "l'un dans l'autre", "F9"),
    _refuse("de dix millions de listes", au_moment(lambda: '{"marches":{"x":[' + "[]," * 10_000_000 + "[]]}}"),
            "3 000 000 valeurs", "F9"),
    _refuse("à texte de 30 Mo", au_moment(lambda: UN.replace("M1", "x" * 30_000_000)), "un texte", "F9"),
    _refuse("à nombre d'un million de chiffres", UN.replace("1000.5", "9" * 1_000_000), "illisible", "G1"),
    _lu("de vingt mille marchés", {"marches": [{"id": f"M{n}"} for n in range(20_000)]}, 20_000),
)  # fmt: skip
