-- What pg_dump writes of a warehouse of bc25658, as far as it tells which software made it: its owner is who installed it.
CREATE SCHEMA journal;
CREATE SCHEMA lecture;
CREATE TABLE journal.constructions (
    version bigint PRIMARY KEY,
    exercices integer[] NOT NULL,
    statut text DEFAULT 'en_cours'::text NOT NULL,
    prepare_par text NOT NULL,
    code_version text NOT NULL
);
INSERT INTO journal.constructions VALUES (1, '{2021}', 'publiee', 'anne', '0.1.0+bc25658a6c25');
CREATE TABLE public.migrations (version_num character varying(32) NOT NULL PRIMARY KEY);
INSERT INTO public.migrations VALUES ('0005_porte_fichier');
