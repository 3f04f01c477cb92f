-- R6, R7i: receipt lines and their corrections (673), one row per line with its dispositif and its period.
-- periode_* : Période service (titres only, C9), else the first AAAA-SN of the object, else (receipts only) the date émission.
with lignes as (
  select
    fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, fichier, sha256, identite, date_emission, nature as compte,
    exercice, cle_dispositif as dispositif, siret, periode_service, objet, jour_cle,
    montant, montant as montant_source, 'recette' as nature
  from {{ ref('int_ecritures') }}
  where emploi = 'recette' and cle_dispositif is not null and cle_dispositif not in {{ cles_hors_dispositif() }}
  union all
  select
    fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, fichier, sha256, identite, date_emission, nature as compte,
    exercice, dispositif, siret, null, objet, null,
    montant, montant_source, 'correction'
  from {{ ref('int_corrections_recettes') }}
),

periodes as (
  select
    *,
    coalesce(periode_service, (regexp_match(objet, '(?<![0-9])([0-9]{4}-S[12])(?![0-9])'))[1]) as periode
  from lignes
)

select
  fichier_id,
  ligne,
  rang_bordereau,
  rang_piece,
  ligne_piece,
  fichier,
  sha256,
  identite,
  date_emission,
  compte,
  exercice,
  dispositif,
  siret,
  montant_source,
  montant,
  nature,
  coalesce(left(periode, 4)::int, extract(year from jour_cle)::int) as periode_exercice,
  coalesce(right(periode, 1)::int, {{ semestre_du('jour_cle') }}) as periode_semestre
from periodes
