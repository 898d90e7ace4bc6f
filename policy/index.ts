import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

/**
 * What a container orchestration system must never be, as a CrossGuard policy pack: `pulumi preview --policy-pack
 * node_modules/pulumi-cos/policy`. All rules are mandatory; a file for `--policy-pack-config` makes them advisory, disables them, or sets
 * what they take.
 */
new PolicyPack("cos", { enforcementLevel: "mandatory", policies: rules });
