{{ lignes_comptees('referentiel', 'correspondances') }}
