{# What a flag is in the light of the sender's label. #}
{% macro flag_outcome(flagged, is_fraud) -%}
    case
        when {{ is_fraud }} is null then 'unlabelled'
        when {{ flagged }} and {{ is_fraud }} then 'true positive'
        when {{ flagged }} then 'false positive'
        when {{ is_fraud }} then 'false negative'
        else 'true negative'
    end
{%- endmacro %}
