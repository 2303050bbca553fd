/** The shapes of the REST face by their names; they are made out of openapi.json. */
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Paths = paths;

export type AccountPoint = Schemas["AccountPoint"];
export type AccountSummary = Schemas["AccountSummary"];
/** A change as a form holds it. */
export type AmendOrder = Partial<Pick<Schemas["AmendOrder"], keyof Schemas["AmendOrder"]>>;
/** The same, as the document has it. */
export type WholeAmendment = Schemas["AmendOrder"];
export type Alert = Schemas["Alert"];
export type Approval = Schemas["Approval"];
export type AuditRecord = Schemas["AuditRecord"];
export type AuditVerification = Schemas["AuditVerification"];
export type Bar = Schemas["Bar"];
export type BoardEntry = Schemas["BoardEntry"];
export type Contract = Schemas["Contract"];
export type Decision = Schemas["Decision"];
export type Execution = Schemas["Execution"];
export type Key = Schemas["Key"];
export type Limit = Schemas["Limit"];
export type LoopStatus = Schemas["LoopStatus"];
export type Mandate = Schemas["Mandate"];
/** An order as a form holds it, before the gateway has said which fields go together. */
export type NewOrder = Partial<Pick<Schemas["NewOrder"], keyof Schemas["NewOrder"]>>;
/** The same, as the document has it. */
export type WholeOrder = Schemas["NewOrder"];
export type Order = Schemas["Order"];
export type OrderAnswer = Schemas["OrderAnswer"];
export type OrderStatus = Schemas["OrderStatus"];
export type OrderType = Schemas["OrderType"];
export type Plan = Schemas["Plan"];
export type PlanAnswer = Schemas["PlanAnswer"];
export type PlanLine = Schemas["PlanLine"];
export type Pnl = Schemas["Pnl"];
export type Position = Schemas["Position"];
export type Preview = Schemas["Preview"];
export type ProblemShape = Schemas["Problem"];
export type Quote = Schemas["Quote"];
export type Reason = Schemas["Reason"];
export type Run = Schemas["Run"];
export type RunEvidence = Schemas["RunEvidence"];
export type RunStep = Schemas["Step"];
export type Scope = Schemas["Scope"];
export type Session = Schemas["Session"];
export type Side = Schemas["Side"];
export type Status = Schemas["Status"];
export type StreamEnd = Schemas["StreamEnd"];
export type Tif = Schemas["Tif"];
export type TradingState = Schemas["TradingState"];
export type TradingStateEntry = Schemas["TradingStateEntry"];
export type WatchedQuote = Schemas["WatchedQuote"];

/** A list as every path gives it. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
