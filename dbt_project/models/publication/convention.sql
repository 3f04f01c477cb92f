{{ publier(ref('int_conventions')) }}
