{{ config(
    unique_key='application_id',
    indexes=[{'columns': ['load_id']}],
    post_hook="{{ prune(this, 'application_id', ref('stg_files__outcomes')) }}"
) }}

with outcomes as (

    select * from {{ ref('stg_files__outcomes') }}

),

fact_loan_outcome as (

    select
        application_id,
        is_booked,
        is_bad,
        exposure,
        matured_at,
        load_id
    from outcomes
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from fact_loan_outcome
