{{ config(
    unique_key='application_id',
    indexes=[{'columns': ['load_id']}],
    pre_hook="set local work_mem = '256MB'",
    post_hook="{{ prune(this, 'application_id', ref('stg_creditdb__credit_scores')) }}"
) }}

with compared as (

    select * from {{ ref('int_decisions_compared') }}

),

decision_parity as (

    {{ new_results('compared', 'application_id') }}

)

select * from decision_parity
