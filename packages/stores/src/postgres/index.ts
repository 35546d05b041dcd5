export { connectPostgres, type Database, type TransactionSql } from "./connect.ts";
export { migrate } from "./migrate.ts";
