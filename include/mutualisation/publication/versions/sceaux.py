"""The statement of a publication, of a closing, of invoices (S7, K10) is canonical JSON, chained to the former one and
signed. It stands in `journal.sceaux`, beside each extract, and in `sceaux/` of the machine that made it. What it says
of the warehouse is recomputed before anything is given out: `ecarts_*` give French sentences, or none."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.rows import class_row, dict_row

from mutualisation.entrepot.base.connexion import durable
from mutualisation.entrepot.base.roles import compte_connecte
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.signatures.cle_signature import cle_signature, empreinte_publique, est_signe, publique
from mutualisation.publication.versions.extraits_csv import condenser, lire_pointeurs, sha256_stocke
from mutualisation.publication.versions.relations import ANALYSE, INTERNE, PUBLIEE, Colonne, Relation, relations_promues
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.socle.francais.formats import enumerer, lire_jour
from mutualisation.socle.poste import Poste

SCEAUX = """
select numero, acte, version, exercice, enonce, signature, cle_publique, relations,
  case when (enonce::jsonb ->> 'numero')::int = numero then enonce::jsonb ->> 'precedent_sha256' else '' end as suit
  from journal.sceaux
 where acte = coalesce(%(acte)s, acte) and version = coalesce(%(version)s, version)
 order by numero
"""
A_SCELLER = """
select c.publication_sha256, c.chiffres_sha256, d.relations, d.manifestes
  from journal.constructions as c inner join journal.candidates as d using (version) where version = %s
