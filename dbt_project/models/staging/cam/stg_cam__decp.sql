{{ lignes_comptees('cam', 'decp') }}
