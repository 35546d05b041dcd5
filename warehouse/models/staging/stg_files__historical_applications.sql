with source as (

    select * from {{ source('files', 'historical_applications') }}

),

stg_files__historical_applications as (

    select
        application_id,
        user_id,
        credit_score::integer as credit_score,
        loan_amount,
        submitted_at,
        {{ reporting_date('submitted_at') }} as submitted_date,
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
        load_id
    from source

)

select * from stg_files__historical_applications
