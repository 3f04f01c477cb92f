-- where to write to an adherent is no fact of it
{{ lecture('referentiel', 'adherents', lues=cellules_lues('referentiel', 'adherents', sauf=['courriel'])) }}
