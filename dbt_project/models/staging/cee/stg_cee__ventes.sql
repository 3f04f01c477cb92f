{{ lignes_comptees('cee', 'ventes') }}
