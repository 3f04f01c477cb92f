-- Bounds of each semestre: a document is dated by its last day, never by the clock.
{{ publier(ref('int_semestres')) }}
