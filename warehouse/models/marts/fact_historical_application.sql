{{ config(
    unique_key='application_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['time_id']}],
    post_hook="{{ prune(this, 'application_id', ref('stg_files__historical_applications')) }}"
) }}

with applications as (

    select * from {{ ref('stg_files__historical_applications') }}

),

fact_historical_application as (

    select
        application_id,
        user_id,
        {{ time_id('submitted_date') }} as time_id,
        credit_score,
        loan_amount,
        applicant_region as region,
        attributes,
        submitted_at,
        record_offset,
        load_id
    from applications
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from fact_historical_application
