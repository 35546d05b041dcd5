-- Decisions that the stream and the warehouse make differently, field by field. `scoreline parity` shows them side by side.
select
    application_id,
    mismatches,
    recorded,
    recomputed
from {{ ref('decision_parity') }}
where mismatches != '{}'
