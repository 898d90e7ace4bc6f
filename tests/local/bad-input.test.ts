import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { LocalInstallation } from "../support/local-installation";
import { useDirectory } from "../support/directory";

describe("bad input to a COS on this machine", function () {
  this.timeout(180_000);

  const files = useDirectory("bad-input");
  let cos: LocalInstallation;

  before(async () => {
    cos = await LocalInstallation.create();
  });
  after(() => cos.dispose());

  const fails = async (env: NodeJS.ProcessEnv = {}) => {
    const { exitCode, output } = await cos.cli(["start"], { env });
    assert.equal(exitCode, 1, output);
    assert.doesNotMatch(output, /^ +at .*\.ts:\d+/m, "no stack trace");
    return output;
  };
  const starts = async () => {
    const { exitCode, output } = await cos.cli(["start"]);
    assert.equal(exitCode, 0, output);
  };
  /** Lets something be so while it runs, with another configuration. */
  const withConfig = async (change: Parameters<LocalInstallation["configure"]>[0], run: () => Promise<void>) => {
    let before = "";
    cos.configure((config) => {
      before = JSON.stringify(config);
      change(config);
    });
    try {
      await run();
    } finally {
      cos.configure((config) => {
        for (const key of Object.keys(config)) Reflect.deleteProperty(config, key);
        Object.assign(config, JSON.parse(before));
      });
    }
  };
  const listening = async (ports: number[], run: () => Promise<void>) => {
    const servers = ports.map((port) => createServer().listen(port, "127.0.0.1"));
    await Promise.all(servers.map((server) => once(server, "listening")));
    try {
      await run();
    } finally {
      await Promise.all(servers.map((server) => once(server.close(), "close")));
    }
  };

  describe("before anything runs", () => {
    it("names every error of the configuration at once", () =>
      withConfig(
        (config) => {
          config["cos:target"] = "here";
          config["cos:existing"].consulServers = 0;
          config["cos:jbos"] = [];
          config["cos:jobs"][0] = { file: "jobs/no-such.nomad.hcl" };
        },
        async () => {
          const output = await fails();
          assert.match(output, /4 errors/);
          assert.match(output, /cos:target: must be "aws" or "existing", got "here"/);
          assert.match(output, /cos:existing\.consulServers: must be at least 1, got 0/);
          assert.match(output, /cos:jbos: unknown key; known here: target, existing, jobs, local/);
          assert.match(output, /cos:jobs\[0\]\.file: there is no file "jobs\/no-such\.nomad\.hcl"/);
          assert.ok(!existsSync(cos.directory), "nothing was made");
        },
      ));

    it("says that a stack on AWS is not for npm start", () =>
      withConfig(
        (config) => {
          config["cos:target"] = "aws";
          config["cos:apiAccess"] = { allowedCidrs: ["198.51.100.0/24"] };
          Reflect.deleteProperty(config, "cos:existing");
          Reflect.deleteProperty(config, "cos:local");
        },
        async () => {
          assert.match(await fails(), /1 error .*\n *cos:target: must be "existing" for `npm start`, got "aws"/);
        },
      ));

    it("names each way that was tried to get a program", async () => {
      const nowhere = "http://127.0.0.1:1";
      const env = {
        PATH: files.path,
        XDG_CACHE_HOME: files.at("cache"),
        COS_MIRROR_HASHICORP: nowhere,
        COS_MIRROR_FABIO: nowhere,
      };
      const output = await fails(env);
      assert.match(output, /pulumi 3\.245\.0 is needed, and there is no way to get it here\. Tried:/);
      assert.match(
        output,
        /- PATH: [^]*- cache: [^]*- the vendor's release: [^]*- go build of the pinned module: there is no go on PATH/,
      );
      assert.match(output, /Any one of these would do:[^]*install Go/);
    });

    it("names the ports that are in use, and by what", () =>
      listening([cos.ports.nomadHttp, cos.ports.nomadSerf, cos.ports.consulDns], async () => {
        const output = await fails();
        const owner = `node, process ${process.pid}`;
        assert.match(output, new RegExp(`port ${cos.ports.nomadHttp} \\(nomad http\\) is in use by ${owner}`));
        assert.match(output, new RegExp(`port ${cos.ports.nomadSerf} \\(nomad serf\\) is in use by ${owner}`));
        assert.match(output, new RegExp(`port ${cos.ports.consulDns} \\(consul dns\\) is in use by ${owner}`));
      }));

    it("shows the last lines of an agent that dies while starting", async () => {
      const directory = join(cos.directory, "agents", "consul.d");
      mkdirSync(directory, { recursive: true });
      const broken = join(directory, "broken.json");
      writeFileSync(broken, '{"no_such_setting": true}');
      const output = await fails();
      assert.match(output, /consul has ended while starting\. The last lines of .*consul\.log:/);
      assert.match(output, /invalid config key no_such_setting/);
      writeFileSync(broken, "{}");
    });

    it("refuses the data of a newer version, and leaves it as it is", async () => {
      const file = join(cos.directory, "data.json");
      mkdirSync(cos.directory, { recursive: true });
      writeFileSync(file, JSON.stringify({ layout: 1, consul: "1.22.10", nomad: "2.0.5" }));
      const output = await fails();
      assert.match(output, /consul 1\.22\.10 wrote it, and consul 1\.22\.5 of this checkout is older/);
      assert.match(output, /nomad 2\.0\.5 wrote it, and nomad 1\.11\.3 of this checkout is older/);
      writeFileSync(file, JSON.stringify({ layout: 1, consul: "1.22.5", nomad: "1.11.3" }));
    });
  });

  describe("when interrupted", () => {
    for (const [signal, line] of [
      ["SIGINT", /consul waits for/],
      ["SIGINT", /Job creating|jobs-ping creating/],
      ["SIGKILL", /instances healthy/],
    ] as const) {
      it(`goes on after a ${signal} at ${String(line)}`, async () => {
        const interrupt = new AbortController();
        let hit = false;
        const { exitCode, output } = await cos.cli(["start"], {
          interrupt: interrupt.signal,
          onLine: (text) => {
            if (hit || !line.test(text)) return;
            hit = true;
            interrupt.abort(signal);
          },
        });
        assert.ok(hit, output);
        assert.notEqual(exitCode, 0, output);
        if (signal === "SIGINT") assert.match(output, /Interrupted\. The same command goes on from here\./);
      });
    }

    it("is whole after the next start", async () => {
      await starts();
      const { exitCode, output } = await cos.cli(["status"]);
      assert.equal(exitCode, 0, output);
      assert.match((await cos.cli(["start"])).output, /pulumi up: no change/);
    });
  });

  describe("while it runs", () => {
    it("refuses a second command while one is at work", async () => {
      let second: Promise<{ exitCode: number; output: string }> | undefined;
      const first = await cos.cli(["start"], {
        onLine: () => {
          second ??= cos.cli(["start"]);
        },
      });
      assert.equal(first.exitCode, 0, first.output);
      const refused = await second;
      assert.equal(refused?.exitCode, 1);
      assert.match(refused.output, /Another command is at work in .*: process \d+, since/);
    });

    const job = (text: string, name: string, variables?: Record<string, unknown>) =>
      withConfigOfJob(files.write(name, text), variables);
    const withConfigOfJob =
      (file: string, variables?: Record<string, unknown>) => (run: (file: string) => Promise<void>) =>
        withConfig(
          (config) => config["cos:jobs"].push({ file, ...(variables && { variables }) }),
          () => run(file),
        );

    it("names file and line of a job file that does not parse, and registers none of the jobs", () =>
      job(
        'job "broken" {\n  type = \n}\n',
        "broken.nomad.hcl",
      )(async (file) => {
        assert.match(await fails(), new RegExp(`${file}:2,\\d+-.*Invalid expression`));
      }));

    it("names a variable that has no value", () =>
      job(
        'variable "colour" {}\njob "painted" {\n  meta {\n    colour = var.colour\n  }\n}\n',
        "painted.nomad.hcl",
      )(async (file) => {
        assert.match(await fails(), new RegExp(`${file}: Unset variable "colour"`));
      }));

    it("names a variable that the file does not declare", () =>
      job('variable "colour" {}\njob "painted" {}\n', "painted.nomad.hcl", { color: "red" })(async (file) => {
        assert.match(await fails(), new RegExp(`${file}: there is no variable "color"; the file declares colour`));
      }));

    it("names a value that the file's own validation refuses", () =>
      withConfig(
        (config) => {
          const variables = config["cos:jobs"][0]?.variables ?? {};
          variables.driver = "podman";
        },
        async () => {
          assert.match(await fails(), /jobs\/fabio\.nomad\.hcl: .*The driver must be exec, raw_exec or docker\./);
        },
      ));

    it("names a static port of a job that is in use", async () => {
      const text = staticJob(cos.ports.consulHttp);
      await job(
        text,
        "greedy.nomad.hcl",
      )(async (file) => {
        assert.match(
          await fails(),
          new RegExp(`${file}: port ${cos.ports.consulHttp} \\("web"\\) is in use by consul, process \\d+`),
        );
      });
    });

    it("shows the last lines of the tasks of a job that does not get healthy", () =>
      job(
        crashingJob,
        "crashing.nomad.hcl",
      )(async (file) => {
        const output = await fails();
        assert.match(output, /jobs-crashing: .*terminated with status 'failed'/s);
        assert.match(output, new RegExp(`${file}: instance crashing\\.group\\[0\\]`));
        assert.match(output, /task, the last lines of its stderr:\n +no colour is set/);
        const status = await cos.cli(["status"]);
        assert.equal(status.exitCode, 1);
        assert.match(status.output, /ping +1\.0\.0 +3\/3 running/, "the other jobs run on");
      }));

    it("is whole after the mistakes are mended", async () => {
      await starts();
      const { exitCode, output } = await cos.cli(["status"]);
      assert.equal(exitCode, 0, output);
    });
  });
});

const staticJob = (port: number) => `
job "greedy" {
  group "group" {
    network {
      port "web" {
        static = ${port}
      }
    }
    task "task" {
      driver = "raw_exec"
      config {
        command = "sleep"
        args    = ["infinity"]
      }
    }
  }
}
`;

const crashingJob = `
job "crashing" {
  group "group" {
    update {
      min_healthy_time  = "1s"
      healthy_deadline  = "5s"
      progress_deadline = "6s"
    }
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "task" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "echo no colour is set >&2; exit 1"]
      }
    }
  }
}
`;
