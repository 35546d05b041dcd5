-- Card transactions that the stream and the warehouse judge differently, field by field.
select
    transaction_id,
    mismatches,
    recorded,
    recomputed
from {{ ref('transaction_parity') }}
where mismatches != '{}'
