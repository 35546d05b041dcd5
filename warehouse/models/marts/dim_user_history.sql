{{ config(
    incremental_strategy='delete+insert',
    unique_key='user_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['user_id']}],
    post_hook="{{ prune(this, 'user_id', ref('int_user_events_unioned')) }}"
) }}

{% set attributes = ['name', 'age', 'gender', 'region'] %}

with events as (

    {{ events_of_changed_users(ref('int_user_events_unioned')) }}

),

numbered as (

    select
        *,
        row_number() over user_events as event_number,
        max(load_id) over (partition by user_id) as newest_load_id
    from events
    window user_events as (partition by user_id order by {{ event_order() }})

),

-- The last known value is the largest of those so far with their event's number before them: one sort for all attributes.
carried as (

    select
        user_id,
        event_number,
        received_at,
        newest_load_id,
        {% for attribute in attributes %}
            substring(max((lpad(event_number::text, 12, '0') || {{ attribute }}) collate "C") over so_far from 13)
                as {{ attribute }}{{ '' if loop.last else ',' }}
        {% endfor %}
    from numbered
    window so_far as (partition by user_id order by event_number)

),

compared as (

    select
        *,
        event_number = 1
        {% for attribute in attributes %}
            or {{ attribute }} is distinct from lag({{ attribute }}) over user_events
        {% endfor %} as is_change
    from carried
    window user_events as (partition by user_id order by event_number)

),

versioned as (

    select
        *,
        row_number() over user_versions as version,
        lead(received_at) over user_versions as valid_to
    from compared
    where is_change
    window user_versions as (partition by user_id order by event_number)

),

dim_user_history as (

    select
        user_id || '/' || version as user_version_id,
        user_id,
        version::integer as version,
        name,
        age::integer as age,
        gender,
        region,
        received_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        newest_load_id as load_id
    from versioned

)

select * from dim_user_history
