-- K6: unit costs, and what each adherent used and owes, are compared with what was closed, as the synthèse is.
alter table journal.etapes_redressement add column siret_adherent text not null default '';
alter table journal.etapes_redressement drop constraint etapes_redressement_pkey,
  add primary key (exercice, etape, dispositif, siret_adherent, mesure);

create function journal.noter_etape(etape text, annees int[], close bigint default null) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  lieu constant text := case when close is null then 'construction' else 'versions' end;
begin
  if exists (select from unnest('{synthese_financiere, cout_unitaire, cout_adherent}'::text[]) as r
              where to_regclass(format('%I.%I', lieu, r)) is null) then
    return false;
  end if;
  execute format($requete$
    insert into journal.etapes_redressement (exercice, etape, dispositif, siret_adherent, mesure, valeur)
    select s.exercice, $1, s.dispositif, s.siret, m.key, (m.value #>> '{}')::numeric
      from (select version, exercice, dispositif, '' as siret, to_jsonb(x) as figures from %1$I.synthese_financiere as x
            union all select version, exercice, dispositif, '', to_jsonb(x) from %1$I.cout_unitaire as x
            union all select version, exercice, dispositif, coalesce(siret_adherent, ''),
              jsonb_build_object('cout_usage', cout_usage, 'montant_du', montant_du) from %1$I.cout_adherent) as s
     cross join lateral jsonb_each(s.figures) as m
     where s.exercice = any ($2) and jsonb_typeof(m.value) = 'number' and m.key not in ('version', 'exercice')
       and s.version = coalesce($3, s.version)$requete$, lieu) using etape, annees, close;
  return true;
end $$;
comment on function journal.noter_etape is
  'Garde les chiffres d''une étape de redressement, de ce qui est construit, ou d''une version close ; faux s''il en manque';
grant execute on function journal.noter_etape to mutualisation_traitement;
