"""What invoices say beside the published figures: names, tariff applied, units, receipt axes, threshold.

`publication` holds no name of an adherent and no tariff. Like the context of an extract, these are read in the build
that is being published and frozen with its version (`journal.constructions.contexte`, key `facturation`), so that a
document written again later says the same (S8). Only names of public bodies are kept, never a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from mutualisation.erreurs import ErreurMutualisation

Ligne = dict[str, Any]

# The name in force on the first day of the semestre, else the last known one, as R7d chooses the commune
ADHERENTS = """
select s.semestre, s.siret, a.siren, a.type, a.nom
  from (select distinct semestre, siret_adherent as siret
          from construction.int_recouvrement where exercice = %(exercice)s) as s
  join lateral (
    select siren, type, nom
      from construction.stg_referentiel__adherents
     where siret = s.siret
     order by (make_date(%(exercice)s, 6 * s.semestre - 5, 1) between debut and coalesce(fin, 'infinity')) desc,
              debut desc, ligne desc
     limit 1
  ) as a on true
 order by s.semestre, s.siret collate "C"
"""
EPCI = """
select siret, nom
  from construction.stg_referentiel__adherents
 where type = 'epci' and debut <= make_date(%(exercice)s, 12, 31)
 order by debut desc, siret collate "C"
 limit 1
"""
# One row per tariff row that was applied to an adherent (R7), with what its amount comes from. Every exercice is joined
# first: a build has no statistics, and one exercice would be taken for one row, joined by nested loops.
REGLES = """
with achats as (
  select exercice, semestre, siret_adherent, sum(montant_ht) as achats_ht
    from construction.stg_cam__commandes
   group by exercice, semestre, siret_adherent
),
detail as materialized (
  select m.exercice, m.semestre, m.dispositif, m.siret_adherent, m.ligne_tarif, m.regle, m.base, m.montant,
         case when m.regle = 'cout_unitaire' then c.cout_unitaire else t.montant end as prix,
         t.tranche_min, t.tranche_max, t.mode_recouvrement, r.reference,
         a.population, case m.semestre when 1 then a.mois_s1 else a.mois_s2 end as mois,
         case when m.regle in ('par_unite', 'cout_unitaire') then coalesce(u.unites, 0) end as unites,
         case when m.base = 'achats_ht' then coalesce(h.achats_ht, 0) end as achats_ht
    from construction.int_montants_dus as m
    join construction.int_tarifs_semestre as t using (exercice, semestre, dispositif, ligne_tarif)
    join construction.int_adhesions_semestre as a using (exercice, semestre, dispositif, siret_adherent)
    left join construction.int_unites_semestre as u using (exercice, semestre, dispositif, siret_adherent)
    join construction.stg_referentiel__tarifs as r on r.fichier_id = t.fichier_id and r.ligne = t.ligne_tarif
    left join construction.int_couts_unitaires_factures as c
      on c.exercice = m.exercice and c.dispositif = m.dispositif
    left join achats as h
      on h.exercice = m.exercice and h.semestre = m.semestre and h.siret_adherent = m.siret_adherent
)
select semestre, dispositif, siret_adherent, regle, base, montant, prix, tranche_min, tranche_max, mode_recouvrement,
       reference, population, mois, unites, achats_ht
  from detail
 where exercice = %(exercice)s
 order by semestre, siret_adherent collate "C", dispositif collate "C", ligne_tarif
"""
UNITES = """
select semestre, dispositif, siret_adherent, type_unite, count(*) as lignes, sum(quantite) as quantite,
       max(coalesce(poids, 1)) as poids, sum(unites) as unites
  from construction.int_unites
 where exercice = %(exercice)s
 group by semestre, dispositif, siret_adherent, type_unite
 order by semestre, dispositif collate "C", siret_adherent collate "C", type_unite collate "C"
"""
COUTS = """
select f.dispositif, f.exercice_base, f.actualisation, f.unites_previsionnelles, f.cout_unitaire,
       c.cout_d5211 as cout_d5211_base
  from construction.int_couts_unitaires_factures as f
  left join construction.int_couts as c on c.exercice = f.exercice_base and c.dispositif = f.dispositif
 where f.exercice = %(exercice)s
 order by f.dispositif collate "C"
