import { type Aws, AwsError } from "../aws";
import { allGroups, type InstanceGroup } from "../stack-plan";
import { type Check, describeTypes, type Result, type Subject, type TypeFacts } from "./check";

/** Quotas, by their codes in Service Quotas. */
const quotas = {
  /** vCPUs of running on-demand instances of the standard families: A, C, D, H, I, M, R, T, Z. */
  onDemandVcpus: { service: "ec2", code: "L-1216C47A" },
  /** vCPUs of spot instances of the standard families. */
  spotVcpus: { service: "ec2", code: "L-34B43A08" },
  elasticAddresses: { service: "ec2", code: "L-0263D0A3" },
  vpcs: { service: "vpc", code: "L-F678F1CE" },
};

const standardFamily = /^[acdhimrtz]\d/;

/** The limit of the account, or AWS's default where it has none of its own. */
async function limitOf(aws: Aws, { service, code }: { service: string; code: string }): Promise<number> {
  const args = ["--service-code", service, "--quota-code", code];
  interface Answer {
    Quota: { Value: number };
  }
  try {
    return (await aws.call<Answer>(["service-quotas", "get-service-quota", ...args])).Quota.Value;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "NoSuchResourceException") throw error;
    return (await aws.call<Answer>(["service-quotas", "get-aws-default-service-quota", ...args])).Quota.Value;
  }
}

interface Demand {
  /** At first. */
  needed: number;
  /** When everything has grown as far as it may. */
  most?: number;
  used: number;
  limit: number;
}

/** Whether something fits into what is left of a quota. */
function judge(unit: string, { needed, most = needed, used, limit }: Demand, quota: keyof typeof quotas): Result {
  const { service, code } = quotas[quota];
  const said = `${needed} ${unit} needed, ${used} of ${limit} in use`;
  const remedy = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${used + most}`;
  if (used + needed > limit) return { state: "failed", said, remedy };
  if (used + most > limit) return { state: "warning", said: `${said}; ${most} when all pools have grown`, remedy };
  return { state: "ok", said };
}

interface RunningInstance {
  InstanceType: string;
  InstanceLifecycle?: string;
  CpuOptions?: { CoreCount: number; ThreadsPerCore: number };
}

/** vCPUs of the groups, on demand or spot. */
function vcpusOf(
  groups: InstanceGroup[],
  size: "count" | "most",
  facts: Map<string, TypeFacts>,
  spot: boolean,
): number {
  return groups.reduce((sum, group) => {
    const standard = group.instanceTypes.filter((type) => standardFamily.test(type));
    // Of several types, any may be taken: the largest counts.
    const vcpus = Math.max(0, ...standard.map((type) => facts.get(type)?.vcpus ?? 0));
    const spots = Math.ceil((group[size] * group.spotShare) / 100);
    return sum + vcpus * (spot ? spots : group[size] - spots);
  }, 0);
}

async function vcpus({ aws, plan }: Subject): Promise<Result[]> {
  const groups = allGroups(plan);
  const types = [...new Set(groups.flatMap(({ instanceTypes }) => instanceTypes))];
  const [facts, { Reservations = [] }] = await Promise.all([
    describeTypes(aws, types),
    aws.call<{ Reservations?: { Instances: RunningInstance[] }[] }>([
      "ec2",
      "describe-instances",
      "--filters",
      "Name=instance-state-name,Values=pending,running",
    ]),
  ]);
  const running = Reservations.flatMap(({ Instances }) => Instances).filter(({ InstanceType }) =>
    standardFamily.test(InstanceType),
  );
  const used = (spot: boolean) =>
    running
      .filter(({ InstanceLifecycle }) => (InstanceLifecycle === "spot") === spot)
      .reduce((sum, { CpuOptions }) => sum + (CpuOptions ? CpuOptions.CoreCount * CpuOptions.ThreadsPerCore : 0), 0);
  const kinds = groups.some(({ spotShare }) => spotShare > 0) ? [false, true] : [false];
  return Promise.all(
    kinds.map(async (spot) => {
      const quota = spot ? "spotVcpus" : "onDemandVcpus";
      const demand = {
        needed: vcpusOf(groups, "count", facts, spot),
        most: vcpusOf(groups, "most", facts, spot),
        used: used(spot),
        limit: await limitOf(aws, quotas[quota]),
      };
      return judge(spot ? "vCPUs of spot instances" : "vCPUs", demand, quota);
    }),
  );
}

async function addresses({ aws, plan }: Subject): Promise<Result> {
  const needed = plan.args.network?.natAddressIds ? 0 : plan.natGateways;
  if (needed === 0) return { state: "ok", said: "none needed" };
  const [limit, { Addresses }] = await Promise.all([
    limitOf(aws, quotas.elasticAddresses),
    aws.call<{ Addresses: unknown[] }>(["ec2", "describe-addresses"]),
  ]);
  return judge("addresses", { needed, used: Addresses.length, limit }, "elasticAddresses");
}

async function vpcs({ aws, plan }: Subject): Promise<Result> {
  if (plan.args.existingNetwork) return { state: "ok", said: "none needed" };
  const [limit, { Vpcs }] = await Promise.all([
    limitOf(aws, quotas.vpcs),
    aws.call<{ Vpcs: unknown[] }>(["ec2", "describe-vpcs"]),
  ]);
  return judge("VPC", { needed: 1, used: Vpcs.length, limit }, "vpcs");
}

/** Quotas that a first `up` can run into. */
export const quotaChecks: Check[] = [
  { name: "vCPU quota", run: vcpus },
  { name: "Elastic IP quota", run: addresses },
  { name: "VPC quota", run: vpcs },
];
