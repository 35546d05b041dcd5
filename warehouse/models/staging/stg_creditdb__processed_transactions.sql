with source as (

    select * from {{ source('creditdb', 'processed_transactions') }}

),

timed as (

    select
        *,
        timestamptz 'epoch' + t_ms * interval '1 millisecond' as received_at
    from source

),

stg_creditdb__processed_transactions as (

    select
        transaction_id,
        user_id,
        amount,
        timestamp as occurred_at,
        {{ reporting_date('timestamp') }} as occurred_date,
        received_at,
        {{ reporting_date('received_at') }} as received_date,
        location,
        merchant,
        card_type,
        device_id,
        credit_score::integer as credit_score,
        risk_level as labelled_risk_level,
        is_fraud as is_labelled_fraud,
        flagged as is_flagged,
        fraud_rules,
        fraud_reason,
        features,
        policy_version,
        topic,
        partition,
        record_offset,
        t_ms,
        scored_at,
        load_id
    from timed

)

select * from stg_creditdb__processed_transactions
