with source as (

    select * from {{ source('backtests', 'backtest_transaction_rules') }}

),

stg_backtests__transaction_rules as (

    select
        backtest_id,
        rule_number,
        rule,
        transactions,
        amount,
        fraud,
        legitimate,
        transactions - fraud - legitimate as unlabelled,
        alone,
        alone_fraud,
        load_id
    from source

)

select * from stg_backtests__transaction_rules
