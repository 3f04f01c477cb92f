{{ lignes_comptees('referentiel', 'parametres') }}
