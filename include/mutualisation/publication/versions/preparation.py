"""Make from the contract what a version is published in: storage, stable views, rights of their readers.

Storage is `versions.<relation>`, every version in one table; `publication.<relation>`, and `documents.<relation>` for
an internal one, are stable views joined to the pointer `journal.publications`, and a view built on them follows. A view
is `security_invoker`: its reader needs a right on the storage, and a policy says which rows (K10). Views of `bi` come
after them, over them."""

import hashlib
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.base.connexion import patienter
from mutualisation.entrepot.base.roles import COMMUNE, LECTEUR, PROPRIETAIRE, TRAITEMENT, sous_le_role
from mutualisation.publication.versions.relations import (
    ANALYSE,
    INTERNE,
    Colonne,
    Relation,
    relations,
    relations_analyse,
    relations_promues,
)
from mutualisation.socle.erreurs import ErreurMutualisation

# A commune reads these whole: nothing in them is of another adherent. The others, `rejets` or `tracabilite`, it does
# not read
GENERALES = frozenset(
    {
        "action",
        "cout_moyen",
        "cout_unitaire",
        "etp_categorie",
        "indicateur_declare",
        "indicateurs_cles",
        "passage_d5211",
        "prevision",
        "synthese_financiere",
        "variation",
    }
)
# in the schema of analysts, these say once who and what the facts speak of
GENERALES_BI = frozenset(
    {
        "adherents_nommes",
        "dim_adherent",
        "dim_commune",
        "dim_dispositif",
        "dim_exercice",
        "dim_jour",
        "dim_marche",
        "dim_tarif",
        "dim_version",
        "dispositifs_nommes",
    }
)
_PUBLIEE = "({pointeur}, version) in (select exercice, version from journal.publications)"
# the run may add these: rows of a version that passed its gates and that no statement has closed
_A_PUBLIER = "version = any (array(select version from journal.constructions where statut = 'validee'))"
# {column that says whose a row is: condition}
_SIENNES = {
    "siret_adherent": "siret_adherent = any ((select journal.mes_sirets())::text[])",
    "siret": "siret = any ((select journal.mes_sirets())::text[])",
    "code_insee": "code_insee in (select a.code_insee from versions.adherent as a"
    " where a.siret_adherent = any ((select journal.mes_sirets())::text[]))",
}
_SIENNES_BI = _SIENNES | {
    "siren_beneficiaire": "siren_beneficiaire in (select left(s, 9) from unnest(journal.mes_sirets()) as s)",
}
_COLONNES = """
select a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)
  from pg_catalog.pg_attribute as a
 where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped
 order by a.attnum
"""


def preparer_publication(conn: psycopg.Connection[Any]) -> None:
    """Create or complete `versions.<relation>`, its rights and the view of each relation, from their contract. It acts
    only when the contract has changed since the last time: redefining a view locks its readers out. It works as the
    owner: raises `psycopg.errors.InsufficientPrivilege` when the login may not."""
    conn.commit()
    patienter(conn, lambda: _definir(conn))


def _definir(conn: psycopg.Connection[Any]) -> None:
    with sous_le_role(conn, PROPRIETAIRE):
        # one run at a time defines them; readers go on
        conn.execute("lock table journal.publications in share row exclusive mode")
        if est_preparee(conn):
            return
        for relation in relations().values():
            _accorder(conn, relation)
        conn.execute(sql.SQL("; ").join(_ordres()))
        conn.execute(
            sql.SQL("comment on schema versions is {}").format(
                sql.Literal(f"Relations publiées, toutes versions (contrat {_empreinte_du_contrat()})")
            )
        )


