import type { MockOutputs } from "./mock-engine";

/** What certificates of ACM and records of Route 53 have besides their inputs. */
export const certificateOutputs: MockOutputs = {
  "aws:acm/certificate:Certificate": (inputs, name) => {
    const { domainName, subjectAlternativeNames = [] } = inputs as {
      domainName: string;
      subjectAlternativeNames?: string[];
    };
    return {
      arn: `arn:aws:acm:eu-central-1:123456789012:certificate/${name}`,
      // In no order to rely on, and a wildcard has the record of the name that it is below.
      domainValidationOptions: [...subjectAlternativeNames, domainName].map((of) => ({
        domainName: of,
        resourceRecordName: `_proof.${of.replace("*.", "")}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${of.replace("*.", "")}.acm-validations.aws.`,
      })),
    };
  },
  "aws:route53/record:Record": (inputs) => ({ fqdn: (inputs as { name: string }).name }),
};
