-- One row when the numbers or the sums of recorded card transactions and of facts differ.
with recorded as (

    select
        count(*) as transactions,
        sum(amount) as amount
    from {{ source('creditdb', 'processed_transactions') }}

),

built as (

    select
        count(*) as facts,
        sum(amount) as fact_amount
    from {{ ref('fact_transaction') }}

)

select *
from recorded
cross join built
where transactions != facts or amount is distinct from fact_amount
