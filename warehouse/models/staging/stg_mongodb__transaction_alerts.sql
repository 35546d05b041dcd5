with source as (

    select * from {{ source('mongodb', 'fraud_alerts') }}

),

stg_mongodb__transaction_alerts as (

    select
        transaction_id,
        user_id,
        reason as alert_reason,
        rules as alert_rules,
        status as alert_status,
        alerted_at,
        topic,
        partition,
        record_offset,
        load_id
    from source
    where kind = 'transaction'

)

select * from stg_mongodb__transaction_alerts
