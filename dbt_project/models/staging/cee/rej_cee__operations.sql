{{ lignes_rejetees('cee', 'operations') }}
