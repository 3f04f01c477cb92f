{{ config(materialized='table', access='private') }}
-- One row per line of temps_AAAA-MM; `duree` in minutes.
with cellules as ({{ lire_jeu('rh', 'temps') }}),

regles as (
  select *, defaut as defaut_regle
  from cellules
),

-- H4: same identity, same Durée and Validé is a repeat, anything else is a contradiction
identites as (
  select
    *,
    row_number() over (
      -- the identity first: one sort serves the three windows
      partition by matricule, date, code_activite, type_jour, duree, valide, (defaut_regle is null)
      order by fichier_id desc, ligne
    ) as rang,
    min(duree) filter (where defaut_regle is null) over identite as duree_min,
    max(duree) filter (where defaut_regle is null) over identite as duree_max,
    min(valide) filter (where defaut_regle is null) over identite as valide_min,
    max(valide) filter (where defaut_regle is null) over identite as valide_max
  from regles
  window identite as (partition by matricule, date, code_activite, type_jour)
),

contradictions as (
  select
    *,
    case
      when defaut_regle is not null then defaut_regle
      when duree_min <> duree_max or valide_min <> valide_max
        then 'Durée|deux saisies différentes pour un même agent, jour et activité (H4)'
    end as defaut_identite
  from identites
),

-- C8: validated work that is left may not exceed 24 h for one agent and day; absences and held rows take no part
journees as (
  select
    *,
    type_jour = 'T' and valide = 'O' as travail_valide,
    sum(duree) filter (where defaut_identite is null and rang = 1 and type_jour = 'T' and valide = 'O')
      over (partition by matricule, date) as total_jour
  from contradictions
),

issues as (
  select
    *,
    case
      when defaut_identite is not null then 'rejete'
      when rang > 1 then 'doublon'
      when travail_valide and total_jour > 1440 then 'rejete'
      when valide = 'N' then 'retenu'
    end as rejet_statut,
    case
      when defaut_identite is not null then defaut_identite
      when rang > 1 then '|saisie répétée (H4)'
      when travail_valide and total_jour > 1440 then 'Durée|plus de 24 h pour un même agent et un même jour (C8)'
      when valide = 'N' then {{ faute_de_regle('rh', 'temps', 'retenu') }}
    end as issue
  from journees
),

contrats as (
  select distinct exercice, matricule, date_entree, sortie from {{ ref('stg_rh__agents') }}
),

agents_sans_zeros as (
  select distinct exercice_fichier, matricule_sans_zeros from {{ ref('lec_rh__agents') }} where segment_compte
),

-- H5: what the file itself does not refuse, the contract may: « N » of an unknown agent is rejected too
rattaches as (
  select
    i.*,
    coalesce(i.rejet_statut, 'retenu') = 'retenu' and c.matricule is null as hors_contrat,
    (i.exercice_fichier, i.matricule) in (select k.exercice, k.matricule from contrats as k) as agent_connu,
    (i.exercice_fichier, coalesce(i.matricule_sans_zeros, i.matricule)) in (select z.* from agents_sans_zeros as z)
      as agent_sans_zeros
  from issues as i
  left join contrats as c
    on i.exercice_fichier = c.exercice and i.matricule = c.matricule and i.date between c.date_entree and c.sortie
    and coalesce(i.rejet_statut, 'retenu') = 'retenu'
),

-- the agent is there but for the zeros before the number, which a spreadsheet takes away: said, never guessed
aux_zeros_pres as (
  select fichier_id, count(distinct matricule) as matricules
  from rattaches
  where hors_contrat and agent_sans_zeros and not agent_connu
  group by fichier_id
)

select
  r.fichier_id, r.ligne, r.fichier, r.sha256, r.exercice_fichier,
  r.exercice_fichier as rejet_exercice,
  r.matricule, r.date, r.code_activite, r.duree, r.type_jour,
  case
    when not r.hors_contrat then nullif(split_part(r.issue, '|', 1), '')
    when r.agent_connu then 'Date'
    else 'Matricule'
  end as rejet_colonne,
  case
    when not r.hors_contrat then substr(r.issue, strpos(r.issue, '|') + 1)
    when r.agent_sans_zeros and not r.agent_connu
      then 'agent absent du fichier des agents, sinon aux zéros de tête près, comme ' || {{ compte('z.matricules', 'matricule') }}
        || ' de ce fichier : exporter Matricule en texte dans les deux (H5)'
    else 'agent absent du fichier des agents, ou jour hors de son contrat (H5)'
  end as rejet_motif,
  case when r.hors_contrat then 'rejete' else r.rejet_statut end as rejet_statut,
  r.rejet_statut is null and not r.hors_contrat as comptee
from rattaches as r
left join aux_zeros_pres as z on r.fichier_id = z.fichier_id