def _accorder(conn: psycopg.Connection[Any], relation: Relation) -> None:
    """Drop the view of a relation whose columns changed, with those of `bi` that read it, and retype its storage. A
    view may only gain columns at its end. Raises `ErreurMutualisation` when someone built a view on it."""
    contrat = [(c.nom, c.type) for c in relation.colonnes]
    en_place = conn.execute(_COLONNES, [f"{relation.schema}.{relation.nom}"]).fetchall()
    if en_place == contrat[: len(en_place)]:
        return
    touchees = {relation.nom}
    for vue in relations_analyse().values():
        touchees |= {vue.nom} if touchees & vue.sources else set()
    vues = [sql.Identifier(relations()[nom].schema, nom) for nom in sorted(touchees)]
    # the views of a build read what is published: they go first, and a build that was to be published is made again
    conn.execute("select journal.renouveler_construction()")
    try:
        conn.execute(sql.SQL("drop view if exists {}").format(sql.SQL(", ").join(vues)))
    except psycopg.errors.DependentObjectsStillExist as erreur:
        raise ErreurMutualisation(
            f"Une vue lit {relation.schema}.{relation.nom}, dont le contrat change : supprimez-la, lancez "
            f"« mutualisation migrer », puis recréez-la (détail : {erreur.diag.message_detail})."
        ) from erreur
    types = dict(contrat)
    for nom, type_ in conn.execute(_COLONNES, [f"versions.{relation.nom}"]).fetchall():
        if types.get(nom, type_) != type_:
            conn.execute(
                sql.SQL("alter table {} alter column {} type {}").format(
                    sql.Identifier("versions", relation.nom), sql.Identifier(nom), sql.SQL(types[nom])
                )
            )


def est_preparee(conn: psycopg.Connection[Any]) -> bool:
    """Say whether the warehouse holds the relations of the contract of this code."""
    ligne = conn.execute(
        "select substring(obj_description('versions'::regnamespace) from '[(]contrat ([0-9a-f]{64})[)]')"
    ).fetchone()
    return ligne is not None and ligne[0] == _empreinte_du_contrat()


@cache
def _ordres() -> tuple[sql.Composable, ...]:
    promues = (o for relation in relations_promues().values() for o in (*_definition(relation), *droits(relation)))
    vues = (vue for vue in relations_analyse().values() if vue.requete)
    return (*promues, *(o for vue in vues for o in (*_definition_vue(vue), *droits(vue))))


@cache
def _empreinte_du_contrat() -> str:
    return hashlib.sha256("\n".join(o.as_string() for o in _ordres()).encode()).hexdigest()


def _definition(relation: Relation) -> list[sql.Composable]:
    """Return the statements that make the storage table of a relation, its view and their comments."""
    table = sql.Identifier("versions", relation.nom)
    liste = [sql.SQL("{} {}").format(sql.Identifier(c.nom), sql.SQL(c.type)) for c in colonnes_stockees(relation)]
    vue = sql.Identifier(relation.schema, relation.nom)
    return [
        sql.SQL("create table if not exists {} ({})").format(table, sql.SQL(", ").join(liste)),
        sql.SQL("create index if not exists {} on {} (version, {})").format(
            sql.Identifier(f"{relation.nom}_version"), table, sql.Identifier(relation.pointeur)
        ),
        *(sql.SQL("alter table {} add column if not exists {}").format(table, c) for c in liste),
        sql.SQL("create or replace view {} with (security_invoker) as {}").format(
            vue, lignes_en_vigueur(relation, sql.SQL("journal.publications as p"))
        ),
        *_commentaires(relation),
    ]


def _definition_vue(vue: Relation) -> list[sql.Composable]:
    """Return the statements that make a view of `bi` over what its readers see, in the types of its contract."""
    return [
        sql.SQL("create or replace view {} {}as select {} from ({}) as v").format(
            sql.Identifier(vue.schema, vue.nom),
            sql.SQL("" if vue.entiere else "with (security_invoker) "),
            sql.SQL(", ").join(
                sql.SQL("v.{c}::{t} as {c}").format(c=sql.Identifier(c.nom), t=sql.SQL(c.type)) for c in vue.colonnes
            ),
            sql.SQL(vue.requete),
        ),
        *_commentaires(vue),
    ]


def _commentaires(relation: Relation) -> list[sql.Composable]:
    r"""Write what `\d+` says: the sentence of the grain and its key, each column."""
    grain = f"{relation.description} Clé : {', '.join(relation.cle)}."
    return [
        sql.SQL("comment on view {} is {}").format(sql.Identifier(relation.schema, relation.nom), sql.Literal(grain)),
        *(
            sql.SQL("comment on column {} is {}").format(
                sql.Identifier(relation.schema, relation.nom, c.nom), sql.Literal(c.description)
            )
            for c in relation.colonnes
        ),
    ]


