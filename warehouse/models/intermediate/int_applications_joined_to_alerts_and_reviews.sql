with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

alerts as (

    select * from {{ ref('stg_mongodb__fraud_alerts') }}

),

reviews as (

    select * from {{ ref('stg_creditdb__reviews') }}

),

int_applications_joined_to_alerts_and_reviews as (

    select
        applications.application_id,
        applications.user_id,
        applications.credit_score,
        applications.loan_amount,
        applications.risk_level,
        alerts.application_id is not null as is_fraud,
        applications.policy_status,
        applications.approval_status,
        coalesce(reviews.review_status, applications.approval_status) as final_status,
        applications.reasons,
        applications.policy_version,
        applications.exception_id,
        applications.applicant_region as region,
        applications.submitted_at,
        applications.submitted_date,
        applications.received_at,
        applications.received_date,
        applications.scored_at,
        alerts.alerted_at,
        alerts.alert_reason,
        reviews.reviewed_at,
        applications.topic,
        applications.partition,
        applications.record_offset,
        greatest(applications.load_id, alerts.load_id, reviews.load_id) as load_id
    from applications
    left join alerts on applications.application_id = alerts.application_id
    left join reviews on applications.application_id = reviews.application_id

)

select * from int_applications_joined_to_alerts_and_reviews
