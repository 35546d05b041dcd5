{{ config(
    unique_key='region',
    post_hook="{{ prune(this, 'region', '(select region from ' ~ ref('regions') ~ ' union all select region from ' ~ ref('int_regions_seen') ~ ')') }}"
) }}

{% set columns = ['region', 'country', 'state', 'state_code', 'latitude', 'longitude', 'is_known', 'load_id'] %}

with gazetteer as (

    select * from {{ ref('regions') }}

),

seen as (

    select
        region,
        max(load_id) as load_id
    from {{ ref('int_regions_seen') }}
    {% if changes_only() %}
        where load_id > {{ last_load_id() }}
    {% endif %}
    group by region

),

{% if changes_only() %}
named as (

    select
        region,
        max(load_id) as load_id
    from (
        select * from seen
        union all
        select
            region,
            load_id
        from {{ this }}
    ) as before_and_now
    group by region

),
{% else %}
named as (

    select * from seen

),
{% endif %}

places as (

    select
        region,
        gazetteer.country,
        gazetteer.state,
        gazetteer.state_code,
        gazetteer.latitude,
        gazetteer.longitude,
        gazetteer.region is not null as is_known,
        coalesce(named.load_id, 0) as load_id
    from gazetteer
    full join named using (region)

),

dim_region as (

    select {{ columns | join(', ') }}
    from places
    {% if changes_only() %}
        except
        select {{ columns | join(', ') }}
        from {{ this }}
    {% endif %}

)

select * from dim_region
