{{ config(
    unique_key='application_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['user_id']}, {'columns': ['time_id']}],
    post_hook="{{ prune(this, 'application_id', ref('stg_creditdb__credit_scores')) }}"
) }}

with applications as (

    select * from {{ ref('int_applications_joined_to_alerts_and_reviews') }}

),

changes as (

    select * from {{ ref('int_changes_unioned') }}

),

fact_loan_application as (

    select
        application_id,
        user_id,
        {{ time_id('submitted_date') }} as time_id,
        credit_score,
        loan_amount,
        risk_level,
        is_fraud,
        policy_status,
        approval_status,
        final_status,
        reasons[1] as primary_reason,
        reasons,
        policy_version,
        exception_id,
        region,
        {{ time_id('received_date') }} as decided_time_id,
        submitted_at,
        received_at,
        scored_at,
        alerted_at,
        alert_reason,
        reviewed_at,
        topic,
        partition,
        record_offset,
        load_id
    from applications
    {% if changes_only() %}
        where application_id in (select changes.application_id from changes where changes.load_id > {{ last_load_id() }})
    {% endif %}

)

select * from fact_loan_application
