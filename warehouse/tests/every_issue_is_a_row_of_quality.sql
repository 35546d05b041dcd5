-- One row when the numbers of recorded and of published data-quality issues differ.
with recorded as (

    select count(*) as recorded from {{ source('creditdb', 'data_quality_issues') }}

),

built as (

    select count(*) as built from {{ ref('data_quality_issues') }}

)

select *
from recorded
cross join built
where recorded != built
