import type * as aws from "@pulumi/aws";
import type { FileLifecycle, IdleDays } from "./args";

/** The lifecycle policies of a file system: EFS takes one transition in each. */
export function lifecyclePolicies(lifecycle: FileLifecycle = {}): aws.types.input.efs.FileSystemLifecyclePolicy[] {
  const { infrequentAccessAfterDays = 30, archiveAfterDays = false, backOnAccess = true } = lifecycle;
  const policies: aws.types.input.efs.FileSystemLifecyclePolicy[] = [];
  if (infrequentAccessAfterDays !== false) policies.push({ transitionToIa: after(infrequentAccessAfterDays) });
  if (archiveAfterDays !== false) policies.push({ transitionToArchive: after(archiveAfterDays) });
  // Without a way out there is none back.
  if (backOnAccess && policies.length > 0) policies.push({ transitionToPrimaryStorageClass: "AFTER_1_ACCESS" });
  return policies;
}

const after = (days: IdleDays): string => `AFTER_${days}_DAY${days === 1 ? "" : "S"}`;
