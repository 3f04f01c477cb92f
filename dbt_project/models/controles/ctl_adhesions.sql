-- Gaps of the controls over who is a member on 31 December: communes that a dispositif is not open to (R17b), conventions that ran out
-- (R20), themes of the schéma that no service has (R14c), members that a direction declares (R15) and that `adhesions` does not hold.
select
  exercice, 'adherent_non_eligible' as controle, dispositif || '/' || siret_adherent as cle, 'ecart' as statut,
  concat_ws(', ', 'au moins ' || {{ compte('population_min', 'habitant') }}, 'moins de ' || {{ compte('population_max', 'habitant') }}) as valeur_attendue,
  {{ compte('population', 'habitant') }} as valeur_constatee, null::text as seuil
from {{ ref('int_eligibilites') }}
where membre and obstacle = 'eligibilite'
union all
select
  exercice, 'convention_echue', dispositif || '/' || siret_adherent, 'ecart', 'une convention en cours',
  'échue le ' || string_agg(distinct to_char(echeance, 'DD/MM/YYYY'), ', '), null
from {{ ref('int_conventions') }}
where statut = 'echue'
group by exercice, dispositif, siret_adherent
union all
select
  i.exercice, 'communes_declarees', i.dispositif, 'ecart',
  {{ compte('count(distinct h.siret_adherent)', 'commune adhérente', 'communes adhérentes') }} || ' au 31 décembre',
  {{ compte('trim_scale(i.valeur)', 'déclarée') }}, null
from {{ ref('stg_activite__indicateurs') }} as i
inner join {{ ref('int_exercices') }} as e using (exercice)
left join {{ ref('stg_referentiel__adhesions_effectives') }} as h
  on i.dispositif = h.dispositif and h.type = 'commune' and e.fin between h.debut and h.fin
where i.indicateur = 'communes_adherentes' and i.dispositif is not null
group by i.exercice, i.dispositif, i.valeur
having i.valeur <> count(distinct h.siret_adherent)
union all
select exercice, 'thematique_sans_service', thematique, 'ecart', 'un service de cette thématique', 'aucun', null
from {{ ref('int_rapports_thematiques') }}
where not connue
