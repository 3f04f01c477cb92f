"""The seal of a publication (S7, K10): what was published, said once as canonical JSON, chained and signed.

A seal says the digests of everything that an extract or an invoice of its version reads. `ecarts_*` recompute them:
a list of French sentences, empty when nothing has moved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from mutualisation.erreurs import ControleEchoue
from mutualisation.publication.extraits_csv import condenser, lire_pointeurs, sha256_stocke, sha256_vue
from mutualisation.publication.relations import INTERNE, PUBLIEE, Colonne, Relation, relations_promues
from mutualisation.signatures.ancrage import Ancre, Ancres, cles_connues
from mutualisation.signatures.cle_signature import cle_signature, est_signe, publique

# what goes beside the statement: it is bound by a digest of its own, or is no part of what is signed
ACCOMPAGNEMENT = {"enonce", "signature", "cle_publique", "contrat", "empreintes"}
CONSTRUCTION = """
select version, exercices, prepare_par, code_version, publication_sha256, portes::text as portes,
  contexte::text as contexte, to_char(fin at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as fin, identite
  from journal.constructions
 where version = %s
"""
HORODATAGE = "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
REMEDE = "restaurez d'une même sauvegarde l'entrepôt et son dossier « sceaux »"
REMEDE_LIGNES = "restaurez l'entrepôt d'une sauvegarde, ou refaites d'un seul « bilan » tous les exercices publiés"
Empreintes = dict[str, dict[str, str]]


@dataclass(frozen=True)
class SceauInscrit:
    """A row of `journal.sceaux`; `enonce` is what `signature` signs, and says every column above it."""

    numero: int
    version: int
    exercices: list[int]
    pointeurs: dict[str, int]
    publication_sha256: str
    documents_sha256: str
    construction_sha256: str
    contrat_sha256: str
    projet_dbt_sha256: str | None
    code_version: str
    prepare_par: str
    scelle_le: str
    precedent_sha256: str | None
    cle_sha256: str
    enonce: str
    signature: bytes
    cle_publique: bytes
    contrat: dict[str, Any]
    empreintes: Empreintes

    @property
    def enonce_des_colonnes(self) -> str:
        """The statement that the columns make: another than `enonce` when one was changed."""
        return canonique({c.name: getattr(self, c.name) for c in fields(self) if c.name not in ACCOMPAGNEMENT})

    @property
    def versions(self) -> dict[int, int]:
        """{exercice: version} published when it was made."""
        return {int(e): v for e, v in self.pointeurs.items()}

    @property
    def ancre(self) -> Ancre:
        """What is kept outside the warehouse."""
        return Ancre(self.enonce.encode(), self.signature)


def canonique(contenu: Any) -> str:
    """Canonical JSON in the manner of RFC 8785: sorted keys, no space, UTF-8 as it is."""
    return json.dumps(contenu, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(texte: str) -> str:
    """Hexadecimal digest of a text in UTF-8."""
    return hashlib.sha256(texte.encode()).hexdigest()


def lire_sceaux(conn: psycopg.Connection[Any]) -> list[SceauInscrit]:
    """Every seal, oldest first."""
    colonnes = sql.SQL(", ").join(sql.Identifier(c.name) for c in fields(SceauInscrit))
    with conn.cursor(row_factory=class_row(SceauInscrit)) as curseur:
        requete = sql.SQL("select {} from journal.sceaux order by numero").format(colonnes)
        return curseur.execute(requete).fetchall()


def lire_sceau(conn: psycopg.Connection[Any], version: int) -> SceauInscrit:
    """The seal of a version. Raises `ControleEchoue` when it has none."""
    for sceau in lire_sceaux(conn):
        if sceau.version == version:
            return sceau
    raise ControleEchoue([f"sceau : la version {version} n'en a pas, rien ne dit ce qu'elle était — {REMEDE_LIGNES}."])


def sceller(
    conn: psycopg.Connection[Any], version: int, publiees: Mapping[str, str], var: Path | None = None
) -> Empreintes:
    """Inscribe the seal of a version just published, within the publishing transaction, once its context is kept.

    Gives back the digests that it says. `publiees`: {relation: sha256} that `publication_sha256` was made of; `var`:
    the folder of the key.
    """
    cle = cle_signature(var)
    contrat, pointeurs = _contrat(), lire_pointeurs(conn)
    construction = _construction(conn, version)
    empreintes = {PUBLIEE: dict(publiees), INTERNE: _documents(conn, contrat, pointeurs)}
    sceaux = lire_sceaux(conn)
    enonce = canonique(
        {
            "numero": len(sceaux) + 1,
            "version": version,
            "exercices": construction["exercices"],
            "pointeurs": {str(e): v for e, v in pointeurs.items()},
            "publication_sha256": condenser(publiees),
            "documents_sha256": condenser(empreintes[INTERNE]),
            "construction_sha256": sha256(canonique(construction)),
            "contrat_sha256": sha256(canonique(contrat)),
            "projet_dbt_sha256": json.loads(construction["portes"]).get("modele", {}).get("projet_dbt_sha256"),
            "code_version": construction["code_version"],
            "prepare_par": construction["prepare_par"],
            "scelle_le": _une_valeur(conn, HORODATAGE),
            "precedent_sha256": sha256(sceaux[-1].enonce) if sceaux else None,
            "cle_sha256": hashlib.sha256(publique(cle)).hexdigest(),
        }
    )
    conn.execute(
        "select journal.sceller(%s, %s, %s, %s::jsonb, %s::jsonb)",
        (enonce, cle.sign(enonce.encode()), publique(cle), canonique(contrat), canonique(empreintes)),
    )
    return empreintes


def ancrer(conn: psycopg.Connection[Any], var: Path | None = None) -> None:
    """Anchor the seals that a crash left without anchor: those that follow the last one and that a known key signed.

    Anything else is left for `ecarts_chaine` to say.
    """
    ancres, connues = Ancres(var), cles_connues(var)
    posees = ancres.lues()
    precedent: str | None = None
    for sceau in lire_sceaux(conn):
        ancre = posees.get(sceau.numero)
        if ancre is not None:
            precedent = hashlib.sha256(ancre.enonce).hexdigest()
            continue
        suit = sceau.precedent_sha256 == precedent and sceau.numero > max(posees, default=0)
        if not suit or _ecarts_enonce(sceau, connues):
            return
        ancres.poser(sceau.numero, sceau.ancre, sceau.cle_publique)
        precedent = sha256(sceau.enonce)


def ecarts_chaine(conn: psycopg.Connection[Any], var: Path | None = None) -> list[str]:
    """The chain, its signatures and its anchors."""
    sceaux, ancres, connues = lire_sceaux(conn), Ancres(var).lues(), cles_connues(var)
    ecarts: list[str] = []
    precedent: str | None = None
    for rang, sceau in enumerate(sceaux, start=1):
        ecarts += _ecarts_enonce(sceau, connues)
        if (sceau.numero, sceau.precedent_sha256) != (rang, precedent):
            ecarts.append(f"sceau {sceau.numero} : il ne suit pas le sceau {rang - 1} — {REMEDE}.")
        ecarts += _ecarts_ancre(sceau, ancres.get(sceau.numero))
        precedent = sha256(sceau.enonce)
    ecarts += [
        f"sceau {numero} : il est ancré hors de l'entrepôt et n'y est plus inscrit — {REMEDE}."
        for numero in sorted(ancres.keys() - {s.numero for s in sceaux})
    ]
    return ecarts


def ecarts_contenu(conn: psycopg.Connection[Any], sceau: SceauInscrit) -> list[str]:
    """What a seal says of its version, recomputed: lines published and documents, preparer, gates, context."""
    return _ecarts_lignes(conn, sceau) + _ecarts_construction(conn, sceau)


def ecarts_vues(conn: psycopg.Connection[Any]) -> list[str]:
    """Views that readers see, against the storage that the pointers name."""
    pointeurs = lire_pointeurs(conn)
    return [
        f"sceau : la vue {r.schema}.{nom} ne montre pas ce qui est publié — redemandez les vues à l'installateur."
        for nom, r in relations_promues().items()
        if pointeurs and sha256_vue(conn, r) != sha256_stocke(conn, r, pointeurs)
    ]


def _ecarts_enonce(sceau: SceauInscrit, connues: set[bytes]) -> list[str]:
    """The row against its own statement and signature."""
    fautes = []
    lies = (
        sceau.enonce_des_colonnes == sceau.enonce
        and sha256(canonique(sceau.contrat)) == sceau.contrat_sha256
        and condenser(sceau.empreintes.get(PUBLIEE, {})) == sceau.publication_sha256
        and condenser(sceau.empreintes.get(INTERNE, {})) == sceau.documents_sha256
    )
    if not lies:
        fautes.append(f"sceau {sceau.numero} : sa ligne de journal.sceaux n'est plus ce que dit son énoncé — {REMEDE}.")
    if sceau.cle_publique not in connues:
        fautes.append(
            f"sceau {sceau.numero} : la clé qui l'a signé n'est pas connue ici — reprenez le dossier « sceaux » de "
            "l'installation qui a publié."
        )
    elif not est_signe(sceau.enonce.encode(), sceau.signature, sceau.cle_publique):
        fautes.append(f"sceau {sceau.numero} : sa signature n'est pas celle de son énoncé — {REMEDE}.")
    return fautes


def _ecarts_ancre(sceau: SceauInscrit, ancre: Ancre | None) -> list[str]:
    if ancre is None:
        return [f"sceau {sceau.numero} : il n'est pas ancré hors de l'entrepôt — reprenez le dossier « sceaux »."]
    if ancre != sceau.ancre:
        return [f"sceau {sceau.numero} : l'entrepôt ne dit plus ce qui est ancré hors de lui — {REMEDE}."]
    return []


def ecarts_pointeurs(conn: psycopg.Connection[Any]) -> list[str]:
    """`journal.publications` against the last seal."""
    dernier = next(iter(reversed(lire_sceaux(conn))), None)
    scelles = dernier.versions if dernier else {}
    publies = lire_pointeurs(conn)
    return [
        f"sceau {dernier.numero if dernier else 0} : journal.publications montre "
        f"{_nommee(publies.get(e))} pour l'exercice {e}, le sceau dit {_nommee(scelles.get(e))} — {REMEDE_LIGNES}."
        for e in sorted(publies.keys() | scelles.keys())
        if publies.get(e) != scelles.get(e)
    ]


def _nommee(version: int | None) -> str:
    return "aucune version" if version is None else f"la version {version}"


def _ecarts_lignes(conn: psycopg.Connection[Any], sceau: SceauInscrit) -> list[str]:
    recomputees = {
        PUBLIEE: {nom: sha256_stocke(conn, r, sceau.versions) for nom, r in _relations(sceau.contrat, PUBLIEE).items()},
        INTERNE: _documents(conn, sceau.contrat, sceau.versions),
    }
    autres = {
        nom
        for schema, lues in recomputees.items()
        for nom, lue in lues.items()
        if lue != sceau.empreintes.get(schema, {}).get(nom)
    }
    return [
        f"sceau {sceau.numero} : les lignes de versions.{nom} ne sont plus celles qui ont été scellées "
        f"(version {sceau.version}) — {REMEDE_LIGNES}."
        for nom in sorted(autres)
    ]


def _ecarts_construction(conn: psycopg.Connection[Any], sceau: SceauInscrit) -> list[str]:
    construction = _construction(conn, sceau.version)
    dits = {
        "prepare_par": "le préparateur",
        "code_version": "la version du logiciel",
        "publication_sha256": "l'empreinte de la publication",
        "exercices": "les exercices",
    }
    ecarts = [
        f"sceau {sceau.numero} : {dit} de la version {sceau.version}, dans journal.constructions, n'est plus "
        f"ce qui a été scellé — {REMEDE_LIGNES}."
        for nom, dit in dits.items()
        if construction.get(nom) != getattr(sceau, nom)
    ]
    if not ecarts and sha256(canonique(construction)) != sceau.construction_sha256:
        ecarts.append(
            f"sceau {sceau.numero} : la date, les portes ou le contexte de la version {sceau.version}, dans "
            f"journal.constructions, ne sont plus ce qui a été scellé — {REMEDE_LIGNES}."
        )
    return ecarts


def _construction(conn: psycopg.Connection[Any], version: int) -> dict[str, Any]:
    """The build as the journal keeps it, JSON columns as their text; empty when it is gone.

    An identity that was not kept is not there: seals of before say nothing of it.
    """
    curseur = conn.execute(CONSTRUCTION, (version,))
    ligne = curseur.fetchone()
    noms = [c.name for c in curseur.description or ()]
    lue = dict(zip(noms, ligne, strict=True)) if ligne else {}
    if lue and lue["identite"] is None:
        del lue["identite"]
    return lue


def _contrat() -> dict[str, Any]:
    """What digests are taken over, by schema and relation: {cle, pointeur, par_exercice, colonnes}."""
    contrat: dict[str, Any] = {PUBLIEE: {}, INTERNE: {}}
    for nom, r in relations_promues().items():
        contrat[r.schema][nom] = {
            "cle": list(r.cle),
            "pointeur": r.pointeur,
            "par_exercice": r.par_exercice,
            "colonnes": [[c.nom, c.type] for c in r.colonnes],
        }
    return contrat


def _relations(contrat: Mapping[str, Any], schema: str) -> dict[str, Relation]:
    """The relations as a seal knew them."""
    return {
        nom: Relation(
            nom=nom,
            description="",
            colonnes=tuple(Colonne(colonne, type_, "") for colonne, type_ in r["colonnes"]),
            cle=tuple(r["cle"]),
            par_exercice=r["par_exercice"],
            pointeur=r["pointeur"],
            schema=schema,
        )
        for nom, r in contrat[schema].items()
    }


def _documents(
    conn: psycopg.Connection[Any], contrat: Mapping[str, Any], pointeurs: Mapping[int, int]
) -> dict[str, str]:
    """{relation: sha256} of what S7 leaves out: internal relations, and the rows of a relation without exercice that a
    newer version of their key hides, which the extract of their own year shows."""
    publiees = {nom: r for nom, r in _relations(contrat, PUBLIEE).items() if not r.par_exercice}
    return {
        nom: sha256_stocke(conn, r.avec_exercice(), pointeurs, entier=True)
        for nom, r in (_relations(contrat, INTERNE) | publiees).items()
    }


def _une_valeur(conn: psycopg.Connection[Any], requete: str) -> Any:
    ligne = conn.execute(requete.encode()).fetchone()
    return ligne[0] if ligne else None
