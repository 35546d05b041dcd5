with issues as (

    select * from {{ ref('data_quality_issues') }}

),

test_failures as (

    select * from {{ ref('stg_loader__test_failures') }}

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
