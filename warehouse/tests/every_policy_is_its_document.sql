-- Versions whose document is not the one that was published.
select
    version,
    sha256
from {{ source('mongodb', 'policies') }}
where sha256 != encode(sha256(convert_to(yaml, 'UTF8')), 'hex')
