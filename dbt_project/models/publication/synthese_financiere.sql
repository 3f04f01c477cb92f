{{ publier(ref('mart_synthese_financiere')) }}
