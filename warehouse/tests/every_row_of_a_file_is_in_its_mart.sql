-- One row for each kind of file whose loaded rows and built rows differ in number.
with loaded (kind, loaded) as (

    select 'history', count(*) from {{ source('files', 'historical_applications') }}
    union all
    select 'outcomes', count(*) from {{ source('files', 'outcomes') }}

),

built (kind, built) as (

    select 'history', count(*) from {{ ref('fact_historical_application') }}
    union all
    select 'outcomes', count(*) from {{ ref('fact_loan_outcome') }}

)

select *
from loaded
inner join built on loaded.kind = built.kind
where loaded.loaded != built.built
