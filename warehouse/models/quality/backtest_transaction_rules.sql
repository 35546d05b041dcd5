{{ config(unique_key=['backtest_id', 'rule_number'], indexes=[{'columns': ['load_id']}]) }}

with rules as (

    select * from {{ ref('stg_backtests__transaction_rules') }}

),

backtest_transaction_rules as (

    select
        backtest_id,
        rule_number,
        rule,
        transactions,
        amount,
        fraud,
        legitimate,
        unlabelled,
        alone,
        alone_fraud,
        load_id
    from rules
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from backtest_transaction_rules
