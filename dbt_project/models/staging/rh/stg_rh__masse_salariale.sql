{{ lignes_comptees('rh', 'masse_salariale') }}
