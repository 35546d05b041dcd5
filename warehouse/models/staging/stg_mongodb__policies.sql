with source as (

    select * from {{ source('mongodb', 'policies') }}

),

stg_mongodb__policies as (

    select
        version as policy_version,
        policy,
        number as version_number,
        yaml as document,
        sha256,
        timestamptz 'epoch' + effective_from_ms * interval '1 millisecond' as effective_from,
        timestamptz 'epoch' + published_at_ms * interval '1 millisecond' as published_at,
        published_by,
        note,
        load_id
    from source

)

select * from stg_mongodb__policies
