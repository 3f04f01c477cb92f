-- What pg_dump writes of a warehouse of 03f04a0, as far as it tells which software made it.
CREATE SCHEMA journal AUTHORIZATION mutualisation_proprietaire;
CREATE SCHEMA lecture AUTHORIZATION mutualisation_proprietaire;
CREATE TABLE journal.constructions (
    version bigint PRIMARY KEY,
    exercices integer[] NOT NULL,
    statut text DEFAULT 'en_cours'::text NOT NULL,
    prepare_par text NOT NULL,
    code_version text NOT NULL,
    identite text
);
INSERT INTO journal.constructions VALUES (1, '{2020,2021}', 'publiee', 'anne', '0.1.0+03f04a039bd0', 'declaree');
CREATE TABLE public.migrations (version_num character varying(32) NOT NULL PRIMARY KEY);
ALTER TABLE public.migrations OWNER TO mutualisation_proprietaire;
INSERT INTO public.migrations VALUES ('0015_empreintes');
