-- One row when the numbers of recorded applications and of facts differ.
with recorded as (

    select count(*) as applications from {{ source('creditdb', 'credit_scores') }}

),

built as (

    select count(*) as facts from {{ ref('fact_loan_application') }}

)

select *
from recorded
cross join built
where applications != facts
