import { callApi, fetchText } from "./http";

/** The parts of Nomad's API objects that are used here, in Nomad's names. */
export interface NodeStub {
  ID: string;
  Name: string;
  Status: string;
  SchedulingEligibility: string;
  Drain: boolean;
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

/** Nomad's HTTP API, as far as it is needed here. */
export class NomadApi {
  constructor(readonly address: string) {}

  async leader(): Promise<string> {
    return await callApi<string>(`${this.address}/v1/status/leader`);
  }

  nodes(): Promise<NodeStub[]> {
    return callApi(`${this.address}/v1/nodes`);
  }

  /** Stops all tasks of a node at once and keeps new ones away. */
  drain(node: string): Promise<unknown> {
    return this.setDrain(node, { DrainSpec: { Deadline: -1, IgnoreSystemJobs: false } });
  }

  /** Lets a node take tasks again. */
  undrain(node: string): Promise<unknown> {
    return this.setDrain(node, { DrainSpec: null, MarkEligible: true });
  }

  private setDrain(node: string, body: unknown): Promise<unknown> {
    return callApi(`${this.address}/v1/node/${node}/drain`, { method: "POST", body });
  }

  nodeAllocations(node: string): Promise<Allocation[]> {
    return callApi(`${this.address}/v1/node/${node}/allocations`);
  }

  /** The jobs of all namespaces. */
  jobs(): Promise<JobKey[]> {
    return callApi(`${this.address}/v1/jobs?namespace=*`);
  }

  job(job: JobKey): Promise<JobSpec> {
    return callApi(this.jobUrl(job));
  }

  allocations(job: JobKey): Promise<Allocation[]> {
    return callApi(this.jobUrl(job, "/allocations"));
  }

  latestDeployment(job: JobKey): Promise<Deployment | null> {
    return callApi(this.jobUrl(job, "/deployment"));
  }

  /** Compares a job with the registered one, as Nomad itself sees the difference. */
  async plan(job: JobSpec): Promise<JobDiff> {
    const options = { method: "POST", body: { Job: job, Diff: true } };
    return (await callApi<{ Diff: JobDiff }>(this.jobUrl(job, "/plan"), options)).Diff;
  }

  private jobUrl({ ID, Namespace }: JobKey, path = ""): string {
    return `${this.address}/v1/job/${encodeURIComponent(ID)}${path}?namespace=${encodeURIComponent(Namespace)}`;
  }

  /** Parses a job file. @throws ApiError with the position of each error */
  parse(hcl: string, variables: string): Promise<JobSpec> {
    const body = { JobHCL: hcl, Variables: variables, Canonicalize: true };
    return callApi(`${this.address}/v1/jobs/parse`, { method: "POST", body });
  }

  /** The end of what a task has written. */
  taskLog(allocation: string, task: string, type: "stdout" | "stderr", bytes: number): Promise<string> {
    const query = new URLSearchParams({ task, type, plain: "true", origin: "end", offset: String(bytes) });
    return fetchText(`${this.address}/v1/client/fs/logs/${allocation}?${query.toString()}`);
  }
}
