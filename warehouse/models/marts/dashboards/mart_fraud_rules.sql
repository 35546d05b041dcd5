{{ config(materialized='view') }}

with transactions as (

    select * from {{ ref('fact_transaction') }}

),

held as (

    select
        transactions.transaction_id,
        transactions.policy_version,
        transactions.amount,
        transactions.is_fraud,
        cardinality(transactions.rules) = 1 as is_alone,
        rule
    from transactions
    cross join lateral unnest(transactions.rules) as rule

),

mart_fraud_rules as (

    select
        policy_version,
        rule,
        count(*) as transactions,
        sum(amount) as amount,
        count(*) filter (where is_fraud) as labelled_fraud,
        count(*) filter (where is_alone) as by_this_rule_alone,
        {{ rate('count(*) filter (where is_fraud)', 'count(*) filter (where is_fraud is not null)') }} as precision_rate
    from held
    group by policy_version, rule

)

select * from mart_fraud_rules
