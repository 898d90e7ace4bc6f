import type { Rule } from "../rule";
import { noWildcardIam } from "./iam";
import { imdsv2, noSecretsInUserData, pinnedLaunchTemplate, privateAddresses } from "./instances";
import { limitedJobs } from "./jobs";
import { noApisOpenToTheWorld } from "./network";
import { oddServers, severalZones } from "./servers";
import { encryptedBuckets, encryptedVolumes } from "./storage";

/** All rules of the pack, each on its own. */
export const rules: Rule[] = [
  noApisOpenToTheWorld,
  encryptedVolumes,
  encryptedBuckets,
  imdsv2,
  privateAddresses,
  noSecretsInUserData,
  pinnedLaunchTemplate,
  noWildcardIam,
  oddServers,
  severalZones,
  limitedJobs,
];
