import { loginMethod } from "../components/nomad-acl/sign";
import { callApi, type CallOptions, fetchText, type Trust } from "./http";
import type { AutopilotHealth, RaftConfiguration, RaftPeer } from "./autopilot";

/** The parts of Nomad's API objects that are used here, in Nomad's names. */
export interface NodeStub {
  ID: string;
  Name: string;
  Status: string;
  SchedulingEligibility: string;
  Drain: boolean;
}

/** A client in the list of clients. */
export interface NodeListing extends NodeStub {
  Address: string;
  Datacenter: string;
  NodePool: string;
  NodeClass: string;
  Version: string;
  StatusDescription: string;
}

/** All that Nomad knows of a client, as far as it is needed here. */
export interface NodeDetail extends NodeStub {
  Datacenter: string;
  NodePool: string;
  Attributes: Record<string, string> | null;
  Meta: Record<string, string> | null;
  DrainStrategy: { ForceDeadline: string } | null;
}

/** How a node is drained. */
export interface DrainSpec {
  /** Nanoseconds until what still runs is stopped; 0: never, negative: at once. */
  Deadline: number;
  IgnoreSystemJobs: boolean;
}

/** A server in the list of servers that gossip knows. */
export interface ServerMember {
  Name: string;
  Addr: string;
  Port: number;
  Status: string;
  Tags: Record<string, string>;
}

/** What names a job. */
export interface JobKey {
  ID: string;
  Namespace: string;
}

export interface Service {
  Name: string;
  PortLabel: string;
  Tags: string[] | null;
  Provider: string;
}

export interface JobSpec extends JobKey {
  Name: string;
  Type: string;
  Status: string;
  Stop: boolean;
  Version: number;
  JobModifyIndex: number;
  Meta: Record<string, string> | null;
  Datacenters?: string[] | null;
  NodePool?: string;
  TaskGroups: {
    Name: string;
    Count: number;
    Networks: { ReservedPorts: { Label: string; Value: number }[] | null }[] | null;
    Services: Service[] | null;
    Tasks: { Name: string; Services: Service[] | null }[];
  }[];
}

export interface TaskState {
  State: string;
  Failed: boolean;
  StartedAt: string | null;
  /** How often it was started again. */
  Restarts?: number;
  Events: { Type: string; DisplayMessage: string; Time: number }[] | null;
}

export interface Allocation {
  ID: string;
  Name: string;
  JobID: string;
  JobVersion: number;
  DesiredStatus: string;
  ClientStatus: string;
  CreateTime: number;
  TaskStates: Record<string, TaskState> | null;
  DeploymentStatus: { Healthy: boolean | null } | null;
}

/** An allocation in a list or by its ID. */
export interface PlacedAllocation extends Allocation {
  Namespace: string;
  TaskGroup: string;
  NodeID: string;
  NodeName: string;
  ClientDescription: string;
  DesiredDescription: string;
  NextAllocation: string;
  /** When it is tried again after it has failed. */
  FollowupEvalID: string;
}

/** Why the scheduler could not place a task group. */
export interface PlacementFailure {
  NodesEvaluated: number;
  NodesFiltered: number;
  NodesExhausted: number;
  NodePool?: string;
  /** Clients that are ready, by datacenter. */
  NodesAvailable: Record<string, number> | null;
  ClassFiltered: Record<string, number> | null;
  ConstraintFiltered: Record<string, number> | null;
  ClassExhausted: Record<string, number> | null;
  DimensionExhausted: Record<string, number> | null;
  QuotaExhausted: string[] | null;
  /** Further instances of the group with the same failure. */
  CoalescedFailures: number;
}

export interface Evaluation {
  ID: string;
  Status: string;
  StatusDescription: string;
  TriggeredBy: string;
  ModifyIndex: number;
  WaitUntil: string | null;
  FailedTGAllocs: Record<string, PlacementFailure> | null;
  BlockedEval: string;
}

/** Numbers of a job's allocations, by task group. */
export interface JobSummary {
  Summary: Record<
    string,
    Record<"Queued" | "Complete" | "Failed" | "Running" | "Starting" | "Lost", number> & { Unknown?: number }
  >;
}

export interface Deployment {
  ID: string;
  JobVersion: number;
  Status: string;
  StatusDescription: string;
  TaskGroups: Record<string, { DesiredTotal: number; HealthyAllocs: number }>;
}

export interface FieldDiff {
  Type: string;
  Name: string;
  Old: string;
  New: string;
}

export interface ObjectDiff {
  Type: string;
  Name: string;
  Fields: FieldDiff[] | null;
  Objects: ObjectDiff[] | null;
}

/** What Nomad's dry run of a job says would change. */
export interface JobDiff extends Omit<ObjectDiff, "Name"> {
  TaskGroups: (ObjectDiff & { Tasks: ObjectDiff[] | null })[] | null;
}

/** A token of Nomad, for a day, for a proof of a `NomadLogins`. @throws ApiError */
export async function loginToNomad(address: string, proof: string, trust: Trust): Promise<string> {
  const body = { AuthMethodName: loginMethod.name, LoginToken: proof };
  const options = { method: "POST", body, trust };
  return (await callApi<{ SecretID: string }>(`${address}/v1/acl/login`, options)).SecretID;
}

