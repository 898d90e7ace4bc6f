import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { executablesOnPath } from "../programs/path-lookup";
import { UserError } from "./errors";

/** AWS has refused a request. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  constructor(
    message: string,
    /** AWS's code, such as `AccessDenied`; empty where AWS was not reached. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** The AWS CLI, with the credentials that it finds by itself. */
export interface Aws {
  /** Runs a command, such as `["ec2", "describe-images", …]`, and returns its JSON. @throws AwsError, UserError */
  call<T>(args: string[]): Promise<T>;
}

/** The AWS CLI of PATH. @throws UserError where there is none */
export function awsCli(env: NodeJS.ProcessEnv, region?: string): Aws & { program: string } {
  const [program] = executablesOnPath("aws", env);
  if (!program) {
    throw new UserError(
      "The AWS CLI, `aws`, is in no directory of PATH. Install version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    );
  }
  return {
    program,
    async call<T>(args: string[]): Promise<T> {
      const options = ["--output", "json", ...(region ? ["--region", region] : [])];
      try {
        const { stdout } = await promisify(execFile)(program, [...args, ...options], {
          // No pager: both versions of the CLI know this.
          env: { ...env, AWS_PAGER: "" },
          maxBuffer: 64 * 1024 * 1024,
          timeout: 60_000,
        });
        return (stdout.trim() === "" ? {} : JSON.parse(stdout)) as T;
      } catch (error) {
        throw refusal(args, error);
      }
    },
  };
}

function refusal(args: string[], error: unknown): AwsError {
  const { stderr = "", message } = error as { stderr?: string; message: string };
  const said = stderr.trim() || message;
  const parts = /An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: ([\s\S]*)/.exec(said);
  const what = `aws ${args.slice(0, 2).join(" ")}`;
  return parts ? new AwsError(`${what}: ${parts[2] ?? ""}`, parts[1] ?? "") : new AwsError(`${what}: ${said}`, "");
}

/** The instances of Auto Scaling groups that started from another version of the launch template than their group has now. */
export async function outdatedInstances(aws: Aws, groups: string[]): Promise<{ id: string; group: string }[]> {
  const { AutoScalingGroups } = await aws.call<{ AutoScalingGroups: AutoScalingGroup[] }>([
    "autoscaling",
    "describe-auto-scaling-groups",
    "--auto-scaling-group-names",
    ...groups,
  ]);
  return AutoScalingGroups.flatMap((group) => {
    const mixed = group.MixedInstancesPolicy?.LaunchTemplate.LaunchTemplateSpecification;
    const present = (group.LaunchTemplate ?? mixed)?.Version;
    return group.Instances.filter(({ LaunchTemplate }) => LaunchTemplate?.Version !== present).map(
      ({ InstanceId }) => ({ id: InstanceId, group: group.AutoScalingGroupName }),
    );
  });
}

interface TemplateVersion {
  Version: string;
}

interface AutoScalingGroup {
  AutoScalingGroupName: string;
  LaunchTemplate?: TemplateVersion;
  MixedInstancesPolicy?: { LaunchTemplate: { LaunchTemplateSpecification: TemplateVersion } };
  Instances: { InstanceId: string; LaunchTemplate?: TemplateVersion }[];
}

/** An EC2 instance, as far as it is needed here. */
export interface Instance {
  InstanceId: string;
  Placement?: { AvailabilityZone?: string };
  PrivateIpAddress?: string;
}

/** The running instances of a cluster with certain tags, by zone and ID. */
export async function clusterInstances(aws: Aws, cluster: string, tags: Record<string, string>): Promise<Instance[]> {
  const filters = Object.entries({ "cos-cluster": cluster, ...tags }).map(
    ([key, value]) => `Name=tag:${key},Values=${value}`,
  );
  const { Reservations = [] } = await aws.call<{ Reservations?: { Instances: Instance[] }[] }>([
    "ec2",
    "describe-instances",
    "--filters",
    "Name=instance-state-name,Values=running",
    ...filters,
  ]);
  const key = (instance: Instance) => `${instance.Placement?.AvailabilityZone ?? ""} ${instance.InstanceId}`;
  return Reservations.flatMap(({ Instances }) => Instances).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** An instance refresh of an Auto Scaling group, as far as it is needed here. */
export interface InstanceRefresh {
  Status: string;
  StatusReason?: string;
  StartTime?: string;
  PercentageComplete?: number;
}

/** The last refresh of each pool that has had one. @param groups names of the pools' Auto Scaling groups, by pool */
export async function lastRefreshes(
  aws: Aws,
  groups: Record<string, string>,
): Promise<{ pool: string; group: string; refresh: InstanceRefresh }[]> {
  const found = await Promise.all(
    Object.entries(groups).map(async ([pool, group]) => {
      const { InstanceRefreshes } = await aws.call<{ InstanceRefreshes: InstanceRefresh[] }>([
        ...["autoscaling", "describe-instance-refreshes", "--max-items", "1"],
        ...["--auto-scaling-group-name", group],
      ]);
      return InstanceRefreshes.slice(0, 1).map((refresh) => ({ pool, group, refresh }));
    }),
  );
  return found.flat();
}
