import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostStatus } from "../box";
import { attempts, headers, type Product } from "./attempts";
import type { BoxUnderTest } from "./box-under-test";

type Access = Record<"operator" | "read-only", { consulToken: string; nomadLogin: string }>;

/** Files with tokens, of all roles together. */
const tokenFiles = [
  ...["/etc/consul.d/acl.json", "/etc/consul.d/initial-management.json", "/etc/nomad.d/acl.json"],
  ...["/etc/cos/*-token", "/etc/cos/nomad-login", "/etc/cos/nomad-management.json"],
];

/**
 * Who may do what.
 *
 * @param all whether a state is tried that has lost them, too
 */
export function rights(tested: BoxUnderTest, all: boolean): void {
  const { outside, managementToken, authorities } = attempts(tested);

  /** What the load balancer's side of an API answers to somebody outside: its status, and what it says. */
  async function ask(product: Product, token: string, method: string, path: string, body?: object) {
    const options = ["--cacert", await authorities(), "--request", method, "--write-out", "\\n%{http_code}"];
    if (token !== "") options.push("--header", `${headers[product]}: ${token}`);
    if (body) options.push("--data", JSON.stringify(body));
    const [, text = "", status = ""] = /^([^]*)\n(\d+)$/.exec(await outside(product, "https", path, ...options)) ?? [];
    return { status: Number(status), text: text.trim() };
  }

  async function login(LoginToken: string) {
    const { status, text } = await ask("nomad", "", "POST", "acl/login", { AuthMethodName: "cos", LoginToken });
    return status === 200 ? (JSON.parse(text) as { SecretID: string }).SecretID : `${status} ${text}`;
  }

  async function hostOf(kind: string): Promise<HostStatus> {
    const [host] = await tested.cluster.hosts(kind);
    assert.ok(host);
    return host;
  }
  const read = async (kind: string, path: string) =>
    (await tested.cluster.exec((await hostOf(kind)).name, "cat", path)).trim();

  const task = { Name: "t", Driver: "exec", Config: { command: "true" }, Resources: { CPU: 20, MemoryMB: 16 } };
  const groups = [{ Name: "g", Count: 1, Tasks: [task] }];
  const job = { Job: { ID: "theirs", Name: "theirs", Type: "batch", Datacenters: ["*"], TaskGroups: groups } };

  describe("its ACLs", () => {
    it("deny everything but names to who has no token, wherever he is", async () => {
      for (const [product, method, path] of [
        ["consul", "GET", "kv/box/kept"],
        ["consul", "PUT", "kv/box/kept"],
        ["consul", "GET", "agent/self"],
        ["consul", "GET", "operator/raft/configuration"],
        ["nomad", "GET", "jobs"],
        ["nomad", "PUT", "jobs"],
        ["nomad", "GET", "nodes"],
        ["nomad", "GET", "operator/raft/configuration"],
      ] as const) {
        const { status, text } = await ask(product, "", method, path, method === "PUT" ? job : undefined);
        assert.equal(status, 403, `${method} ${path} of ${product}: ${text}`);
        assert.match(text, /Permission denied/);
      }
      const client = await hostOf("private-services");
      const curl = ["curl", "--silent", "--cacert", "/etc/nomad.d/tls/ca.pem"];
      for (const url of ["http://127.0.0.1:8500/v1/kv/box/kept", "https://127.0.0.1:4646/v1/jobs"]) {
        assert.match(await tested.cluster.exec(client.name, ...curl, url), /Permission denied/, url);
      }
    });

    it("know no token that was not made for them", async () => {
      const stranger = "11111111-2222-4333-8444-555555555555";
      assert.match((await ask("consul", stranger, "GET", "kv/box/kept")).text, /ACL not found/);
      assert.equal((await ask("nomad", stranger, "GET", "jobs")).status, 403);
      assert.match(await login("ey.no.proof"), /^401 /);
    });

    it("let a client's programs drain it, and neither run jobs, nor look into Consul, nor end other agents", async () => {
      const token = await login(await read("private-services", "/etc/cos/nomad-login"));
      assert.equal((await ask("nomad", token, "GET", "nodes")).status, 200);
      for (const [method, path] of [
        ["PUT", "jobs"],
        ["DELETE", "job/ping"],
        ["GET", "acl/tokens"],
        ["GET", "vars"],
      ] as const) {
        const { status, text } = await ask("nomad", token, method, path, method === "PUT" ? job : undefined);
        // Of variables Nomad shows those that may be seen.
        if (path === "vars") assert.equal(text, "[]");
        else assert.deepEqual([status, text], [403, "Permission denied"], path);
      }
      const programs = await read("private-services", "/etc/cos/consul-token");
      const agent = JSON.parse(await read("private-services", "/etc/consul.d/acl.json")) as {
        acl: { tokens: { agent: string } };
      };
      for (const secret of [programs, agent.acl.tokens.agent]) {
        assert.equal((await ask("consul", secret, "GET", "catalog/nodes")).status, 200);
        for (const [method, path] of [
          ["GET", "kv/box/kept"],
          ["PUT", "kv/cos/cos-box/secrets/wanted"],
          ["PUT", "agent/force-leave/nobody"],
          ["GET", "acl/tokens"],
        ] as const) {
          assert.equal((await ask("consul", secret, method, path)).status, 403, path);
        }
      }
    });

    it("let an operator do what he does, by what the stack tells him, and leave ACLs alone; and a preview read", async () => {
      const access = (await tested.box.outputs({ withSecrets: true })).access as Access;
      const operator = await login(access.operator.nomadLogin);
      assert.equal((await ask("nomad", operator, "GET", "job/ping")).status, 200);
      assert.equal((await ask("nomad", operator, "GET", "acl/tokens")).status, 403);
      const consulToken = access.operator.consulToken;
      assert.equal((await ask("consul", consulToken, "GET", "kv/box/kept")).status, 200);
      assert.equal((await ask("consul", consulToken, "GET", "acl/tokens")).status, 403);
      const reader = await login(access["read-only"].nomadLogin);
      assert.equal((await ask("nomad", reader, "GET", "job/ping")).status, 200);
      assert.equal((await ask("nomad", reader, "DELETE", "job/ping")).status, 403);
      assert.equal((await ask("consul", access["read-only"].consulToken, "PUT", "kv/box/kept", {})).status, 403);
    });

    it("are for tasks by what they are: no job has a token in it, and each task that asks Consul has one of its own", async () => {
      const all = JSON.parse((await ask("consul", await managementToken("consul"), "GET", "acl/tokens")).text) as {
        AuthMethod?: string;
        SecretID: string;
        Roles: { Name: string }[] | null;
        ServiceIdentities: { ServiceName: string }[] | null;
      }[];
      const ofTasks = all.filter(({ AuthMethod }) => AuthMethod === "nomad-workloads");
      const services = new Set(ofTasks.flatMap((token) => (token.ServiceIdentities ?? []).map((of) => of.ServiceName)));
      assert.deepEqual([...services].sort(), ["fabio", "fabio-ui", "ping"]);
      // fabio and what answers for it, on both of its nodes.
      const tasks = ofTasks.filter((token) => token.Roles?.some(({ Name }) => Name === "nomad-tasks-default"));
      assert.equal(tasks.length, 4);
      for (const id of ["fabio", "ping"]) {
        const said = JSON.stringify(await tested.cluster.get("nomad", `job/${id}`));
        for (const { SecretID } of all) assert.ok(!said.includes(SecretID), id);
      }
    });

    it("have their tokens in files for their users alone, and nowhere in the state, a preview or a log in clear", async () => {
      const secrets = new Set<string>();
      for (const { name } of await tested.cluster.hosts()) {
        const list = await tested.cluster.exec(
          name,
          "sh",
          "-c",
          `stat -c '%a %n' ${tokenFiles.join(" ")} 2>/dev/null || true`,
        );
        const files = list
          .trim()
          .split("\n")
          .map((line) => line.split(" "));
        assert.ok(files.length >= 3, list);
        for (const [mode, path = ""] of files) {
          assert.equal(mode, "600", `${path} of ${name}`);
          const text = await tested.cluster.exec(name, "cat", path);
          for (const secret of text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [text.trim()])
            secrets.add(secret);
        }
      }
      // Eight of nodes, two of the management, and a proof.
      assert.equal(secrets.size, 11);
      const hosts = await tested.cluster.hosts();
      const pattern = [...secrets].map((secret) => `-e '${secret}'`).join(" ");
      const search = `grep --recursive --text --files-with-matches --fixed-strings --no-messages ${pattern}`;
      for (const { name } of hosts) {
        const found = await tested.cluster.exec(
          name,
          "sh",
          "-c",
          `${search} /etc /run /var/log /var/lib/cos /var/lib/cloud || true`,
        );
        for (const path of found.trim().split("\n")) assert.match(path, /^\/etc\/(cos|consul\.d|nomad\.d)\//, name);
      }
      const state = JSON.stringify(await tested.box.state());
      const log = await readFile(join(tested.box.directory, "box.log"), "utf8");
      const security = { acl: { secrets: ["1", "2"] } };
      const { exitCode, text, changes } = await tested.box.preview({ "cos:security": security });
      assert.equal(exitCode, 0, text);
      assert.ok((changes.create ?? 0) > 0 && (changes.update ?? 0) > 0, JSON.stringify(changes));
      for (const [where, said] of Object.entries({ state, log, preview: text })) {
        for (const secret of secrets) assert.ok(!said.includes(secret), `in clear in the ${where}`);
      }
    });

    if (all) {
      it("are taken for what they are by an `up` whose state has lost them, and let in as before", async () => {
        const { failures } = await tested.trial("the state of the ACLs lost", async () => {
          assert.ok((await tested.box.forget(/^cos-(nomad|consul)-acl(-|$)/)) >= 8);
          return [await tested.change({})];
        });
        assert.deepEqual(failures, []);
        assert.match(await tested.change({}), /changed 0 resources/);
        const { operator } = (await tested.box.outputs({ withSecrets: true })).access as Access;
        assert.equal((await ask("nomad", await login(operator.nomadLogin), "GET", "job/ping")).status, 200);
        assert.equal((await ask("consul", operator.consulToken, "GET", "kv/box/kept")).status, 200);
      });
    }
  });
}
