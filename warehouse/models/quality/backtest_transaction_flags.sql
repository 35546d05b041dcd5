{{ config(unique_key=['backtest_id', 'cell_number'], indexes=[{'columns': ['load_id']}]) }}

with cells as (

    select * from {{ ref('stg_backtests__transaction_cells') }}

),

backtest_transaction_flags as (

    select
        backtest_id,
        cell_number,
        month,
        card_type,
        label,
        flag,
        outcome_before,
        outcome_after,
        transactions,
        amount,
        load_id
    from cells
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from backtest_transaction_flags
