{#
  The order of a user's events, the newest last: by the broker's time, then by their place in the stream. Events of one
  millisecond on different partitions have no order of their own; this one is the same in every model.
#}
{% macro event_order(direction='asc') -%}
    {% set opposite = 'asc' if direction == 'desc' else 'desc' -%}
    t_ms {{ direction }}, record_offset {{ direction }}, partition {{ opposite }}, topic {{ opposite }}
{%- endmacro %}


{#
  All events of the users that a load has named since `relation` was built: what the newest event leaves out, an older one
  may have said, and an event that was loaded late may lie before others.
#}
{% macro events_of_changed_users(events) -%}
    select *
    from {{ events }}
    {% if changes_only() %}
        where user_id in (select newer.user_id from {{ events }} as newer where newer.load_id > {{ last_load_id() }})
    {% endif %}
{%- endmacro %}
