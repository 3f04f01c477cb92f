{{ lignes_rejetees('compta', 'etat_actif') }}
