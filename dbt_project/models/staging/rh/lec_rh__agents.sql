{{ config(materialized='table', access='private') }}
-- One row per line of agents_AAAA. A line holds a segment of contract and an affectation, each counted or not:
-- a refused affectation leaves its segment (H2, H3).
with cellules as ({{ lire_jeu('rh', 'agents') }}),

normalises as (
  select
    c.*,
    -- a quotité of 1,5 or less is a ratio (C10, H6)
    case when c.quotite <= 1.5 then c.quotite * 100 else c.quotite end as quotite_pct,
    c.quotite <= 1.5 as quotite_convertie,
    coalesce(c.date_sortie, 'infinity'::date) as sortie
  from cellules as c
),

regles as (
  select *, defaut as defaut_regle, {{ faute_de_regle('rh', 'agents', 'affectation') }} as defaut_affectation
  from normalises
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by
        exercice_fichier, (defaut_regle is null), matricule, categorie, quotite_pct, date_entree, sortie, statut, grade,
        code_activite, pct_affectation, debut_affectation, fin_affectation
      order by fichier_id desc, ligne
    ) as rang
  from regles
),

segments as (
  select distinct exercice_fichier, matricule, categorie, quotite_pct, date_entree, sortie
  from dedoublees
  where defaut_regle is null
),

chevauchants as (
  select exercice_fichier, matricule
  from (
    select
      exercice_fichier, matricule, date_entree,
      max(sortie) over (
        partition by exercice_fichier, matricule order by date_entree, sortie, categorie, quotite_pct
        rows between unbounded preceding and 1 preceding
      ) as sortie_precedente
    from segments
  ) as s
  where date_entree <= sortie_precedente
  group by exercice_fichier, matricule
),

issues as (
  select
    d.*,
    case
      when d.defaut_regle is not null then 'rejete'
      when d.rang > 1 then 'doublon'
      when h.matricule is not null then 'rejete'
    end as rejet_statut,
    case
      when d.defaut_regle is not null then d.defaut_regle
      when d.rang > 1 then '|ligne répétée à l''identique (F7)'
      when h.matricule is not null then 'Date entrée|segments de contrat qui se chevauchent (H1)'
    end as issue,
    h.matricule is not null as segment_chevauchant
  from dedoublees as d
  left join chevauchants as h on d.exercice_fichier = h.exercice_fichier and d.matricule = h.matricule
),

affectations as (
  select
    fichier_id, ligne, exercice_fichier, matricule, categorie, quotite_pct, date_entree, sortie, pct_affectation,
    greatest(coalesce(debut_affectation, date_entree), date_entree) as debut,
    least(coalesce(fin_affectation, sortie), sortie) as fin
  from issues
  where rejet_statut is null and defaut_affectation is null
),

-- the highest concurrency is reached on the first day of an affectation; one alone may be above 100 % (H2)
jours_charges as (
  select a.fichier_id, a.ligne, a.exercice_fichier, a.matricule, a.categorie, a.quotite_pct, a.date_entree, a.sortie
  from affectations as a
  inner join affectations as b
    on
      a.exercice_fichier = b.exercice_fichier and a.matricule = b.matricule and a.categorie = b.categorie
      and a.quotite_pct = b.quotite_pct and a.date_entree = b.date_entree and a.sortie = b.sortie
      and a.debut between b.debut and b.fin
  group by a.fichier_id, a.ligne, a.exercice_fichier, a.matricule, a.categorie, a.quotite_pct, a.date_entree, a.sortie
  having sum(b.pct_affectation) > 100
),

depassements as (
  select distinct exercice_fichier, matricule, categorie, quotite_pct, date_entree, sortie
  from jours_charges
)

select
  i.fichier_id, i.ligne, i.fichier, i.sha256, i.exercice_fichier,
  i.exercice_fichier as rejet_exercice,
  i.matricule, coalesce(i.matricule_sans_zeros, i.matricule) as matricule_sans_zeros, i.categorie, i.quotite_pct,
  coalesce(i.quotite_convertie, false) as quotite_convertie,
  i.date_entree, i.sortie, i.code_activite, i.pct_affectation,
  greatest(coalesce(i.debut_affectation, i.date_entree), i.date_entree) as debut_affectation,
  least(coalesce(i.fin_affectation, i.sortie), i.sortie) as fin_affectation,
  i.segment_chevauchant,
  i.rejet_statut is null
  and i.code_activite is not null and i.defaut_affectation is null and p.matricule is not null as affectation_sup_100,
  i.rejet_statut is null
  and i.code_activite is not null and i.defaut_affectation is null and p.matricule is null as affectation_valide,
  nullif(split_part(x.issue, '|', 1), '') as rejet_colonne,
  substr(x.issue, strpos(x.issue, '|') + 1) as rejet_motif,
  coalesce(i.rejet_statut, case when x.issue is not null then 'rejete' end) as rejet_statut,
  i.rejet_statut is null as segment_compte
from issues as i
left join depassements as p
  on
    i.exercice_fichier = p.exercice_fichier and i.matricule = p.matricule and i.categorie = p.categorie
    and i.quotite_pct = p.quotite_pct and i.date_entree = p.date_entree and i.sortie = p.sortie
cross join lateral (
  select
    coalesce(
      i.issue,
      i.defaut_affectation,
      case
        when p.matricule is not null and i.code_activite is not null
          then '% affectation|affectations de plus de 100 % le même jour (H2)'
      end
    ) as issue
) as x
