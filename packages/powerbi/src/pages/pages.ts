import type { Page } from "../report/report.ts";
import { dataQualityPage } from "./dataQuality.ts";
import { fraudPage } from "./fraud.ts";
import { lendingPage } from "./lending.ts";
import { policyPage } from "./policy.ts";
import { riskPage } from "./risk.ts";
import { transactionsPage } from "./transactions.ts";

/** The report's pages, in their order. */
export const pages: readonly Page[] = [riskPage, lendingPage, fraudPage, transactionsPage, dataQualityPage, policyPage];
