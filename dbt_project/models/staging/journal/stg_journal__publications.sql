-- The version that each exercice publishes, before this build.
select exercice, version
from {{ source('journal', 'publications') }}
