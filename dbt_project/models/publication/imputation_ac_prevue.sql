{{ publier(ref('int_imputations_prevues')) }}
