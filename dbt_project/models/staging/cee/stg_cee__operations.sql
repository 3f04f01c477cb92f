{{ lignes_comptees('cee', 'operations') }}
