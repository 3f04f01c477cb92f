{{ publier(ref('int_unites')) }}
