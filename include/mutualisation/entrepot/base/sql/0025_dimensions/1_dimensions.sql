-- What a situation calls its dispositifs: the year at hand is in no version, and its names may be in none (S17).
alter table journal.situations add column libelle text, add column thematique text;
comment on column journal.situations.libelle is 'Libellé du dispositif dans l''exercice ; vide avant la migration 0025';

-- What former software kept of versions is read where this one keeps it, a year forecast by the names of its base. What a statement sealed stays as it stands: a version that
-- names `dim_adherent` still verifies.
do $$
declare
  cle record;
begin
  if to_regclass('versions.dim_dispositif') is not null then
    create table versions.dispositifs_nommes as
    select
      version, exercice as exercice_base, exercice, dispositif, libelle, thematique, valorisation, unite, nature_unites, base_opposable,
      cle_usage, true as est_nomme
    from versions.dim_dispositif;
    insert into versions.dispositifs_nommes
    select distinct
      d.version, d.exercice_base, p.exercice, d.dispositif, d.libelle, d.thematique, d.valorisation, d.unite, d.nature_unites, d.base_opposable,
      d.cle_usage, true
    from versions.dispositifs_nommes as d
    inner join versions.prevision as p using (version, exercice_base, dispositif)
    where p.exercice > p.exercice_base;
    create table versions.adherents_nommes as
    select
      a.version, a.exercice as exercice_base, a.exercice, a.siret, a.siren, a.nom, a.type_adherent, a.code_insee, c.population as population_de_sa_commune,
      c.classe_population, true as est_nomme
    from versions.dim_adherent as a
    left join versions.dim_commune as c on a.version = c.version and a.exercice = c.exercice and a.code_insee = c.code_insee;
    if to_regclass('versions.prevision_adherent') is not null then
      insert into versions.adherents_nommes
      select distinct
        a.version, a.exercice_base, p.exercice, a.siret, a.siren, a.nom, a.type_adherent, a.code_insee, a.population_de_sa_commune, a.classe_population, true
      from versions.adherents_nommes as a
      inner join versions.prevision_adherent as p on a.version = p.version and a.exercice_base = p.exercice_base and a.siret = p.siret_adherent
      where p.exercice > p.exercice_base;
    end if;
  end if;
  for cle in
    select relation, format('%I', 'cle_' || nom) as colonne, format('exercice || ''|'' || %I', de) as valeur
    from (values ('dispositif', 'dispositif'), ('adherent', 'siret')) as k (nom, de)
    cross join unnest(array['dim_tarif', 'fait_achat', 'fait_adhesion', 'fait_agents', 'fait_depense', 'fait_fournisseur', 'fait_recette',
      'fait_recette_mois', 'fait_reste']) as relation
    where exists (select from pg_attribute where attrelid = to_regclass('versions.' || relation) and attname = de)
    union all
    select relation, 'jour', 'make_date(exercice, mois, 1)' from unnest(array['fait_achat', 'fait_depense', 'fait_recette_mois']) as relation
    where to_regclass('versions.' || relation) is not null
    union all
    select 'fait_agents', 'agents_du_service', 'agents' where to_regclass('versions.fait_agents') is not null
  loop
    execute format('alter table versions.%I add column %s %s', cle.relation, cle.colonne,
      case cle.colonne when 'jour' then 'date' when 'agents_du_service' then 'integer' else 'text' end);
    execute format('update versions.%I set %s = %s', cle.relation, cle.colonne, cle.valeur);
  end loop;
end $$;
