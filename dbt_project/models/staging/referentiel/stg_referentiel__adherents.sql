{{ lignes_comptees('referentiel', 'adherents') }}
