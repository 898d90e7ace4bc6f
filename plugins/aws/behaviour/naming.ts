import { createHash, randomUUID } from "node:crypto";
import type { PlainMap } from "../../value";
import { type Site, arn, hex } from "../cloud";
import { type Behaviour, shown, textOf, textsOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

export const ZONE = "aws:route53/zone:Zone";
const RECORD = "aws:route53/record:Record";

const TYPES = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SPF",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
];

const zone: Behaviour = {
  id: () => `Z0${hex(18).toUpperCase()}`,
  outputs: (id) => ({
    zoneId: id,
    arn: `arn:aws:route53:::hostedzone/${id}`,
    nameServers: ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net"],
    primaryNameServer: "ns-0.awsdns-00.com",
  }),
};

const record: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("type", TYPES).exactlyOne("records", "aliases");
    if (isGiven(inputs["records"]) && !isGiven(inputs["ttl"])) checks.add("ttl", 'is needed with "records"');
    if (isGiven(inputs["aliases"]) && isGiven(inputs["ttl"])) checks.add("ttl", 'is not for "aliases"');
    return checks.failures;
  },
  allow: (inputs, { cloud: { account } }, id) => {
    const clash = account.all(RECORD).some((entry) => entry.id !== id && recordId(entry.values) === recordId(inputs));
    if (!clash || inputs["allowOverwrite"] === true) return;
    const { name, type } = inputs;
    throw new Error(
      `InvalidChangeBatch: [Tried to create resource record set [name='${shown(name)}.', type='${shown(type)}'] but it already exists]`,
    );
  },
  id: (inputs) => recordId(inputs),
  outputs: (_id, inputs, site) => ({ fqdn: fullName(inputs, site), allowOverwrite: false }),
};

function recordId({ zoneId, name, type, setIdentifier }: PlainMap): string {
  return [zoneId, shown(name).toLowerCase(), type, ...(isGiven(setIdentifier) ? [setIdentifier] : [])]
    .map(String)
    .join("_");
}

/** The record's name with its zone's; as it is where the account does not know the zone. */
function fullName({ zoneId, name }: PlainMap, { cloud: { account } }: Site): string {
  const own = shown(name).replace(/\.$/, "");
  const domain = textOf(account.get(ZONE, textOf(zoneId) ?? "")?.values["name"])?.replace(/\.$/, "");
  if (domain === undefined || own === domain || own.endsWith(`.${domain}`)) return own;
  return own === "" ? domain : `${own}.${domain}`;
}

const certificate: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .oneOf("validationMethod", ["DNS", "EMAIL", "HTTP"])
      .atMostOne("domainName", "privateKey")
      .matches("domainName", /^(\*\.)?[a-z0-9.-]{1,253}$/i, "a domain name")
      .matches("subjectAlternativeNames", /^(\*\.)?[a-z0-9.-]{1,253}$/i, "a domain name");
    if (!isGiven(inputs["domainName"]) && !isGiven(inputs["privateKey"]) && !isGiven(inputs["privateKeyWo"])) {
      checks.add("domainName", 'or "privateKey" is needed');
    }
    return checks.failures;
  },
  id: (_inputs, site) => arn(site, "acm", `certificate/${randomUUID()}`),
  outputs: (id, inputs, _site, former) => {
    const domain = textOf(inputs["domainName"]) ?? textOf(former["domainName"]) ?? "";
    const names = [...new Set([domain, ...textsOf(inputs["subjectAlternativeNames"])])];
    const byDns = inputs["validationMethod"] === "DNS";
    return {
      arn: id,
      status: byDns ? "PENDING_VALIDATION" : "ISSUED",
      type: isGiven(inputs["privateKey"]) ? "IMPORTED" : "AMAZON_ISSUED",
      domainValidationOptions: byDns ? names.map((name) => validationOf(name, id)) : [],
      validationEmails: [],
      domainName: domain,
      subjectAlternativeNames: names,
      keyAlgorithm: "RSA_2048",
      validationMethod: "NONE",
      options: { certificateTransparencyLoggingPreference: "ENABLED", export: "DISABLED" },
      notAfter: "",
      notBefore: "",
      pendingRenewal: false,
      renewalEligibility: "INELIGIBLE",
      renewalSummaries: [],
    };
  },
};

// A wildcard is proved by the same record as its parent.
function validationOf(domainName: string, id: string): PlainMap {
  const base = domainName.replace(/^\*\./, "");
  const token = (what: string) => createHash("md5").update(`${what} ${base} ${id}`).digest("hex");
  return {
    domainName,
    resourceRecordName: `_${token("name")}.${base}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${token("value")}.acm-validations.aws.`,
  };
}

export const namingBehaviours: Readonly<Record<string, Behaviour>> = {
  [ZONE]: zone,
  [RECORD]: record,
  "aws:acm/certificate:Certificate": certificate,
  "aws:acm/certificateValidation:CertificateValidation": { id: () => new Date().toISOString() },
};
