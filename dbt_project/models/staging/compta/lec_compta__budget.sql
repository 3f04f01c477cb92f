-- R23a: every row adds up; the same row under two exercices is no repeat.
{{ lecture('compta', 'budget', lues='exercice_fichier, ' ~ cellules_lues('compta', 'budget')) }}
