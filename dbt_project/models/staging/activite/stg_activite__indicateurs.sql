{{ lignes_comptees('activite', 'indicateurs') }}
