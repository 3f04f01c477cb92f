-- R6, R7i: receipt lines and their corrections (673, which reduce the receipts of their exercice of origin: R3e, R6e), one row
-- per line with its dispositif and its period; no part communes.
-- periode_* : Période service (titres only, C9), else the first AAAA-SN of the object, else (receipts only) the date émission.
with lignes as (
  select
    fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, identite, date_emission, nature as compte,
    budget, bordereau, piece, type_piece,
    cle_dispositif as dispositif, siret, objet, montant as montant_source, emploi as nature, exercice as exercice_ligne,
    case emploi when 'correction' then exercice_origine else exercice end as exercice,
    case emploi when 'correction' then -montant else montant end as montant,
    case emploi when 'recette' then periode_service end as periode_service,
    case emploi when 'recette' then jour_cle end as jour_cle
  from {{ ref('int_ecritures') }}
  where
    (emploi = 'recette' or (emploi = 'correction' and exercice_origine is not null))
    and cle_dispositif not in {{ cles_hors_dispositif() }}
),

periodes as (
  select
    *,
    coalesce(periode_service, (regexp_match(objet, '(?<![0-9])([0-9]{4}-S[12])(?![0-9])'))[1]) as periode
  from lignes
)

select
  fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, identite, date_emission, compte, budget, bordereau, piece,
  type_piece, exercice, exercice_ligne, dispositif, siret, montant_source, montant, nature,
  coalesce(left(periode, 4)::int, extract(year from jour_cle)::int) as periode_exercice,
  coalesce(right(periode, 1)::int, {{ semestre_du('jour_cle') }}) as periode_semestre
from periodes
