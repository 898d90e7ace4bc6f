import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as nomad from "@pulumi/nomad";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as pulumi from "@pulumi/pulumi";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { type Fact, type Facts, elementOf, readFacts } from "./nomad-facts";

type Plain = string | number | boolean | undefined | Plain[] | { [key: string]: Plain };
type Reply = (error: unknown, response: unknown) => void;

/** What the bindings asked the engine for. */
interface Request {
  token: string;
  inputs: unknown;
  secretOutputs: string[];
  version: string;
}

const facts = readFacts();

/** Lets the mock engine do its work, and notes what it is asked. */
function record(monitor: MockMonitor): Request[] {
  const requests: Request[] = [];
  const note = (request: RegisterResourceRequest | ReadResourceRequest, inputs: unknown) => {
    const secretOutputs = request.getAdditionalsecretoutputsList();
    requests.push({ token: request.getType(), inputs, secretOutputs, version: request.getVersion() });
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, reply: Reply) => {
    note(request, request.getObject()?.toJavaScript());
    return register(request, reply);
  };
  const read = monitor.readResource.bind(monitor);
  monitor.readResource = (request: ReadResourceRequest, reply: Reply) => {
    note(request, request.getProperties()?.toJavaScript());
    return read(request, reply);
  };
  return requests;
}

type ResourceClass = (new (name: string, args: unknown, opts?: pulumi.CustomResourceOptions) => pulumi.Resource) & {
  get(name: string, id: string, state: unknown): pulumi.CustomResource;
  isInstance(value: unknown): boolean;
};

function classOf(name: string): ResourceClass {
  const found: unknown = Reflect.get(nomad, name);
  assert.equal(typeof found, "function", `@pulumi/nomad has no ${name}`);
  return found as ResourceClass;
}

/** A value of a type of the facts, its texts telling where they came from. */
function sample(type: string, path: string): Plain {
  const { list, map } = elementOf(type);
  if (list !== undefined) return [sample(list, path)];
  if (map !== undefined) return { key: sample(map, path) };
  if (type === "string") return `the ${path}`;
  if (type === "integer") return 7;
  if (type === "boolean") return true;
  return samples(facts.types[type] ?? assert.fail(`no facts about the type ${type}`), path);
}

function samples(properties: Facts, path = "own"): Record<string, Plain> {
  return Object.fromEntries(Object.entries(properties).map(([key, { type }]) => [key, sample(type, `${path}.${key}`)]));
}

/** How a secret travels to the engine. */
function asSecret(value: Plain) {
  return { [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig, value };
}

function withSecrets(properties: Facts, values: Record<string, Plain>) {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, properties[key]?.secret ? asSecret(value) : value]),
  );
}

function secretNames(...properties: Facts[]): string[] {
  const names = properties.flatMap((group) => Object.keys(group).filter((key) => group[key]?.secret));
  return [...new Set(names)].sort();
}

function settled(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}

