import { randomBytes, randomUUID } from "node:crypto";
import { hash } from "bcryptjs";
import { resource, type StandIn } from "../stand-in";
import { randomText, textFailures, textInputs } from "./text";

/** Cost of the hash that the real plugin makes of passwords. Source: golang.org/x/crypto/bcrypt, `DefaultCost`. */
const bcryptCost = 10;

const keepers = { type: { map: "string" }, replaces: true } as const;

const password = resource<null>()({
  inputs: textInputs,
  outputs: { result: "secret", bcryptHash: "secret" },
  check: textFailures,
  async create(inputs) {
    const result = randomText(inputs);
    return { id: "none", outputs: { result, bcryptHash: await hash(result, bcryptCost) } };
  },
});

const string = resource<null>()({
  inputs: textInputs,
  outputs: { result: "plain" },
  check: textFailures,
  create(inputs) {
    const result = randomText(inputs);
    return Promise.resolve({ id: result, outputs: { result } });
  },
});

const uuid = resource<null>()({
  inputs: { keepers },
  outputs: { result: "plain" },
  create() {
    const result = randomUUID();
    return Promise.resolve({ id: result, outputs: { result } });
  },
});

const id = resource<null>()({
  inputs: {
    keepers,
    byteLength: { type: "integer", required: true, replaces: true },
    prefix: { type: "string", replaces: true },
  },
  outputs: { b64Std: "plain", b64Url: "plain", hex: "plain", dec: "plain" },
  create({ byteLength, prefix = "" }) {
    const bytes = randomBytes(byteLength);
    const hex = bytes.toString("hex");
    const forms = {
      b64Std: bytes.toString("base64"),
      b64Url: bytes.toString("base64url"),
      hex,
      dec: BigInt(`0x${hex}`).toString(),
    };
    const outputs = Object.fromEntries(Object.entries(forms).map(([key, form]) => [key, prefix + form]));
    return Promise.resolve({ id: forms.b64Url, outputs });
  },
});

const bytes = resource<null>()({
  inputs: { keepers, length: { type: "integer", required: true, replaces: true } },
  outputs: { base64: "secret", hex: "secret" },
  create({ length }) {
    const made = randomBytes(length);
    const base64 = made.toString("base64");
    return Promise.resolve({ id: base64, outputs: { base64, hex: made.toString("hex") } });
  },
});

/**
 * The stand-in for the random plugin. Like the real one it keeps the values of all but `RandomPassword` as their IDs, which nothing encrypts:
 * also those of `RandomBytes`, whose outputs are secret.
 */
export function randomStandIn(): StandIn<null> {
  return {
    name: "random",
    version: "4.21.2",
    comparison: "state",
    config: {},
    configure: () => null,
    resources: {
      "random:index/randomPassword:RandomPassword": password,
      "random:index/randomString:RandomString": string,
      "random:index/randomUuid:RandomUuid": uuid,
      "random:index/randomId:RandomId": id,
      "random:index/randomBytes:RandomBytes": bytes,
    },
  };
}
