{{ config(materialized='view') }}

with issues as (

    select * from {{ ref('fact_data_quality_issue') }}

),

data_quality_issues as (

    select
        issue_id,
        check_type,
        failed_record_id,
        field,
        reason,
        stage,
        time_id,
        received_at,
        detected_at,
        topic,
        partition,
        record_offset,
        issue_number,
        load_id
    from issues

)

select * from data_quality_issues
