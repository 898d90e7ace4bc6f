import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type Config, ConfigError, parseConfig } from "../../config";
import { loadConfig } from "../../stack-config";
import { valueOf } from "../../cli/preview/mock-engine";

const existing = { consulAddress: "http://127.0.0.1:8500", nomadAddress: "https://nomad.example:4646" };
const minimal = { "cos:target": "existing", "cos:existing": existing };

/** The errors of a configuration that is {@link minimal} but for some keys. */
function errorsOf(changes: Record<string, unknown>): string[] {
  try {
    parseConfig({ ...minimal, ...changes });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.errors;
  }
  return assert.fail("it is accepted");
}

describe("a stack's configuration", () => {
  it("is checked without Pulumi's SDK, which takes longer to load than all else, by what does not need it", async () => {
    const script = `
      require("./config.ts");
      process.stdout.write(Object.keys(require.cache).filter((path) => path.includes("/@pulumi/pulumi/")).join());`;
    const node = [process.execPath, ["--require", "tsx/cjs", "--eval", script]] as const;
    const { stdout } = await promisify(execFile)(...node, { cwd: join(__dirname, "..", "..") });
    assert.equal(stdout, "");
  });

  it("gets its defaults", () => {
    assert.deepEqual(parseConfig(minimal), {
      target: "existing",
      existing: { ...existing, consulServers: 1, nomadServers: 1, nodePools: ["default"] },
      jobs: [],
      local: {
        security: false,
        ports: {
          consulHttp: 8500,
          consulDns: 8600,
          consulGrpc: 8502,
          consulServer: 8300,
          consulSerf: 8301,
          nomadRpc: 4647,
          nomadSerf: 4648,
        },
      },
    } satisfies Config);
  });

  it("is taken as it is where it says everything", () => {
    const all: Config = {
      target: "existing",
      existing: { ...existing, consulServers: 3, nomadServers: 5, nodePools: [] },
      jobs: [
        { file: "jobs/a.nomad.hcl" },
        { file: "b", name: "c", variables: { text: "x", number: 1.5, truth: false, list: [1, ["y"]], map: { k: {} } } },
      ],
      local: {
        security: true,
        ports: {
          consulHttp: 7,
          consulDns: 1,
          consulGrpc: 2,
          consulServer: 3,
          consulSerf: 4,
          nomadRpc: 5,
          nomadSerf: 65535,
        },
      },
    };
    const values = Object.fromEntries(Object.entries(all).map(([key, value]) => [`cos:${key}`, value as unknown]));
    assert.deepEqual(parseConfig(values), all);
  });

  it("leaves the keys of others alone", () => {
    assert.deepEqual(parseConfig({ ...minimal, "aws:region": 7, "nomad:adress": "x" }), parseConfig(minimal));
  });

  it("of the stack local is right", () => {
    const file = join(__dirname, "..", "..", "Pulumi.local.yaml");
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    assert.deepEqual(
      parseConfig(config).jobs.map((job) => job.file),
      ["jobs/fabio.nomad.hcl", "jobs/ping.nomad.hcl"],
    );
  });
});

