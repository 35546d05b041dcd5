with transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

alerts as (

    select * from {{ ref('stg_mongodb__transaction_alerts') }}

),

int_transactions_joined_to_alerts as (

    select
        transactions.transaction_id,
        transactions.user_id,
        transactions.amount,
        transactions.location,
        transactions.merchant,
        transactions.card_type,
        transactions.device_id,
        transactions.credit_score,
        transactions.labelled_risk_level,
        transactions.is_labelled_fraud,
        transactions.is_flagged,
        transactions.fraud_rules,
        transactions.policy_version,
        transactions.occurred_at,
        transactions.occurred_date,
        transactions.received_at,
        transactions.received_date,
        transactions.scored_at,
        alerts.alerted_at,
        transactions.topic,
        transactions.partition,
        transactions.record_offset,
        greatest(transactions.load_id, alerts.load_id) as load_id
    from transactions
    left join alerts on transactions.transaction_id = alerts.transaction_id

)

select * from int_transactions_joined_to_alerts
