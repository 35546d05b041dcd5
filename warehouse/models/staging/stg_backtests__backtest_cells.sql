with source as (

    select * from {{ source('backtests', 'backtest_cells') }}

),

stg_backtests__backtest_cells as (

    select
        backtest_id,
        cell_number,
        risk_level,
        region,
        status_before,
        status_after,
        case
            when status_before = 'Approved' and status_after = 'Approved' then 'kept'
            when status_before = 'Approved' then 'lost'
            when status_after = 'Approved' then 'won'
            else 'not approved'
        end as approval,
        case
            when alert_before and alert_after then 'kept'
            when alert_before then 'lost'
            when alert_after then 'gained'
            else 'no alert'
        end as alert,
        applications,
        loan_amount,
        booked,
        exposure,
        rated,
        bad,
        load_id
    from source

)

select * from stg_backtests__backtest_cells
