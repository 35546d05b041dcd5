{{ config(materialized='view') }}

with transactions as (

    select * from {{ ref('fact_transaction') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

regions as (

    select * from {{ ref('dim_region') }}

),

mart_transactions as (

    select
        transactions.transaction_id,
        transactions.user_id,
        transactions.amount,
        transactions.occurred_at at time zone '{{ var("reporting_time_zone") }}' as timestamp,
        calendar.date,
        calendar.time_id,
        calendar.year_month,
        transactions.location,
        regions.state,
        regions.latitude,
        regions.longitude,
        transactions.merchant,
        transactions.card_type,
        transactions.device_id,
        transactions.credit_score,
        transactions.risk_level,
        transactions.is_fraud,
        transactions.flagged,
        transactions.primary_rule,
        array_to_string(transactions.rules, ', ') as rules,
        transactions.policy_version
    from transactions
    inner join calendar on transactions.time_id = calendar.time_id
    inner join regions on transactions.location = regions.region

)

select * from mart_transactions
