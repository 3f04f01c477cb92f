-- Time entries against the contract (H5) and the keys (R1): `destination` of the counted ones.
with rattaches as (
  select
    t.*,
    s.segment_id,
    coalesce(
      t.rejet_statut,
      case when s.segment_id is null then 'rejete' end
    ) as statut
  from {{ ref('stg_rh__temps') }} as t
  left join {{ ref('int_segments') }} as s
    on t.exercice = s.exercice and t.matricule = s.matricule and t.date between s.date_entree and s.sortie
    -- « N » of a known agent is held, of an unknown one rejected
    and coalesce(t.rejet_statut, 'retenu') = 'retenu'
),

issues as (
  select
    *,
    case
      when rejet_statut in ('rejete', 'doublon') then rejet_statut
      when segment_id is null then 'rejete'
      else rejet_statut
    end as statut_final
  from rattaches
)

select
  i.fichier_id,
  i.ligne,
  i.fichier,
  i.sha256,
  i.exercice,
  i.rejet_exercice,
  i.segment_id,
  i.code_activite,
  i.date,
  i.duree,
  i.type_jour,
  i.statut_final is null and i.type_jour = 'T' as compte,
  k.dispositif as cle_dispositif,
  k.part_communes,
  case
    when i.statut_final = 'rejete' and i.rejet_statut is distinct from 'rejete' then null
    else i.rejet_colonne
  end as rejet_colonne,
  case
    when i.statut_final = 'rejete' and i.rejet_statut is distinct from 'rejete'
      then 'agent absent du fichier des agents, ou jour hors de son contrat (H5)'
    when i.statut_final is null and i.type_jour = 'T' and k.dispositif is null
      then 'activité sans clé analytique en vigueur (R1)'
    else i.rejet_motif
  end as rejet_motif,
  case
    when i.statut_final is null and i.type_jour = 'T' and k.dispositif is null then 'a_affecter'
    else i.statut_final
  end as rejet_statut
from issues as i
left join {{ ref('int_cles') }} as k
  on k.origine = 'activite' and i.code_activite = k.code and i.date between k.debut and k.fin
  and i.type_jour = 'T'
