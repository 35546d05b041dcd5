with source as (

    select * from {{ source('backtests', 'backtest_transaction_cells') }}

),

stg_backtests__transaction_cells as (

    select
        backtest_id,
        cell_number,
        month,
        card_type,
        case
            when is_fraud then 'fraud'
            when not is_fraud then 'legitimate'
            else 'unlabelled'
        end as label,
        case
            when flagged_before and flagged_after then 'kept'
            when flagged_before then 'lost'
            when flagged_after then 'gained'
            else 'not flagged'
        end as flag,
        {{ flag_outcome('flagged_before', 'is_fraud') }} as outcome_before,
        {{ flag_outcome('flagged_after', 'is_fraud') }} as outcome_after,
        transactions,
        amount,
        load_id
    from source

)

select * from stg_backtests__transaction_cells
