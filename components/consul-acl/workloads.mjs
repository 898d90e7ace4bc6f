// @ts-check
// How tasks and services of Nomad get tokens of Consul: by their identity, which Nomad signs, and Consul verifies by Nomad's public keys.

/**
 * Roles of tasks by Nomad namespace: names of policies.
 * @typedef {{ jwksUrl: string, caPem?: string, namespaces: Record<string, string[]> }} Workloads
 */

/** @typedef {(method: "GET" | "PUT" | "DELETE", where: string, body?: object, absent?: string) => Promise<any>} Ask */

/** @typedef {{ ID: string, Name?: string, Description: string, Policies?: { Name: string }[] | null, Selector?: string, BindType?: string, BindName?: string }} Entry */

/** The name that Nomad's agents look for by themselves. Source: nomad 1.11, nomad/structs/config/consul.go. */
export const authMethod = "nomad-workloads";

const claims = ["nomad_namespace", "nomad_job_id", "nomad_task", "nomad_service"];

/** Services register themselves under their own names alone; tasks have what their namespace has. */
const rules = [
  { Selector: '"nomad_service" in value', BindType: "service", BindName: "${value.nomad_service}" },
  { Selector: '"nomad_service" not in value', BindType: "role", BindName: "nomad-tasks-${value.nomad_namespace}" },
];

/**
 * Makes the auth method, its rules and roles what they shall be; takes away what is there of them where there shall be none.
 * @param {Ask} ask
 * @param {string} mark with which the descriptions of what is ours begin
 * @param {Workloads | undefined} wanted
 * @returns {Promise<string[]>} what has changed
 */
export async function settleWorkloads(ask, mark, wanted) {
  const changes = [];
  const method = wanted && {
    Name: authMethod,
    Type: "jwt",
    Description: `${mark}identities of Nomad's tasks and services`,
    Config: {
      JWKSURL: wanted.jwksUrl,
      ...(wanted.caPem !== undefined && { JWKSCACert: wanted.caPem }),
      JWTSupportedAlgs: ["RS256"],
      BoundAudiences: ["consul.io"],
      ClaimMappings: Object.fromEntries(claims.map((claim) => [claim, claim])),
    },
  };
  const roles = Object.entries(wanted?.namespaces ?? {}).map(([namespace, policies]) => ({
    Name: `nomad-tasks-${namespace}`,
    Description: `${mark}tasks of Nomad's namespace ${namespace}`,
    Policies: policies.map((Name) => ({ Name })),
  }));
  const bound = method
    ? rules.map((rule) => ({ ...rule, AuthMethod: authMethod, Description: `${mark}${rule.BindType}` }))
    : [];

  changes.push(...(await settle(ask, "role", "Name", await ask("GET", "roles"), roles, mark)));
  const found = await ask("GET", `auth-method/${authMethod}`, undefined, "null");
  if (method && !(found && found.Description === method.Description && sameConfig(found.Config, method.Config))) {
    await ask("PUT", found ? `auth-method/${authMethod}` : "auth-method", method);
    changes.push(`identities of Nomad ${found ? "are verified otherwise" : "are verified"} (${method.Config.JWKSURL})`);
  }
  if (found || method) {
    const there = await ask("GET", `binding-rules?authmethod=${authMethod}`);
    changes.push(...(await settle(ask, "binding-rule", "BindType", there, bound, mark)));
  }
  if (found?.Description.startsWith(mark) && !method) {
    await ask("DELETE", `auth-method/${authMethod}`);
    changes.push("identities of Nomad are not verified any more");
  }
  return changes;
}

/**
 * @param {Ask} ask
 * @param {"role" | "binding-rule"} kind in the API's paths
 * @param {"Name" | "BindType"} key by which an entry is known again
 * @param {Entry[]} found
 * @param {Omit<Entry, "ID">[]} wanted
 * @param {string} mark
 */
async function settle(ask, kind, key, found, wanted, mark) {
  const changes = [];
  const named = kind.replace("-", " ");
  for (const entry of wanted) {
    const there = found.find((each) => each[key] === entry[key] && each.Description.startsWith(mark));
    if (
      there &&
      Object.entries(entry).every(([name, value]) => isSame(there[/** @type {keyof Entry} */ (name)], value))
    )
      continue;
    await ask("PUT", there ? `${kind}/${there.ID}` : kind, { ...entry, ...(there && { ID: there.ID }) });
    changes.push(`the ${named} ${entry[key]} ${there ? "has changed" : "is new"}`);
  }
  for (const each of found) {
    if (!each.Description.startsWith(mark) || wanted.some((entry) => entry[key] === each[key])) continue;
    await ask("DELETE", `${kind}/${each.ID}`);
    changes.push(`the ${named} ${each[key]} is gone`);
  }
  return changes;
}

/** Policies are by their names alone. @param {unknown} found @param {unknown} wanted */
const isSame = (found, wanted) => plain(found) === plain(wanted);
/** @param {unknown} value */
const plain = (value) =>
  Array.isArray(value) ? JSON.stringify(value.map(({ Name }) => Name).sort()) : JSON.stringify(value ?? null);

/** Consul adds what is empty. @param {Record<string, unknown>} found @param {Record<string, unknown>} wanted */
const sameConfig = (found, wanted) =>
  Object.entries(wanted).every(([key, value]) => JSON.stringify(sorted(found[key])) === JSON.stringify(sorted(value)));
/** @param {unknown} value */
const sorted = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
