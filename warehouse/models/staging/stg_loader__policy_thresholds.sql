with source as (

    select * from {{ source('loader', 'policy_thresholds') }}

),

stg_loader__policy_thresholds as (

    select
        version || '/' || number as threshold_id,
        version as policy_version,
        stream,
        section,
        clause,
        outcome,
        input,
        operator,
        threshold,
        threshold_value,
        expression
    from source

)

select * from stg_loader__policy_thresholds
