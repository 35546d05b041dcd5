/** What stands for a region that an application does not give. */
export const noRegion = "none given";

/** The region of a row, or `noRegion`. */
export const regionOf = (table: string) => `coalesce(${table}.region, '${noRegion}')`;

/** The choices of the variable `region`. */
export const regionsSql = `select distinct ${regionOf("application")} from marts.fact_loan_application as application`;

/** Applications that the broker took within the dashboard's time, of the regions that are chosen. */
export const chosenApplications = `$__timeFilter(application.received_at) and ${regionOf("application")} in ($region)`;

/** The day in the reporting time zone on which the broker took an application or a card transaction. */
export const joinDay = (table: string) => `inner join marts.dim_time as day on ${table}.decided_time_id = day.time_id`;

/** Reporting days, and months, that the dashboard's time touches. */
export const daysChosen = (column: string) =>
  `${column} between $__timeFrom()::timestamptz::date and $__timeTo()::timestamptz::date`;
export const monthsChosen = (column: string) =>
  `${column} between date_trunc('month', $__timeFrom()::timestamptz)::date and $__timeTo()::timestamptz::date`;

/** The share of rows for which a condition holds; none of none. */
export const rate = (condition: string, whole = "count(*)") =>
  `(count(*) filter (where ${condition}))::float / nullif(${whole}, 0)`;
