import { JobVariable } from "./args";

/** Turns values of variables into the strings that Nomad's HCL2 parser takes: text as it is, anything else as HCL. */
export function hclVariables(variables: Record<string, JobVariable>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === "string" ? value : hclLiteral(value)]),
  );
}

/** A value as HCL: JSON, but for the marks that begin a template inside a string, and two escapes that HCL lacks. */
export function hclLiteral(value: JobVariable): string {
  const escapes: Record<string, string> = { "\\b": "\\u0008", "\\f": "\\u000c" };
  return JSON.stringify(value)
    .replace(/\\./g, (escape) => escapes[escape] ?? escape)
    .replace(/[$%](?=\{)/g, "$&$&");
}
