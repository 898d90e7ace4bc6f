import { type Aws, AwsError } from "../aws";
import type { Check, Result, Subject } from "./check";

interface Identity {
  Account: string;
  Arn: string;
}

const identityOf = (aws: Aws) => aws.call<Identity>(["sts", "get-caller-identity"]);

async function credentials({ aws }: Subject): Promise<Result> {
  try {
    const { Account, Arn } = await identityOf(aws);
    return { state: "ok", said: `account ${Account} as ${Arn}` };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return {
      state: "failed",
      said: error.message,
      remedy: "aws configure, aws sso login, or AWS_PROFILE for a profile with credentials",
    };
  }
}

async function zones({ aws, plan, region }: Subject): Promise<Result> {
  const { AvailabilityZones } = await aws.call<{ AvailabilityZones: { ZoneName: string }[] }>([
    "ec2",
    "describe-availability-zones",
    "--filters",
    "Name=state,Values=available",
    "Name=zone-type,Values=availability-zone",
  ]);
  const names = AvailabilityZones.map(({ ZoneName }) => ZoneName);
  const wanted = plan.args.network?.availabilityZones;
  const unknown = Array.isArray(wanted) ? wanted.filter((zone) => !names.includes(zone)) : [];
  const said = `${plan.zones} wanted, ${region} has ${names.join(", ")}`;
  const fits = unknown.length === 0 && names.length >= plan.zones;
  return fits
    ? { state: "ok", said }
    : { state: "failed", said, remedy: "set cos:network.availabilityZones to what there is" };
}

/** Roles that AWS's services use themselves. Each is made on first use by a caller with the right to. */
const serviceLinkedRoles = [
  { role: "AWSServiceRoleForAutoScaling", service: "autoscaling.amazonaws.com" },
  { role: "AWSServiceRoleForElasticLoadBalancing", service: "elasticloadbalancing.amazonaws.com" },
];
const spotRole = { role: "AWSServiceRoleForEC2Spot", service: "spot.amazonaws.com" };

async function roles({ aws, plan }: Subject): Promise<Result[]> {
  const usesSpot = plan.groups.some(({ spotShare }) => spotShare > 0);
  const needed = usesSpot ? [...serviceLinkedRoles, spotRole] : serviceLinkedRoles;
  return Promise.all(
    needed.map(async ({ role, service }): Promise<Result> => {
      try {
        await aws.call(["iam", "get-role", "--role-name", role]);
        return { state: "ok", said: role };
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "NoSuchEntity") throw error;
        return {
          state: "warning",
          said: `${role} is not there yet; AWS makes it on first use, where the caller may (iam:CreateServiceLinkedRole)`,
          remedy: `aws iam create-service-linked-role --aws-service-name ${service}`,
        };
      }
    }),
  );
}

/** The main actions of an `up`, of its jobs' way in, and of a `destroy`. */
const actions = [
  "ec2:CreateVpc",
  "ec2:CreateSubnet",
  "ec2:CreateNatGateway",
  "ec2:AllocateAddress",
  "ec2:CreateSecurityGroup",
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:CreateLaunchTemplate",
  "ec2:RunInstances",
  "ec2:CreateTags",
  "ec2:DeleteVpc",
  "autoscaling:CreateAutoScalingGroup",
  "autoscaling:DeleteAutoScalingGroup",
  "autoscaling:PutLifecycleHook",
  "autoscaling:SetDesiredCapacity",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "elasticloadbalancing:CreateLoadBalancer",
  "elasticloadbalancing:CreateListener",
  "elasticloadbalancing:CreateTargetGroup",
  "iam:CreateRole",
  "iam:PutRolePolicy",
  "iam:PassRole",
  "iam:CreateInstanceProfile",
  "iam:CreateServiceLinkedRole",
  "kms:CreateKey",
  "kms:EnableKeyRotation",
  "kms:Encrypt",
  "ssm:PutParameter",
  "ssm:StartSession",
];

async function rights({ aws }: Subject): Promise<Result> {
  const { Arn } = await identityOf(aws);
  if (Arn.endsWith(":root")) return { state: "ok", said: "the account's root user may do everything" };
  try {
    const { EvaluationResults } = await aws.call<{
      EvaluationResults: { EvalActionName: string; EvalDecision: string }[];
    }>(["iam", "simulate-principal-policy", "--policy-source-arn", principalOf(Arn), "--action-names", ...actions]);
    const denied = EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== "allowed").map(
      ({ EvalActionName }) => EvalActionName,
    );
    if (denied.length === 0) return { state: "ok", said: `${actions.length} main actions are allowed` };
    return {
      state: "failed",
      said: `not allowed: ${denied.join(", ")}`,
      remedy: `give ${principalOf(Arn)} these rights, or use other credentials`,
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return {
      state: "warning",
      said: `the caller's rights are unknown: ${error.message}`,
      remedy: "allow iam:SimulatePrincipalPolicy, or see whether `pulumi up` gets through",
    };
  }
}

/** The user or role behind the caller: a session's ARN is none that policies are attached to. */
export function principalOf(arn: string): string {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  return session ? `arn:${session[1] ?? ""}:iam::${session[2] ?? ""}:role/${session[3] ?? ""}` : arn;
}

/** What an account needs. */
export const accountChecks: Check[] = [
  { name: "credentials", run: credentials },
  { name: "availability zones", run: zones },
  { name: "service-linked role", run: roles },
  { name: "rights", run: rights },
];
