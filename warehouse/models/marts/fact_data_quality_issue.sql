{{ config(
    unique_key='issue_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['time_id']}],
    post_hook="{{ prune(this, 'issue_id', ref('stg_creditdb__data_quality_issues')) }}"
) }}

with issues as (

    select * from {{ ref('stg_creditdb__data_quality_issues') }}

),

fact_data_quality_issue as (

    select
        issue_id,
        check_type,
        failed_record_id,
        field,
        reason,
        stage,
        {{ time_id(reporting_date('received_at')) }} as time_id,
        received_at,
        detected_at,
        topic,
        partition,
        record_offset,
        issue_number,
        load_id
    from issues
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from fact_data_quality_issue
