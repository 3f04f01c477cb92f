{{ lignes_rejetees('rh', 'masse_salariale') }}
