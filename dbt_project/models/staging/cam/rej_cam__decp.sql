{{ lignes_rejetees('cam', 'decp') }}
