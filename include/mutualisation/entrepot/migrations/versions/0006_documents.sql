-- What invoices and documents say beside the figures, promoted with them, one partition per version.
-- Nothing is granted: readers' contract is `publication`, which alone `publication_sha256` covers.
create schema documents;
comment on schema documents is
  'Ce que factures et bilan disent à côté des chiffres publiés, par version : ni extrait, ni empreinte, ni lecteur';
comment on column journal.constructions.contexte is
  'Fichiers comptés, exercices présentés et colonnes des relations, figés à la publication';
