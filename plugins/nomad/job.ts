import type { Differences } from "../diff";
import type { InputsOf, Properties } from "../schema";
import { type Change, type Context, InitializationFailed, resource } from "../stand-in";
import { type Plain, type PlainMap, UNKNOWN, type ValueMap, hasUnknown } from "../value";
import type { ApiSubmission, RegisteredJob } from "./api";
import { HttpError, during, isNotFound, segment } from "../http-client";
import type { NomadClient } from "./client";
import { followRollout } from "./deployment";
import { namespaceOf, plannedOutputs, registeredOutputs } from "./job-outputs";
import { type Jobspec, Jobspecs } from "./jobspec";

const DEFAULT_TIMEOUT_SECONDS = 5 * 60;

const inputs = {
  jobspec: { type: "string", required: true },
  hcl2: { type: { object: { vars: { type: { map: "string" } }, allowFs: { type: "boolean" } } } },
  json: { type: "boolean" },
  detach: { type: "boolean", default: true },
  deregisterOnDestroy: { type: "boolean", default: true },
  deregisterOnIdChange: { type: "boolean", default: true },
  purgeOnDestroy: { type: "boolean" },
  preserveCounts: { type: "boolean", default: false },
  policyOverride: { type: "boolean" },
  readAllocationIds: { type: "boolean", default: false },
  rerunIfDead: { type: "boolean", default: false },
} as const satisfies Properties;

type JobInputs = InputsOf<typeof inputs>;

const COMPUTED = [
  "allAtOnce allocationIds constraints createIndex datacenters deploymentId deploymentStatus modifyIndex name namespace",
  "parentId periodicConfigs priority region stable status statusDescription stop submitTime taskGroups type",
  "updateStrategies version",
].flatMap((names) => names.split(" "));

export const job = resource<NomadClient>()({
  inputs,
  outputs: Object.fromEntries(COMPUTED.map((name) => [name, "plain"])),

  check({ hcl2 }) {
    if (!allowsFiles(hcl2)) return [];
    const reason = 'the stand-in nomad plugin does not implement "hcl2.allowFs": Nomad itself reads the job file';
    return [{ property: "hcl2.allowFs", reason }];
  },

  diff: diffJob,

  async previewCreate(news, { config: nomad, signal }) {
    const spec = specOf(news);
    return spec ? plannedOutputs(await new Jobspecs(nomad).parse(spec, true, signal)) : {};
  },

  async previewUpdate({ state, news }, { config: nomad, signal }) {
    const spec = specOf(news);
    if (!spec) return Object.fromEntries(COMPUTED.map((name) => [name, UNKNOWN]));
    const rerun: ValueMap = isRerun(state, news) ? { status: UNKNOWN } : {};
    const jobspecs = new Jobspecs(nomad);
    if (await jobspecs.sameJob({ ...spec, source: text(state["jobspec"]) }, spec, signal)) return rerun;
    const planned = plannedOutputs(await jobspecs.parse(spec, true, signal));
    return { ...planned, region: UNKNOWN, status: UNKNOWN, modifyIndex: UNKNOWN, allocationIds: UNKNOWN };
  },

  create: (given, context) => register(given, {}, context),

  async update(_id, state, given, context) {
    return (await register(given, state, context)).outputs;
  },

  async read(id, state, { config: nomad, signal }) {
    if (Object.keys(state).length > 0) {
      const outputs = await readJob(nomad, id, text(state["namespace"]), state["readAllocationIds"] === true, signal);
      return outputs && { outputs };
    }
    const [, name, namespace] = /^(.+)@([^@]+)$/.exec(id) ?? [];
    if (name === undefined || namespace === undefined) {
      throw new Error(`missing namespace, the import ID should follow the pattern <id>@<namespace>, but is "${id}"`);
    }
    const outputs = await readJob(nomad, name, namespace, false, signal);
    return outputs && { id: name, outputs };
  },

  async delete(id, state, { config: nomad, signal }) {
    if (state["deregisterOnDestroy"] === false) return;
    const query = { namespace: text(state["namespace"]) || "default", purge: state["purgeOnDestroy"] === true };
    const request = nomad.send({ method: "DELETE", path: `/job/${segment(id)}`, query, signal });
    await during("error deregistering job", request);
  },
});

function allowsFiles(hcl2: Plain | undefined): boolean {
  return typeof hcl2 === "object" && hcl2 !== null && !Array.isArray(hcl2) && hcl2["allowFs"] === true;
}

