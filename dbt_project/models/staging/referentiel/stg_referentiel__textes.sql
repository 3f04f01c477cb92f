{{ lignes_comptees('referentiel', 'textes') }}