describe("errors of a stack's configuration", () => {
  const cases: [what: string, changes: Record<string, unknown>, ...errors: RegExp[]][] = [
    ["a missing target", { "cos:target": undefined }, /^cos:target: is missing, must be "aws" or "existing"$/],
    ["another target", { "cos:target": "gcp" }, /^cos:target: must be "aws" or "existing", got "gcp"$/],
    ["no addresses", { "cos:existing": undefined }, /^cos:existing: is missing, must be /],
    [
      "missing addresses",
      { "cos:existing": {} },
      /^cos:existing\.consulAddress: is missing, must be a URL such as "http:\/\/127\.0\.0\.1:8500"$/,
      /^cos:existing\.nomadAddress: is missing, must be a URL/,
    ],
    [
      "addresses that are no URLs of HTTP",
      { "cos:existing": { consulAddress: "127.0.0.1:8500", nomadAddress: "ftp://a" } },
      /^cos:existing\.consulAddress: must be a URL such as "http:\/\/127\.0\.0\.1:8500", got "127\.0\.0\.1:8500"$/,
      /^cos:existing\.nomadAddress: must be a URL .*, got "ftp:\/\/a"$/,
    ],
    [
      "counts of servers",
      { "cos:existing": { ...existing, consulServers: 0, nomadServers: 1.5 } },
      /^cos:existing\.consulServers: must be at least 1, got 0$/,
      /^cos:existing\.nomadServers: must be a whole number, got 1\.5$/,
    ],
    [
      "a count that is text",
      { "cos:existing": { ...existing, consulServers: "3" } },
      /^cos:existing\.consulServers: must be a whole number, got "3"$/,
    ],
    [
      "node pools",
      { "cos:existing": { ...existing, nodePools: ["a", "", 3] } },
      /^cos:existing\.nodePools\[1\]: must not be empty, got ""$/,
      /^cos:existing\.nodePools\[2\]: must be string, got 3$/,
    ],
    ["jobs that are no list", { "cos:jobs": "ping" }, /^cos:jobs: must be a list, got "ping"$/],
    ["jobs with nothing after them", { "cos:jobs": null }, /^cos:jobs: must be a list, got null$/],
    [
      "jobs",
      { "cos:jobs": [{ file: "" }, { name: "b" }, "jobs/ping.nomad.hcl", { file: "c", variables: [1] }] },
      /^cos:jobs\[0\]\.file: must not be empty, got ""$/,
      /^cos:jobs\[1\]\.file: is missing, must be string$/,
      /^cos:jobs\[2\]: must be a map, got "jobs\/ping\.nomad\.hcl"$/,
      /^cos:jobs\[3\]\.variables: must be a map$/,
    ],
    [
      "a variable with nothing after it",
      { "cos:jobs": [{ file: "a", variables: { b: null } }] },
      /^cos:jobs\[0\]\.variables\.b: must be a string, number, boolean, list or map$/,
    ],
    [
      "ports",
      { "cos:local": { ports: { consulDns: 0, nomadRpc: 65536, nomadSerf: "x" } } },
      /^cos:local\.ports\.consulDns: must be a port, 1 to 65535, got 0$/,
      /^cos:local\.ports\.nomadRpc: must be a port, 1 to 65535, got 65536$/,
      /^cos:local\.ports\.nomadSerf: must be a port, 1 to 65535, got "x"$/,
    ],
  ];
  for (const [what, changes, ...wanted] of cases) {
    it(`name ${what}`, () => {
      const errors = errorsOf(changes);
      assert.equal(errors.length, wanted.length, errors.join("\n"));
      wanted.forEach((pattern, i) => {
        assert.match(errors[i] ?? "", pattern);
      });
    });
  }

  it("name unknown keys at each depth, and what is known there", () => {
    const ports = "consulHttp, consulDns, consulGrpc, consulServer, consulSerf, nomadRpc, nomadSerf";
    assert.deepEqual(
      errorsOf({
        "cos:existing": { ...existing, nodePool: "a" },
        "cos:jobs": [{ file: "a" }, { file: "b", variabels: {}, nmae: "c" }],
        "cos:local": { ports: { consulDNS: 1 } },
        "cos:trgaet": "existing",
      }),
      [
        "cos:existing.nodePool: unknown key; known here: consulAddress, nomadAddress, caPem, tokens, consulServers, nomadServers, nodePools",
        "cos:jobs[1].variabels: unknown key; known here: file, name, variables",
        "cos:jobs[1].nmae: unknown key; known here: file, name, variables",
        `cos:local.ports.consulDNS: unknown key; known here: ${ports}`,
        "cos:trgaet: unknown key; known here: target, existing, jobs, local",
      ],
    );
    assert.deepEqual(errorsOf({ "cos:local": { port: 1 } }), [
      "cos:local.port: unknown key; known here: security, ports",
    ]);
  });

  it("come all at once, counted", () => {
    const wrong = { "cos:target": "x", "cos:jobs": [{}], "cos:local": { ports: { consulDns: -1 } }, "cos:z": 1 };
    assert.throws(() => parseConfig({ ...minimal, ...wrong }), {
      name: "ConfigError",
      message: /^4 errors in the stack's configuration:\n( {2}cos:[^\n]+\n){3} {2}cos:[^\n]+$/,
    });
    assert.throws(() => parseConfig({ ...minimal, "cos:z": 1 }), {
      message: /^1 error in the stack's configuration:\n/,
    });
  });

  for (const [where, jobs] of Object.entries({
    "as a variable": [{ file: "a", variables: { password: { deep: ["hunter2", null] } } }],
    "instead of the variables": [{ file: "a", variables: "hunter2" }],
    "in a list of variables": [{ file: "a", variables: [{ password: "hunter2" }] }],
    "in jobs that are a map": { ping: { file: "a", variables: { password: "hunter2" } } },
    "in a job that is a list": [[{ file: "a", variables: { password: "hunter2" } }]],
    "in a name that is a map": [{ file: "a", name: { variables: { password: "hunter2" } } }],
  })) {
    it(`do not print a secret ${where}`, () => {
      assert.ok(!errorsOf({ "cos:jobs": jobs }).join("\n").includes("hunter2"), "the secret is in the message");
    });
  }
});

