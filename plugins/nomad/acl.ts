import type { Properties, InputsOf } from "../schema";
import { type Context, resource } from "../stand-in";
import { type Plain, type ValueMap, isMap } from "../value";
import { during, isNotFound, segment } from "../http-client";
import type { NomadClient } from "./client";
import { parseDuration } from "../duration";

interface ApiPolicy {
  Name: string;
  Description: string;
  Rules: string;
  JobACL: { Namespace: string; JobID: string; Group: string; Task: string } | null;
}

const policyInputs = {
  name: { type: "string", replaces: true, autoName: true },
  description: { type: "string" },
  rulesHcl: { type: "string", required: true },
  jobAcl: {
    type: {
      object: {
        namespace: { type: "string", default: "default" },
        jobId: { type: "string" },
        group: { type: "string" },
        task: { type: "string" },
      },
    },
  },
} as const satisfies Properties;

export const aclPolicy = resource<NomadClient>()({
  inputs: policyInputs,
  outputs: {},

  check({ jobAcl }) {
    if (!isMap(jobAcl)) return [];
    const needs = (property: string, other: string) =>
      given(jobAcl[property]) && !given(jobAcl[other])
        ? [{ property: `jobAcl.${property}`, reason: `"jobAcl.${property}" needs "jobAcl.${other}"` }]
        : [];
    return [...needs("group", "jobId"), ...needs("task", "group")];
  },

  create: (inputs, context) => writePolicy(inputs, context),

  async update(_id, _state, inputs, context) {
    return (await writePolicy(inputs, context)).outputs;
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      const policy = await nomad.json<ApiPolicy>({ path: `/acl/policy/${segment(id)}`, signal });
      return { outputs: policyOutputs(policy) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const request = nomad.send({ method: "DELETE", path: `/acl/policy/${segment(id)}`, signal });
    await during(`error deleting ACLPolicy "${id}"`, request);
  },
});

function given(value: Plain | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

async function writePolicy(inputs: InputsOf<typeof policyInputs>, { config: nomad, signal }: Context<NomadClient>) {
  const { description = "", rulesHcl, jobAcl } = inputs;
  const name = inputs.name ?? "";
  const path = `/acl/policy/${segment(name)}`;
  const JobACL = jobAcl && {
    Namespace: jobAcl.namespace,
    JobID: jobAcl.jobId ?? "",
    Group: jobAcl.group ?? "",
    Task: jobAcl.task ?? "",
  };
  const body = { Name: name, Description: description, Rules: rulesHcl, ...(JobACL ? { JobACL } : {}) };
  await during(`error inserting ACLPolicy "${name}"`, nomad.send({ method: "PUT", path, body, signal }));
  return { id: name, outputs: policyOutputs(await nomad.json<ApiPolicy>({ path, signal })) };
}

function policyOutputs({ Name, Description, Rules, JobACL }: ApiPolicy): ValueMap {
  const outputs: ValueMap = { name: Name, description: Description, rulesHcl: Rules };
  if (JobACL) {
    const { Namespace, JobID, Group, Task } = JobACL;
    outputs["jobAcl"] = { namespace: Namespace, jobId: JobID, group: Group, task: Task };
  }
  return outputs;
}

interface ApiToken {
  AccessorID: string;
  SecretID: string;
  Name: string;
  Type: string;
  Policies: string[] | null;
  Roles: { ID: string; Name: string }[] | null;
  Global: boolean;
  CreateTime: string;
  ExpirationTTL: string;
  ExpirationTime: string | null;
}

const tokenInputs = {
  name: { type: "string", autoName: true },
  type: { type: "string", required: true },
  policies: { type: { set: "string" } },
  roles: {
    type: { set: { object: { id: { type: "string", required: true }, name: { type: "string", writeOnly: true } } } },
  },
  global: { type: "boolean", default: false, replaces: true },
  // Version 2.6.1 compares it as text with Nomad's way of writing it: "1h" is a change for ever, "1h0m0s" is none.
  expirationTtl: { type: "string", default: "0s", replaces: true },
} as const satisfies Properties;

export const aclToken = resource<NomadClient>()({
  inputs: tokenInputs,
  outputs: { accessorId: "plain", secretId: "secret", createTime: "plain", expirationTime: "plain" },

  check({ expirationTtl }) {
    if (typeof expirationTtl !== "string" || parseDuration(expirationTtl) !== undefined) return [];
    const reason = `"expirationTtl" must be a duration such as "1h0m0s", but is "${expirationTtl}"`;
    return [{ property: "expirationTtl", reason }];
  },

  async create(inputs, { config: nomad, signal }) {
    const body = tokenBody(inputs);
    const request = nomad.json<ApiToken>({ method: "PUT", path: "/acl/token", body, signal });
    const token = await during("error creating ACL token", request);
    return { id: token.AccessorID, outputs: tokenOutputs(token) };
  },

  async update(id, _state, inputs, { config: nomad, signal }) {
    const body = { AccessorID: id, ...tokenBody(inputs) };
    const request = nomad.json<ApiToken>({ method: "PUT", path: `/acl/token/${segment(id)}`, body, signal });
    return tokenOutputs(await during(`error updating ACL token "${id}"`, request));
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      const token = await nomad.json<ApiToken>({ path: `/acl/token/${segment(id)}`, signal });
      return { outputs: tokenOutputs(token) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const request = nomad.send({ method: "DELETE", path: `/acl/token/${segment(id)}`, signal });
    await during(`error deleting ACL token "${id}"`, request);
  },
});

function tokenBody(inputs: InputsOf<typeof tokenInputs>) {
  const { name = "", type, policies = [], roles = [], global, expirationTtl } = inputs;
  return {
    Name: name,
    Type: type,
    Policies: policies,
    Roles: roles.map(({ id }) => ({ ID: id })),
    Global: global,
    ...(parseDuration(expirationTtl) === 0 ? {} : { ExpirationTTL: expirationTtl }),
  };
}

function tokenOutputs(token: ApiToken): ValueMap {
  return {
    accessorId: token.AccessorID,
    secretId: token.SecretID,
    name: token.Name,
    type: token.Type,
    policies: token.Policies ?? [],
    roles: (token.Roles ?? []).map(({ ID, Name }) => ({ id: ID, name: Name })),
    global: token.Global,
    createTime: goTime(token.CreateTime),
    expirationTtl: token.ExpirationTTL === "" ? "0s" : token.ExpirationTTL,
    expirationTime: token.ExpirationTime ?? "",
  };
}

// As Go prints a time, from the UTC time in RFC 3339 that Nomad gives.
function goTime(time: string): string {
  return time.replace("T", " ").replace(/Z$/, " +0000 UTC");
}
