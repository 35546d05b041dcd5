-- depends_on: {{ ref('fact_decision_reason') }}
-- depends_on: {{ ref('fact_data_quality_issue') }}
-- depends_on: {{ ref('fact_exception') }}
-- depends_on: {{ ref('dim_user_history') }}
-- depends_on: {{ ref('dim_policy_threshold') }}
-- depends_on: {{ ref('decision_parity') }}
-- depends_on: {{ ref('transaction_parity') }}
-- depends_on: {{ ref('fact_transaction') }}
-- depends_on: {{ ref('fact_historical_application') }}
-- depends_on: {{ ref('fact_loan_outcome') }}
-- depends_on: {{ ref('backtest_swap_sets') }}
-- depends_on: {{ ref('backtest_transaction_flags') }}
-- depends_on: {{ ref('backtest_transaction_rules') }}
-- One row for each key, not-null, grant or row-security policy that is declared and missing, or there and not declared.
-- A check is compared by its name. https://www.postgresql.org/docs/current/catalog-pg-constraint.html
with declared (relation, kind, detail) as (

    values
    {% for relation, kind, detail in declared_structure() %}
        ('{{ relation }}', '{{ kind }}', '{{ detail }}'),
    {% endfor %}
    (null, null, null)

),

tables as (

    select
        pg_class.oid,
        pg_namespace.nspname || '.' || pg_class.relname as relation,
        pg_class.relowner,
        pg_class.relacl,
        pg_class.relrowsecurity
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where pg_class.relkind in ('r', 'p') and pg_namespace.nspname in ('marts', 'quality')

),

attributes as (

    select
        attrelid,
        attnum,
        attname::text as name,
        attnotnull
    from pg_attribute
    where attnum > 0 and not attisdropped

),

keys as (

    select
        tables.relation,
        case contype when 'p' then 'primary_key' when 'f' then 'foreign_key' when 'u' then 'unique' else 'check' end as kind,
        case when contype = 'c' then conname::text else own.names end
        || case when contype = 'f' then ' -> ' || referenced.relation || '(' || other.names || ')' else '' end as detail
    from pg_constraint
    inner join tables on pg_constraint.conrelid = tables.oid
    left join tables as referenced on pg_constraint.confrelid = referenced.oid
    cross join lateral (
        select string_agg(attributes.name, ', ' order by position) as names
        from unnest(conkey) with ordinality as key (number, position)
        inner join attributes on attributes.attrelid = conrelid and attributes.attnum = key.number
    ) as own
    cross join lateral (
        select string_agg(attributes.name, ', ' order by position) as names
        from unnest(confkey) with ordinality as key (number, position)
        inner join attributes on attributes.attrelid = confrelid and attributes.attnum = key.number
    ) as other
    where contype in ('p', 'f', 'u', 'c') and convalidated

),

found (relation, kind, detail) as (

    select * from keys
    union all
    select tables.relation, 'not_null', attributes.name
    from tables
    inner join attributes on tables.oid = attributes.attrelid
    where attributes.attnotnull
    union all
    select tables.relation, 'grant', lower(acl.privilege_type) || ' to ' || coalesce(pg_roles.rolname, 'public')
    from tables
    cross join lateral aclexplode(tables.relacl) as acl
    left join pg_roles on acl.grantee = pg_roles.oid
    where acl.grantee != tables.relowner
    union all
    select schemaname || '.' || tablename, 'row_policy', policyname from pg_policies
    union all
    select relation, 'row_security', 'enabled' from tables where relrowsecurity

)

(select 'missing' as problem, * from declared where relation is not null except select 'missing', * from found)
union all
(select 'not declared' as problem, * from found except select 'not declared', * from declared)
