import type { Facts } from "../schema";

/** DNS and certificates. */
export const namingFacts: Readonly<Record<string, Facts>> = {
  "aws:route53/zone:Zone": {
    replaces: "delegationSetId name",
    defaults: { comment: "Managed by Pulumi", forceDestroy: false },
  },
  "aws:route53/record:Record": { replaces: "name zoneId", computed: "allowOverwrite" },
  "aws:acm/certificate:Certificate": {
    replaces:
      "certificateAuthorityArn domainName keyAlgorithm subjectAlternativeNames validationMethod validationOptions",
    computed: "domainName keyAlgorithm options subjectAlternativeNames validationMethod",
    secret: "privateKey privateKeyWo",
    writeOnly: "privateKeyWo",
  },
  "aws:acm/certificateValidation:CertificateValidation": { replaces: "certificateArn validationRecordFqdns" },
};
