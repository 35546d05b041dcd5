{{ config(unique_key=['backtest_id', 'cell_number'], indexes=[{'columns': ['load_id']}]) }}

with cells as (

    select * from {{ ref('stg_backtests__backtest_cells') }}

),

backtest_swap_sets as (

    select
        backtest_id,
        cell_number,
        risk_level,
        region,
        status_before,
        status_after,
        approval,
        alert,
        applications,
        loan_amount,
        booked,
        exposure,
        rated,
        bad,
        load_id
    from cells
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from backtest_swap_sets
