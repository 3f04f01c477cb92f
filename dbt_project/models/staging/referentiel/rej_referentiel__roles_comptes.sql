{{ lignes_rejetees('referentiel', 'roles_comptes') }}
