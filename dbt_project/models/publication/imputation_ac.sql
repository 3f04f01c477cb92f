{{ publier(ref('int_imputations_ac')) }}
