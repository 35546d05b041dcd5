with source as (

    select * from {{ source('creditdb', 'data_quality_issues') }}

),

stg_creditdb__data_quality_issues as (

    select
        topic || '/' || partition || '/' || record_offset || '/' || issue_number as issue_id,
        topic,
        partition,
        record_offset,
        issue_number::integer as issue_number,
        check_type,
        failed_record_id,
        field,
        reason,
        stage,
        timestamptz 'epoch' + t_ms * interval '1 millisecond' as received_at,
        detected_at,
        load_id
    from source

)

select * from stg_creditdb__data_quality_issues
