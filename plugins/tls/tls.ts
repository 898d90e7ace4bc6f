// What @peculiar/x509 wants to be there before it.
import "reflect-metadata";
import { createHash } from "node:crypto";
import {
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from "@peculiar/x509";
import { resource, type StandIn } from "../stand-in";
import { certificateInputs, certificateLife, certificateOutputs, issue } from "./certificate";
import { signingKeys } from "./keys";
import { alternativeNames, distinguishedName, nameInputs } from "./names";
import { privateKey } from "./private-key";

const key = { type: "string", required: true, secret: true, replaces: true } as const;
const writeOnly = { type: "string", unimplemented: true } as const;

const selfSignedCert = resource<null>()({
  inputs: {
    ...nameInputs,
    ...certificateInputs,
    privateKeyPem: key,
    privateKeyPemWo: writeOnly,
    setAuthorityKeyId: { type: "boolean", default: false, replaces: true },
  },
  outputs: { ...certificateOutputs, keyAlgorithm: "plain" },
  ...certificateLife,
  async create(inputs) {
    const keys = await signingKeys(inputs.privateKeyPem);
    const name = distinguishedName(inputs);
    const subject = { name, publicKey: keys.publicKey, alternativeNames: alternativeNames(inputs) };
    const { keyId } = await SubjectKeyIdentifierExtension.create(keys.publicKey);
    const issuer = { name, keys, keyId: inputs.setAuthorityKeyId ? keyId : undefined };
    const { id, outputs } = await issue(subject, issuer, inputs);
    return { id, outputs: { ...outputs, keyAlgorithm: keys.algorithm } };
  },
});

const certRequest = resource<null>()({
  inputs: { ...nameInputs, privateKeyPem: key, privateKeyPemWo: writeOnly },
  outputs: { certRequestPem: "plain", keyAlgorithm: "plain" },
  async create(inputs) {
    const keys = await signingKeys(inputs.privateKeyPem);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: distinguishedName(inputs),
      keys,
      signingAlgorithm: keys.signing,
      extensions: alternativeNames(inputs),
    });
    const certRequestPem = `${request.toString("pem")}\n`;
    const id = createHash("sha1").update(certRequestPem).digest("hex");
    return { id, outputs: { certRequestPem, keyAlgorithm: keys.algorithm } };
  },
});

const locallySignedCert = resource<null>()({
  inputs: {
    ...certificateInputs,
    certRequestPem: { type: "string", required: true, replaces: true },
    caPrivateKeyPem: key,
    caPrivateKeyPemWo: writeOnly,
    caCertPem: { type: "string", required: true, replaces: true },
  },
  outputs: { ...certificateOutputs, caKeyAlgorithm: "plain" },
  ...certificateLife,
  async create(inputs) {
    const keys = await signingKeys(inputs.caPrivateKeyPem);
    const request = new Pkcs10CertificateRequest(inputs.certRequestPem);
    if (!(await request.verify())) throw new Error("the certificate request is not signed by its own key");
    const subject = {
      name: request.subjectName.toJSON(),
      publicKey: request.publicKey,
      alternativeNames: request.extensions.filter((each) => each instanceof SubjectAlternativeNameExtension),
    };
    const authority = new X509Certificate(inputs.caCertPem);
    const { keyId } = authority.getExtension(SubjectKeyIdentifierExtension) ?? {};
    const issuer = { name: authority.subjectName.toJSON(), keys, keyId };
    const { id, outputs } = await issue(subject, issuer, inputs);
    return { id, outputs: { ...outputs, caKeyAlgorithm: keys.algorithm } };
  },
});

/** The stand-in for the tls plugin, with real keys and certificates. Without keys in the form of OpenSSH, and without functions. */
export function tlsStandIn(): StandIn<null> {
  return {
    name: "tls",
    version: "5.6.1",
    comparison: "state",
    config: {},
    configure: () => null,
    resources: {
      "tls:index/privateKey:PrivateKey": privateKey,
      "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
      "tls:index/certRequest:CertRequest": certRequest,
      "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
    },
  };
}
