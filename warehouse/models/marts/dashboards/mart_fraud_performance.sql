{{ config(materialized='view') }}

with transactions as (

    select * from {{ ref('fact_transaction') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

counted as (

    select
        calendar.year_month,
        calendar.month_start,
        transactions.policy_version,
        transactions.card_type,
        count(*) as transactions,
        count(*) filter (where transactions.flagged) as flagged,
        count(*) filter (where transactions.is_fraud) as labelled_fraud,
        count(*) filter (where transactions.is_fraud is null) as unlabelled,
        count(*) filter (where transactions.flagged and transactions.is_fraud) as true_positives,
        count(*) filter (where transactions.flagged and not transactions.is_fraud) as false_positives,
        count(*) filter (where not transactions.flagged and transactions.is_fraud) as false_negatives,
        count(*) filter (where not transactions.flagged and not transactions.is_fraud) as true_negatives
    from transactions
    inner join calendar on transactions.decided_time_id = calendar.time_id
    group by calendar.year_month, calendar.month_start, transactions.policy_version, transactions.card_type

),

mart_fraud_performance as (

    select
        *,
        {{ rate('true_positives', 'true_positives + false_positives') }} as precision_rate,
        {{ rate('true_positives', 'true_positives + false_negatives') }} as recall_rate,
        {{ rate('false_positives', 'false_positives + true_negatives') }} as false_positive_rate
    from counted

)

select * from mart_fraud_performance
