{{ config(unique_key='backtest_id', indexes=[{'columns': ['load_id']}]) }}

with runs as (

    select * from {{ ref('stg_backtests__backtests') }}

),

backtests as (

    select
        backtest_id,
        ran_at,
        candidate_policy,
        candidate_sha256,
        candidate_compiler_version,
        against,
        against_sha256,
        from_at,
        to_at,
        applications,
        historical,
        compared,
        held_by_exception,
        missing_inputs,
        newest_received_at,
        load_id
    from runs
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}

)

select * from backtests
