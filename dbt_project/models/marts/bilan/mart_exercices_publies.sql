-- The exercices that this build publishes, and its version: what every published relation is limited to and carries.
select version, exercice
from {{ ref('stg_journal__construction') }}
