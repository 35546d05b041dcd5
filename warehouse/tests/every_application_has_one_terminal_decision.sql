-- Facts that are missing or do not end as their review says, else as they were decided; the ids of both are unique already.
with decisions as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

reviews as (

    select * from {{ ref('stg_creditdb__reviews') }}

),

facts as (

    select * from {{ ref('fact_loan_application') }}

)

select
    decisions.application_id,
    facts.final_status,
    coalesce(reviews.review_status, decisions.approval_status) as decided_status
from decisions
left join reviews on decisions.application_id = reviews.application_id
left join facts on decisions.application_id = facts.application_id
where facts.final_status is distinct from coalesce(reviews.review_status, decisions.approval_status)
