-- Facts that were dated in another time zone: rebuild with --full-refresh after a change of reporting_time_zone.
with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

facts as (

    select * from {{ ref('fact_loan_application') }}

)

select facts.application_id as record_id
from facts
inner join applications on facts.application_id = applications.application_id
where
    facts.time_id != {{ time_id('applications.submitted_date') }}
    or facts.decided_time_id != {{ time_id('applications.received_date') }}
union all
select facts.transaction_id as record_id
from {{ ref('fact_transaction') }} as facts
inner join {{ ref('int_transactions_joined_to_alerts') }} as transactions
    on facts.transaction_id = transactions.transaction_id::text
where
    facts.time_id != {{ time_id('transactions.occurred_date') }}
    or facts.decided_time_id != {{ time_id('transactions.received_date') }}