def colonnes_stockees(relation: Relation) -> tuple[Colonne, ...]:
    """Return the columns of its storage: version, exercice, those of the contract."""
    return (Colonne("version", "bigint", ""), *relation.avec_exercice().colonnes)


def lignes_en_vigueur(relation: Relation, pointeurs: sql.Composable, *, entier: bool = False) -> sql.Composed:
    """Query the rows of its storage that `pointeurs` (exercice, version) publish, as the types of the contract. Where
    `exercice` is no published column, the same fact may stand under several exercices: the newest version of a key is
    given once, unless `entier`."""
    cle = sql.SQL(", ").join(sql.Identifier("v", c) for c in relation.cle if c != "exercice")
    unique = not relation.par_exercice and not entier
    return sql.SQL(
        "select {distinct}{colonnes} from {table} as v"
        " join {pointeurs} on p.exercice = v.{pointeur} and p.version = v.version{ordre}"
    ).format(
        distinct=sql.SQL("distinct on ({}) ").format(cle) if unique else sql.SQL(""),
        colonnes=sql.SQL(", ").join(
            sql.SQL("v.{c}::{t} as {c}").format(c=sql.Identifier(c.nom), t=sql.SQL(c.type)) for c in relation.colonnes
        ),
        table=sql.Identifier("versions", relation.nom),
        pointeurs=pointeurs,
        pointeur=sql.Identifier(relation.pointeur),
        ordre=sql.SQL(" order by {}, v.version desc, v.exercice desc").format(cle) if unique else sql.SQL(""),
    )


def lecteurs(relation: Relation) -> dict[str, str]:
    """Return {group role: condition on the rows that it reads}, in SQL where `{pointeur}` stands for a column. For a
    view of `bi`, the conditions are those of what it reads."""
    roles = {TRAITEMENT: "true"}
    if relation.schema == INTERNE:
        return roles
    roles[LECTEUR] = _PUBLIEE
    conditions = _SIENNES_BI if relation.schema == ANALYSE else _SIENNES
    conditions_siennes = [condition for colonne, condition in conditions.items() if colonne in relation.noms_colonnes]
    if relation.nom in GENERALES | GENERALES_BI:
        roles[COMMUNE] = _PUBLIEE
    elif relation.requete and not relation.entiere:
        if all(COMMUNE in lecteurs(relations()[source]) for source in relation.sources):
            roles[COMMUNE] = "true"
    elif conditions_siennes and not relation.entiere:
        roles[COMMUNE] = f"{_PUBLIEE} and {conditions_siennes[0]}"
    return roles


def droits(relation: Relation) -> list[sql.Composable]:
    """Return the statements that give each reader its rows, and take from the others; twice, they change nothing."""
    noms = {
        "table": sql.Identifier("versions", relation.nom),
        "vue": sql.Identifier(relation.schema, relation.nom),
    }
    gardee = not relation.requete
    sur = "{table}, {vue}" if gardee else "{vue}"
    modeles = ["alter table {table} enable row level security"] if gardee else []
    permis = lecteurs(relation)
    for role in (TRAITEMENT, LECTEUR, COMMUNE):
        if gardee:
            modeles.append(f"drop policy if exists {role} on {{table}}")
        if gardee and role in permis:
            modeles.append(f"create policy {role} on {{table}} for select to {role} using ({permis[role]})")
        donne = f"grant select on {sur} to" if role in permis else f"revoke all on {sur} from"
        modeles.append(f"{donne} {role}")
    if gardee:
        modeles += [
            "drop policy if exists ajout on {table}",
            f"create policy ajout on {{table}} for insert to {TRAITEMENT} with check ({_A_PUBLIER})",
            f"grant insert on {{table}} to {TRAITEMENT}",
        ]
    return [sql.SQL(modele).format(**noms, pointeur=sql.Identifier(relation.pointeur)) for modele in modeles]
