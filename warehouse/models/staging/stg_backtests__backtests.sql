with source as (

    select * from {{ source('backtests', 'backtests') }}

),

stg_backtests__backtests as (

    select
        backtest_id,
        ran_at,
        candidate_policy,
        candidate_sha256,
        candidate_compiler_version,
        against,
        against_sha256,
        timestamptz 'epoch' + from_ms * interval '1 millisecond' as from_at,
        timestamptz 'epoch' + to_ms * interval '1 millisecond' as to_at,
        applications,
        historical,
        compared,
        held_by_exception,
        missing_inputs,
        timestamptz 'epoch' + newest_t_ms * interval '1 millisecond' as newest_received_at,
        load_id
    from source

)

select * from stg_backtests__backtests
