/** Nomad's API types, as far as the stand-in looks into them. Durations are nanoseconds. */

export interface ApiUpdate {
  Stagger?: number | null;
  MaxParallel?: number | null;
  HealthCheck?: string | null;
  MinHealthyTime?: number | null;
  HealthyDeadline?: number | null;
  AutoRevert?: boolean | null;
  Canary?: number | null;
}

export interface ApiTask {
  Name: string;
  Driver?: string;
  Meta?: Record<string, string> | null;
  VolumeMounts?: { Volume?: string | null; Destination?: string | null; ReadOnly?: boolean | null }[] | null;
}

export interface ApiTaskGroup {
  Name?: string | null;
  Count?: number | null;
  Meta?: Record<string, string> | null;
  Update?: ApiUpdate | null;
  Tasks?: ApiTask[] | null;
  Volumes?: Record<string, { Name?: string; Type?: string; ReadOnly?: boolean; Source?: string }> | null;
}

export interface ApiPeriodic {
  Enabled?: boolean | null;
  Spec?: string | null;
  Specs?: string[] | null;
  SpecType?: string | null;
  ProhibitOverlap?: boolean | null;
  TimeZone?: string | null;
}

export interface ApiConstraint {
  LTarget?: string;
  RTarget?: string;
  Operand?: string;
}

/** A job specification. */
export interface ApiJob {
  ID: string;
  Namespace?: string | null;
  Region?: string | null;
  Type?: string | null;
  Datacenters?: string[] | null;
  Update?: ApiUpdate | null;
  Periodic?: ApiPeriodic | null;
  TaskGroups?: ApiTaskGroup[] | null;
}

/** A job that Nomad runs. */
export interface RegisteredJob extends ApiJob {
  Namespace: string;
  Status: string;
  StatusDescription: string;
  Version: number;
  /** Nanoseconds since 1970; text, since it does not fit a JavaScript number. */
  SubmitTime: string;
  CreateIndex: number;
  JobModifyIndex: number;
  Stop: boolean;
  Priority: number;
  ParentID: string;
  Stable: boolean;
  AllAtOnce: boolean;
  Constraints: ApiConstraint[] | null;
}

export interface ApiSubmission {
  Source: string;
  Format: string;
  VariableFlags: Record<string, string> | null;
}

export interface ApiEvaluation {
  ID: string;
  Status: string;
  StatusDescription?: string;
  NextEval?: string;
  DeploymentID?: string;
}

export interface ApiDeployment {
  ID: string;
  Status: string;
  StatusDescription: string;
}