describe("@pulumi/nomad", () => {
  let requests: Request[];

  beforeEach(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as Record<string, unknown> }),
      call: () => ({}),
    });
    requests = record(pulumi.runtime.getMonitor() as unknown as MockMonitor);
  });

  it("exports what the facts name, and nothing else", () => {
    assert.deepEqual(Object.keys(nomad).sort(), ["Provider", "types", ...Object.keys(facts.resources)].sort());
  });

  for (const [name, { token, inputs, outputs }] of Object.entries(facts.resources)) {
    describe(name, () => {
      it("is registered under its token, with its inputs and its secrets", async () => {
        const args = samples(inputs);
        await settled(new (classOf(name))("it", args));
        assert.deepEqual(requests, [
          {
            token,
            inputs: withSecrets(inputs, args),
            secretOutputs: secretNames(inputs, outputs),
            version: facts.version,
          },
        ]);
      });

      it("throws without a required property", () => {
        for (const [key, fact] of Object.entries(inputs)) {
          const args = { ...samples(inputs), [key]: undefined };
          const construct = () => new (classOf(name))("it", args);
          if (fact.optional) assert.doesNotThrow(construct);
          else assert.throws(construct, { message: `Missing required property '${key}'` });
        }
      });

      it("is read by get, with all of its state", async () => {
        const state = samples(outputs);
        const found = classOf(name).get("it", "some-id", state);
        await settled(found);
        assert.deepEqual(requests, [
          { token, inputs: state, secretOutputs: secretNames(inputs, outputs), version: facts.version },
        ]);
      });

      it("has an output for each property, which the provider fills or leaves", async () => {
        const resource = new (classOf(name))("it", samples(inputs));
        for (const key of Object.keys(outputs)) {
          assert.ok(pulumi.Output.isInstance(Reflect.get(resource, key)), `${name}.${key} is no output`);
        }
        await settled(resource);
      });

      it("knows its instances", async () => {
        const resource = new (classOf(name))("it", samples(inputs));
        await settled(resource);
        assert.equal(classOf(name).isInstance(resource), true);
        const other = name === "Job" ? "Namespace" : "Job";
        assert.equal(classOf(other).isInstance(resource), false);
        assert.equal(classOf(name).isInstance(undefined), false);
        assert.equal(classOf(name).isInstance(null), false);
      });

      it("comes back from a reference", async () => {
        const urn = await settled(new (classOf(name))("it", samples(inputs)));
        const reference = {
          [pulumi.runtime.specialSigKey]: pulumi.runtime.specialResourceSig,
          urn,
          packageVersion: facts.version,
        };
        const found: unknown = pulumi.runtime.deserializeProperty(reference);
        assert.ok(classOf(name).isInstance(found));
        assert.equal(await settled(found as pulumi.Resource), urn);
      });
    });
  }

  it("keeps the options of the program, and what it says of the version and of secrets", async () => {
    const opts = { version: "2.5.0", additionalSecretOutputs: ["path"] };
    await settled(new nomad.Variable("it", { path: "a/b" }, opts));
    const [request] = requests;
    assert.equal(request?.version, "2.5.0");
    assert.deepEqual(request.secretOutputs.sort(), ["items", "itemsWo", "path"]);
  });

  describe("Provider", () => {
    const encoded = (value: Plain, { type }: Fact) => (type === "string" ? value : JSON.stringify(value));

    it("is registered with its configuration as text, and its secrets", async () => {
      const args = samples(facts.provider);
      const texts = Object.fromEntries(
        Object.entries(facts.provider).map(([key, fact]) => [key, encoded(args[key], fact)]),
      );
      const strings = Object.fromEntries(Object.entries(facts.provider).filter(([, { type }]) => type === "string"));
      await settled(new nomad.Provider("it", args));
      assert.deepEqual(requests, [
        {
          token: "pulumi:providers:nomad",
          inputs: withSecrets(facts.provider, texts),
          secretOutputs: secretNames(strings),
          version: facts.version,
        },
      ]);
    });

    it("needs no configuration", async () => {
      await settled(new nomad.Provider("it"));
      assert.deepEqual(requests[0]?.inputs, {});
    });

    it("knows its instances, and comes back from a reference", async () => {
      const provider = new nomad.Provider("it");
      assert.equal(nomad.Provider.isInstance(provider), true);
      assert.equal(nomad.Provider.isInstance(new nomad.Namespace("other")), false);
      const reference = {
        [pulumi.runtime.specialSigKey]: pulumi.runtime.specialResourceSig,
        urn: await settled(provider),
        packageVersion: facts.version,
      };
      const found: unknown = pulumi.runtime.deserializeProperty(reference);
      assert.ok(nomad.Provider.isInstance(found));
      await settled(found);
    });
  });

  it("loads a resource's file at its first use only", async function () {
    this.timeout(30_000);
    const script = `
      const loaded = () => Object.keys(require.cache).map((path) => require("path").parse(path).name);
      const names = ["job", "variable", "provider"];
      const nomad = require("@pulumi/nomad");
      const before = names.filter((name) => loaded().includes(name));
      nomad.Job.name;
      const after = names.filter((name) => loaded().includes(name));
      console.log(JSON.stringify({ before, after }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "--eval", script]);
    assert.deepEqual(JSON.parse(stdout), { before: [], after: ["job"] });
  });
});
