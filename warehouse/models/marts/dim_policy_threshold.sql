{{ config(unique_key='threshold_id') }}

{% set columns = [
    'threshold_id', 'policy_version', 'stream', 'section', 'clause', 'outcome', 'input', 'operator', 'threshold',
    'threshold_value', 'expression'
] %}

with thresholds as (

    select * from {{ ref('stg_loader__policy_thresholds') }}

),

dim_policy_threshold as (

    select {{ columns | join(', ') }}
    from thresholds
    {% if changes_only() %}
        except
        select {{ columns | join(', ') }}
        from {{ this }}
    {% endif %}

)

select * from dim_policy_threshold
