with source as (

    select * from {{ source('loader', 'load_offsets') }}

),

stg_loader__load_offsets as (

    select
        source_table,
        topic,
        partition,
        start_offset,
        loaded_offset
    from source

)

select * from stg_loader__load_offsets
