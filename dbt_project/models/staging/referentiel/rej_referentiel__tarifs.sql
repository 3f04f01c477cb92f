{{ lignes_rejetees('referentiel', 'tarifs') }}
