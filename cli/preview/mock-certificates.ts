import { createPublicKey, generateKeyPairSync } from "node:crypto";
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

/** What keys and certificates of the tls provider have besides their inputs. */
export const tlsOutputs: MockOutputs = {
  "tls:index/privateKey:PrivateKey": (inputs, name) =>
    (inputs as { algorithm: string }).algorithm === "RSA" ? rsaKey() : { privateKeyPem: `key of ${name}\n` },
  "tls:index/selfSignedCert:SelfSignedCert": (_inputs, name) => ({ certPem: `certificate ${name}\n` }),
  "tls:index/certRequest:CertRequest": (_inputs, name) => ({ certRequestPem: `request ${name}` }),
  "tls:index/locallySignedCert:LocallySignedCert": (_inputs, name) => ({ certPem: `certificate ${name}\n` }),
};

/** One that signs, the same each time: a new one takes a while. */
function rsaKey() {
  key ??= generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  return { privateKeyPem: key, publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString() };
}
let key: string | undefined;
