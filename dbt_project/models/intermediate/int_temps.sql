-- Time entries against the contract (H5) and the keys (R1): `destination` of the counted ones.
with rattaches as (
  select
    t.*,
    s.segment_id,
    -- what the file itself does not already refuse, the contract may: « N » of an unknown agent is rejected too
    coalesce(t.rejet_statut, 'retenu') = 'retenu' and s.segment_id is null as hors_contrat
  from {{ ref('stg_rh__temps') }} as t
  left join {{ ref('int_segments') }} as s
    on t.exercice = s.exercice and t.matricule = s.matricule and t.date between s.date_entree and s.sortie
    and coalesce(t.rejet_statut, 'retenu') = 'retenu'
),

issues as (
  select
    *,
    case when hors_contrat then 'rejete' else rejet_statut end as statut_final
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
    when i.hors_contrat
      then case
        when (i.exercice, i.matricule) in (select s.exercice, s.matricule from {{ ref('int_segments') }} as s) then 'Date'
        else 'Matricule'
      end
    when i.statut_final is null and i.type_jour = 'T' and k.dispositif is null then 'Code activité'
    else i.rejet_colonne
  end as rejet_colonne,
  case
    when i.hors_contrat
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
