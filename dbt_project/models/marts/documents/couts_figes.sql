-- Exact costs of the exercice: once it is closed, what later ones compare with (R12a) and bill from (R7f).
{{ publier(ref('int_couts')) }}