"""
# The axis a receipt carries: the first code by code-point order, of those in force that day
AXES = """
select s.semestre, k.dispositif, min(k.code collate "C") as code
  from construction.int_semestres as s
  join construction.int_cles as k on s.fin between k.debut and k.fin
 where s.exercice = %(exercice)s and k.origine = 'axe' and octet_length(k.code) <= 10
 group by s.semestre, k.dispositif
 order by s.semestre, k.dispositif collate "C"
"""
SEUILS = "select semestre, seuil_titre from construction.int_semestres where exercice = %(exercice)s order by semestre"
PARTIES = {
    "adherents": ADHERENTS,
    "epci": EPCI,
    "regles": REGLES,
    "unites": UNITES,
    "couts": COUTS,
    "axes": AXES,
    "seuils": SEUILS,
}


@dataclass(frozen=True)
class Facturation:
    """Frozen detail of the invoices of one exercice; numbers are exact texts.

    `adherents`: {semestre, siret, siren, type, nom}; `epci`: {siret, nom}; `regles`: {semestre, dispositif,
    siret_adherent, regle, base, montant, prix, tranche_min, tranche_max, mode_recouvrement, reference, population,
    mois, unites, achats_ht}; `unites`: {semestre, dispositif, siret_adherent, type_unite, lignes, quantite, poids,
    unites}; `couts`: {dispositif, exercice_base, actualisation, unites_previsionnelles, cout_unitaire,
    cout_d5211_base}; `axes`: {semestre, dispositif, code}; `seuils`: {semestre, seuil_titre}.
    """

    adherents: list[Ligne]
    epci: list[Ligne]
    regles: list[Ligne]
    unites: list[Ligne]
    couts: list[Ligne]
    axes: list[Ligne]
    seuils: list[Ligne]


def figer_facturation(conn: psycopg.Connection[Any], version: int) -> None:
    """Freeze the detail of the invoices of a version; call it in the publishing transaction, after `figer_contexte`."""
    with conn.cursor(row_factory=tuple_row) as curseur:
        ligne = curseur.execute("select exercices from journal.constructions where version = %s", (version,)).fetchone()
    if ligne is None:
        raise ErreurMutualisation(f"La version {version} n'existe pas dans cet entrepôt.")
    contenu = {str(e): _lire_construction(conn, e) for e in ligne[0]}
    conn.execute(
        "update journal.constructions set contexte = coalesce(contexte, '{}')"
        " || jsonb_build_object('facturation', %s::jsonb) where version = %s",
        (json.dumps(contenu, ensure_ascii=False), version),
    )


def lire_facturation(conn: psycopg.Connection[Any], exercice: int, version: int) -> Facturation:
    """Detail of the invoices of (exercice, version): frozen, else from the build while it is still in place.

    Raises `ErreurMutualisation` when the version was published without it and its build has been replaced.
    """
    with conn.cursor(row_factory=tuple_row) as curseur:
        ligne = curseur.execute(
            "select contexte -> 'facturation' -> %s, version = (select max(version) from journal.constructions),"
            " to_regclass('construction.int_montants_dus') is not null from journal.constructions where version = %s",
            (str(exercice), version),
        ).fetchone()
    if ligne is not None and ligne[0] is not None:
        return Facturation(**ligne[0])
    if ligne is not None and ligne[1] and ligne[2]:
        return Facturation(**_lire_construction(conn, exercice))
    raise ErreurMutualisation(
        f"La version {version} de l'exercice {exercice} ne porte pas le détail des factures (noms, tarifs) et sa "
        "construction a été remplacée : lancez « mutualisation bilan » de nouveau, puis « mutualisation facturer »."
    )


def _lire_construction(conn: psycopg.Connection[Any], exercice: int) -> dict[str, list[Ligne]]:
    """The parts as JSON holds them, so that both ways of reading give the same: numbers are text, dates ISO."""
    with conn.cursor(row_factory=dict_row) as curseur:
        lues = {nom: curseur.execute(sql, {"exercice": exercice}).fetchall() for nom, sql in PARTIES.items()}
    contenu: dict[str, list[Ligne]] = json.loads(json.dumps(lues, default=str, ensure_ascii=False))
    return contenu
