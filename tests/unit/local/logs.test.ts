import assert from "node:assert/strict";
import type { Allocation } from "../../../apis/nomad";
import { UserError } from "../../../local/installation";
import { readLogs } from "../../../local/logs";
import { useDirectory } from "../../support/directory";
import { type Answer, useHttpDouble } from "../../support/http-double";
import { installationIn } from "../../support/installation";
import { allocation } from "../../support/nomad-objects";

describe("logs", () => {
  const nomad = useHttpDouble();
  const directory = useDirectory("logs");
  const read = (name: string, lines = 50) =>
    readLogs(installationIn(directory.path, undefined, nomad().url), name, lines);

  /** Lets Nomad have allocations, and logs by allocation, task and stream. */
  function play(allocations: Allocation[], logs: Record<string, string>): void {
    const jobs = [...new Set(allocations.map(({ JobID }) => JobID))];
    nomad().answers["/v1/jobs"] = { body: jobs.map((ID) => ({ ID })) };
    for (const job of jobs) {
      const own = allocations.filter(({ JobID }) => JobID === job);
      nomad().answers[`/v1/job/${job}/allocations`] = { body: own };
    }
    for (const { ID } of allocations) {
      nomad().answers[`/v1/client/fs/logs/${ID}`] = ({ url }): Answer => {
        const query = new URLSearchParams(url.split("?")[1]);
        const text = logs[`${ID} ${String(query.get("task"))} ${String(query.get("type"))}`];
        return text === undefined ? { status: 404, body: "no such log" } : { body: text };
      };
    }
  }

  it("of an agent are the last lines of its file", async () => {
    directory.write("logs/consul.log", "one\ntwo\nthree\n");
    assert.equal(await read("consul", 2), "two\nthree");
    assert.equal(await read("consul"), "one\ntwo\nthree");
  });

  it("of an agent that has never run are not there", async () => {
    await assert.rejects(read("nomad"), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^There is no log of nomad yet: .*nomad\.log does not exist\.$/);
      return true;
    });
  });

  const task = { State: "running", Failed: false, StartedAt: null, Events: null };
  const web = allocation({
    ID: "aaaaaaaa-1",
    Name: "web.g[0]",
    JobID: "web",
    TaskStates: { server: task, side: task },
  });
  const second = { ...web, ID: "bbbbbbbb-2", Name: "web.g[1]", CreateTime: web.CreateTime + 1 };

  it("of a job are those of all its running instances and tasks, oldest first", async () => {
    play([second, web], {
      "aaaaaaaa-1 server stdout": "a\nb\nc\n",
      "aaaaaaaa-1 side stderr": "side\n",
      "bbbbbbbb-2 server stdout": "",
      "bbbbbbbb-2 server stderr": "second\n",
    });
    assert.equal(
      await read("web", 2),
      [
        "── web.g[0] aaaaaaaa server stdout\nb\nc",
        "── web.g[0] aaaaaaaa side stderr\nside",
        "── web.g[1] bbbbbbbb server stderr\nsecond",
      ].join("\n"),
    );
  });

  it("of a task are those of that task only", async () => {
    play([web], { "aaaaaaaa-1 server stdout": "server\n", "aaaaaaaa-1 side stdout": "side\n" });
    assert.equal(await read("side"), "── web.g[0] aaaaaaaa side stdout\nside");
  });

  it("of a job that does not run are those of its last instance", async () => {
    const ended = [web, second].map((one) => ({ ...one, ClientStatus: "failed", TaskStates: { server: task } }));
    play(ended, { "aaaaaaaa-1 server stdout": "old\n", "bbbbbbbb-2 server stdout": "last\n" });
    assert.equal(await read("web"), "── web.g[1] bbbbbbbb server stdout\nlast");
  });

  it("are asked for from their end", async () => {
    play([web], {});
    await read("web", 10);
    const url = nomad().requests.find((request) => request.url.startsWith("/v1/client/fs/logs/"))?.url ?? "";
    const query = Object.fromEntries(new URLSearchParams(url.split("?")[1]));
    assert.deepEqual(query, { task: "server", type: "stdout", plain: "true", origin: "end", offset: "4000" });
  });

  it("of nothing that there is are an error that says what there is", async () => {
    play([web, second, allocation({ TaskStates: null })], {});
    await assert.rejects(
      read("wbe"),
      new UserError('There is no log of "wbe". There are logs of: consul, nomad, web, server, side, ping.'),
    );
  });
});
