import type { ClusterOutputs } from "../../components/cos/outputs";
import { type Aws, clusterInstances, type InstanceRefresh, lastRefreshes } from "../aws";
import type { Finding } from "./finding";

/** An instance refresh that has gone on for longer than this is said, in hours: Auto Scaling gives one up that is stuck after one. */
const longRefreshHours = 1;

/** Instances of clients that Nomad does not know, by the IDs of those that it knows. */
export async function instanceFindings(aws: Aws, cluster: string, known: ReadonlySet<string>): Promise<Finding[]> {
  const instances = await clusterInstances(aws, cluster, { "cos-role": "client" });
  return instances
    .filter(({ InstanceId }) => !known.has(InstanceId))
    .map(({ InstanceId, PrivateIpAddress = "no address" }) => ({
      problem: `The instance ${InstanceId} (${PrivateIpAddress}) runs, and is no client of Nomad's`,
      remedy:
        `aws ec2 get-console-output --latest --output text --instance-id ${InstanceId}; for another in its place: ` +
        `aws autoscaling terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity --instance-id ${InstanceId}`,
    }));
}

/** Refreshes of pools that have not come to their end. */
export async function refreshFindings(aws: Aws, groups: Record<string, string>, now = Date.now()): Promise<Finding[]> {
  const last = await lastRefreshes(aws, groups);
  return last.flatMap(({ pool, group, refresh }) => refreshFinding(pool, group, refresh, now));
}

function refreshFinding(pool: string, group: string, refresh: InstanceRefresh, now: number): Finding[] {
  const { Status, StatusReason, StartTime, PercentageComplete = 0 } = refresh;
  const because = StatusReason === undefined ? "" : `: ${StatusReason}`;
  if (/^(Failed|Rollback(Failed|Successful))$/.test(Status)) {
    const went = Status === "RollbackSuccessful" ? "did not work, and it has gone back" : "has failed";
    const remedy =
      "correct what has changed, and `pulumi up` again. Why a new node has not come: aws autoscaling describe-scaling-activities " +
      `--max-items 5 --auto-scaling-group-name ${group}`;
    return [{ problem: `The last refresh of the pool ${pool} ${went}${because}`, remedy }];
  }
  const hours = StartTime === undefined ? 0 : (now - Date.parse(StartTime)) / 3_600_000;
  if (Status === "InProgress" && hours > longRefreshHours) {
    const problem = `The refresh of the pool ${pool} has been going on for ${hours.toFixed(1)} hours, and is at ${PercentageComplete} %${because}`;
    return [{ problem, remedy: `aws autoscaling rollback-instance-refresh --auto-scaling-group-name ${group}` }];
  }
  return [];
}

interface TargetHealth {
  Target: { Id: string; Port: number };
  TargetHealth: { State: string; Description?: string };
}

/** Targets of ingresses that get no requests. */
export async function targetFindings(aws: Aws, { ingresses }: ClusterOutputs): Promise<Finding[]> {
  const found = await Promise.all(
    Object.entries(ingresses).map(async ([name, { targetGroupArn }]) => {
      const { TargetHealthDescriptions } = await aws.call<{ TargetHealthDescriptions: TargetHealth[] }>([
        ...["elbv2", "describe-target-health", "--target-group-arn", targetGroupArn],
      ]);
      return TargetHealthDescriptions.filter(({ TargetHealth: { State } }) => State === "unhealthy").map(
        ({ Target: { Id, Port }, TargetHealth: { Description = "no reason" } }) => ({
          problem: `The ingress ${name} has no healthy fabio on ${Id}, port ${Port}: ${Description}`,
          remedy: `npx pulumi-cos why fabio; npx pulumi-cos login ${Id}`,
        }),
      );
    }),
  );
  return found.flat();
}
