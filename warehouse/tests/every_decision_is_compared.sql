-- Recorded decisions without a row of parity (no generated model decides them), and rows of parity without a decision.
with decisions as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

parity as (

    select * from {{ ref('decision_parity') }}

)

select
    decisions.application_id as recorded,
    parity.application_id as compared
from decisions
full join parity on decisions.application_id = parity.application_id
where decisions.application_id is null or parity.application_id is null
