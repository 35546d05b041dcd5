{{ config(materialized='view') }}

with applications as (

    select * from {{ ref('fact_loan_application') }}

),

issues as (

    select * from {{ ref('fact_data_quality_issue') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

-- A record that failed several checks is one record. What ingest refused is on the dead letters' topic.
failed as (

    select
        calendar.month_start,
        count(distinct (issues.topic, issues.partition, issues.record_offset)) as records
    from issues
    inner join calendar on issues.time_id = calendar.time_id
    where issues.topic in ('credit_applications', 'dead_letters')
    group by calendar.month_start

),

decided as (

    select
        calendar.month_start,
        count(*) as records,
        count(*) filter (where applications.approval_status = 'Approved') as approved_at_once,
        count(*) filter (where applications.approval_status = 'Under Review') as under_review,
        count(*) filter (where applications.reviewed_at is not null) as reviewed,
        count(*) filter (where applications.final_status = 'Approved') as approved
    from applications
    inner join calendar on applications.decided_time_id = calendar.time_id
    group by calendar.month_start

),

months as (

    select
        month_start,
        coalesce(decided.records, 0) as decided,
        coalesce(decided.records, 0) + coalesce(failed.records, 0) as received,
        coalesce(decided.approved_at_once, 0) as approved_at_once,
        coalesce(decided.under_review, 0) as under_review,
        coalesce(decided.reviewed, 0) as reviewed,
        coalesce(decided.approved, 0) as approved
    from decided
    full join failed using (month_start)

),

mart_funnel as (

    select
        to_char(months.month_start, 'YYYY-MM') as year_month,
        months.month_start,
        stages.stage_number,
        stages.stage,
        stages.records,
        {{ rate('stages.records', 'months.received') }} as share
    from months
    cross join lateral (
        values
        (1, 'received', months.received),
        (2, 'valid', months.decided),
        (3, 'decided', months.decided),
        (4, 'approved at once', months.approved_at_once),
        (5, 'under review', months.under_review),
        (6, 'reviewed', months.reviewed),
        (7, 'approved finally', months.approved)
    ) as stages (stage_number, stage, records)

)

select * from mart_funnel