describe("a stack's configuration as the engine hands it over", () => {
  const secretKeys = "PULUMI_CONFIG_SECRET_KEYS";
  const jobs = [{ file: "jobs/ping.nomad.hcl", variables: { count: 5, version: "1.0", on: true } }];
  const values = {
    "cos:target": "existing",
    "cos:existing": JSON.stringify({ ...existing, consulServers: 3 }),
    "cos:jobs": JSON.stringify(jobs),
    "aws:region": "eu-central-1",
  };
  let inherited: string | undefined;

  beforeEach(() => {
    inherited = process.env[secretKeys];
    Reflect.deleteProperty(process.env, secretKeys);
  });
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
    if (inherited === undefined) Reflect.deleteProperty(process.env, secretKeys);
    else process.env[secretKeys] = inherited;
  });

  it("is text, objects as JSON", () => {
    pulumi.runtime.setAllConfig(values);
    const config = loadConfig();
    assert.ok(config.target === "existing");
    assert.equal(config.existing.consulServers, 3);
    assert.deepEqual(config.jobs, jobs);
  });

  it("keeps the variables of jobs secret where one of them is", async () => {
    pulumi.runtime.setAllConfig(values);
    process.env[secretKeys] = '["cos:jobs"]';
    const { file, variables } = loadConfig().jobs[0] ?? assert.fail("no job");
    assert.equal(file, "jobs/ping.nomad.hcl");
    assert.ok(pulumi.Output.isInstance(variables));
    assert.equal(await pulumi.isSecret(variables), true);
    assert.deepEqual(await valueOf(variables), jobs[0]?.variables);
    process.env[secretKeys] = '["aws:secretKey"]';
    assert.deepEqual(loadConfig().jobs, jobs);
  });

  it("has all its errors named at once, for the engine to show as they are", () => {
    pulumi.runtime.setAllConfig({ "cos:target": "7", "cos:jobs": "{not JSON", "cos:mode": "true" });
    assert.throws(loadConfig, (error: unknown) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /^4 errors .*\n {2}cos:target: .*\n {2}cos:existing: .*\n {2}cos:jobs: .*\n {2}cos:mode: .*$/,
      );
      return true;
    });
  });

  it("does not show the text of a secret that is wrong", () => {
    process.env[secretKeys] = '["cos:jobs"]';
    pulumi.runtime.setAllConfig({ ...values, "cos:jobs": "hunter2" });
    assert.throws(loadConfig, (error: Error) => /cos:jobs: must be a list$/.test(error.message));
  });
});