"""
# JSON columns are read as their text
CONSTRUCTION = """
select version, exercices, prepare_par, identite, code_version, portes::text as portes, contexte::text as contexte,
  to_char(fin at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as fin
  from journal.constructions
 where version = %s
"""
HORODATAGE = "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
# figures are made of these lines: a million of them, each with the number of its document
TRACE = {"tracabilite"}
PUBLICATION, CLOTURE, FACTURES = "publication", "cloture", "factures"
# a folder of invoices is of these; of no version before the publication (R18)
QUELLES = ("exercice", "semestre", "adherent", "version")
# these are read of a closing, and of the former one that it takes over: an approver writes it, and no server checks it
LUS = {"prepare_par": str, "approuve_par": str, "approuve_le": str, "manifeste_sha256": str}
REPRISE = LUS | {"version": int, "code_version": str, "memes_chiffres": list}
REMEDE_LIGNES = "restaurez l'entrepôt d'une sauvegarde, ou refaites d'un seul « bilan » tous les exercices publiés"
NOMMES = 5
Detail = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class SceauInscrit:
    """A row of `journal.sceaux` has an `enonce`, which `signature` signs; `suit` is the digest of the former one.
    `suit` is read under its own number. `relations`, of a publication, is {schema: {relation: what its digest was taken
    over, and the digest}}; `exercice` is the one that is closed, None for a publication."""

    numero: int
    acte: str
    version: int
    exercice: int | None
    enonce: str
    suit: str | None
    signature: bytes
    cle_publique: bytes
    relations: Detail | None

    @cached_property
    def dit(self) -> dict[str, Any]:
        """Return what it says; {} where the server reads a JSON that this program does not."""
        try:
            return dict(json.loads(self.enonce))
        except (ValueError, RecursionError):
            return {}

    @cached_property
    def tient(self) -> bool:
        """Say whether it is what its key signed, and can be read: the server looks at no signature."""
        return (
            est_signe(self.enonce.encode(), self.signature, [self.cle_publique])
            and (self.dit.get("numero"), self.dit.get("cle_sha256"))
            == (self.numero, empreinte_publique(self.cle_publique))
            and self._se_lit()
        )

    def _se_lit(self) -> bool:
        if self.acte == PUBLICATION:
            return sha256(canonique(self.relations)) == self.dit.get("relations_sha256")
        if self.acte == FACTURES:
            return {"factures", "manifeste_sha256"} <= self.dit.keys()
        reprise = self.dit.get("reprise")
        return (
            isinstance(self.dit.get("extraits", []), list)
            and _porte(self.dit, LUS)
            and (reprise is None or _porte(reprise, REPRISE))
        )

    @property
    def pointeurs(self) -> dict[int, int]:
        """Return {exercice: version} published when a publication was made."""
        return {int(e): v for e, v in self.dit["pointeurs"].items()}


def canonique(contenu: Any) -> str:
    """Write canonical JSON in the manner of RFC 8785: sorted keys, no space, UTF-8 as it is."""
    return json.dumps(contenu, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(texte: str) -> str:
    """Return the hexadecimal digest of a text in UTF-8."""
    return hashlib.sha256(texte.encode()).hexdigest()


def lire_sceaux(
    conn: psycopg.Connection[Any], acte: str | None = None, version: int | None = None
) -> list[SceauInscrit]:
    """Return every statement, oldest first; those of an act, of a version, where one is given."""
    with conn.cursor(row_factory=class_row(SceauInscrit)) as curseur:
        return curseur.execute(SCEAUX, {"acte": acte, "version": version}).fetchall()


def lire_sceau(conn: psycopg.Connection[Any], version: int) -> SceauInscrit:
    """Return the statement of the publication of a version. Raises `ControleEchoue` when it has none that holds."""
    for sceau in lire_sceaux(conn, PUBLICATION, version):
        if sceau.tient:
            return sceau
    raise ControleEchoue([f"sceau : la version {version} n'en a pas, rien ne dit ce qu'elle était — {REMEDE_LIGNES}."])


def cles_connues(conn: psycopg.Connection[Any], var: Path | None = None) -> set[bytes]:
    """Return the public keys that a signature may be of: those that the journal holds, those kept on this machine."""
    inscrites = {bytes(cle) for (cle,) in conn.execute("select cle_publique from journal.cles").fetchall()}
    return inscrites | Ancres(var).cles()


# ---------------------------------------------------------------- writing
def enoncer(conn: psycopg.Connection[Any], acte: str, contenu: Mapping[str, Any], cle: Ed25519PrivateKey) -> str:
    """Write the statement of an act, which follows the last one inscribed, and says which of them do not hold."""
    inscrits = lire_sceaux(conn)
    ecartes = [s.numero for s in inscrits if not s.tient]
    return canonique(
        {
            **contenu,
            "acte": acte,
            "numero": inscrits[-1].numero + 1 if inscrits else 1,
            "precedent_sha256": sha256(inscrits[-1].enonce) if inscrits else None,
            "cle_sha256": empreinte_publique(publique(cle)),
            **({"ecartes": ecartes} if ecartes else {}),
        }
    )


def condenser_version(conn: psycopg.Connection[Any], version: int) -> tuple[str, str, str]:
    """Return `publication_sha256` (S7), `chiffres_sha256`, and the digests of each relation as canonical JSON. They
    cover every exercice that will be published with a version whose rows are there; `chiffres_sha256` leaves out what a
    key touches and the lines of trace."""
    pointeurs = lire_pointeurs(conn) | dict.fromkeys(_construction(conn, version)["exercices"], version)
    relations = _relations_scellees(conn, pointeurs)
    publiees = {nom: r for nom, r in relations_promues().items() if r.schema == PUBLIEE and nom not in TRACE}
    chiffres = {nom: sha256_stocke(conn, r, pointeurs, sans_cle=True) for nom, r in publiees.items()}
    empreinte = condenser({nom: scellee["sha256"] for nom, scellee in relations[PUBLIEE].items()})
    return empreinte, condenser(chiffres), canonique(relations)


def sceller(conn: psycopg.Connection[Any], version: int, poste: Poste) -> str:
    """Conclude the publication of a version by its statement, within its transaction; return `publication_sha256`. Its
    digests of relations date from their storage, those of extracts from their gate. `poste` has the key."""
    cle, construction = cle_signature(poste), _construction(conn, version)
    a_sceller: Any = conn.execute(A_SCELLER, (version,)).fetchone() or ("", None, {}, {})
    empreinte, chiffres, relations, manifestes = a_sceller
    contenu = {
        "version": version,
        "exercices": construction["exercices"],
        "pointeurs": {str(e): v for e, v in lire_pointeurs(conn).items()},
        "publication_sha256": empreinte,
        "chiffres_sha256": chiffres,
        "relations_sha256": sha256(canonique(relations)),
        "extraits": sorted(manifestes.values()),
        # those of this version are held by statements of their own
        "factures_scellees": True,
        "construction_sha256": sha256(canonique(construction)),
        "projet_dbt_sha256": json.loads(construction["portes"]).get("modele", {}).get("projet_dbt_sha256"),
        "code_version": construction["code_version"],
        "prepare_par": construction["prepare_par"],
        "publie_par": compte_connecte(conn),
        "scelle_le": maintenant(conn),
    }
    enonce = enoncer(conn, PUBLICATION, contenu, cle)
    conn.execute(
        "select journal.sceller(%s, %s, %s, %s::jsonb)",
        (enonce, cle.sign(enonce.encode()), publique(cle), canonique(relations)),
    )
    return str(empreinte)


def factures_scellees(conn: psycopg.Connection[Any], manifeste: Mapping[str, Any]) -> list[str]:
    """Return the digests of each manifest of the same invoices that a statement holds, the first one first."""
    quelles = {c: manifeste.get(c) for c in QUELLES}
    return [
        str(s.dit["manifeste_sha256"]) for s in lire_sceaux(conn, FACTURES) if s.tient and s.dit["factures"] == quelles
    ]


def sceller_factures(
    conn: psycopg.Connection[Any], version: int, manifeste: Mapping[str, Any], empreinte: str, poste: Poste
) -> None:
    """Have a statement hold the invoices that were just written from a version, or from a build of their own, by the
    digest of their manifest; commit. Those that one holds already are left. `poste` has the key."""
    if empreinte in factures_scellees(conn, manifeste):
        return
    cle, quelles = cle_signature(poste), {c: manifeste[c] for c in QUELLES}
    dit = {"version": version, "factures": quelles, "manifeste_sha256": empreinte, "scelle_le": maintenant(conn)}
    enonce = enoncer(conn, FACTURES, dit | {"facture_par": compte_connecte(conn)}, cle)
    durable(conn)
    conn.execute("select journal.sceller_factures(%s, %s, %s)", (enonce, cle.sign(enonce.encode()), publique(cle)))
    conn.commit()


def maintenant(conn: psycopg.Connection[Any]) -> str:
    """Return the moment of the transaction, ISO, UTC."""
    (moment,) = conn.execute(HORODATAGE).fetchone() or ("",)
    return str(moment)


# ---------------------------------------------------------------- verifying
def _porte(enonce: Any, formes: Mapping[str, type]) -> bool:
    """Say whether each thing is there, in its form, and its day is one."""
    try:
        return lire_jour(enonce["approuve_le"]) is not None and all(isinstance(enonce[c], f) for c, f in formes.items())
    except (ValueError, TypeError, KeyError):
        return False


def ecarts_pointeurs(conn: psycopg.Connection[Any], sceaux: list[SceauInscrit]) -> list[str]:
    """Compare `journal.publications` with the last publication."""
    dernier = next((s for s in reversed(sceaux) if s.acte == PUBLICATION), None)
    scelles = dernier.pointeurs if dernier else {}
    publies = lire_pointeurs(conn)
    return [
        f"sceau {dernier.numero if dernier else 0} : journal.publications montre "
        f"{_nommee(publies.get(e))} pour l'exercice {e}, le sceau dit {_nommee(scelles.get(e))} — {REMEDE_LIGNES}."
        for e in sorted(publies.keys() | scelles.keys())
        if publies.get(e) != scelles.get(e)
    ]


def ecarts_contenu(conn: psycopg.Connection[Any], version: int) -> list[str]:
    """Recompute what the publication of a version says of it: rows published and beside, preparer, gates, context.
    Raises `ControleEchoue` when no statement says what it was."""
    sceau = lire_sceau(conn, version)
    autres = {
        f"versions.{nom}"
        for schema, relations in (sceau.relations or {}).items()
        for nom, scellee in relations.items()
        if _empreinte(conn, schema, _relation_scellee(nom, scellee), sceau.pointeurs) != scellee["sha256"]
    }
    ecarts = []
    if autres:
        ecarts.append(f"les lignes de {enumerer(sorted(autres), NOMMES)} ne sont plus celles qui ont été scellées")
    requete = "select publication_sha256, chiffres_sha256 from journal.constructions where version = %s"
    publiee = conn.execute(requete, [version]).fetchone() or (None, None)
    scelles = (sceau.dit["publication_sha256"], sceau.dit.get("chiffres_sha256"))
    if (sha256(canonique(_construction(conn, version))), publiee) != (sceau.dit["construction_sha256"], scelles):
        ecarts.append(
            "sa ligne de journal.constructions (préparateur, portes, contexte) n'est plus ce qui a été scellé"
        )
    return [f"sceau {sceau.numero} : {ecart} (version {version}) — {REMEDE_LIGNES}." for ecart in ecarts]


def _nommee(version: int | None) -> str:
    return "aucune version" if version is None else f"la version {version}"


def _construction(conn: psycopg.Connection[Any], version: int) -> dict[str, Any]:
    """Return the build as the journal keeps it; {} when it is gone."""
    with conn.cursor(row_factory=dict_row) as curseur:
        return curseur.execute(CONSTRUCTION, (version,)).fetchone() or {}


# ---------------------------------------------------------------- digests of relations
def _relations_scellees(conn: psycopg.Connection[Any], pointeurs: Mapping[int, int]) -> Detail:
    """Return the relations of a version as this code knows them, with their digests: `publication` is what S7 covers.
    Beside it are internal relations, those kept for `bi`, and the rows of a relation without exercice that a newer
    version of their key hides, which the extract of their own year shows."""
    detail: Detail = {PUBLIEE: {}, INTERNE: {}, ANALYSE: {}}
    for nom, r in relations_promues().items():
        forme = {
            "cle": list(r.cle),
            "pointeur": r.pointeur,
            "par_exercice": r.par_exercice,
            "colonnes": [[c.nom, c.type] for c in r.colonnes],
        }
        for schema in {r.schema} if r.par_exercice else {r.schema, INTERNE}:
            detail[schema][nom] = forme | {"sha256": _empreinte(conn, schema, r, pointeurs)}
    return detail


def _empreinte(conn: psycopg.Connection[Any], schema: str, relation: Relation, pointeurs: Mapping[int, int]) -> str:
    if schema == PUBLIEE:
        return sha256_stocke(conn, relation, pointeurs)
    return sha256_stocke(conn, relation.avec_exercice(), pointeurs, entier=True)


def _relation_scellee(nom: str, scellee: Mapping[str, Any]) -> Relation:
    """Return a relation as a statement knew it: a contract that changes since breaks none."""
    return Relation(
        nom=nom,
        description="",
        colonnes=tuple(Colonne(colonne, type_, "") for colonne, type_ in scellee["colonnes"]),
        cle=tuple(scellee["cle"]),
        par_exercice=scellee["par_exercice"],
        pointeur=scellee["pointeur"],
    )
