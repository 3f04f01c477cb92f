{{ lignes_comptees('referentiel', 'roles_comptes') }}
