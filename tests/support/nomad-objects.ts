import type { Allocation, Deployment, JobSpec, Service } from "../../apis/nomad";

/** Objects of Nomad's API as they are where all is well, but for what a test changes. */

export function jobSpec(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    ID: "ping",
    Name: "ping",
    Type: "service",
    Namespace: "default",
    Status: "running",
    Stop: false,
    Version: 0,
    JobModifyIndex: 7,
    Meta: null,
    TaskGroups: [{ Name: "ping", Count: 1, Networks: null, Services: null, Tasks: [] }],
    ...changes,
  };
}

export function service(Name: string, ...Tags: string[]): Service {
  return { Name, PortLabel: "http", Tags, Provider: "consul" };
}

export function allocation(changes: Partial<Allocation> = {}): Allocation {
  return {
    ID: "0b9f1234-5678-90ab-cdef-1234567890ab",
    Name: "ping.ping[0]",
    JobID: "ping",
    JobVersion: 0,
    DesiredStatus: "run",
    ClientStatus: "running",
    CreateTime: 1_000_000_000,
    TaskStates: { ping: { State: "running", Failed: false, StartedAt: null, Events: [] } },
    DeploymentStatus: { Healthy: true },
    ...changes,
  };
}

export function deployment(changes: Partial<Deployment> = {}): Deployment {
  return {
    ID: "d1",
    JobVersion: 3,
    Status: "successful",
    StatusDescription: "Deployment completed successfully",
    TaskGroups: { ping: { DesiredTotal: 3, HealthyAllocs: 1 } },
    ...changes,
  };
}
