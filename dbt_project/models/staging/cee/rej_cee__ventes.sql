{{ lignes_rejetees('cee', 'ventes') }}
