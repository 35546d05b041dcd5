{{ config(unique_key='reason_code') }}

with reasons as (

    select * from {{ ref('reasons') }}

),

dim_reason as (

    select
        reason_code,
        wording,
        is_internal
    from reasons
    {% if changes_only() %}
        except
        select
            reason_code,
            wording,
            is_internal
        from {{ this }}
    {% endif %}

)

select * from dim_reason
