import assert from "node:assert/strict";
import * as fc from "fast-check";
import { settingsOf } from "../../../plugins/nomad/config";
import { formatDuration, parseDuration } from "../../../plugins/duration";
import { declaredVariables, quote, variableFile } from "../../../plugins/nomad/hcl-variables";
import { parseJson } from "../../../plugins/nomad/jobspec";

describe("the nomad stand-in's job variables", () => {
  const reading = (hcl: string) => Object.fromEntries(declaredVariables(hcl));

  it("are read by their declared type, or else by their default's", () => {
    const hcl = `
      variable "text"    { type = string }
      variable "count"   {
        description = "How many; { not a block"
        type        = number
        default     = 1
      }
      variable "list"    { type = list(string) }
      variable "flag"    { type = bool }
      variable "untyped" {}
      variable "object"  {
        default = { a = "b" }
      }
      variable "quoted"  { default = "x" }
      variable "wide" {
        type = object({
          name = string
          tags = list(string)
        })
      }
      variables {
        short = "x"
        many  = ["a", "b"]
      }
    `;
    assert.deepEqual(reading(hcl), {
      text: "string",
      count: "string",
      list: "expression",
      flag: "expression",
      untyped: "string",
      object: "expression",
      quoted: "string",
      wide: "expression",
      short: "string",
      many: "expression",
    });
  });

  it("are not found in comments, strings, heredocs or inner blocks", () => {
    const hcl = `
      # variable "a" {}
      // variable "b" {}
      /* variable "c" {
      } */
      job "x" {
        variable "d" {}
        template {
          data = <<-EOF
            variable "e" {}
            }
          EOF
        }
        meta {
          f = "\${format("%s}", "variable \\"g\\" {}")} }"
        }
      }
      variable "real" {}
    `;
    assert.deepEqual(Object.keys(reading(hcl)), ["real"]);
  });

  it("are quoted so that nothing in them is taken for HCL", () => {
    assert.equal(quote('a "b" \\ ${c} %{d}\n'), '"a \\"b\\" \\\\ \\u0024{c} \\u0025{d}\\u000a"');
    fc.assert(fc.property(fc.string(), (text) => JSON.parse(quote(text)) === text));
  });

  it("become expressions where the type is a collection", () => {
    const file = variableFile(
      { text: "a", list: '["a"]' },
      new Map([
        ["text", "string"],
        ["list", "expression"],
      ]),
    );
    assert.equal(file, 'text = "a"\nlist = (\n["a"]\n)\n');
  });
});

describe("the nomad stand-in's JSON jobs", () => {
  it("are the same with and without their root, and nulls mean nothing", () => {
    assert.deepEqual(parseJson('{"Job":{"ID":"x","Meta":null}}'), parseJson('{ "ID": "x" }'));
  });

  it("must be jobs", () => {
    assert.throws(
      () => parseJson("{}"),
      /error parsing jobspec: input JSON is not a valid Nomad jobspec: it has no ID/,
    );
    assert.throws(() => parseJson("{"), /^InvalidJobspec|error parsing jobspec/);
  });
});

describe("the nomad stand-in's durations", () => {
  it("are written as Go writes them", () => {
    const written = [0, 1, 1500, 2.5e6, 30e9, 90e9, 3600e9, 5430.5e9].map(formatDuration);
    assert.deepEqual(written, ["0s", "1ns", "1.5µs", "2.5ms", "30s", "1m30s", "1h0m0s", "1h30m30.5s"]);
  });

  it("are read back", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e15 }), (ns) => parseDuration(formatDuration(ns)) === ns));
    assert.equal(parseDuration("soon"), undefined);
    assert.equal(parseDuration("5"), undefined);
  });
});

describe("the nomad stand-in's settings", () => {
  it("come from the inputs first, then from Nomad's environment variables", () => {
    const env = { NOMAD_ADDR: "http://env:4646", NOMAD_REGION: "env", NOMAD_TOKEN: "from-env" };
    const fromEnv = settingsOf({}, env);
    assert.equal(fromEnv.address.href, "http://env:4646/");
    assert.equal(fromEnv.region, "env");
    assert.equal(fromEnv.headers["X-Nomad-Token"], "from-env");
    const given = settingsOf({ address: "https://x", secretId: "mine", ignoreEnvVars: { NOMAD_REGION: true } }, env);
    assert.equal(given.address.href, "https://x/");
    assert.equal(given.region, "");
    assert.equal(given.headers["X-Nomad-Token"], "mine");
  });

  it("hold headers, basic authentication and TLS", () => {
    const { headers, tls } = settingsOf(
      {
        address: "https://x",
        headers: [
          { name: "X-A", value: "1" },
          { name: "X-A", value: "2" },
        ],
        httpAuth: "me:pw",
        caPem: "CA",
        skipVerify: true,
      },
      {},
    );
    assert.deepEqual(headers, { "X-A": ["1", "2"], Authorization: `Basic ${btoa("me:pw")}` });
    assert.deepEqual(tls, { ca: "CA", rejectUnauthorized: false });
  });

  it("say what is wrong", () => {
    assert.throws(() => settingsOf({}, {}), /address must be provided/);
    assert.throws(
      () => settingsOf({ address: "nomad" }, {}),
      /must be a URL such as http:\/\/127\.0\.0\.1:4646, but is "nomad"/,
    );
    assert.throws(() => settingsOf({ address: "unix:///run/nomad" }, {}), /does not implement addresses with unix:/);
    assert.throws(() => settingsOf({ address: "https://x", caPem: "a", caFile: "b" }, {}), /exclude each other/);
    assert.throws(() => settingsOf({ address: "https://x", caFile: "/nowhere" }, {}), /caFile cannot be read: ENOENT/);
  });
});
