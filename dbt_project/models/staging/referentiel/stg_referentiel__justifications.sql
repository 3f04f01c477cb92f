{{ lignes_comptees('referentiel', 'justifications') }}
