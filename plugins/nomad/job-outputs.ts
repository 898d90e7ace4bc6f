import type { ValueMap } from "../value";
import type { ApiConstraint, ApiJob, ApiPeriodic, ApiTask, ApiTaskGroup, ApiUpdate, RegisteredJob } from "./api";
import { formatDuration } from "../duration";

/** The outputs of a job that come from Nomad's description of it. */
export function registeredOutputs(job: RegisteredJob): ValueMap {
  return {
    name: job.ID,
    namespace: job.Namespace,
    type: job.Type ?? "",
    region: job.Region ?? "",
    datacenters: job.Datacenters ?? [],
    modifyIndex: String(job.JobModifyIndex),
    status: job.Status,
    statusDescription: job.StatusDescription,
    version: job.Version,
    submitTime: job.SubmitTime,
    createIndex: job.CreateIndex,
    stop: job.Stop,
    priority: job.Priority,
    parentId: job.ParentID,
    stable: job.Stable,
    allAtOnce: job.AllAtOnce,
    constraints: (job.Constraints ?? []).map(constraint),
    updateStrategies: updateStrategies(job.Update),
    periodicConfigs: periodicConfigs(job.Periodic),
    taskGroups: (job.TaskGroups ?? []).map(taskGroup),
  };
}

/** The outputs that a preview knows from the job file alone; `job` is canonical. */
export function plannedOutputs(job: ApiJob): ValueMap {
  return {
    name: job.ID,
    namespace: namespaceOf(job),
    type: job.Type ?? "service",
    datacenters: job.Datacenters ?? ["*"],
    periodicConfigs: periodicConfigs(job.Periodic),
    taskGroups: (job.TaskGroups ?? []).map(taskGroup),
  };
}

export function namespaceOf(job: ApiJob): string {
  return job.Namespace === undefined || job.Namespace === null || job.Namespace === "" ? "default" : job.Namespace;
}

function taskGroup(group: ApiTaskGroup): ValueMap {
  const volumes = Object.values(group.Volumes ?? {}).map((volume) => ({
    name: volume.Name ?? "",
    type: volume.Type ?? "",
    readOnly: volume.ReadOnly ?? false,
    source: volume.Source ?? "",
  }));
  return {
    name: group.Name ?? "",
    count: group.Count ?? 1,
    meta: group.Meta ?? {},
    updateStrategies: updateStrategies(group.Update),
    tasks: (group.Tasks ?? []).map(task),
    volumes: volumes.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function task(task: ApiTask): ValueMap {
  return {
    name: task.Name,
    driver: task.Driver ?? "",
    meta: task.Meta ?? {},
    volumeMounts: (task.VolumeMounts ?? []).map((mount) => ({
      volume: mount.Volume ?? "",
      destination: mount.Destination ?? "",
      readOnly: mount.ReadOnly ?? false,
    })),
  };
}

function constraint({ LTarget, RTarget, Operand }: ApiConstraint): ValueMap {
  return { ltarget: LTarget ?? "", rtarget: RTarget ?? "", operand: Operand ?? "" };
}

function updateStrategies(update: ApiUpdate | null | undefined): ValueMap[] {
  if (!update) return [];
  const duration = (nanoseconds: number | null | undefined) =>
    typeof nanoseconds === "number" ? formatDuration(nanoseconds) : undefined;
  return [
    given({
      stagger: duration(update.Stagger),
      maxParallel: update.MaxParallel,
      healthCheck: update.HealthCheck,
      minHealthyTime: duration(update.MinHealthyTime),
      healthyDeadline: duration(update.HealthyDeadline),
      autoRevert: update.AutoRevert,
      canary: update.Canary,
    }),
  ];
}

function periodicConfigs(periodic: ApiPeriodic | null | undefined): ValueMap[] {
  if (!periodic) return [];
  return [
    given({
      enabled: periodic.Enabled,
      spec: periodic.Spec,
      specType: periodic.SpecType,
      prohibitOverlap: periodic.ProhibitOverlap,
      timezone: periodic.TimeZone,
    }),
  ];
}

function given(values: Record<string, string | number | boolean | null | undefined>): ValueMap {
  const map: ValueMap = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== null) map[key] = value;
  return map;
}
