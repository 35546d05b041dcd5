{{ config(
    unique_key='transaction_id',
    indexes=[{'columns': ['load_id']}],
    pre_hook="set local work_mem = '256MB'",
    post_hook="{{ prune(this, 'transaction_id', ref('stg_creditdb__processed_transactions')) }}"
) }}

with compared as (

    select * from {{ ref('int_findings_compared') }}

),

transaction_parity as (

    {{ new_results('compared', 'transaction_id') }}

)

select * from transaction_parity
