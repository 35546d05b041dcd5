with source as (

    select * from {{ source('mongodb', 'fraud_alerts') }}

),

stg_mongodb__fraud_alerts as (

    select
        application_id,
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
    where kind = 'application'

)

select * from stg_mongodb__fraud_alerts
