{{ lignes_rejetees('referentiel', 'parametres') }}
