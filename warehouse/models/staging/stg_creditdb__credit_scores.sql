with source as (

    select * from {{ source('creditdb', 'credit_scores') }}

),

timed as (

    select
        *,
        timestamptz 'epoch' + t_ms * interval '1 millisecond' as received_at
    from source

),

stg_creditdb__credit_scores as (

    select
        application_id,
        user_id,
        credit_score::integer as credit_score,
        loan_amount,
        submitted_at,
        {{ reporting_date('submitted_at') }} as submitted_date,
        received_at,
        {{ reporting_date('received_at') }} as received_date,
        applicant_name,
        applicant_age::integer as applicant_age,
        applicant_gender,
        applicant_region,
        device_id,
        score_model,
        score_date,
        score_key_factors,
        attributes,
        consent_automated_decision,
        consent_analytics,
        topic,
        partition,
        record_offset,
        t_ms,
        features,
        is_fraud as is_fraud_decided,
        fraud_rules,
        fraud_reason,
        risk_level,
        policy_status,
        approval_status,
        reasons,
        reason_details,
        policy_version,
        exception_id,
        scored_at,
        load_id
    from timed

)

select * from stg_creditdb__credit_scores
