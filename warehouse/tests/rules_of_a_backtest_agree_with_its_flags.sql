-- A flagged transaction has one rule or more: what the rules flag together lies between what they flag alone and their sum,
-- and no rule flags more than all of them.
with flagged as (

    select
        backtest_id,
        coalesce(sum(transactions) filter (where flag in ('kept', 'gained')), 0) as transactions
    from {{ ref('backtest_transaction_flags') }}
    group by backtest_id

),

rules as (

    select
        backtest_id,
        sum(alone) as alone,
        max(transactions) as largest,
        sum(transactions) as total
    from {{ ref('backtest_transaction_rules') }}
    group by backtest_id

)

select
    backtest_id,
    flagged.transactions,
    rules.alone,
    rules.largest,
    rules.total
from flagged
full join rules using (backtest_id)
where
    flagged.transactions is null
    or flagged.transactions < greatest(coalesce(rules.alone, 0), coalesce(rules.largest, 0))
    or flagged.transactions > coalesce(rules.total, 0)
