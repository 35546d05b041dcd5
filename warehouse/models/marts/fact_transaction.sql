{{ config(
    unique_key='transaction_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['user_id']}, {'columns': ['time_id']}],
    post_hook="{{ prune(this, 'transaction_id', ref('int_transactions_joined_to_alerts'), key_type='text') }}"
) }}

with transactions as (

    select * from {{ ref('int_transactions_joined_to_alerts') }}

),

changes as (

    select * from {{ ref('int_transaction_changes_unioned') }}

),

-- An identifier as text: tools that read the marts know no uuid.
fact_transaction as (

    select
        transaction_id::text as transaction_id,
        user_id,
        {{ time_id('occurred_date') }} as time_id,
        {{ time_id('received_date') }} as decided_time_id,
        labelled_risk_level as risk_level,
        policy_version,
        location,
        amount,
        merchant,
        card_type,
        device_id,
        credit_score,
        is_labelled_fraud as is_fraud,
        is_flagged as flagged,
        fraud_rules as rules,
        fraud_rules[1] as primary_rule,
        occurred_at,
        received_at,
        scored_at,
        alerted_at,
        topic,
        partition,
        record_offset,
        load_id
    from transactions
    {% if changes_only() %}
        where transaction_id in (select changes.transaction_id from changes where changes.load_id > {{ last_load_id() }})
    {% endif %}

)

select * from fact_transaction
