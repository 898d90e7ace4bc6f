import { JobVariable } from "./args";

/**
 * Turns values of variables into the strings that Nomad's HCL2 parser takes: text as it is, anything else as JSON, which
 * is also HCL.
 */
export function hclVariables(variables: Record<string, JobVariable>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
