{{ lignes_rejetees('activite', 'unites') }}
