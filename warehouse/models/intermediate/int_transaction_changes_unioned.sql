with transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

alerts as (

    select * from {{ ref('stg_mongodb__transaction_alerts') }}

),

int_transaction_changes_unioned as (

    select
        transaction_id,
        load_id
    from transactions
    union all
    select
        transaction_id,
        load_id
    from alerts

)

select * from int_transaction_changes_unioned
