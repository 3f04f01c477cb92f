{{ lignes_rejetees('rh', 'temps') }}
