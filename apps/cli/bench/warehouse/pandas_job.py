"""Makes the fact table as a pandas job at its best does: COPY in both directions, one merge, nothing tested.

Reads CREDITDB_URL and DW_FINANCE_URL; prints the rows and the seconds of each step as one JSON object.
"""

import csv
import io
import json
import os
import time

import pandas
import psycopg2
import sqlalchemy

columns = [
    *["application_id", "user_id", "credit_score", "loan_amount", "risk_level", "policy_status", "approval_status"],
    *["reasons", "policy_version", "exception_id", "applicant_region", "submitted_at", "t_ms", "scored_at"],
    *["topic", "partition", "record_offset"],
]


def read_copied(url: str, query: str, dtype: dict[str, str]) -> pandas.DataFrame:
    """The rows of a query by COPY, which read_sql does not use."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        buffer = io.BytesIO()
        cursor.copy_expert(f"copy ({query}) to stdout with (format csv, header)", buffer)
    buffer.seek(0)
    return pandas.read_csv(buffer, dtype=dtype, engine="c")


def psql_insert_copy(table, connection, keys, rows) -> None:
    """pandas' documentation, "Insertion method": a callable for to_sql that writes by COPY."""
    with connection.connection.cursor() as cursor:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        buffer.seek(0)
        names = ", ".join(f'"{key}"' for key in keys)
        cursor.copy_expert(sql=f"copy {table.name} ({names}) from stdin with csv", file=buffer)


def time_id(moments: pandas.Series) -> pandas.Series:
    return moments.dt.year * 10_000 + moments.dt.month * 100 + moments.dt.day


start = time.perf_counter()
scores = read_copied(
    os.environ["CREDITDB_URL"],
    f"select {', '.join(columns)} from credit_scores",
    {"application_id": "str", "user_id": "str", "exception_id": "str"},
)
alerts = read_copied(
    os.environ["DW_FINANCE_URL"],
    "select application_id, alerted_at, reason as alert_reason from raw.fraud_alerts",
    {"application_id": "str"},
)
read = time.perf_counter()
facts = scores.merge(alerts, on="application_id", how="left")
facts["is_fraud"] = facts["alerted_at"].notna()
facts["final_status"] = facts["approval_status"]
facts["time_id"] = time_id(pandas.to_datetime(facts["submitted_at"], utc=True, format="ISO8601"))
facts["decided_time_id"] = time_id(pandas.to_datetime(facts["t_ms"], unit="ms", utc=True))
merged = time.perf_counter()
engine = sqlalchemy.create_engine(os.environ["DW_FINANCE_URL"].replace("postgres://", "postgresql+psycopg2://", 1))
facts.to_sql("pandas_fact", engine, index=False, if_exists="replace", method=psql_insert_copy)
end = time.perf_counter()
print(
    json.dumps(
        {
            "rows": len(facts),
            "read_s": round(read - start, 3),
            "merge_s": round(merged - read, 3),
            "write_s": round(end - merged, 3),
            "total_s": round(end - start, 3),
        }
    )
)
