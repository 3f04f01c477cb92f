-- S14: who the adherents of the exercice are.
{{ publier(ref('int_adherents_exercice')) }}
