{{ lecture('referentiel', 'roles_comptes') }}
