{{ config(unique_key='policy_version') }}

{% set columns = [
    'policy_version', 'policy', 'version_number', 'effective_from', 'effective_until', 'published_at', 'published_by',
    'note', 'sha256', 'is_current'
] %}

with policies as (

    select * from {{ ref('stg_mongodb__policies') }}

),

succeeded as (

    select
        *,
        lead(effective_from) over (order by effective_from) as effective_until
    from policies

),

described as (

    select
        *,
        effective_until is null as is_current
    from succeeded

),

dim_policy as (

    select {{ columns | join(', ') }}
    from described
    {% if changes_only() %}
        except
        select {{ columns | join(', ') }}
        from {{ this }}
    {% endif %}

)

select * from dim_policy
