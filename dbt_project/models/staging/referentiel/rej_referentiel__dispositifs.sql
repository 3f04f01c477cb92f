{{ lignes_rejetees('referentiel', 'dispositifs') }}
