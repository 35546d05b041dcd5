{{ config(unique_key='policy_version') }}

with policies as (

    select * from {{ ref('stg_mongodb__policies') }}

),

dim_policy as (

    select
        policy_version,
        policy,
        effective_from,
        published_by,
        sha256
    from policies
    {% if changes_only() %}
        except
        select
            policy_version,
            policy,
            effective_from,
            published_by,
            sha256
        from {{ this }}
    {% endif %}

)

select * from dim_policy
