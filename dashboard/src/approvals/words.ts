import type { Approval } from "../api/types";

/** What became of a question, in the words of this page: used is an approval whose order has left. */
export function answered(status: Approval["status"]): string {
  return status === "consumed" ? "released" : status;
}
