{{ lignes_comptees('referentiel', 'bornes') }}