function text(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The job file that the inputs give; undefined while a part of it is unknown. */
function specOf(values: PlainMap): Jobspec | undefined {
  const { jobspec, hcl2, json } = values;
  if ([jobspec, hcl2, json].some(hasUnknown)) return undefined;
  const variables = typeof hcl2 === "object" && hcl2 !== null && !Array.isArray(hcl2) ? hcl2["vars"] : undefined;
  return { source: text(jobspec), json: json === true, variables: (variables ?? {}) as Record<string, string> };
}

// A job that ended or was stopped counts as changed only where the program asks to run it again.
function isRerun(state: PlainMap, news: PlainMap): boolean {
  return state["status"] === "dead" && news["rerunIfDead"] === true;
}

/**
 * The job file's text counts as changed when it means another job. If so, the preview says whether it replaces the
 * job, and fails when the job in Nomad is not the one of the state: someone else has changed it since, or Nomad has
 * rolled it back.
 */
async function diffJob(change: Change, { config: nomad, signal }: Context<NomadClient>): Promise<Differences> {
  const { id, state, news } = change;
  const found = { ...change.found };
  if (isRerun(state, news)) found["status"] = { kind: "update", replaces: false, input: false };
  const spec = specOf(news);
  if (!spec || !Object.keys(found).some((path) => /^(jobspec|hcl2|json)\b/.test(path))) return found;

  const jobspecs = new Jobspecs(nomad);
  if (await jobspecs.sameJob({ ...spec, source: text(state["jobspec"]) }, spec, signal)) {
    delete found["jobspec"];
    return found;
  }
  const planned = await jobspecs.parse(spec, false, signal);
  const namespace = namespaceOf(planned);
  if (text(state["namespace"]) !== namespace) {
    found["namespace"] = { kind: "update", replaces: true, input: false };
  } else if (id !== planned.ID) {
    if (news["deregisterOnIdChange"] === true) found["name"] = { kind: "update", replaces: true, input: false };
  } else {
    const body = { Job: { ...planned, Namespace: namespace }, Diff: false, PolicyOverride: news["policyOverride"] };
    const index = await plannedIndex(nomad, planned.ID, namespace, body, signal);
    if (index !== undefined && index !== text(state["modifyIndex"])) {
      throw new Error("job modify index has changed since last refresh");
    }
  }
  return found;
}

/** The index at which Nomad has the job now; undefined where it cannot plan it. */
async function plannedIndex(
  nomad: NomadClient,
  id: string,
  namespace: string,
  body: unknown,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const path = `/job/${segment(id)}/plan`;
    const plan = await nomad.json<{ JobModifyIndex: number }>({
      method: "PUT",
      path,
      query: { namespace },
      body,
      signal,
    });
    return String(plan.JobModifyIndex);
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

async function register(
  given: JobInputs,
  state: PlainMap,
  { config: nomad, signal, timeoutSeconds }: Context<NomadClient>,
): Promise<{ id: string; outputs: ValueMap }> {
  const variables = given.hcl2?.vars ?? {};
  const spec = { source: given.jobspec, json: given.json === true, variables };
  const parsed = await new Jobspecs(nomad).parse(spec, false, signal);
  const namespace = namespaceOf(parsed);
  const request = nomad.json<{ JobModifyIndex: number; EvalID: string }>({
    method: "PUT",
    path: "/jobs",
    query: { namespace },
    body: {
      Job: { ...parsed, Namespace: namespace },
      PolicyOverride: given.policyOverride === true,
      PreserveCounts: given.preserveCounts,
      Submission: { Source: spec.source, Format: spec.json ? "json" : "hcl2", VariableFlags: variables },
    },
    signal,
  });
  const { JobModifyIndex, EvalID } = await during("error applying jobspec", request);

  const outputs: ValueMap = {
    deploymentId: state["deploymentId"] ?? "",
    deploymentStatus: state["deploymentStatus"] ?? "",
    name: parsed.ID,
    namespace,
    modifyIndex: String(JobModifyIndex),
  };
  try {
    if (!given.detach && EvalID !== "") {
      const rollout = {
        evaluationId: EvalID,
        namespace,
        timeoutSeconds: timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      };
      const what = `error waiting for job '${parsed.ID}' to schedule/deploy successfully: error waiting for evaluation`;
      const deployment = await during(what, followRollout(nomad, rollout, signal));
      outputs["deploymentId"] = deployment?.ID ?? "";
      outputs["deploymentStatus"] = deployment?.Status ?? "";
    }
    const found = await readJob(nomad, parsed.ID, namespace, given.readAllocationIds, signal);
    return { id: parsed.ID, outputs: { ...outputs, ...found } };
  } catch (error) {
    // The job is registered whatever came of it.
    throw new InitializationFailed(error instanceof Error ? error.message : String(error), parsed.ID, outputs);
  }
}

/** The job as Nomad has it; undefined when it is gone. */
async function readJob(
  nomad: NomadClient,
  id: string,
  stateNamespace: string,
  readAllocationIds: boolean,
  signal: AbortSignal,
): Promise<ValueMap | undefined> {
  const path = `/job/${segment(id)}`;
  const query = { namespace: stateNamespace === "" ? "default" : stateNamespace };
  let found: RegisteredJob;
  try {
    const { text: body } = await nomad.send({ path, query, signal });
    // As text, since JavaScript's numbers would round it. A quote within a string is escaped, so this matches no text.
    found = JSON.parse(body.replace(/"SubmitTime":(\d+)/g, '"SubmitTime":"$1"')) as RegisteredJob;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  const allocations = readAllocationIds
    ? await nomad.json<{ ID: string }[]>({ path: `${path}/allocations`, query, signal })
    : [];
  const source = await submittedSource(nomad, path, { ...query, version: found.Version }, signal);
  return {
    ...registeredOutputs(found),
    allocationIds: allocations.map(({ ID }) => ID),
    ...(source === "" ? {} : { jobspec: source }),
  };
}

/**
 * The text that the job's current version was submitted with, so that a refresh sees what somebody else has run from
 * another file. Empty where Nomad made the version itself (a rollback, a stop, a change of count).
 */
async function submittedSource(
  nomad: NomadClient,
  path: string,
  query: Record<string, string | number>,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { Source } = await nomad.json<ApiSubmission>({ path: `${path}/submission`, query, signal });
    return Source;
  } catch (error) {
    if (error instanceof HttpError) return "";
    throw error;
  }
}
