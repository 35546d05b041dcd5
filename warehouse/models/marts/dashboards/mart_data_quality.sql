{{ config(materialized='view') }}

-- Tables alone, the loader's own too: dbt drops a view with all that reads it before it makes it again, and a build that
-- turns red in between would leave nobody anything to look at.
with issues as (

    select * from {{ ref('fact_data_quality_issue') }}

),

test_failures as (

    select * from {{ source('loader', 'test_failures') }}

),

mart_data_quality as (

    select
        'stream' as source,
        check_type,
        failed_record_id as record_id,
        field,
        reason,
        stage,
        topic,
        'error' as severity,
        detected_at as found_at,
        {{ time_id(reporting_date('detected_at')) }} as time_id
    from issues
    union all
    select
        'warehouse' as source,
        check_type,
        record_id,
        field,
        reason,
        model as stage,
        null as topic,
        severity,
        found_at,
        {{ time_id(reporting_date('found_at')) }} as time_id
    from test_failures

)

select * from mart_data_quality
