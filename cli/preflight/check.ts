import type { Architecture } from "../../components/instance-type";
import type { Aws } from "../aws";
import { messageOf } from "../errors";
import type { StackPlan } from "../stack-plan";

/** How a check went. */
export interface Result {
  state: "ok" | "warning" | "failed";
  /** What was found. */
  said: string;
  /** What would help, where it is not ok. */
  remedy?: string;
}

/** What the checks look at. */
export interface Subject {
  aws: Aws;
  plan: StackPlan;
  region: string;
}

/** One thing that the first `up` needs. */
export interface Check {
  /** For people. */
  name: string;
  /** Finds out. What it throws is a failure like any other. */
  run: (subject: Subject) => Promise<Result | Result[]>;
}

/** A result with the name of its check. */
export interface Named extends Result {
  name: string;
}

/** Runs all checks, whatever fails. */
export async function runChecks(checks: readonly Check[], subject: Subject): Promise<Named[]> {
  const results = await Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return [await run(subject)].flat().map((result) => ({ name, ...result }));
      } catch (error) {
        return [{ name, state: "failed" as const, said: messageOf(error) }];
      }
    }),
  );
  return results.flat();
}

/** A type with its properties, as EC2 describes it. */
export interface TypeFacts {
  architectures: Architecture[];
  vcpus: number;
}

/** What EC2 says of instance types of its region. @throws AwsError where it has not all of them */
export async function describeTypes(aws: Aws, types: string[]): Promise<Map<string, TypeFacts>> {
  const { InstanceTypes } = await aws.call<{
    InstanceTypes: {
      InstanceType: string;
      VCpuInfo: { DefaultVCpus: number };
      ProcessorInfo: { SupportedArchitectures: Architecture[] };
    }[];
  }>(["ec2", "describe-instance-types", "--instance-types", ...types]);
  return new Map(
    InstanceTypes.map(({ InstanceType, VCpuInfo, ProcessorInfo }) => [
      InstanceType,
      { vcpus: VCpuInfo.DefaultVCpus, architectures: ProcessorInfo.SupportedArchitectures },
    ]),
  );
}
