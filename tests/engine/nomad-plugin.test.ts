import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { NomadAgent } from "../support/nomad-agent";
import { type Declared, PulumiProject, type RunResult } from "../support/pulumi-project";

interface Job {
  Version: number;
  Stop: boolean;
  JobModifyIndex: number;
  Stable: boolean;
}

/** A service of raw_exec tasks that sleep, or do what `command` says. */
function service(id: string, { seconds = 1000, command = "/bin/sleep", count = 1 } = {}): string {
  return `
variable "count" {
  type    = number
  default = ${count}
}

job "${id}" {
  update {
    health_check      = "task_states"
    min_healthy_time  = "500ms"
    healthy_deadline  = "3s"
    progress_deadline = "4s"
    auto_revert       = true
  }

  group "main" {
    count = var.count

    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "sleep" {
      driver       = "raw_exec"
      kill_timeout = "1s"

      config {
        command = "${command}"
        args    = ["${seconds}"]
      }

      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}
`;
}

function job(inputs: Record<string, unknown>, options?: Declared["options"]): Declared {
  return { type: "nomad:index/job:Job", inputs, ...(options ? { options } : {}) };
}

function ok(result: RunResult): RunResult {
  assert.equal(result.exitCode, 0, result.text);
  return result;
}

describe("the nomad stand-in in a real engine", function () {
  this.timeout(120_000);

  let nomad: NomadAgent;
  let project: PulumiProject;
  const cleanUp: (() => Promise<void>)[] = [];

  before(async () => {
    nomad = await NomadAgent.start({ acl: true });
    cleanUp.push(nomad.stop);
    project = await PulumiProject.create({ PULUMI_COS_NOMAD_PATIENCE_SECONDS: "2" });
    cleanUp.push(() => project.remove());
    await project.configure("nomad:address", nomad.address);
    ok(await project.run(["config", "set", "--secret", "nomad:secretId", nomad.token]));
  });

  after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  const read = async (id: string) => (await nomad.request("GET", `/v1/job/${id}`)) as Job;

  describe("a job", () => {
    const file = service("web");

    it("is previewed without being registered", async () => {
      await project.declare({ web: job({ jobspec: file, detach: false }) });
      const { changes, text } = ok(await project.preview());
      assert.deepEqual(changes, { create: 2 });
      assert.match(text, /stand-in for version 2\.6\.1/);
      await assert.rejects(read("web"), /404/);
    });

    it("is registered, and with detach: false waited for", async () => {
      assert.deepEqual(ok(await project.up()).changes, { create: 2 });
      const state = await project.state("web");
      assert.equal(state?.id, "web");
      assert.equal(state.outputs["deploymentStatus"], "successful");
      assert.equal(state.outputs["status"], "running");
      assert.equal(state.outputs["modifyIndex"], String((await read("web")).JobModifyIndex));
      const submission = await nomad.request("GET", "/v1/job/web/submission?version=0");
      assert.deepEqual(submission, { ...(submission as object), Source: file, Format: "hcl2" });
    });

    it("does not change when nothing does", async () => {
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
    });

    it("does not change when its file is only written in another way", async () => {
      await project.declare({ web: job({ jobspec: `# A comment.\n${file.replaceAll(/ +/g, " ")}`, detach: false }) });
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
      assert.equal((await read("web")).Version, 0);
    });

    it("is updated when only a variable changes", async () => {
      await project.declare({ web: job({ jobspec: file, detach: false, hcl2: { vars: { count: "2" } } }) });
      const preview = ok(await project.preview());
      assert.deepEqual(preview.steps["web"]?.op, "update");
      assert.deepEqual(preview.steps["web"].diff, ["hcl2"]);
      assert.deepEqual(ok(await project.up()).changes, { update: 1, same: 1 });
      const { taskGroups } = (await project.state("web"))?.outputs as { taskGroups: { count: number }[] };
      assert.equal(taskGroups[0]?.count, 2);
    });

    it("gets its variables as they are, whatever is in them, and collections as expressions", async () => {
      const text = 'a "b" \\ ${c} %{d} $${e}\n\tf';
      const jobspec = service("web").replace(
        'job "web" {',
        `variable "text" {\n  type = string\n}\nvariable "list" {\n  type = list(string)\n}\n
job "web" {\n  meta {\n    text = var.text\n    list = join("+", var.list)\n  }`,
      );
      await project.declare({ web: job({ jobspec, hcl2: { vars: { text, list: '["x", "y"]' } } }) });
      ok(await project.up());
      const { Meta } = (await nomad.request("GET", "/v1/job/web")) as { Meta: unknown };
      assert.deepEqual(Meta, { text, list: "x+y" });
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
      await project.declare({ web: job({ jobspec: file, detach: false, hcl2: { vars: { count: "2" } } }) });
      ok(await project.up());
    });

    it("does not show an edit from outside until a refresh, and puts it right after one", async () => {
      const edited = service("web", { seconds: 2000 });
      const parsed = await nomad.request("POST", "/v1/jobs/parse", { JobHCL: edited });
      const Submission = { Source: edited, Format: "hcl2" };
      await nomad.request("POST", "/v1/jobs", { Job: parsed, Submission });
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
      assert.deepEqual(ok(await project.refresh()).changes, { update: 1, same: 1 });
      const { steps } = ok(await project.up());
      assert.deepEqual(steps["web"]?.diff, ["jobspec"]);
      const { Source } = (await nomad.request(
        "GET",
        `/v1/job/web/submission?version=${(await read("web")).Version}`,
      )) as { Source: string };
      assert.equal(Source, file);
    });

    it("counts as changed after a stop by hand only with rerunIfDead", async () => {
      const inputs = { jobspec: file, detach: false };
      await project.declare({ web: job(inputs) });
      ok(await project.up());
      await nomad.request("DELETE", "/v1/job/web");
      ok(await project.refresh());
      assert.equal((await project.state("web"))?.outputs["status"], "dead");
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
      assert.equal((await read("web")).Stop, true);

      await project.declare({ web: job({ ...inputs, rerunIfDead: true }) });
      const { steps } = ok(await project.up());
      assert.deepEqual(steps["web"]?.op, "update");
      assert.equal((await read("web")).Stop, false);
      assert.equal((await project.state("web"))?.outputs["status"], "running");
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
    });

    it("fails with its deployment, stays in the state, and after the rollback needs a refresh", async () => {
      const before = await nomad.eventually(async () => {
        const running = await read("web");
        assert.equal(running.Stable, true);
        return running;
      });
      const inputs = { detach: false, rerunIfDead: true };
      await project.declare({ web: job({ ...inputs, jobspec: service("web", { command: "/bin/false" }) }) });
      const failed = await project.up();
      assert.notEqual(failed.exitCode, 0);
      assert.match(
        failed.errors,
        /error waiting for job 'web' to schedule\/deploy successfully: .*terminated with status 'failed': '.+'/,
      );
      assert.doesNotMatch(failed.text, /\bat .*\.ts:/);
      const state = await project.state("web");
      assert.equal(state?.initErrors?.length, 1);
      assert.match(String(state.outputs["jobspec"]), /\/bin\/false/);

      await nomad.eventually(async () => {
        assert.ok((await read("web")).Version > before.Version + 1, "not rolled back yet");
      });
      await project.declare({ web: job({ ...inputs, jobspec: service("web", { seconds: 3000 }) }) });
      const refused = await project.preview();
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.text, /job modify index has changed since last refresh/);
      ok(await project.refresh());
      assert.deepEqual(ok(await project.up()).changes, { update: 1, same: 1 });
    });

    it("is replaced when its name changes", async () => {
      await project.declare({ web: job({ jobspec: service("site"), detach: false }) });
      const { steps } = ok(await project.preview());
      assert.equal(steps["web"]?.op, "replace");
      ok(await project.up());
      assert.equal((await project.state("web"))?.id, "site");
      assert.equal((await read("web")).Stop, true);
    });

    it("leaves the state at a refresh once it was purged", async () => {
      await nomad.request("DELETE", "/v1/job/site?purge=true");
      assert.deepEqual(ok(await project.refresh()).changes, { delete: 1, same: 1 });
    });

    it("is imported with its file", async () => {
      const parsed = await nomad.request("POST", "/v1/jobs/parse", { JobHCL: service("old") });
      const Submission = { Source: service("old"), Format: "hcl2" };
      await nomad.request("POST", "/v1/jobs", { Job: parsed, Submission });
      await project.declare({});
      ok(
        await project.run([
          "import",
          "nomad:index/job:Job",
          "old",
          "old@default",
          "--yes",
          "--generate-code=false",
          "--protect=false",
        ]),
      );
      const state = await project.state("old");
      assert.equal(state?.id, "old");
      assert.equal(state.inputs["jobspec"], service("old"));
    });

    it("takes JSON, and is purged where that is asked for", async () => {
      const parsed = await nomad.request("POST", "/v1/jobs/parse", { JobHCL: service("json") });
      const declare = (jobspec: string) =>
        project.declare({ batch: job({ jobspec, json: true, purgeOnDestroy: true, detach: false }) });
      await declare(JSON.stringify({ Job: parsed }));
      ok(await project.up());
      await declare(JSON.stringify(parsed, null, 2));
      assert.deepEqual(ok(await project.up()).changes, { same: 2 });
      assert.deepEqual(ok(await project.destroy()).changes, { delete: 2 });
      await assert.rejects(read("json"), /404/);
    });
  });

  describe("bad input", () => {
    const problems: [string, Record<string, unknown>, RegExp][] = [
      [
        "a file that does not parse",
        { jobspec: 'job "x" {\n  group "g" {\n    nonsense = 1\n  }\n}\n' },
        /error parsing jobspec: input\.hcl:3,5-13: .*"nonsense"/,
      ],
      ["JSON that does not parse", { jobspec: "{", json: true }, /error parsing jobspec: .*JSON/],
      [
        "a variable that the file does not declare",
        { jobspec: service("x"), hcl2: { vars: { cuont: "2" } } },
        /hcl2\.vars sets cuont.*it declares count/,
      ],
      [
        "a variable of a wrong type",
        { jobspec: service("x"), hcl2: { vars: { count: "two" } } },
        /error parsing jobspec: .*number is required/s,
      ],
      ["an unknown property", { jobspec: service("x"), detatch: false }, /there is no property "detatch"/],
      ["a mistyped property", { jobspec: service("x"), detach: "no" }, /"detach" must be a boolean, but is a string/],
      ["a missing property", {}, /missing required property "jobspec"/],
      [
        "files read by the job file",
        { jobspec: service("x"), hcl2: { allowFs: true } },
        /does not implement "hcl2\.allowFs"/,
      ],
    ];
    for (const [what, inputs, message] of problems) {
      it(`names ${what}`, async () => {
        await project.declare({ bad: job(inputs) });
        const { exitCode, text } = await project.preview();
        assert.notEqual(exitCode, 0);
        assert.match(text, message);
      });
    }

    it("refuses a resource that it does not implement, by name", async () => {
      await project.declare({ bad: { type: "nomad:index/csiVolume:CsiVolume", inputs: {} } });
      const { exitCode, text } = await project.preview();
      assert.notEqual(exitCode, 0);
      assert.match(text, /the stand-in nomad plugin does not implement nomad:index\/csiVolume:CsiVolume/);
    });

    it("says when Nomad cannot be reached", async () => {
      await project.configure("nomad:address", "http://127.0.0.1:1");
      await project.declare({ bad: job({ jobspec: service("x") }) });
      const { exitCode, text } = await project.preview();
      await project.configure("nomad:address", nomad.address);
      assert.notEqual(exitCode, 0);
      assert.match(text, /Nomad at http:\/\/127\.0\.0\.1:1 is not available \(tried for 2 s\): connect ECONNREFUSED/);
    });
  });

  describe("the other resources", () => {
    const { publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const declared: Record<string, Declared> = {
      policy: {
        type: "nomad:index/aclPolicy:AclPolicy",
        inputs: { name: "reader", rulesHcl: 'node { policy = "read" }' },
      },
      token: {
        type: "nomad:index/aclToken:AclToken",
        inputs: { type: "client", policies: ["reader"] },
        dependsOn: ["policy"],
      },
      logins: {
        type: "nomad:index/aclAuthMethod:AclAuthMethod",
        inputs: {
          ...{ name: "proofs", type: "JWT", tokenLocality: "local", maxTokenTtl: "1h0m0s" },
          config: {
            jwtValidationPubKeys: [publicKey],
            ...{ boundAudiences: ["it"], signingAlgs: ["RS256"], claimMappings: { who: "who" } },
          },
        },
      },
      rule: {
        type: "nomad:index/aclBindingRule:AclBindingRule",
        inputs: { authMethod: "proofs", bindType: "policy", bindName: "reader", selector: 'value.who == "me"' },
        dependsOn: ["logins"],
      },
      team: { type: "nomad:index/namespace:Namespace", inputs: { name: "team", description: "A team" } },
      pool: { type: "nomad:index/nodePool:NodePool", inputs: { name: "gpu", meta: { owner: "team" } } },
      keys: { type: "nomad:index/variable:Variable", inputs: { path: "keys", items: { password: "open sesame" } } },
      scheduler: {
        type: "nomad:index/schedulerConfig:SchedulerConfig",
        inputs: {
          schedulerAlgorithm: "spread",
          preemptionConfig: {
            batch_scheduler_enabled: false,
            service_scheduler_enabled: true,
            sysbatch_scheduler_enabled: false,
            system_scheduler_enabled: true,
          },
        },
      },
      quiet: job({ jobspec: service("quiet"), hcl2: { vars: { count: { $secret: "1" } } } }),
    };

    it("are created as declared", async () => {
      await project.declare(declared);
      assert.deepEqual(ok(await project.up()).changes, { create: 10 });
      assert.deepEqual(((await nomad.request("GET", "/v1/var/keys")) as { Items: unknown }).Items, {
        password: "open sesame",
      });
      const scheduler = await nomad.request("GET", "/v1/operator/scheduler/configuration");
      const { SchedulerConfig } = scheduler as { SchedulerConfig: { SchedulerAlgorithm: string } };
      assert.equal(SchedulerConfig.SchedulerAlgorithm, "spread");
      assert.equal(
        ((await nomad.request("GET", "/v1/namespace/team")) as { Description: string }).Description,
        "A team",
      );
    });

    it("keep their secrets encrypted in the state", async () => {
      const token = await project.state("token");
      const stored = (await nomad.request("GET", `/v1/acl/token/${token?.id ?? ""}`)) as { SecretID: string };
      const { text } = await project.run(["stack", "export"]);
      assert.ok(!text.includes(stored.SecretID), "the token's secret is in the state");
      assert.ok(!text.includes("open sesame"), "the variable's items are in the state");
      assert.ok(!text.includes(nomad.token), "the provider's token is in the state");
      const { hcl2 } = (await project.state("quiet"))?.outputs as { hcl2: { vars: { count: object } } };
      assert.ok("ciphertext" in hcl2.vars.count);
      const shown = await project.run(["stack", "export", "--show-secrets"]);
      assert.ok(shown.text.includes(stored.SecretID));
    });

    it("do not change when nothing does, also after a refresh", async () => {
      assert.deepEqual(ok(await project.up()).changes, { same: 10 });
      assert.deepEqual(ok(await project.refresh()).changes, { same: 10 });
      assert.deepEqual(ok(await project.up()).changes, { same: 10 });
    });

    it("are updated, or replaced where the schema says so", async () => {
      const { team, token, keys, logins } = declared;
      assert.ok(team && token && keys && logins);
      await project.declare({
        ...declared,
        team: { ...team, inputs: { name: "team" } },
        token: { ...token, inputs: { ...token.inputs, global: true } },
        keys: { ...keys, inputs: { path: "keys", items: { password: "new" } } },
        logins: { ...logins, inputs: { ...logins.inputs, maxTokenTtl: "2h0m0s" } },
      });
      const { steps, changes } = ok(await project.up());
      assert.deepEqual(changes, { update: 3, replace: 1, same: 6 });
      assert.deepEqual(steps["team"]?.diff, ["description"]);
      assert.deepEqual(steps["keys"]?.diff, ["items.password"]);
      assert.deepEqual(steps["logins"]?.diff, ["maxTokenTtl"]);
      assert.equal(((await nomad.request("GET", "/v1/namespace/team")) as { Description: string }).Description, "");
    });

    it("are removed, except the scheduler's configuration", async () => {
      ok(await project.destroy());
      const namespaces = (await nomad.request("GET", "/v1/namespaces")) as { Name: string }[];
      assert.deepEqual(
        namespaces.map(({ Name }) => Name),
        ["default"],
      );
      await assert.rejects(nomad.request("GET", "/v1/acl/policy/reader"), /404/);
      await assert.rejects(nomad.request("GET", "/v1/var/keys"), /404/);
      const scheduler = await nomad.request("GET", "/v1/operator/scheduler/configuration");
      const { SchedulerConfig } = scheduler as { SchedulerConfig: { SchedulerAlgorithm: string } };
      assert.equal(SchedulerConfig.SchedulerAlgorithm, "spread");
    });
  });
});