/** Nomad's HTTP API, as far as it is needed here. */
export class NomadApi {
  /**
   * @param token an ACL token, or how to get one; none where ACLs are off
   * @param trust by what it is known
   */
  constructor(
    readonly address: string,
    private token?: string | (() => Promise<string>),
    private readonly trust?: Trust,
  ) {}

  private async call<T>(path: string, options: CallOptions = {}): Promise<T> {
    return callApi(this.address + path, { ...options, ...(await this.access()) });
  }

  private async access(): Promise<CallOptions> {
    if (typeof this.token === "function") this.token = await this.token();
    return { trust: this.trust, ...(this.token && { headers: { "X-Nomad-Token": this.token } }) };
  }

  leader(): Promise<string> {
    return this.call("/v1/status/leader");
  }

  /** Of the agent that is asked. */
  async version(): Promise<string> {
    return (await this.call<{ config: { Version: { Version: string } } }>("/v1/agent/self")).config.Version.Version;
  }

  nodes(): Promise<NodeListing[]> {
    return this.call("/v1/nodes");
  }

  node(id: string): Promise<NodeDetail> {
    return this.call(`/v1/node/${id}`);
  }

  /** The servers that count for the quorum. */
  async peers(): Promise<RaftPeer[]> {
    return (await this.call<RaftConfiguration>("/v1/operator/raft/configuration")).Servers;
  }

  /** The servers, as autopilot sees them. */
  autopilotHealth(): Promise<AutopilotHealth> {
    // Autopilot answers 429 with the same body while a server is unhealthy.
    return this.call("/v1/operator/autopilot/health", { accept: [429] });
  }

  /** The servers, as gossip sees them. */
  async serverMembers(): Promise<ServerMember[]> {
    return (await this.call<{ Members: ServerMember[] | null }>("/v1/agent/members")).Members ?? [];
  }

  /** Stops the tasks of a node, all at once unless told otherwise, and keeps new ones away. */
  drain(node: string, spec: DrainSpec = { Deadline: -1, IgnoreSystemJobs: false }): Promise<unknown> {
    return this.setDrain(node, { DrainSpec: spec });
  }

  /** Keeps new tasks away from a node; those that run stay. */
  makeIneligible(node: string): Promise<unknown> {
    const body = { NodeID: node, Eligibility: "ineligible" };
    return this.call(`/v1/node/${node}/eligibility`, { method: "POST", body });
  }

  /** Lets a node take tasks again. */
  undrain(node: string): Promise<unknown> {
    return this.setDrain(node, { DrainSpec: null, MarkEligible: true });
  }

  private setDrain(node: string, body: unknown): Promise<unknown> {
    return this.call(`/v1/node/${node}/drain`, { method: "POST", body });
  }

  nodeAllocations(node: string): Promise<PlacedAllocation[]> {
    return this.call(`/v1/node/${node}/allocations`);
  }

  /** The jobs of all namespaces. */
  jobs(): Promise<JobKey[]> {
    return this.call("/v1/jobs?namespace=*");
  }

  job(job: JobKey): Promise<JobSpec> {
    return this.call(jobPath(job));
  }

  allocations(job: JobKey): Promise<PlacedAllocation[]> {
    return this.call(jobPath(job, "/allocations"));
  }

  latestDeployment(job: JobKey): Promise<Deployment | null> {
    return this.call(jobPath(job, "/deployment"));
  }

  evaluations(job: JobKey): Promise<Evaluation[]> {
    return this.call(jobPath(job, "/evaluations"));
  }

  summary(job: JobKey): Promise<JobSummary> {
    return this.call(jobPath(job, "/summary"));
  }

  /** The allocations, of all namespaces, whose ID begins so. */
  findAllocations(prefix: string): Promise<PlacedAllocation[]> {
    return this.call(`/v1/allocations?namespace=*&prefix=${encodeURIComponent(prefix)}`);
  }

  /** Compares a job with the registered one, as Nomad itself sees the difference. */
  async plan(job: JobSpec): Promise<JobDiff> {
    const options = { method: "POST", body: { Job: job, Diff: true } };
    return (await this.call<{ Diff: JobDiff }>(jobPath(job, "/plan"), options)).Diff;
  }

  /** Parses a job file. @throws ApiError with the position of each error */
  parse(hcl: string, variables: string): Promise<JobSpec> {
    const body = { JobHCL: hcl, Variables: variables, Canonicalize: true };
    return this.call("/v1/jobs/parse", { method: "POST", body });
  }

  /** The end of what a task has written. */
  async taskLog(allocation: string, task: string, type: "stdout" | "stderr", bytes: number): Promise<string> {
    const query = new URLSearchParams({ task, type, plain: "true", origin: "end", offset: String(bytes) });
    return fetchText(`${this.address}/v1/client/fs/logs/${allocation}?${query.toString()}`, await this.access());
  }
}

function jobPath({ ID, Namespace }: JobKey, path = ""): string {
  return `/v1/job/${encodeURIComponent(ID)}${path}?namespace=${encodeURIComponent(Namespace)}`;
}
